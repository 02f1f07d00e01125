"""Recurrent layers stacked over an embedding: what every model that reads a text in order is made of."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nlp.layers.cells import make_cell
from nlp.layers.dropout import dropout_, dropout_mask
from nlp.layers.embedding import embedding_backward, embedding_forward
from nlp.layers.initialize import identity_, orthogonal_, uniform_
from nlp.layers.normalised import (
    NormalisedTrace,
    initialize_normalisation_,
    normalised_backward,
    normalised_forward,
    normalised_shapes,
    statistics_shapes,
)
from nlp.layers.recurrent import lookup_backward, lookup_forward, recurrent_backward, recurrent_forward

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlp.layers.arrays import Floats, Ids
    from nlp.layers.parameters import Parameters
    from nlp.layers.recurrent import Trace
    from nlp.layers.workspace import Workspace
    from nlp.networks.config import LanguageModelConfig

    OnStepOfLayer = Callable[[int, int, Floats], None]

FORMS_OF_NORM = {"none": "", "batch-input": "input", "batch": "recurrent"}

EMBEDDING_RANGE = 0.1
"""Of the embedding at the start, and so of the output matrix where the two are tied."""


class Pass(NamedTuple):
    """What a forward pass leaves for the backward pass.

    Attributes: `ids` (T, B); `first`, the first layer's trace if it went through `lookup_forward`; `traces`
    of the other layers; `masks`, those of the dropout before each of `traces`, and of that on the output.
    """

    ids: Ids
    first: Trace[Ids] | None
    traces: list[Trace[Floats] | NormalisedTrace]
    masks: list[Floats | None]


class RecurrentStack:
    """The layers `PREFIX.0`, `PREFIX.1` … of a model whose embedding is `E`.

    Dropout is on what goes from layer to layer, including the first input and the last output, and never on
    what a layer carries from step to step.

    Batch normalisation of each step (`norm` "batch") keeps one mean and variance for all steps, averaged over
    a window: the state is carried on from window to window, so no step is the first one of a sequence.

    Equation: x⁰_t = E[id_t];   xˡ_t = cellˡ(xˡ⁻¹_t, stateˡ_{t-1});   h_t = x^L_t
    Shapes:   E (V, D); the state (L S, B, H): the S vectors of the first layer, then those of the second …
    Source:   Zaremba, Sutskever & Vinyals 2014, "Recurrent neural network regularization", §3.2 (dropout)
    """

    def __init__(self, config: LanguageModelConfig, prefix: str) -> None:
        self.config = config
        self.cell = make_cell(config.cell, activation=config.activation, gru_reset=config.gru_reset)
        self.layers = [f"{prefix}.{number}" for number in range(config.layers)]
        self._form = FORMS_OF_NORM[config.norm]

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of all layers; the embedding is the model's."""
        shapes: dict[str, tuple[int, ...]] = {}
        for number, layer in enumerate(self.layers):
            inputs = self.config.hidden if number else self.config.embed_dim
            sizes = inputs, self.config.hidden
            of_layer = (
                normalised_shapes(self._form, self.cell, *sizes) if self._form else self.cell.shapes(*sizes)
            )
            shapes |= {f"{layer}.{name}": shape for name, shape in of_layer.items()}
        return shapes

    def statistics_shapes(self) -> dict[str, tuple[int, ...]]:
        """The running means and variances of batch normalisation, of all layers; nothing without it."""
        if not self._form:
            return {}
        of_layer = statistics_shapes(self._form, self.cell, self.config.hidden, 1)
        return {f"{layer}.{name}": shape for layer in self.layers for name, shape in of_layer.items()}

    def initialize_normalisation_(self, parameters: Parameters, statistics: Parameters) -> None:
        """Set the γ, β and statistics that batch normalisation starts from."""
        if self._form:
            for layer in self.layers:
                initialize_normalisation_(parameters.scope(layer), statistics.scope(layer))

    def new_state(self, batch: int, dtype: np.dtype[np.floating]) -> Floats:
        """Zeros: nothing has been read."""
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
        statistics: Parameters | None = None,
        observed: Parameters | None = None,
    ) -> tuple[Floats, Pass]:
        """Read on from `state`, which is moved; dropout is drawn from the generator, if there is one.

        Batch normalisation uses the moments of the batch, and writes them over `observed`, if that is given;
        else it uses `statistics`.

        Shapes: ids (T, B) -> h (T, B, H), a buffer of `workspace` that must not be written
        """
        done, layers = Pass(ids, None, [], []), self.layers
        E = p["E"]
        if not self._form and not self._drops(generator) and 2 * len(E) <= ids.size:
            first, *layers = layers
            scope, carried = workspace.scope(first), self._carried(state, first)
            x, looked_up = lookup_forward(self.cell, p.scope(first), E, ids, carried, scope)
            done = done._replace(first=looked_up)
        else:
            x = embedding_forward(E, ids, workspace)
        for layer in layers:
            scope = workspace.scope(layer)
            x = self._dropped(x, done, scope, generator)
            carried = self._carried(state, layer)
            if statistics is None or not self._form:
                x, trace = recurrent_forward(self.cell, p.scope(layer), x, carried, scope)
                done.traces.append(trace)
            else:
                seen = None if observed is None else observed.scope(layer)
                kept = statistics.scope(layer)
                x, normalised = self._normalised(p.scope(layer), kept, seen, x, carried, scope)
                done.traces.append(normalised)
        return self._dropped(x, done, workspace.scope("top"), generator), done

    def backward(
        self,
        p: Parameters,
        grad: Parameters,
        dh: Floats,
        done: Pass,
        workspace: Workspace,
        on_step: OnStepOfLayer | None = None,
    ) -> None:
        """Add the gradients of the layers and of the embedding; `dh` (T, B, H) is overwritten.

        `on_step(number, t, d)` is the `on_step` of `recurrent_backward`, with the layer's number from 0.
        """
        dx = dropout_(dh, done.masks.pop())
        while done.traces:
            number = len(done.traces) - 1 + (done.first is not None)
            layer, look = self.layers[number], on_step and partial(on_step, number)
            scope, trace, mask = workspace.scope(layer), done.traces.pop(), done.masks.pop()
            of_layer, of_grad = p.scope(layer), grad.scope(layer)
            if isinstance(trace, NormalisedTrace):
                dx = normalised_backward(self.cell, of_layer, of_grad, dx, trace, scope, on_step=look)
            else:
                dx = recurrent_backward(self.cell, of_layer, of_grad, dx, trace, scope, on_step=look)
            dropout_(dx, mask)
        if done.first is None:
            embedding_backward(grad["E"], dx.reshape(done.ids.size, -1), done.ids.reshape(-1))
            return
        layer, look = self.layers[0], on_step and partial(on_step, 0)
        scope, of_layer, of_grad = workspace.scope(layer), p.scope(layer), grad.scope(layer)
        lookup_backward(self.cell, of_layer, p["E"], of_grad, grad["E"], dx, done.first, scope, on_step=look)

    def _normalised(
        self,
        p: dict[str, Floats],
        statistics: dict[str, Floats],
        observed: dict[str, Floats] | None,
        x: Floats,
        carried: Floats,
        scope: Workspace,
    ) -> tuple[Floats, NormalisedTrace]:
        """One normalised layer; the moments that it observes at each step are averaged over the steps."""
        if observed is None or self._form == "input":
            return normalised_forward(self.cell, p, statistics, x, carried, scope, observed=observed)
        of_steps = {
            name: scope(f"observed_{name}", len(x), *kept.shape[1:]) for name, kept in observed.items()
        }
        h, trace = normalised_forward(self.cell, p, statistics, x, carried, scope, observed=of_steps)
        for name, kept in observed.items():
            of_steps[name].mean(axis=0, out=kept[0])
        return h, trace

    def _carried(self, state: Floats, layer: str) -> Floats:
        """The state's vectors of one layer, as a view."""
        number, places = self.layers.index(layer), self.cell.states
        return state[number * places : (number + 1) * places]

    def _drops(self, generator: np.random.Generator | None) -> bool:
        return generator is not None and self.config.dropout > 0

    def _dropped(
        self, x: Floats, done: Pass, scope: Workspace, generator: np.random.Generator | None
    ) -> Floats:
        """`x` itself, or what dropout leaves of it, in a buffer of its own; the mask is kept in `done`."""
        if generator is None or not self._drops(generator):
            done.masks.append(None)
            return x
        mask = dropout_mask(x.shape, self.config.dropout, generator, scope)
        done.masks.append(mask)
        return np.multiply(x, mask, out=scope("dropped", *x.shape))


