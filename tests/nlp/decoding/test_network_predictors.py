from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.data.batches import Batch
from nlp.decoding import feed_forward_predictor, recurrent_predictor
from nlp.decoding.mixture import TextReader
from nlp.decoding.open_predictor import open_predictor
from nlp.decoding.recurrent_predictor import RecurrentPredictor
from nlp.errors import ModelError
from nlp.layers.workspace import Workspace
from nlp.networks.files import save_language_model
from nlp.networks.language_model import LanguageModel
from nlp.storage.model_file import write_model
from nlp.text.language_vocabulary import LanguageVocabulary
from tests.nlp.networks.network_cases import CASES, SMALL, VOCABULARY, made

if TYPE_CHECKING:
    from pathlib import Path

    from nlp.decoding.predictor import Predictor
    from nlp.networks.config import LanguageModelConfig

TOKENS = LanguageVocabulary.of("char", "abcdefghi")
IDS = np.random.default_rng(0).integers(0, VOCABULARY, (20, 3)).astype(np.int32)
every_case = pytest.mark.parametrize("config", CASES.values(), ids=CASES.keys())


def opened(config: LanguageModelConfig, tmp_path: Path) -> Predictor:
    path = tmp_path / "x.model"
    with path.open("wb") as file:
        save_language_model(file, made(config), TOKENS, {})
    return open_predictor(str(path))


@every_case
@pytest.mark.parametrize("table", [0, 1 << 22])
def test_it_predicts_what_training_does(
    config: LanguageModelConfig, table: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Token by token, for one text and for three, and a stretch at once: log P is that of the loss."""
    monkeypatch.setattr(recurrent_predictor, "_TABLE", table)
    predictor, model = opened(config, tmp_path), made(config)
    targets, ones = np.roll(IDS, -1, axis=0), np.ones((1, 3))
    assert predictor.vocabulary == TOKENS
    three, singles, trained = predictor.start(3), predictor.start(1), model.new_state(3)
    for t, ids in enumerate(IDS):
        log_p = predictor.advance(three, ids).copy()
        assert log_p.shape == (3, VOCABULARY)
        np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, rtol=1e-12)
        batch = Batch(ids[None], targets[t : t + 1], ones)
        loss, _ = model.loss(batch, trained, Workspace(np.float64))
        assert -log_p[range(3), targets[t]].sum() == pytest.approx(loss, rel=1e-12)
        alone = predictor.advance(singles, ids[:1])
        np.testing.assert_allclose(alone[0], log_p[0], rtol=1e-11)


@every_case
def test_a_stretch_is_scored_as_its_tokens_are(
    config: LanguageModelConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (recurrent_predictor, feed_forward_predictor):
        monkeypatch.setattr(module, "_STRETCH", 7)
    predictor = opened(config, tmp_path)
    ids, targets = IDS[:, 0], np.roll(IDS[:, 0], -1)
    one_by_one, at_once = predictor.start(1), predictor.start(1)
    expected = [
        predictor.advance(one_by_one, ids[t : t + 1])[0, target] for t, target in enumerate(targets.tolist())
    ]
    scores = predictor.score(at_once, ids[:9], targets[:9]), predictor.score(at_once, ids[9:], targets[9:])
    np.testing.assert_allclose(np.concatenate(scores), expected, rtol=1e-11)
    after = predictor.advance(one_by_one, ids[:1]).copy()
    np.testing.assert_allclose(predictor.advance(at_once, ids[:1]), after, rtol=1e-11)
    assert predictor.score(at_once, ids[:0], ids[:0]).shape == (0,)


@every_case
def test_beams_go_their_own_ways(config: LanguageModelConfig, tmp_path: Path) -> None:
    """Texts that are selected, some twice, go on as their own texts would; the first state is left alone."""
    predictor = opened(config, tmp_path)
    state = predictor.start(3)
    for ids in IDS[:4]:
        predictor.advance(state, ids)
    chosen = predictor.select(state, np.array([2, 0, 2, 1]))
    of_chosen = predictor.advance(chosen, np.array([5, 6, 7, 8], np.int32)).copy()
    single = predictor.advance(predictor.select(state, np.array([2])), np.array([7], np.int32)).copy()
    of_three = predictor.advance(state, np.array([6, 8, 5], np.int32))
    np.testing.assert_allclose(of_chosen[[1, 3, 0]], of_three, rtol=1e-11)
    np.testing.assert_allclose(of_chosen[2], single[0], rtol=1e-11)
    assert np.abs(of_chosen[2] - of_chosen[0]).max() > 1e-6  # they have read different texts


def test_float32_stays_float32(tmp_path: Path) -> None:
    path = tmp_path / "x.model"
    with path.open("wb") as file:
        save_language_model(file, made(SMALL, dtype=np.float32), TOKENS, {})
    predictor = open_predictor(str(path))
    state = predictor.start(1)
    assert predictor.advance(state, IDS[0, :1]).dtype == np.float32
    assert predictor.score(state, IDS[:, 0], IDS[:, 1]).dtype == np.float32


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (
            "fill-model",
            "a model of kind 'fill-model' .* kind 'language-model' or 'ngram-model'; use it with 'fill'",
        ),
        ("word-vectors", "a model of kind 'word-vectors', .* kind 'language-model' or 'ngram-model'"),
    ],
)
def test_models_that_continue_no_text_are_refused(kind: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.model"
    arrays: dict[str, Any] = {"x": np.zeros(3, np.float32)}
    with path.open("wb") as file:
        write_model(file, kind, {}, arrays)
    with pytest.raises(ModelError, match=message):
        open_predictor(str(path))


def test_a_state_that_grows_beyond_all_numbers_is_told() -> None:
    """Not by warnings of NumPy and a perplexity that is no number."""
    model = made(CASES["relu"])
    assert isinstance(model, LanguageModel)
    for layer in model.stack.layers:
        model.parameters[f"{layer}.U"][...] = -1e30
        model.parameters[f"{layer}.U"][0, ::2] = 1e30
        model.parameters[f"{layer}.b"][...] = 1
    reader = TextReader(RecurrentPredictor(model, TOKENS), TOKENS)
    with pytest.raises(ModelError, match="the model overflows on this text"):
        reader.read("abc" * 100)
