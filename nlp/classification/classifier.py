"""A trained text classifier: how probable each label of a text is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.classification.config import ClassifierConfig
from nlp.classification.features import Featurizer, Offsets
from nlp.classification.losses import make_loss
from nlp.layers.arrays import Floats, Ids
from nlp.vectors.word_groups import WordGroups

_FEATURES_AT_ONCE = 1 << 18


@dataclass(frozen=True)
class Weights:
    """What is learnt.

    Attributes: `table` (R, D), a row for each bucket that the training text used; `output` (C, D), the second
    layer, or None where the D dimensions are the scores.
    """

    table: Floats
    output: Floats | None

    def scores(self, rows: Ids, starts: Offsets) -> Floats:
        """The scores of T texts, of each the features `rows[starts[t] : starts[t + 1]]`, at least one.

        Equation: h_t = Σ_f e_f / √F_t,   s_t = h_t, or O h_t with a second layer
        Shapes:   rows (F,), starts (T + 1,) -> (T, C)
        """
        hidden = self.hidden(rows, starts)
        return hidden if self.output is None else hidden @ self.output.T

    def hidden(self, rows: Ids, starts: Offsets) -> Floats:
        """The vectors of texts."""
        sums: Floats
        if self.table.shape[1] <= FEW_COLUMNS:
            flat, columns = self.table.reshape(-1), self.table.shape[1]
            places = rows.astype(np.int64)
            places *= columns
            sums = np.empty((len(starts) - 1, columns), np.float32)
            for column in range(columns):
                sums[:, column] = np.add.reduceat(flat.take(places), starts[:-1])
                places += 1
        else:
            sums = np.add.reduceat(self.table.take(rows, axis=0), starts[:-1], axis=0)
        sums *= scales(starts)
        return sums


FEW_COLUMNS = 16
"""So many are summed faster one by one."""


def scales(starts: Offsets) -> Floats:
    """What the sum over the F features of a text is multiplied with.

    Equation: 1 / √F
    Shapes:   starts (T + 1,) -> (T, 1)
    """
    return (1 / np.sqrt(np.diff(starts)))[:, None].astype(np.float32)


class Classifier:
    """Answers for texts.

    Attributes: `config`; `labels`, their names; `counts` (L,), how many training texts each had; `used`
    (R - 1,), the bucket of each row of the table but row 0, which is 0 and stands for all other buckets;
    `weights`; `temperature`, by which scores are divided so that probabilities are calibrated; `groups` of
    words, if these are features; `metadata` of the file.
    """

    def __init__(
        self,
        config: ClassifierConfig,
        labels: Sequence[str],
        counts: npt.NDArray[np.int64],
        used: Ids,
        weights: Weights,
        temperature: float = 1.0,
        groups: WordGroups | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self.config, self.labels, self.counts = config, tuple(labels), counts
        self.used, self.weights, self.temperature = used, weights, temperature
        self.metadata = metadata or {}
        self._loss = make_loss(config.loss, counts)
        self.groups = groups
        self._featurizer = Featurizer(config, groups)
        self._rows = rows_of(used, config.buckets)

    @property
    def size(self) -> str:
        """What it knows, in words."""
        return f"{len(self.labels):,} labels, {len(self.used):,} features"

    def probabilities(self, texts: Sequence[str], *, at_once: int = _FEATURES_AT_ONCE) -> Floats:
        """The probability of each label, computed for so many features `at_once`.

        Shapes: T texts -> (T, L)
        """
        bags = self._featurizer.bags(texts)
        return self.probabilities_of(bags.buckets, bags.starts, at_once=at_once)

    def probabilities_of(self, buckets: Ids, starts: Offsets, *, at_once: int = _FEATURES_AT_ONCE) -> Floats:
        """The same of texts that are given as their features.

        Shapes: buckets (F,), starts (T + 1,) -> (T, L)
        """
        all_starts, texts = starts, len(starts) - 1
        found = np.empty((texts, len(self.labels)), np.float32)
        first = 0
        while first < texts:
            most = int(all_starts[first]) + at_once
            last = max(int(np.searchsorted(all_starts, most, side="right")) - 1, first + 1)
            starts = all_starts[first : last + 1]
            rows = self._rows[buckets[starts[0] : starts[-1]]]
            scores = self.weights.scores(rows, starts - starts[0]) / np.float32(self.temperature)
            found[first:last] = np.exp(self._loss.log_probabilities(scores))
            first = last
        return found


def rows_of(used: Ids, buckets: int) -> Ids:
    """The row of each bucket: 1 for the first that is used, and so on; 0 for those that are not."""
    rows = np.zeros(buckets, np.int32)
    rows[used] = np.arange(1, len(used) + 1, dtype=np.int32)
    return rows