def initialize_(parameters: Parameters, config: LanguageModelConfig, generator: np.random.Generator) -> None:
    """Draw every weight uniformly from ±`init_scale`; biases are zero, but for the forget gate's.

    Without `init_scale`: ±0.1 for the embedding and ±1/√H for all else. With `init` "orthogonal" or
    "identity" the recurrent weights U are random orthogonal matrices or the identity instead.

    Source: Saxe, McClelland & Ganguli 2014, "Exact solutions to the nonlinear dynamics of learning in deep
            linear neural networks" (orthogonal); Le, Jaitly & Hinton 2015, "A simple way to initialize
            recurrent networks of rectified linear units" (identity)
    """
    cell = make_cell(config.cell, activation=config.activation, gru_reset=config.gru_reset)
    scale, forget = config.init_scale, cell.forget
    for name, w in parameters.views().items():
        tensor = name.rpartition(".")[2]
        if tensor.startswith("b"):
            w[...] = 0
            if forget is not None and tensor == "b" and not name.startswith("output"):
                w[forget] = config.forget_bias
        elif tensor == "U" and config.init == "orthogonal":
            orthogonal_(w, generator)
        elif tensor == "U" and config.init == "identity":
            identity_(w)
        else:
            own = EMBEDDING_RANGE if tensor == "E" else config.hidden**-0.5
            uniform_(w, own if scale is None else scale, generator)
