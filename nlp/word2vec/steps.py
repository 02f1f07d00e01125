"""The steps of a training of word vectors: gradients of the chunks of a window, then applied by row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from nlp.data.token_stream import Window
from nlp.layers.arrays import Floats, Ids, Integers
from nlp.parallel.team import shared_array
from nlp.training.learner import Loss
from nlp.training.row_updates import RowUpdates, StepPlan, apply_rows
from nlp.training.schedules import linear_decay
from nlp.word2vec.chunks import Chunk
from nlp.word2vec.config import Word2VecConfig
from nlp.word2vec.objective import Objective

_LOSS_EVERY = 16  # chunks: so losses cost about 1 % in all


class Steps:
    """A step is a fixed number of chunks of consecutive tokens, a window of them.

    The gradients of all chunks are taken at the same matrices; then the gradients of each row are summed in
    the order of the chunks, and the sums are applied. All workers of a team see what any of them computes.
    """

    def __init__(self, objective: Objective, plan: StepPlan, halo: int, stability: float) -> None:
        self._objective, self._plan, self._halo, self._stability = objective, plan, halo, stability
        places = (plan.step_tokens + 2 * halo,)
        self._tokens: Ids = shared_array(places, np.int32)
        self._sentences: Ids = shared_array(places, np.int32)
        self._updates = [
            RowUpdates.shared(plan.chunks * rows, matrix.shape[1])
            for matrix, rows in zip(objective.matrices, objective.rows_per_chunk, strict=True)
        ]
        self._losses: npt.NDArray[np.float64] = shared_array((plan.chunks, 3), np.float64)

    def place_(self, window: Window) -> None:
        """Copy the tokens of a step and of their contexts to where all workers see them."""
        self._tokens[...], self._sentences[...] = window.tokens, window.sentences

    def compute(self, epoch: int, number: int, c: int) -> None:
        """Compute the gradients of the `c`-th chunk of the step of that `number`."""
        size = self._plan.chunk_tokens
        places = slice(c * size, (c + 1) * size + 2 * self._halo)
        chunk = Chunk(self._tokens[places], self._sentences[places], epoch, number * self._plan.chunks + c)
        self._objective.gradients(chunk, self._parts(c))
        if self._counts_loss(number, c):
            self._losses[c] = self._objective.loss()

    def leave_out(self, c: int) -> None:
        """Have no gradients of the `c`-th chunk of a step, which has no tokens."""
        for updates in self._parts(c):
            updates.rows[...] = -1
        self._losses[c] = 0

    def apply(
        self, matrix: int, rate: float, part: int = 0, parts: int = 1
    ) -> tuple[Integers | slice, Floats]:
        """Move a part of the rows of a matrix, and return which, and how far: see `apply_rows`."""
        updates = self._updates[matrix]
        return apply_rows(self._objective.matrices[matrix], updates, rate, self._stability, part, parts)

    def losses(self, number: int) -> Iterator[Loss]:
        """Of one chunk in sixteen: the loss of a chunk costs a fifth of training on it."""
        for c, loss in enumerate(self._losses.tolist()):
            if self._counts_loss(number, c):
                yield Loss(*loss)

    def _parts(self, c: int) -> list[RowUpdates]:
        rows_per_chunk = self._objective.rows_per_chunk
        return [updates.part(c, rows) for updates, rows in zip(self._updates, rows_per_chunk, strict=True)]

    def _counts_loss(self, number: int, c: int) -> bool:
        return (number * self._plan.chunks + c) % _LOSS_EVERY == 0


def rate_at(config: Word2VecConfig, done: float) -> float:
    """The learning rate when a part of a training is done: from the first to the last along a line."""
    first = config.first_lr
    return linear_decay(first, min(config.final_lr, first), done)
