"""A text as batches for truncated backpropagation through time (BPTT).

It is cut into columns that are read side by side, a window of consecutive tokens at a time: gradients flow
back within a window, the state is carried from window to window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from nlp.data.corpus import Corpus
from nlp.layers.arrays import Floats, Ids


@dataclass(frozen=True)
class Batch:
    """T consecutive tokens of each of B streams, time-major.

    Attributes: `ids` (T, B), what is read; `targets` (T, B), what is to be predicted after it; `mask` (T, B),
    1 where a prediction counts, 0 behind the end of a stream.
    """

    ids: Ids
    targets: Ids
    mask: Floats


_READ_AT_ONCE = 1 << 16  # tokens, all columns together: a read has a fixed cost


@dataclass(frozen=True)
class StreamBatches:
    """A text cut into `columns` stretches; window n has tokens n T to (n + 1) T of each, with T = `bptt`.

    Every token of the text is a target exactly once. The first token of the text is predicted from a line
    end, the first of each further column from the last token of the column before. Columns differ in length
    by one token at most, so only the last window may be shorter than T, and only its last row may be partly
    masked. A window depends on its number alone: a training can be resumed without any state of the batches.

    Raises: ValueError where there are more columns than tokens
    """

    text: Corpus
    columns: int
    bptt: int

    def __post_init__(self) -> None:
        if not 0 < self.columns <= self.text.length:
            message = f"{self.columns} columns of {self.text.length} tokens"
            raise ValueError(message)

    @property
    def height(self) -> int:
        """Tokens of the longest column."""
        return -(-self.text.length // self.columns)

    @property
    def windows(self) -> int:
        """Windows of an epoch."""
        return -(-self.height // self.bptt)

    def tokens_before(self, window: int) -> int:
        """How many targets lie in the windows before this one, all columns together."""
        return min(window * self.bptt * self.columns, self.text.length)

    def read(self, skip: int = 0) -> Iterator[Batch]:
        """Yield the batch of each window, without the first `skip`; some windows are read at once.

        Shapes: `ids`, `targets`, `mask` (T', B), B the number of columns; T' is `bptt`, or less in the last
                one
        """
        at_once = max(_READ_AT_ONCE // (self.bptt * self.columns), 1)
        for window in range(skip, self.windows, at_once):
            row, end = window * self.bptt, min((window + at_once) * self.bptt, self.height)
            several = self._rows(row, end)
            for start in range(0, end - row, self.bptt):
                rows = slice(start, start + self.bptt)
                yield Batch(several.ids[rows], several.targets[rows], several.mask[rows])

    def batch(self, window: int) -> Batch:
        """The batch of one window."""
        return next(self.read(window))

    def _rows(self, row: int, end: int) -> Batch:
        """The rows from `row` to before `end` of all columns."""
        read = np.zeros((self.columns, end - row + 1), np.int32)
        mask = np.ones((end - row, self.columns), np.float32)
        for column, (start, stop) in enumerate(pairwise(self._places)):
            count = min(end - row, stop - start - row)
            read[column, : count + 1] = self._with_token_before(start + row, count)
            mask[count:, column] = 0
        ids, targets = (np.ascontiguousarray(part.T) for part in (read[:, :-1], read[:, 1:]))
        return Batch(ids, targets, mask)

    @cached_property
    def _places(self) -> list[int]:
        """Where each column starts, and the last one ends."""
        return [column * self.text.length // self.columns for column in range(self.columns + 1)]

    def _with_token_before(self, start: int, count: int) -> Ids:
        if start:
            return self.text.read(start - 1, count + 1)
        line_end = np.array([self.text.vocabulary.line_end], np.int32)
        return np.concatenate((line_end, self.text.read(0, count)))
