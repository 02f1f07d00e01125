"""A linear-chain conditional random field: probabilities of whole sequences of labels, not of one label each.

The forward–backward algorithm, over a ragged batch at once. Vectors are normalised at every step and kept as
logarithms, so no length of a sequence overflows; the sum over the label before is a matrix product of
exponentials in float64, in which probabilities down to e⁻⁶⁹⁰ of the likeliest are told from 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Integers, Tensors, check_ids
from nlp.layers.workspace import Workspace

Doubles = npt.NDArray[np.float64]

_LEAST = 1e-300  # of a sum of probabilities: its logarithm is finite


def crf_shapes(labels: int) -> dict[str, tuple[int, ...]]:
    """The tensors of a chain of K labels: scores from label to label, of a first label and of a last one."""
    return {"transitions": (labels, labels), "start": (labels,), "end": (labels,)}


def crf_loss_and_grad(
    p: Tensors,
    grad: Tensors,
    scores: Floats,
    labels: Integers,
    active: Sequence[int],
    workspace: Workspace,
) -> float:
    """Minus the log-likelihood of the labels, whose gradient overwrites the scores.

    Rows are sorted by falling length; the first `active[t]` of them have a place t. What is forbidden, such
    as a transition, has the score -inf, and gradient 0.

    Equation: s(y) = start_{y_1} + Σ_t scores_{t, y_t} + Σ_{t>1} transitions_{y_{t-1}, y_t} + end_{y_T}
              L = Σ_b (log Σ_y exp s(y) - s(labels))
              d(loss)/d(scores_tk) = P(y_t = k) - [k = labels_t], and so for the others: expected less found
    Shapes:   scores (T, B, K), overwritten, with 0 where a row has ended; labels (T, B) int in [0, K), also
              where a row has ended; p and grad as `crf_shapes`
    Returns:  loss in nats, summed over all rows
    Raises:   IndexError if a label is outside [0, K)
    Source:   Lafferty, McCallum & Pereira 2001, "Conditional random fields: probabilistic models for
              segmenting and labeling sequence data", §3 (the distribution) and §4 (forward and backward
              vectors); Rabiner 1989, "A tutorial on hidden Markov models", §V.A (normalising them)
    """
    ends = _add_ends_(p, scores, active)
    steps = _Steps(p["transitions"])
    alpha, log_sum = steps.forward(scores, active, workspace)
    found, before, after = _of_labels(p, scores, labels, active)
    expected = steps.backward_(scores, alpha, active)
    counts = np.bincount(before * len(expected) + after, minlength=expected.size)
    grad["transitions"][...] += expected - counts.reshape(expected.shape)
    for t, n in enumerate(active):
        scores[t, np.arange(n), labels[t, :n]] -= 1
    grad["start"][...] += scores[0].sum(axis=0)
    grad["end"][...] += scores[ends].sum(axis=0)
    return log_sum - found


def crf_loss(
    p: Tensors, scores: Floats, labels: Integers, active: Sequence[int], workspace: Workspace
) -> float:
    """The loss of `crf_loss_and_grad` alone; to scores, those of first and last labels are added."""
    _add_ends_(p, scores, active)
    log_sum = _Steps(p["transitions"]).forward(scores, active, workspace)[1]
    return log_sum - _of_labels(p, scores, labels, active)[0]


def crf_marginals_(p: Tensors, scores: Floats, active: Sequence[int], workspace: Workspace) -> None:
    """Overwrite the scores (T, B, K) by the probability of each label at its place, given all scores."""
    _add_ends_(p, scores, active)
    steps = _Steps(p["transitions"])
    steps.backward_(scores, steps.forward(scores, active, workspace)[0], active)


class _Steps:
    """One step of the chain forward, or back, for all rows at once."""

    def __init__(self, transitions: Floats) -> None:
        scores = transitions.astype(np.float64)
        self._highest = float(scores.max())
        self._factors: Doubles = np.exp(scores - self._highest)

    def forward(self, scores: Floats, active: Sequence[int], workspace: Workspace) -> tuple[Floats, float]:
        """The logarithms of P(label at t | scores up to t), (T, B, K), and the sum over rows of log Z.

        Equation: alpha_t(j) = scores_tj + log Σ_i exp (alpha_{t-1}(i) + transitions_ij) - c_t,
                  c_t such that Σ_j exp alpha_t(j) = 1;   log Z = Σ_t c_t
        """
        alpha = workspace("alpha", *scores.shape)
        log_sum, before = self._highest * sum(active[1:]), np.empty(0)
        for t, n in enumerate(active):
            here = scores[t, :n].astype(np.float64)
            if t:
                here += _logarithms_(before[:n] @ self._factors)
            highest = here.max(axis=1, keepdims=True)
            here -= highest
            before = np.exp(here)
            sums = before.sum(axis=1, keepdims=True)
            before /= sums
            log_sums = np.log(sums, out=sums)
            np.subtract(here, log_sums, out=alpha[t, :n], casting="unsafe")
            log_sum += float(highest.sum() + log_sums.sum())
        return alpha, log_sum

    def backward_(self, scores: Floats, alpha: Floats, active: Sequence[int]) -> Doubles:
        """Overwrite scores by P(label at t); return how often each transition is expected, (K, K).

        Equation: beta_{t-1}(i) = log Σ_j exp (transitions_ij + scores_tj + beta_t(j)), up to a constant
                  P(i at t-1, j at t) ∝ exp (alpha_{t-1}(i) + transitions_ij + scores_tj + beta_t(j))
        """
        expected = np.zeros_like(self._factors)
        beta = np.zeros(scores.shape[1:])
        for t in range(len(active) - 1, -1, -1):
            n = active[t]
            here = scores[t, :n] + beta[:n]
            scores[t, :n] = _probabilities_(alpha[t, :n] + beta[:n])
            scores[t, n:] = 0
            if t:
                after = _probabilities_(here)
                before = np.exp(alpha[t - 1, :n], dtype=np.float64)
                sums = np.einsum("nk,nk->n", before @ self._factors, after)
                before /= np.maximum(sums, _LEAST)[:, None]
                expected += before.T @ after
                beta[:n] = _logarithms_(after @ self._factors.T)
        expected *= self._factors
        return expected


def _logarithms_(sums: Doubles) -> Doubles:
    return np.log(np.maximum(sums, _LEAST, out=sums), out=sums)


def _probabilities_(scores: Doubles) -> Doubles:
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def _add_ends_(
    p: Tensors, scores: Floats, active: Sequence[int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Add the scores of first and last labels to those of their places; return where the last ones are."""
    rows = np.arange(scores.shape[1])
    last = (rows < np.array(active)[:, None]).sum(axis=0) - 1
    scores[0] += p["start"]
    scores[last, rows] += p["end"]
    return last, rows


def _of_labels(
    p: Tensors, scores: Floats, labels: Integers, active: Sequence[int]
) -> tuple[float, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The score of all labels together, and the labels before and after each transition."""
    check_ids(labels, scores.shape[2])
    alive = np.arange(scores.shape[1]) < np.array(active)[:, None]
    steps, rows = np.nonzero(alive)
    before, after = (some[alive[1:]].astype(np.int64) for some in (labels[:-1], labels[1:]))
    places = scores[steps, rows, labels[steps, rows]].sum(dtype=np.float64)
    return float(places + p["transitions"][before, after].sum(dtype=np.float64)), before, after
