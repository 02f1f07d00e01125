"""Next-token distributions of recurrent models, one token at a time at the least cost.

Training takes many tokens of many texts at once; generation has one token of one text, and its cost is that
of reading the weights from memory and of calling NumPy. So all gates of a layer are one vector and one
product, σ goes through the same call of tanh as the other gates (its weights are halved beforehand), and for
a small vocabulary the products of every embedding with the first layer's W are computed once and looked up.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.layers.cells.single_step import StepWeights
from nlp.layers.normalised import without_normalisation
from nlp.layers.workspace import Workspace

if TYPE_CHECKING:
    from nlp.decoding.predictor import Rows
    from nlp.layers.arrays import Floats, Ids
    from nlp.layers.cells.cell import Cell
    from nlp.networks.language_model import LanguageModel
    from nlp.text.language_vocabulary import LanguageVocabulary

LARGEST_TABLE = 1 << 22
"""Numbers in the table of looked-up products: more would take longer to make than it saves."""

_STRETCH = 512  # tokens of a text that are scored together


class RecurrentState:
    """The vectors carried for some texts, and the functions that take one step with them, in place.

    Attributes: `rows`, how many texts; `carried` (L S, rows, H), as the state of `LanguageModel`; `calls`, a
    function for each layer, bound to its part of `carried` (for one text without the axis of rows).
    """

    def __init__(self, carried: Floats, cell: Cell, layers: list[StepWeights]) -> None:
        self.rows = carried.shape[1]
        self.carried = carried
        single = carried[:, 0] if self.rows == 1 else carried
        self.calls = [
            cell.single_step(weights, single[number * cell.states : (number + 1) * cell.states])
            for number, weights in enumerate(layers)
        ]


class RecurrentPredictor:
    """A `LanguageModel` that reads token after token: see `Predictor`."""

    def __init__(
        self, model: LanguageModel, vocabulary: LanguageVocabulary, largest_table: int = LARGEST_TABLE
    ) -> None:
        """With `largest_table`, how many products of embeddings and W may be kept to be looked up."""
        self._model, self._vocabulary, self._largest_table = model, vocabulary, largest_table
        self._workspace = Workspace(model.parameters.flat.dtype)

    @property
    def vocabulary(self) -> LanguageVocabulary:
        """The tokens, V of them."""
        return self._vocabulary

    def start(self, rows: int) -> RecurrentState:
        """The state of `rows` texts of which nothing has been read."""
        return RecurrentState(self._model.new_state(rows), self._model.stack.cell, self._layers)

    def advance(self, state: RecurrentState, ids: Ids) -> Floats:
        """Read one token of each text; return log P(next), (rows, V), valid until the next call."""
        x: Any = int(ids[0]) if state.rows == 1 else ids
        if not self._by_table:
            x = self._model.parameters["E"][x]
        for call in state.calls:
            x = call(x)
        model, h = self._model, x.reshape(state.rows, -1)
        return model.output.log_probabilities(model.parameters, h, self._workspace)

    def select(self, state: RecurrentState, rows: Rows) -> RecurrentState:
        """A state whose texts are those in the given places, some perhaps more than once."""
        return RecurrentState(state.carried[:, rows], self._model.stack.cell, self._layers)

    def score(self, state: RecurrentState, ids: Ids, targets: Ids) -> Floats:
        """Read a stretch of one text; return log P(target) of each token, (N,)."""
        scores = np.empty(len(ids), self._workspace.dtype)
        for start in range(0, len(ids), _STRETCH):
            part = slice(start, start + _STRETCH)
            h = self._model.hidden(ids[part, None], state.carried, self._workspace)
            scores[part] = self._model.output.log_probabilities_of(
                self._model.parameters, h.reshape(len(h), -1), targets[part], self._workspace
            )
        return scores

    @property
    def _by_table(self) -> bool:
        return self._layers[0].table is not None

    @cached_property
    def _layers(self) -> list[StepWeights]:
        """The weights of each layer."""
        model = self._model
        layers = []
        for number, layer in enumerate(model.stack.layers):
            p = without_normalisation(model.parameters.scope(layer), model.statistics.scope(layer))
            by_table = number == 0 and model.vocabulary_size * p["b"].size <= self._largest_table
            E = model.parameters["E"] if by_table else None
            layers.append(StepWeights(model.stack.cell.sigmas, p, E))
        return layers
