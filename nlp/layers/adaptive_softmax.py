"""Adaptive softmax: the frequent tokens of a large vocabulary in full width, the rest in narrow clusters.

Tokens are numbered by falling frequency. A head scores the frequent ones and, by one logit each, the clusters
of rarer ones; a cluster is scored only where its tokens are the targets, from a projection of the hidden
vector that is `FACTOR` times narrower from cluster to cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Integers, Tensors, check_ids
from nlp.layers.softmax import cross_entropy, log_softmax
from nlp.layers.workspace import Workspace

FACTOR = 4


def default_cutoffs(vocabulary: int) -> tuple[int, ...]:
    """Where clusters begin: after a twelfth of the vocabulary and after a quarter of it."""
    return tuple(cutoff for cutoff in (vocabulary // 12, vocabulary // 4) if 0 < cutoff < vocabulary)


def adaptive_shapes(hidden: int, vocabulary: int, cutoffs: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """The tensors of the head and of its J clusters.

    Shapes: `W` (H, c + J), `b` (c + J,) for the c frequent tokens and the clusters; of cluster j, from 1,
            `Pj` (H, max(1, H // 4ʲ)), `Wj` (its width, its tokens), `bj` (its tokens,)
    Raises: ValueError if there is no cutoff, or they do not rise between 0 and V
    """
    frequent, *sizes = np.diff([0, *cutoffs, vocabulary]).tolist()
    if not sizes or min(frequent, *sizes) <= 0:
        raise ValueError(f"cutoffs {list(cutoffs)} do not rise between 0 and {vocabulary}")
    head = frequent + len(cutoffs)
    shapes: dict[str, tuple[int, ...]] = {"W": (hidden, head), "b": (head,)}
    for j, size in enumerate(sizes, start=1):
        width = max(1, hidden // FACTOR**j)
        shapes |= {f"P{j}": (hidden, width), f"W{j}": (width, size), f"b{j}": (size,)}
    return shapes


def adaptive_cross_entropy(
    p: Tensors, grad: Tensors, x: Floats, targets: Integers, mask: Floats, workspace: Workspace
) -> tuple[float, Floats]:
    """Summed cross-entropy; adds the gradients of the parameters to `grad`.

    Equation: -log P(w | x) = -log P_head(w | x) for a frequent token, else
              -log P_head(cluster of w | x) - log P_cluster(w | x P_j)
    Shapes:   x (N, H); targets (N,) int in [0, V); mask (N,) 0 or 1
    Returns:  loss in nats, summed over unmasked rows, and dx (N, H), a buffer of `workspace`
    Raises:   IndexError if a target is outside [0, V)
    Source:   Grave, Joulin, Cissé, Grangier & Jégou 2017, "Efficient softmax approximation for GPUs", §4
    """
    of_head = _head_targets(p, targets)
    scores = _products(p, "", x, workspace)
    loss = cross_entropy(scores, of_head, mask, p["b"])
    dx = workspace("dx", *x.shape)
    _backward(p, grad, "", x, scores, dx, workspace)
    for j, first, rows in _clusters(p, targets, mask):
        inputs = x.take(rows, axis=0, out=workspace("inputs", len(rows), x.shape[1]), mode="clip")
        projected = np.matmul(inputs, p[f"P{j}"], out=workspace("projected", len(rows), len(p[f"W{j}"])))
        scores = _products(p, f"{j}", projected, workspace)
        loss += cross_entropy(scores, targets[rows] - first, np.ones(len(rows), x.dtype), p[f"b{j}"])
        d_projected = workspace("d_projected", *projected.shape)
        _backward(p, grad, f"{j}", projected, scores, d_projected, workspace)
        grad[f"P{j}"][...] += inputs.T @ d_projected
        of_cluster = np.matmul(d_projected, p[f"P{j}"].T, out=workspace("of_cluster", *inputs.shape))
        of_cluster += dx.take(rows, axis=0, out=inputs, mode="clip")
        dx[rows] = of_cluster
    return loss, dx


def adaptive_loss(p: Tensors, x: Floats, targets: Integers, mask: Floats, workspace: Workspace) -> float:
    """The loss of `adaptive_cross_entropy` alone, in nats, summed over unmasked rows."""
    scores, of_head = _products(p, "", x, workspace), _head_targets(p, targets)
    loss = cross_entropy(scores, of_head, mask, p["b"], gradient=False)
    for j, first, rows in _clusters(p, targets, mask):
        scores, ones = _products(p, f"{j}", x[rows] @ p[f"P{j}"], workspace), np.ones(len(rows), x.dtype)
        loss += cross_entropy(scores, targets[rows] - first, ones, p[f"b{j}"], gradient=False)
    return loss


def adaptive_log_probabilities(p: Tensors, x: Floats, workspace: Workspace) -> Floats:
    """Log-probabilities of every token.

    Shapes: x (N, H) -> y (N, V), a buffer of `workspace`
    """
    clusters = _cluster_count(p)
    head = _products(p, "", x, workspace) + p["b"]
    log_softmax(head, out=head)
    frequent = head.shape[1] - clusters
    y = workspace("log_p", len(x), frequent + sum(p[f"b{j}"].size for j in range(1, clusters + 1)))
    y[:, :frequent] = head[:, :frequent]
    first = frequent
    for j in range(1, clusters + 1):
        scores = _products(p, f"{j}", x @ p[f"P{j}"], workspace)
        scores += p[f"b{j}"]
        log_softmax(scores, out=scores)
        last = first + scores.shape[1]
        np.add(scores, head[:, frequent + j - 1, None], out=y[:, first:last])
        first = last
    return y


def _cluster_count(p: Tensors) -> int:
    return sum(name.startswith("P") for name in p)


def _bounds(p: Tensors) -> list[int]:
    """First token of every cluster, and the size of the vocabulary."""
    clusters = _cluster_count(p)
    sizes = [p["b"].size - clusters, *(p[f"b{j}"].size for j in range(1, clusters + 1))]
    return [sum(sizes[: j + 1]) for j in range(len(sizes))]


def _head_targets(p: Tensors, targets: Integers) -> npt.NDArray[np.int64]:
    """Which logit of the head stands for each target: its own, or that of its cluster."""
    bounds = _bounds(p)
    check_ids(targets, bounds[-1])
    cluster = np.searchsorted(np.array(bounds[:-1]), targets, side="right")
    return np.where(cluster == 0, targets, bounds[0] + cluster - 1)


def _clusters(
    p: Tensors, targets: Integers, mask: Floats
) -> Iterator[tuple[int, int, npt.NDArray[np.int64]]]:
    """Number, first token and rows of each cluster that has an unmasked target."""
    bounds = _bounds(p)
    for j in range(1, len(bounds)):
        first, last = bounds[j - 1], bounds[j]
        rows = np.flatnonzero((targets >= first) & (targets < last) & (mask != 0))
        if len(rows):
            yield j, first, rows


def _products(p: Tensors, part: str, x: Floats, workspace: Workspace) -> Floats:
    """The scores without their biases."""
    return np.matmul(x, p[f"W{part}"], out=workspace("scores", len(x), p[f"b{part}"].size))


def _backward(
    p: Tensors, grad: Tensors, part: str, x: Floats, d_scores: Floats, dx: Floats, workspace: Workspace
) -> None:
    """Take the products and biases back, writing over `dx`."""
    dW = grad[f"W{part}"]
    dW += np.matmul(x.T, d_scores, out=workspace("dW", *dW.shape))
    grad[f"b{part}"][...] += d_scores.sum(axis=0)
    np.matmul(d_scores, p[f"W{part}"].T, out=dx)
