"""How the gradient flows through a trained language model: a curve for each of its layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.errors import ModelError
from nlp.layers.clipping import global_norm
from nlp.layers.random_streams import RandomStreams
from nlp.layers.workspace import Workspace
from nlp.models.gradient_flow import BATCH, WARM_UP, Flow, NormsByStep
from nlp.models.language_model import LanguageModel

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats, Ids
    from nlp.models.language_model_files import LoadedLanguageModel

_TEXT = 0  # purpose of random numbers


def trained_flows(loaded: LoadedLanguageModel, lags: int, seed: int) -> list[Flow]:
    """The flow of each layer, on text that the model itself writes.

    Equation: E_T = -log P(token_{T+1} | all before it), of each of the sequences; what is told of a layer is
              ‖∂E_T/∂h_k‖ over every path, those through the layers above it among them
    Raises:   ModelError for a model without recurrence
    """
    model = _in_float64(loaded)
    streams = RandomStreams(seed)
    ids = _written(model, loaded.vocabulary.line_end, WARM_UP + lags + 2, streams.at(_TEXT))
    h, done = model.stack.forward(
        model.parameters,
        ids[:-1],
        model.new_state(BATCH),
        workspace := Workspace(np.float64),
        statistics=model.statistics,
        observed=model.statistics.like(),
    )
    last = np.zeros(ids[1:].shape)
    last[-1] = 1
    gradients, by_layer = model.parameters.like(), [NormsByStep() for _ in model.stack.layers]
    _, dh = model.output.loss_and_grad(
        model.parameters,
        gradients,
        h.reshape(last.size, -1),
        ids[1:].reshape(-1),
        last.reshape(-1),
        workspace.scope("output"),
    )
    model.stack.backward(
        model.parameters,
        gradients,
        dh.reshape(h.shape),
        done,
        workspace,
        on_step=lambda number, t, d: by_layer[number].on_step(t, d),
    )
    norm = global_norm(gradients.flat) / BATCH
    return [
        by_step.flow(f"layer {number}", _about(loaded, number), lags, norm)
        for number, by_step in enumerate(by_layer, 1)
    ]


def _in_float64(loaded: LoadedLanguageModel) -> LanguageModel:
    """The model again, so precise that what has nearly vanished can still be told."""
    if not isinstance(loaded.model, LanguageModel):
        raise ModelError(
            f"a model of cell {loaded.config.cell!r} has no recurrence; name one of cell rnn, lstm or gru"
        )
    return LanguageModel(
        loaded.config,
        len(loaded.vocabulary),
        dtype=np.float64,
        parameters=loaded.model.parameters.flat.astype(np.float64),
        statistics=loaded.model.statistics.flat.astype(np.float64),
    )


def _written(model: LanguageModel, first: int, length: int, generator: np.random.Generator) -> Ids:
    """Texts of the model, drawn token by token. Returns: ids (length, BATCH)."""
    ids: Ids = np.full((length, BATCH), first, np.int32)
    state, workspace = model.new_state(BATCH), Workspace(np.float64)
    for t in range(1, length):
        h = model.hidden(ids[t - 1 : t], state, workspace)[0]
        p: Floats = np.exp(model.output.log_probabilities(model.parameters, h, workspace.scope("output")))
        below = p.cumsum(axis=1) < generator.random((BATCH, 1))
        ids[t] = np.minimum(below.sum(axis=1), len(p[0]) - 1)
    return ids


def _about(loaded: LoadedLanguageModel, number: int) -> dict[str, Any]:
    config = loaded.config
    own = {"cell": config.cell, "layer": number, "hidden": config.hidden, "normalization": config.norm}
    return own | ({"activation": config.activation} if config.cell == "rnn" else {})
