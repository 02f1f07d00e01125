"""Next-token distributions of networks, and of recurrent ones at the least cost.

Training takes many tokens of many texts at once; generation has one token of one text, and its cost is that
of reading the weights from memory and of calling NumPy. So in a recurrent layer all gates are one vector and
one product, σ goes through the same call of tanh as the other gates (its weights are halved beforehand), and
for a small vocabulary the products of every embedding with the first layer's W are computed once.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from nlp.decoding.predictor import Rows
from nlp.layers.arrays import Floats, Ids
from nlp.layers.cells.cell import Cell
from nlp.layers.cells.single_step import StepWeights
from nlp.layers.normalised import without_normalisation
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.recurrent import RecurrentEncoder
from nlp.networks.network import Network
from nlp.text.vocabulary import Vocabulary

LARGEST_TABLE = 1 << 22
"""Numbers in the table of looked-up products: more would take longer to make than it saves."""

_STRETCH = 512  # tokens of a text that are scored together


class NetworkPredictor:
    """A network that reads token after token, as a `Predictor`; its state is the network's own.

    Attributes: `vocabulary`, the V tokens.
    """

    def __init__(self, network: Network, vocabulary: Vocabulary) -> None:
        self.network, self.vocabulary = network, vocabulary
        self._p, self._head = network.parameters, network.head
        self._workspace = Workspace(network.parameters.flat.dtype)

    def start(self, rows: int) -> Any:
        """The state of `rows` texts of which nothing has been read."""
        return self.network.new_state(rows)

    def advance(self, state: Any, ids: Ids) -> Floats:
        """Read one token of each text; return log P(next), (rows, V), valid until the next call."""
        return self._head.log_probabilities(self._p, self._read(state, ids[None])[0], self._workspace)

    def select(self, state: Any, rows: Rows) -> Any:
        """A state whose texts are those in the given places, some perhaps more than once."""
        return np.ascontiguousarray(state[:, rows])

    def score(self, state: Any, ids: Ids, targets: Ids) -> Floats:
        """Read a stretch of one text; return log P(target) of each token, (N,)."""
        scores = np.empty(len(ids), self._workspace.dtype)
        for start in range(0, len(ids), _STRETCH):
            part = slice(start, start + _STRETCH)
            h, column = self._read(state, ids[part, None]), targets[part, None]
            scores[part] = self._head.log_probabilities_of(self._p, h, column, self._workspace)[:, 0]
        return scores

    def _read(self, state: Any, ids: Ids) -> Floats:
        """What the head gets. Shapes: ids (T, rows) -> (T, rows, F)."""
        return self.network.hidden(ids, state, self._workspace)


class RecurrentState:
    """The vectors carried for some texts, and the functions that take one step with them, in place.

    Attributes: `rows`, how many texts; `carried` (L S, rows, H), as the state of the network; `calls`, a
    function for each layer, bound to its part of `carried` (for one text without the axis of rows).
    """

    def __init__(self, carried: Floats, cell: Cell, layers: list[StepWeights]) -> None:
        self.rows = carried.shape[1]
        self.carried = carried
        single = carried[:, 0] if self.rows == 1 else carried
        self.calls = [
            cell.single_step(weights, of_layer)
            for weights, of_layer in zip(layers, np.split(single, len(layers)), strict=True)
        ]


class RecurrentPredictor(NetworkPredictor):
    """A network of recurrent layers, which takes its steps one by one by `Cell.single_step`."""

    def __init__(
        self,
        network: Network,
        encoder: RecurrentEncoder,
        vocabulary: Vocabulary,
        largest_table: int = LARGEST_TABLE,
    ) -> None:
        """Predict by a network with this encoder.

        `largest_table` is how many numbers, products of embeddings and W, may be kept to be looked up.
        """
        super().__init__(network, vocabulary)
        self._encoder, self._largest_table = encoder, largest_table

    def start(self, rows: int) -> RecurrentState:
        """The state of `rows` texts of which nothing has been read."""
        return self._state(self.network.new_state(rows))

    def advance(self, state: RecurrentState, ids: Ids) -> Floats:
        """Read one token of each text; return log P(next), (rows, V), valid until the next call."""
        x: Any = int(ids[0]) if state.rows == 1 else ids
        if self._layers[0].table is None:
            x = self._p["E"][x]
        for call in state.calls:
            x = call(x)
        return self._head.log_probabilities(self._p, x.reshape(state.rows, -1), self._workspace)

    def select(self, state: RecurrentState, rows: Rows) -> RecurrentState:
        """A state whose texts are those in the given places, some perhaps more than once."""
        return self._state(state.carried[:, rows])

    def _read(self, state: RecurrentState, ids: Ids) -> Floats:
        return super()._read(state.carried, ids)

    def _state(self, carried: Floats) -> RecurrentState:
        return RecurrentState(carried, self._encoder.cell, self._layers)

    @cached_property
    def _layers(self) -> list[StepWeights]:
        """The weights of each layer."""
        layers = []
        for number, layer in enumerate(self._encoder.layers):
            p = without_normalisation(self._p.scope(layer))
            by_table = number == 0 and self.network.vocabulary_size * p["b"].size <= self._largest_table
            layers.append(StepWeights(self._encoder.cell.sigmas, p, self._p["E"] if by_table else None))
        return layers
