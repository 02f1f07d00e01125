from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.data.batches import Batch
from nlp.decoding.mixture import TextReader
from nlp.decoding.network_predictor import RecurrentPredictor
from nlp.decoding.opening import open_predictor
from nlp.errors import ModelError
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.recurrent import RecurrentEncoder
from nlp.networks.files import save_language_model
from tests.nlp.networks.network_cases import CASES, SMALL, VOCABULARY, made
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from nlp.decoding.predictor import Predictor
    from nlp.networks.network import NetworkConfig

TOKENS = language_vocabulary("char", "abcdefghi")
IDS = np.random.default_rng(0).integers(0, VOCABULARY, (20, 3)).astype(np.int32)
every_case = pytest.mark.parametrize("config", CASES.values(), ids=CASES.keys())


def opened(config: NetworkConfig, tmp_path: Path) -> Predictor:
    path = tmp_path / "x.model"
    with path.open("wb") as file:
        save_language_model(file, made(config), TOKENS, {})
    return open_predictor(str(path))


@every_case
def test_it_predicts_what_training_does(config: NetworkConfig, tmp_path: Path) -> None:
    """Token by token: log P is that of the loss."""
    predictor, model = opened(config, tmp_path), made(config)
    targets, ones = np.roll(IDS, -1, axis=0), np.ones((1, 3))
    assert predictor.vocabulary == TOKENS
    three, trained = predictor.start(3), model.new_state(3)
    for t, ids in enumerate(IDS):
        log_p = predictor.advance(three, ids).copy()
        np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, rtol=1e-12)
        batch = Batch(ids[None], targets[t : t + 1], ones)
        loss, _ = model.loss(batch, trained, Workspace(np.float64))
        assert -log_p[range(3), targets[t]].sum() == pytest.approx(loss, rel=1e-12)


def test_float32_stays_float32(tmp_path: Path) -> None:
    path = tmp_path / "x.model"
    with path.open("wb") as file:
        save_language_model(file, made(SMALL, dtype=np.float32), TOKENS, {})
    predictor = open_predictor(str(path))
    state = predictor.start(1)
    assert predictor.advance(state, IDS[0, :1]).dtype == np.float32
    assert predictor.score(state, IDS[:, 0], IDS[:, 1]).dtype == np.float32


def test_a_state_that_grows_beyond_all_numbers_is_told() -> None:
    """Not by warnings of NumPy and a perplexity that is no number."""
    model = made(CASES["relu"])
    assert isinstance(model.encoder, RecurrentEncoder)
    for layer in model.encoder.layers:
        model.parameters[f"{layer}.U"][...] = -1e30
        model.parameters[f"{layer}.U"][0, ::2] = 1e30
        model.parameters[f"{layer}.b"][...] = 1
    reader = TextReader(RecurrentPredictor(model, model.encoder, TOKENS), TOKENS)
    with pytest.raises(ModelError, match="the model overflows on this text"):
        reader.read("abc" * 100)
