"""A linear-chain conditional random field: probabilities of whole sequences of labels, not of one label each.

The forward–backward algorithm, over a ragged batch at once. Vectors are normalised at every step, so no
length of a sequence overflows; the sum over the label before is a matrix product of exponentials in float64,
in which probabilities down to e⁻⁶⁹⁰ of the likeliest are told from 0. What does not depend on the step before
is done for all steps at once: a step is so short that it costs what its calls of NumPy cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Integers, Tensors, check_ids
from nlp.layers.ragged import alive
from nlp.layers.workspace import Workspace

Doubles = npt.NDArray[np.float64]

_LEAST = 1e-300  # of a sum of probabilities: its logarithm is finite
_LOWEST = -690.0  # of a score below the highest at its place, unless it is minus infinity


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
    passed = steps.forward(scores, active, workspace)
    found, before, after = _of_labels(p, scores, labels, active)
    expected = steps.backward_(scores, passed, active)
    counts = np.bincount(before * len(expected) + after, minlength=expected.size)
    grad["transitions"][...] += expected - counts.reshape(expected.shape)
    for t, n in enumerate(active):
        scores[t, np.arange(n), labels[t, :n]] -= 1
    grad["start"][...] += scores[0].sum(axis=0)
    grad["end"][...] += scores[ends].sum(axis=0)
    return passed.log_sum - found


def crf_loss(
    p: Tensors, scores: Floats, labels: Integers, active: Sequence[int], workspace: Workspace
) -> float:
    """The loss of `crf_loss_and_grad` alone; to scores, those of first and last labels are added."""
    _add_ends_(p, scores, active)
    log_sum = _Steps(p["transitions"]).forward(scores, active, workspace).log_sum
    return log_sum - _of_labels(p, scores, labels, active)[0]


def crf_marginals_(p: Tensors, scores: Floats, active: Sequence[int], workspace: Workspace) -> None:
    """Overwrite the scores (T, B, K) by the probability of each label at its place, given all scores."""
    _add_ends_(p, scores, active)
    steps = _Steps(p["transitions"])
    steps.backward_(scores, steps.forward(scores, active, workspace), active)


class _Passed(NamedTuple):
    """What the steps forward leave for those back.

    Attributes: `factors` e_t, of the scores at each place alone; `before`, the weights of the labels at t by
    the scores up to t-1; `alpha`, P(label at t | scores up to t), all (T, B, K); `log_sum`, the sum over rows
    of log Z.
    """

    factors: Doubles
    before: Doubles
    alpha: Doubles
    log_sum: float


class _Steps:
    """The steps of the chain forward, and back, for all rows at once."""

    def __init__(self, transitions: Floats) -> None:
        scores = transitions.astype(np.float64)
        self._highest = float(scores.max())
        self._factors: Doubles = np.exp(scores - self._highest)

    def forward(self, scores: Floats, active: Sequence[int], workspace: Workspace) -> _Passed:
        """Go from the first place to the last.

        Equation: e_tj = exp (scores_tj - max_k scores_tk);   F_ij = exp (transitions_ij - max transitions)
                  before_t = alpha_{t-1} F;   alpha_t = before_t * e_t / s_t,   s_t such that Σ_j alpha_tj = 1
                  log Z = Σ_t (log s_t + max_k scores_tk) + (T - 1) max transitions
        """
        rooms = (_doubles(workspace, name, scores.shape) for name in ("factors", "before", "alpha"))
        factors, before, alpha = rooms
        there = alive(active)
        factors[...] = scores
        highest = factors.max(axis=2)
        factors -= highest[:, :, None]
        np.maximum(factors, _LOWEST, out=factors, where=np.isfinite(factors))
        np.exp(factors, out=factors)
        sums = np.ones((*scores.shape[:2], 1))
        before[...] = 1
        for t, n in enumerate(active):
            here = alpha[t, :n]
            if t:
                np.matmul(alpha[t - 1, :n], self._factors, out=before[t, :n])
            np.multiply(before[t, :n], factors[t, :n], out=here)
            np.add.reduce(here, axis=1, keepdims=True, out=sums[t, :n])
            np.maximum(sums[t, :n], _LEAST, out=sums[t, :n])
            here /= sums[t, :n]
        log_sum = float(np.log(sums).sum() + highest[there].sum()) + self._highest * sum(active[1:])
        return _Passed(factors, before, alpha, log_sum)

    def backward_(self, scores: Floats, passed: _Passed, active: Sequence[int]) -> Doubles:
        """Overwrite scores by P(label at t); return how often each transition is expected, (K, K).

        Equation: after_t ∝ e_t * beta_t;   beta_{t-1} = F after_t,   beta of a last place = 1
                  P(j at t) ∝ before_tj after_tj
                  P(i at t-1, j at t) ∝ alpha_{t-1,i} F_ij after_tj
        """
        after, found, alpha, _ = passed
        beta, back = np.ones(scores.shape[1:]), np.ascontiguousarray(self._factors.T)
        for t in range(len(active) - 1, -1, -1):
            n = active[t]
            here = after[t, :n]
            here *= beta[:n]
            here /= np.maximum(np.add.reduce(here, axis=1, keepdims=True), _LEAST)
            if t:
                np.matmul(here, back, out=beta[:n])
            after[t, n:] = 0
            alpha[t, n:] = 0
            found[t, n:] = 0
        found *= after
        sums = np.maximum(found.sum(axis=2, keepdims=True), _LEAST)
        np.divide(found, sums, out=scores, casting="unsafe")
        labels = len(self._factors)
        alpha[:-1] /= sums[1:]
        expected: Doubles = alpha[:-1].reshape(-1, labels).T @ after[1:].reshape(-1, labels)
        expected *= self._factors
        return expected


def _doubles(workspace: Workspace, name: str, shape: tuple[int, ...]) -> Doubles:
    """A buffer of float64, whatever the workspace has."""
    words = np.dtype(np.float64).itemsize // workspace.dtype.itemsize
    buffer = workspace(name, *shape[:-1], shape[-1] * words)
    return buffer.view(np.float64)


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
    there = alive(active)
    steps, rows = np.nonzero(there)
    before, after = (some[there[1:]].astype(np.int64) for some in (labels[:-1], labels[1:]))
    places = scores[steps, rows, labels[steps, rows]].sum(dtype=np.float64)
    return float(places + p["transitions"][before, after].sum(dtype=np.float64)), before, after
