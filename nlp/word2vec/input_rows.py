"""Which rows of word2vec's input matrix make up a word's vector: its own, or also those of its n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from nlp.data.token_stream import keep_probabilities
from nlp.layers.arrays import Floats, Ids
from nlp.layers.scatter import RowGroups
from nlp.training.row_updates import RowUpdates, StepPlan
from nlp.vectors.subwords import NgramHashing, SubwordTable
from nlp.word2vec.config import STABILITY, Word2VecConfig

_MARGIN = 0.1  # rows are frequent from a tenth of the share at which rates are lowered: steps differ
_LEAST_COUNTED = 0.25  # of a pair; with 0.1, trainings diverged


class Inputs(Protocol):
    """How a chunk reads and moves input vectors.

    Attributes: `matrix` of the parameters; `rows`, the most that a chunk moves.
    """

    matrix: Floats
    rows: int

    def look_up(self, words: Ids, vectors: Floats) -> None:
        """Write the input vectors of the words over `vectors` (N, D)."""

    def gradients(self, updates: RowUpdates) -> Floats:
        """Return where the gradients of these vectors are to be written (N, D)."""

    def finish(self, words: Ids, pairs: Floats, updates: RowUpdates) -> None:
        """Fill `updates` once the gradients are there; `pairs` (N,) of each word."""


class WordInputs:
    """One row for each word; a chunk has `places` of them."""

    def __init__(self, matrix: Floats, places: int) -> None:
        self.matrix, self.rows = matrix, places

    def look_up(self, words: Ids, vectors: Floats) -> None:
        """Gather the rows of the words."""
        # mode="clip" spares a copy that NumPy's own bounds check would make with `out`.
        self.matrix.take(words, axis=0, out=vectors, mode="clip")

    def gradients(self, updates: RowUpdates) -> Floats:
        """Return the updates' own array."""
        return updates.gradients

    def finish(self, words: Ids, pairs: Floats, updates: RowUpdates) -> None:
        """Name the rows."""
        updates.rows[:], updates.pairs[:] = words, pairs


class SubwordInputs:
    """The mean of a word's own row and its n-grams' rows: x_w = Σ_{r in rows of w} z_r / c, c rows in all.

    Each row takes the whole gradient of x_w, as in fastText, and not 1/c of it, its true gradient. The step
    is c times as long, so that the word's vector moves as far as it would without subwords.

    The more pairs a row takes part in, the lower its rate (see `apply_rows`). A frequent n-gram takes part in
    the pairs of many words, and would hardly move if each of these pairs counted as one. But in most of these
    words it is the only frequent row: their other rows are rare, and few moves add up in them. So a pair of a
    word counts as the share of the word's rows that are frequent: `counted` (V,), 1 where all are.
    """

    def __init__(self, matrix: Floats, places: int, table: SubwordTable, counted: Floats) -> None:
        self.matrix, self.rows = matrix, places * table.most
        self._table, self._counted = table, counted
        self._gradients = np.empty((places, matrix.shape[1]), matrix.dtype)

    def look_up(self, words: Ids, vectors: Floats) -> None:
        """Compose each distinct word once."""
        distinct, place = np.unique(words, return_inverse=True)
        self._table.compose(self.matrix, distinct).take(place, axis=0, out=vectors, mode="clip")

    def gradients(self, updates: RowUpdates) -> Floats:  # noqa: ARG002 - they are of words, not yet of rows
        """Return an array that `finish` reads."""
        return self._gradients

    def finish(self, words: Ids, pairs: Floats, updates: RowUpdates) -> None:
        """Sum the gradients by word; every row of a word gets the sum."""
        groups = RowGroups.of(words)
        rows, ends = self._table.members(groups.rows)
        owner = np.repeat(np.arange(len(groups.rows)), np.diff(ends))
        used = len(rows)
        updates.rows[:used], updates.rows[used:] = rows, -1
        groups.sum(self._gradients).take(owner, axis=0, out=updates.gradients[:used], mode="clip")
        of_words = groups.sum_scalars(pairs) * self._counted.take(groups.rows)
        of_words.take(owner, out=updates.pairs[:used], mode="clip")


def subword_table(config: Word2VecConfig, words: Sequence[str]) -> SubwordTable | None:
    """Return the rows that make up each word, where `config` asks for subwords."""
    if not config.subwords:
        return None
    hashing = NgramHashing(config.minn, config.maxn, config.buckets)
    return SubwordTable.of(words, hashing)


def counted_pairs(
    table: SubwordTable, counts: Sequence[int], config: Word2VecConfig, plan: StepPlan
) -> npt.NDArray[np.float64]:
    """Return how much a pair of each word counts where the rates of `SubwordInputs` are lowered (V,)."""
    kept = np.asarray(counts, np.float64) * keep_probabilities(counts, config.subsample)
    of_center = (config.window + 1) * (1 + config.negatives)  # window + 1 is the weight of its contexts
    # The rate of a row with more than STABILITY / rate pairs in a step is lowered: as a share of all pairs
    bounded = STABILITY / (config.first_lr * of_center * plan.step_tokens)
    return np.maximum(table.frequent_part(kept / kept.sum(), _MARGIN * bounded), _LEAST_COUNTED)
