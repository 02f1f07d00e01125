"""How probable each label is at its place: the sums of a chain read as a conditional random field."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nlp.layers.arrays import Floats, Integers
from nlp.layers.crf import crf_marginals_
from nlp.layers.workspace import Workspace
from nlp.tagging.labels import Chain
from nlp.tagging.lattice import Lattice, Scores
from nlp.training.calibration import best_temperature

_ROUNDS = 16  # of the search of a temperature: it is then told to half a percent
_LEAST = 1e-9  # of a probability: a label that the chain forbids costs so much, and not everything


def marginals(
    scores: Scores, transitions: Scores, chain: Chain, lattice: Lattice, temperature: float
) -> Floats:
    """The probability of each label at each place of a lattice, given the scores of all places.

    Equation: P(y) ∝ exp (Σ_t (scores_{y_t, t} + transitions_{y_{t-1}, y_t}) / temperature),   P(y_t = k)
              summed by forward–backward over the chains y that are allowed
    Shapes:   scores (L, M), by label and place; transitions (L, L) -> (M, L) float32
    Source:   see `crf_marginals_`; Guo et al. 2017, "On calibration of modern neural networks", §4.2 (the
              temperature)
    """
    active, rate, never = lattice.active, np.float32(1 / temperature), np.float32(-np.inf)
    if not active:
        return np.zeros((0, len(scores)), np.float32)
    step = np.repeat(np.arange(len(active)), active)
    row = np.arange(lattice.offsets[-1]) - np.repeat(lattice.offsets[:-1], active)
    by_step = np.zeros((len(active), active[0], len(scores)), np.float32)
    by_step[step, row] = scores.T * rate
    by_step[0] += np.where(chain.first | ~lattice.begins[:, None], np.float32(0), never)
    last = np.bincount(row) - 1
    by_step[last, np.arange(active[0])] += np.where(chain.last | ~lattice.ends[:, None], np.float32(0), never)
    zeros = np.zeros(len(scores), np.float32)
    moves = np.where(chain.allowed, transitions * rate, never)
    crf_marginals_({"transitions": moves, "start": zeros, "end": zeros}, by_step, active, Workspace())
    found: Floats = by_step[step, row]
    return found


def fitted_temperature(marginals_at: Callable[[float], Floats], labels: Integers, guess: float) -> float:
    """The temperature at which the labels of held-out text are the most probable.

    `marginals_at` tells the probabilities (N, L) at a temperature; `labels` (N,) are in [0, L), or above
    where the tagger has not the label: such places are left out. `guess` is some temperature near it. Of N
    places it is supposed that a further one would be wrong, so that no probability is told to be 1.

    Source: Platt 1999, "Probabilistic outputs for support vector machines", §2.2 (the further place)
    """

    def loss(temperature: float) -> float:
        found = marginals_at(temperature)
        known = np.flatnonzero(labels < found.shape[1])
        right, wrong = found[known, labels[known]].astype(np.float64), 1 / (len(known) + 2)
        logs = [np.log(np.maximum(some, _LEAST)).sum() for some in (right, 1 - right)]
        return -float((1 - wrong) * logs[0] + wrong * logs[1])

    return best_temperature(loss, guess, _ROUNDS)
