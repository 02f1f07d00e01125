"""The linear half of a tagger whose other half is a network: hashed features, trained by the same loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nlp.layers.arrays import Floats, Indices
from nlp.layers.scatter import RowGroups
from nlp.parallel.team import shared_array
from nlp.tagging.config import HashedConfig
from nlp.tagging.examples import Rows, summed

_FIRST_SUM = 0.01  # of squared gradients: the first step of a weight is at most ten times the learning rate
_PARTS = 2  # of the rows that move in a step, which as many workers can share


class HashedFeatures:
    """Weights of the features of each place, whose sum is added to the scores of a network.

    A place scores each label by the sum of the rows of its features, a share of which is left out at random
    in training. Of each row that occurs in a batch, the gradients are summed, and it is moved by Adagrad.

    Equation: z_t = Σ_k w_{rows_kt};   g_r = Σ_{k,t: rows_kt = r} d(loss)/dz_t
              G_r += g_r²;   w_r -= lr g_r / √G_r
    Shapes:   rows (K, N), of K templates at N places; w, G (R, L), of L labels; row 0 is of nothing
    Source:   Duchi, Hazan & Singer 2011, "Adaptive subgradient methods for online learning and stochastic
              optimization"; Cheng et al. 2016, "Wide & deep learning for recommender systems", for a linear
              model over sparse features that is trained together with a network

    Attributes: `weights` (R, L), and `squares`, the sums of squared gradients; `parts` of a move.
    """

    parts = _PARTS

    def __init__(
        self, config: HashedConfig, rows: Rows, height: int, labels: int, held_out: Rows | None = None
    ) -> None:
        """Weights of `height` R for L `labels`; `held_out` are the rows (K, M) of the held-out text."""
        self._config, self._rows = config, rows
        self._held_out = rows[:, :0] if held_out is None else held_out
        self.weights, self.squares = shared_array((height, labels)), shared_array((height, labels))
        self.squares[...] = _FIRST_SUM

    def make_room_(self, places: int) -> None:
        """Make room for the gradients of a step of so many places."""
        self._used: Rows = shared_array((len(self._rows), places), np.int32)
        self._gradients: Floats = shared_array((places, self.weights.shape[1]))

    def scores(self, places: Indices, generator: np.random.Generator) -> tuple[Floats, Rows]:
        """Scores at some places, (T, B) -> (T, B, L), and the rows that were not left out, (K, T, B)."""
        rows = self._rows.take(places, axis=1)
        if self._config.dropout:
            drawn = generator.integers(0, 256, rows.shape, np.uint8)
            rows *= drawn >= round(self._config.dropout * 256)
        return summed(self.weights, rows), rows

    def held_out_scores(self, places: Indices) -> Floats:
        """Scores at some places of the held-out text, (T, B) -> (T, B, L)."""
        return summed(self.weights, self._held_out.take(places, axis=1))

    def put_(self, places: Indices, gradients: Floats, rows: Rows) -> None:
        """Keep the gradients (M, L) of some `places` (M,) of a step, and their rows (K, M), until `move_`."""
        self._gradients[places], self._used[:, places] = gradients, rows

    def move_(self, places: int, falling: float, part: int) -> None:
        """Move one part of the rows of a step of so many places; the rate has fallen to this share."""
        used = self._used[:, :places].reshape(-1)
        groups = RowGroups.of(np.where(used, used, np.int32(-1)), part, self.parts)
        if not len(groups.rows):
            return
        gradients = replace(groups, order=groups.order % places).sum(self._gradients[:places])
        squares = self.squares.take(groups.rows, axis=0)
        squares += gradients * gradients
        self.squares[groups.rows] = squares
        gradients *= np.float32(-self._config.lr * falling)
        gradients /= np.sqrt(squares, out=squares)
        gradients += self.weights.take(groups.rows, axis=0)
        self.weights[groups.rows] = gradients
