"""What scoring and generating know of a language model, be it recurrent, feed-forward or of n-grams."""

from __future__ import annotations

from typing import Any, Protocol

import numpy.typing as npt

from nlp.layers.arrays import Floats, Ids
from nlp.text.vocabulary import Vocabulary

Rows = npt.NDArray[Any]


class Predictor(Protocol):
    """A distribution over the next token, given all before it; several texts (rows) side by side.

    A line end stands before every text: the first `advance` takes `vocabulary.line_end`. A state belongs to
    the predictor that made it, which may reuse its memory.
    """

    @property
    def vocabulary(self) -> Vocabulary:
        """The tokens, V of them."""

    def start(self, rows: int) -> Any:
        """The state of `rows` texts of which nothing has been read."""

    def advance(self, state: Any, ids: Ids) -> Floats:
        """Read one token of each text, moving `state`; return log P(next) in nats.

        Shapes: ids (rows,) -> (rows, V), valid until the next call
        """

    def select(self, state: Any, rows: Rows) -> Any:
        """A state whose texts are those in the given places, some perhaps more than once: for beams."""

    def score(self, state: Any, ids: Ids, targets: Ids) -> Floats:
        """Read a stretch of one text (a state of one row), moving `state`; return log P(target) of each.

        Shapes: ids (N,), targets (N,), what follows each of them -> (N,)
        """
