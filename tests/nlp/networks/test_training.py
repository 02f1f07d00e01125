"""The real models under the loop: resumed in the middle, by another number of workers."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.data.language_text import encode_language, encode_language_by
from nlp.networks.config import LanguageModelConfig
from nlp.networks.learner import NetworkLearner
from nlp.networks.network import Network
from nlp.training.checkpoint import TrainingState, load_checkpoint, save_checkpoint
from nlp.training.language_settings import LanguageSettings
from nlp.training.loop import Watch, train

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TMP = "/tmp"  # noqa: S108 - the storage has no name there
TEXT = "the king rode out at dawn\nthe queen ate bread at noon\n" * 6
MODELS: dict[str, dict[str, Any]] = {
    "rnn": {"cell": "rnn", "activation": "relu"},
    "lstm": {"dropout": 0.2},
    "gru": {"cell": "gru", "tied": True},
    "batch": {"norm": "batch", "layers": 1},
    "batch-input": {"norm": "batch-input", "cell": "gru"},
    "nnlm": {"cell": "nnlm", "direct": True},
    "adaptive": {"softmax": "adaptive"},
    "bidirectional": {"bidirectional": True},
}


def ready(name: str, optimizer: str = "adam") -> NetworkLearner:
    text = encode_language([TEXT], TMP, "char")
    held_out = encode_language_by([TEXT[60:120]], TMP, text.vocabulary)
    config = LanguageModelConfig(**{"hidden": 6, "embed_dim": 6, **MODELS[name]})
    settings = LanguageSettings(epochs=2, optimizer=optimizer, batch_size=5, bptt=9, shards=2)
    model = Network(config, len(text.vocabulary))
    return NetworkLearner(model, text, settings, valid=held_out)


def outcome(learner: NetworkLearner, workers: int = 1, watch: Watch | None = None) -> tuple[Any, ...]:
    curves = train(learner, workers, watch)
    model = learner.model
    return model.parameters.flat.tobytes(), model.parameters.averages.tobytes(), vars(curves)


class Interrupted(Exception):  # noqa: N818 - it is no error
    """Ends a training at a chosen boundary."""


@pytest.mark.parametrize("name", MODELS)
def test_every_model_goes_on_where_it_stopped(name: str, tmp_path: Path) -> None:
    whole, path, seen = outcome(ready(name)), tmp_path / "checkpoint", 0

    def on_boundary(state: Callable[[], TrainingState]) -> None:
        nonlocal seen
        seen += 1
        if seen == 12:  # in the second epoch
            with path.open("wb") as file:
                save_checkpoint(file, "test", {}, state())
            raise Interrupted

    with suppress(Interrupted):
        train(ready(name), 2, Watch(on_boundary=on_boundary))
    state = load_checkpoint(str(path), "test", {})
    assert state.figures["position"]["epoch"] == 1
    assert state.figures["position"]["number"] > 0
    assert outcome(ready(name), 1, Watch(resume=lambda: state)) == whole
    assert np.isfinite(whole[2]["epoch_losses"]).all()


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_state_holds_the_optimizer(optimizer: str) -> None:
    states: list[TrainingState] = []
    learner = ready("lstm", optimizer)
    train(learner, 1, Watch(on_boundary=lambda state: states.append(state())))
    names = {name for name in states[0].arrays if name.startswith("optimizer.")}
    assert names == ({"optimizer.m", "optimizer.v"} if optimizer == "adam" else set())
    buffer = io.BytesIO()
    save_checkpoint(buffer, "test", {}, states[0])
    assert buffer.tell() > learner.model.parameters.flat.nbytes * (1 + len(names))
