"""How the gradient flows through a trained language model: a curve for each of its layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from nlp.analysis.gradient_norms import BATCH, WARM_UP, Flow, NormsByStep
from nlp.errors import ModelError
from nlp.layers.arrays import Floats, Ids
from nlp.layers.random_streams import RandomStreams
from nlp.layers.workspace import Workspace
from nlp.networks.config import NNLM, LanguageModelConfig
from nlp.networks.encoders.recurrent import OnStepOfLayer, RecurrentEncoder
from nlp.networks.encoders.two_sided import TwoSidedEncoder
from nlp.networks.files import LoadedLanguageModel
from nlp.networks.network import Network

_TEXT = 0  # purpose of random numbers


def trained_flows(loaded: LoadedLanguageModel, lags: int, seed: int) -> list[Flow]:
    """The flow of each layer, on text that the model itself writes.

    Equation: E_T = -log P(token_{T+1} | all before it) of each sequence; for a bidirectional model
              -log P(token_{T+1} | all before it, all behind it)
    The norm ‖∂E_T/∂h_k‖ of a layer counts every path from its h_k to the loss, including those through the
    layers above it. In either direction of a bidirectional model, lag 0 is next to the predicted token.

    Raises:   ModelError for a model without recurrence
    """
    network, first = _in_float64(loaded), loaded.vocabulary.line_end
    steps, generator = WARM_UP + lags + 1, RandomStreams(seed).at(_TEXT)
    encoder = network.encoder
    if isinstance(encoder, RecurrentEncoder):
        ids = _written(network, first, steps + 1, generator)
        readings = [_Reading("layer", encoder, ids[:-1])]
    elif isinstance(encoder, TwoSidedEncoder):
        ids = _written(network, first, 2 * steps + 1, generator)
        readings = [
            _Reading("forward layer", encoder.left, ids[:steps]),
            _Reading("backward layer", encoder.right, np.ascontiguousarray(ids[:steps:-1])),
        ]
    else:
        raise ModelError(f"a model of cell {NNLM!r} has no recurrence; name one of cell rnn, lstm or gru")
    by_layer, norm = _measured(network, readings, ids[steps])
    return [
        by_step.flow(f"{direction} {number}", _about(readings[0].stack.config, direction, number), lags, norm)
        for (direction, number), by_step in by_layer.items()
    ]


class _Reading(NamedTuple):
    """One direction: its name, the stack of layers, and the tokens (T, BATCH) in its order of reading."""

    name: str
    stack: RecurrentEncoder
    ids: Ids


def _measured(
    network: Network, readings: Sequence[_Reading], targets: Ids
) -> tuple[dict[tuple[str, int], NormsByStep], float]:
    """Read, predict the targets (BATCH,) once, and go back; the norms of each layer, and of all gradients."""
    p, gradients, workspace = network.parameters, network.parameters.like(), Workspace(np.float64)
    in_training = np.random.default_rng()  # there is no dropout to draw from it
    passes = [
        stack.forward(p, ids, stack.new_state(BATCH, p.flat.dtype), workspace.scope(name), in_training)
        for name, stack, ids in readings
    ]
    last = np.concatenate([h[-1:] for h, _ in passes], axis=2)
    _, d_last = network.head.loss_and_grad(
        p, gradients, last, targets[None], np.ones((1, BATCH)), workspace.scope("output")
    )
    by_layer: dict[tuple[str, int], NormsByStep] = {}
    for (name, stack, _), (h, done), d_own in zip(
        readings, passes, np.split(d_last[0], len(readings), axis=1), strict=True
    ):
        norms = [NormsByStep() for _ in stack.layers]
        by_layer |= {(name, number): of_layer for number, of_layer in enumerate(norms, 1)}
        dh = np.zeros_like(h)
        dh[-1] = d_own
        stack.backward(
            p,
            gradients,
            dh,
            done,
            workspace.scope(name),
            on_step=_noted_in(norms),
        )
    return by_layer, float(np.linalg.norm(gradients.flat)) / BATCH


def _noted_in(norms: Sequence[NormsByStep]) -> OnStepOfLayer:
    return lambda number, t, d: norms[number].on_step(t, d)


def _in_float64(loaded: LoadedLanguageModel) -> Network:
    """The model without dropout, in float64: a gradient that has nearly vanished would be 0 in float32."""
    p = loaded.model.parameters
    return Network(
        replace(loaded.model.config, dropout=0.0),
        len(loaded.vocabulary),
        dtype=np.float64,
        parameters=p.flat.astype(np.float64),
        averages=p.averages.astype(np.float64),
    )


def _written(network: Network, first: int, length: int, generator: np.random.Generator) -> Ids:
    """Texts of the model, drawn token by token from left to right. Returns: ids (length, BATCH)."""
    ids: Ids = np.full((length, BATCH), first, np.int32)
    state, workspace = network.new_state(BATCH), Workspace(np.float64)
    for t in range(1, length):
        p = np.exp(_next_token(network, ids[t - 1 : t], state, workspace))
        below = p.cumsum(axis=1) < generator.random((BATCH, 1))
        ids[t] = np.minimum(below.sum(axis=1), len(p[0]) - 1)
    return ids


def _next_token(network: Network, ids: Ids, state: Floats, workspace: Workspace) -> Floats:
    """Log P(next token) from all until now, having read on. Shapes: ids (1, BATCH) -> (BATCH, V)."""
    encoder, p = network.encoder, network.parameters
    if isinstance(encoder, TwoSidedEncoder):
        seen, _ = encoder.left.forward(p, ids, state, workspace)
        h = encoder.join(seen, None, workspace)
    else:
        h = network.hidden(ids, state, workspace)
    return network.head.log_probabilities(p, h[0], workspace.scope("output"))


def _about(config: LanguageModelConfig, name: str, number: int) -> dict[str, Any]:
    direction = {"direction": name.partition(" ")[0]} if config.bidirectional else {}
    own = {
        "cell": config.cell,
        **direction,
        "layer": number,
        "hidden": config.hidden,
        "normalization": config.norm,
    }
    return own | ({"activation": config.activation} if config.cell == "rnn" else {})
