"""Recurrent layers stacked over an embedding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from nlp.layers.arrays import Floats, Ids
from nlp.layers.cells import make_cell
from nlp.layers.dropout import dropout_, dropout_mask
from nlp.layers.embedding import embedding_backward, embedding_forward
from nlp.layers.normalised import (
    NormalisedTrace,
    initialize_normalisation_,
    normalised_backward,
    normalised_forward,
    normalised_shapes,
    statistics_shapes,
)
from nlp.layers.parameters import Parameters
from nlp.layers.recurrent import Trace, lookup_backward, lookup_forward, recurrent_backward, recurrent_forward
from nlp.layers.workspace import Workspace
from nlp.networks.config import LanguageModelConfig
from nlp.networks.encoders.encoder import Encoder

OnStepOfLayer = Callable[[int, int, Floats], None]

FORMS_OF_NORM = {"none": "", "batch-input": "input", "batch": "recurrent"}


class Pass(NamedTuple):
    """What a forward pass leaves for the backward pass.

    Attributes: `ids` (T, B); `looked_up`, whether the first layer went through `lookup_forward`; `traces` of
    all layers; `masks`, of the dropout before each layer that did not, and of that on the output.
    """

    ids: Ids
    looked_up: bool
    traces: list[Trace[Any] | NormalisedTrace]
    masks: list[Floats | None]


class RecurrentEncoder(Encoder):
    """The layers `PREFIX.0`, `PREFIX.1` … of RNN, LSTM or GRU cells: h_t knows all tokens up to t.

    Dropout is on what goes from layer to layer, including the first input and the last output, and never on
    what a layer carries from step to step.

    Batch normalisation of each step (`norm` "batch") keeps one mean and variance for all steps, averaged over
    a window: the state is carried on from window to window, so no step is the first one of a sequence.

    Equation: x⁰_t = E[id_t];   xˡ_t = cellˡ(xˡ⁻¹_t, stateˡ_{t-1});   h_t = x^L_t
    Shapes:   E (V, D); the state (L S, B, H): the S vectors of the first layer, then those of the second …
    Source:   Mikolov et al. 2010, "Recurrent neural network based language model"; Zaremba, Sutskever &
              Vinyals 2014, "Recurrent neural network regularization", §3.2 (dropout)
    """

    def __init__(self, config: LanguageModelConfig, prefix: str = "forward") -> None:
        self.config = config
        self.width = self.inputs = config.hidden
        self.cell = make_cell(config.cell, activation=config.activation, gru_reset=config.gru_reset)
        self.layers = [f"{prefix}.{number}" for number in range(config.layers)]
        self._form = FORMS_OF_NORM[config.norm]

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of all layers."""
        shapes: dict[str, tuple[int, ...]] = {}
        for number, layer in enumerate(self.layers):
            sizes = self.config.hidden if number else self.config.embed_dim, self.config.hidden
            of_layer = (
                normalised_shapes(self._form, self.cell, *sizes) if self._form else self.cell.shapes(*sizes)
            )
            shapes |= {f"{layer}.{name}": shape for name, shape in of_layer.items()}
        return shapes

    def averaged_shapes(self) -> dict[str, tuple[int, ...]]:
        """The running means and variances of batch normalisation, of all layers; nothing without it."""
        if not self._form:
            return {}
        of_layer = statistics_shapes(self._form, self.cell, self.config.hidden, 1)
        return {f"{layer}.{name}": shape for layer in self.layers for name, shape in of_layer.items()}

    def initialize_(self, p: Parameters) -> None:
        """Set the bias of forget gates, and what batch normalisation starts from."""
        for of_layer in map(p.scope, self.layers):
            if self.cell.forget is not None:
                of_layer["b"][self.cell.forget] = self.config.forget_bias
            initialize_normalisation_(of_layer)

    def new_state(self, batch: int, dtype: np.dtype[Any]) -> Floats:
        """Zeros (L S, B, H): nothing has been read."""
        return np.zeros((len(self.layers) * self.cell.states, batch, self.config.hidden), dtype)

    def output_of(self, state: Floats) -> Floats:
        """h, as a view, of the last token that went into a state: (L S, B, H) -> (B, H)."""
        h: Floats = state[-self.cell.states]
        return h

    def forward(
        self,
        p: Parameters,
        ids: Ids,
        state: Floats,
        workspace: Workspace,
        generator: np.random.Generator | None = None,
        *,
        active: Sequence[int] | None = None,
        reverse: bool = False,
    ) -> tuple[Floats, Pass]:
        """Read on from `state`, which is moved; with a `generator`, in training.

        Rows of different lengths are sorted by falling length, the first `active[t]` of them still alive at
        t; those that have ended keep their state. In reverse, each row is read from its own end.

        Shapes: ids (T, B) -> h (T, B, H), a buffer of `workspace` that must not be written
        """
        E = p["E"]
        forward: Callable[..., tuple[Floats, Any]] = recurrent_forward
        if self._form:
            forward = partial(normalised_forward, by_batch=generator is not None)
        drops = generator is not None and self.config.dropout > 0
        done = Pass(ids, not self._form and not drops and 2 * len(E) <= ids.size, [], [])
        x = E if done.looked_up else embedding_forward(E, ids, workspace)
        for number, carried in enumerate(self._by_layer(state)):
            layer, scope = p.scope(self.layers[number]), workspace.scope(self.layers[number])
            if number == 0 and done.looked_up:
                x, trace = lookup_forward(
                    self.cell, layer, E, ids, carried, scope, active=active, reverse=reverse
                )
            else:
                x = self._dropped(x, done, scope, generator)
                x, trace = forward(self.cell, layer, x, carried, scope, active=active, reverse=reverse)
            done.traces.append(trace)
        return self._dropped(x, done, workspace.scope("top"), generator), done

    def backward(
        self,
        p: Parameters,
        grad: Parameters,
        dh: Floats,
        cache: Pass,
        workspace: Workspace,
        *,
        d_state: Floats | None = None,
        on_step: OnStepOfLayer | None = None,
    ) -> None:
        """Add the gradients of the layers and of the embedding; dh (T, B, H) is overwritten.

        `d_state` (L S, B, H), the gradient of the final state (zero if it is not given), is overwritten with
        that of the initial one. `on_step(number, t, d)` is shown, at each step back, the gradient d (S, B, H)
        of the state that step t left in a layer, counted from 0.
        """
        dx, traces, masks = dh, cache.traces, cache.masks
        dropout_(dx, masks.pop())
        d_states = [None] * len(traces) if d_state is None else self._by_layer(d_state)
        for number in reversed(range(len(traces))):
            name, trace = self.layers[number], traces[number]
            layer, of_layer, scope = p.scope(name), grad.scope(name), workspace.scope(name)
            look, d_end = on_step and partial(on_step, number), d_states[number]
            if isinstance(trace, NormalisedTrace):
                seen = self._observed(trace, of_layer, scope)
                dx = normalised_backward(
                    self.cell, layer, of_layer | seen, dx, trace, scope, d_state=d_end, on_step=look
                )
                for tensor, of_steps in seen.items():
                    of_steps.mean(axis=0, out=of_layer[tensor][0])
            elif number == 0 and cache.looked_up:
                E, dE = p["E"], grad["E"]
                lookup_backward(
                    self.cell, layer, E, of_layer, dE, dx, trace, scope, d_state=d_end, on_step=look
                )
                return
            else:
                dx = recurrent_backward(
                    self.cell, layer, of_layer, dx, trace, scope, d_state=d_end, on_step=look
                )
            dropout_(dx, masks.pop())
        embedding_backward(grad["E"], dx.reshape(cache.ids.size, -1), cache.ids.reshape(-1))

    def _observed(
        self, trace: NormalisedTrace, grad: dict[str, Floats], scope: Workspace
    ) -> dict[str, Floats]:
        """Room for the moments of each step, where they are taken step by step: (T, …) each."""
        if self._form == "input":
            return {}
        steps = trace.trace.z.shape[1]
        return {
            name: scope(f"observed_{name}", steps, *tensor.shape[1:])
            for name, tensor in grad.items()
            if name.endswith(("_mean", "_variance"))
        }

    def _by_layer(self, state: Floats) -> list[Floats]:
        """The vectors of each layer, as views: (L S, B, H) -> L times (S, B, H)."""
        return np.split(state, len(self.layers))

    def _dropped(
        self, x: Floats, done: Pass, scope: Workspace, generator: np.random.Generator | None
    ) -> Floats:
        """`x` itself, or what dropout leaves of it, in a buffer of its own; the mask is kept in `done`."""
        if generator is None or not self.config.dropout:
            done.masks.append(None)
            return x
        mask = dropout_mask(x.shape, self.config.dropout, generator, scope)
        done.masks.append(mask)
        return np.multiply(x, mask, out=scope("dropped", *x.shape))
