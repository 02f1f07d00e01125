"""Where negative samples come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from nlp.layers.arrays import Ids


class NoiseDistribution:
    """Words drawn in proportion to count^power.

    Equation: q(w) = count(w)^power / Σ_v count(v)^power
    Source:   Mikolov, Sutskever, Chen, Corrado & Dean 2013, §2.2 (power 3/4)
    """

    def __init__(self, counts: Sequence[int] | npt.NDArray[np.int64], power: float = 0.75) -> None:
        weights = np.asarray(counts, np.float64) ** power
        self.probabilities = weights / weights.sum()
        self._cumulative = np.cumsum(self.probabilities)
        self._cumulative /= self._cumulative[-1]  # a draw below 1 then always finds a word

    def draw_stratified(self, rng: np.random.Generator, groups: int, size: int) -> Ids:
        """Draw `size` words for each group, one from each of `size` equal slices of the distribution.

        Each word is drawn with its probability q(w), as by independent draws, but a group never has three
        times too many of a frequent word and none of the rare ones: an average over the group varies less.

        Shapes: -> (groups, size)
        Source: Owen 2013, Monte Carlo theory, methods and examples, §8.4 (stratified sampling)
        """
        points = rng.random((groups, size))
        points += np.arange(size)
        points /= size
        return self._cumulative.searchsorted(points, side="right").astype(np.int32)
