"""Softmax over a vocabulary and the cross-entropy of the tokens that came, in place.

Each pass over a whole batch of logits would have to fetch it from memory, since it is far larger than the
processor's cache. So rows are taken in blocks that stay in the cache through all passes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.layers.arrays import check_ids

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from nlp.layers.arrays import Floats

_BLOCK = 1 << 17  # logits taken at a time: half a megabyte of float32


def softmax_cross_entropy(logits: Floats, targets: npt.NDArray[np.integer[Any]], mask: Floats) -> float:
    """Summed cross-entropy, and its gradient written over `logits`.

    Equation: L = Σ_n mask_n (log Σ_v exp z_nv − z_n,target)      dL/dz = mask (softmax(z) − onehot)
    Shapes:   logits (N, V), overwritten; targets (N,) int in [0, V); mask (N,) 0 or 1
    Returns:  loss in nats, summed over unmasked rows
    Raises:   IndexError if a target is outside [0, V)
    Source:   Goodfellow, Bengio & Courville 2016, Deep Learning, §6.2.2.3
    """
    check_ids(targets, logits.shape[1])
    loss = 0.0
    for rows in _blocks(logits):
        z, weights = logits[rows], mask[rows]
        places = np.arange(len(z)), targets[rows]
        z -= z.max(axis=1, keepdims=True)
        of_targets = z[places]
        np.exp(z, out=z)
        sums = z.sum(axis=1)
        loss += float(weights @ (np.log(sums) - of_targets))
        z *= (weights / sums)[:, None]
        z[places] -= weights
    return loss


def cross_entropy(logits: Floats, targets: npt.NDArray[np.integer[Any]], mask: Floats) -> float:
    """The loss of `softmax_cross_entropy` alone; `logits` are overwritten here too, with scratch values."""
    check_ids(targets, logits.shape[1])
    loss = 0.0
    for rows in _blocks(logits):
        z = logits[rows]
        z -= z.max(axis=1, keepdims=True)
        of_targets = z[np.arange(len(z)), targets[rows]]
        np.exp(z, out=z)
        loss += float(mask[rows] @ (np.log(z.sum(axis=1)) - of_targets))
    return loss


def log_softmax(logits: Floats, out: Floats | None = None) -> Floats:
    """Log-probabilities of every row, which may be written over the logits.

    Equation: y_nv = z_nv − log Σ_u exp z_nu
    Shapes:   logits (N, V) -> y (N, V), `out` if it is given
    """
    y = np.empty_like(logits) if out is None else out
    for rows in _blocks(logits):
        z = np.subtract(logits[rows], logits[rows].max(axis=1, keepdims=True), out=y[rows])
        z -= np.log(np.exp(z).sum(axis=1, keepdims=True))
    return y


def _blocks(logits: Floats) -> Iterator[slice]:
    height = max(1, _BLOCK // logits.shape[1])
    return (slice(first, first + height) for first in range(0, len(logits), height))
