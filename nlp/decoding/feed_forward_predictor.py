"""Next-token distributions of the feed-forward model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.layers.workspace import Workspace

if TYPE_CHECKING:
    from nlp.decoding.predictor import Rows
    from nlp.layers.arrays import Floats, Ids
    from nlp.networks.feed_forward import FeedForward
    from nlp.text.language_vocabulary import LanguageVocabulary

_STRETCH = 512  # tokens of a text that are scored together


class FeedForwardPredictor:
    """A `FeedForward` that reads token after token: see `Predictor`. Its state is the model's own."""

    def __init__(self, model: FeedForward, vocabulary: LanguageVocabulary) -> None:
        self._model, self._vocabulary = model, vocabulary
        self._workspace = Workspace(model.parameters.flat.dtype)

    @property
    def vocabulary(self) -> LanguageVocabulary:
        """The tokens, V of them."""
        return self._vocabulary

    def start(self, rows: int) -> Floats:
        """The state of `rows` texts of which nothing has been read."""
        return self._model.new_state(rows)

    def advance(self, state: Floats, ids: Ids) -> Floats:
        """Read one token of each text; return log P(next), (rows, V), valid until the next call."""
        features = self._model.hidden(ids[None], state, self._workspace)
        return self._model.output.log_probabilities(self._model.parameters, features, self._workspace)

    def select(self, state: Floats, rows: Rows) -> Floats:
        """A state whose texts are those in the given places, some perhaps more than once."""
        chosen: Floats = state[:, rows]
        return chosen

    def score(self, state: Floats, ids: Ids, targets: Ids) -> Floats:
        """Read a stretch of one text; return log P(target) of each token, (N,)."""
        scores = np.empty(len(ids), self._workspace.dtype)
        for start in range(0, len(ids), _STRETCH):
            part = slice(start, start + _STRETCH)
            features = self._model.hidden(ids[part, None], state, self._workspace)
            scores[part] = self._model.output.log_probabilities_of(
                self._model.parameters, features, targets[part], self._workspace
            )
        return scores
