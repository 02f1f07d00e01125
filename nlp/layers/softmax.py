"""Softmax over a vocabulary and the cross-entropy of the tokens that came, in place.

Each pass over a whole batch of scores would have to fetch it from memory, since it is far larger than the
processor's cache. So rows are taken in blocks that stay in the cache through all passes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.layers.arrays import Floats, Integers, check_ids

_IN_CACHE = 1 << 17  # values of a block that stays in the cache: half a megabyte of float32


def row_blocks(rows: int, columns: int, values: int = _IN_CACHE) -> Iterator[slice]:
    """Slices of the rows of an array, each of at most so many `values`, or of one row."""
    height = max(1, values // columns)
    return (slice(first, min(first + height, rows)) for first in range(0, rows, height))


def cross_entropy(
    z: Floats,
    targets: Integers,
    mask: Floats,
    b: Floats | None = None,
    *,
    gradient: bool = True,
    smoothing: float = 0.0,
) -> float:
    """Summed cross-entropy of scores z, to which biases b are yet to be added; its gradient overwrites z.

    Without `gradient`, z is overwritten by scratch values. With `smoothing` ε the gradient is that of a
    smoothed target, of which a share of ε is spread over all V classes; the loss that is returned is not.

    Equation: L = Σ_n mask_n (log Σ_v exp (z_nv + b_v) − z_n,target − b_target)
              dL/dz = mask (softmax(z + b) − (1 − ε) onehot − ε / V)
    Shapes:   z (N, V), overwritten; targets (N,) int in [0, V); mask (N,) 0 or 1; b (V,)
    Returns:  loss in nats, summed over unmasked rows
    Raises:   IndexError if a target is outside [0, V)
    Source:   Goodfellow, Bengio & Courville 2016, Deep Learning, §6.2.2.3; for smoothing, Szegedy, Vanhoucke,
              Ioffe, Shlens & Wojna 2016, "Rethinking the Inception architecture for computer vision", §7
    """
    check_ids(targets, z.shape[1])
    loss = 0.0
    for rows in row_blocks(*z.shape):
        block, weights = z[rows], mask[rows]
        places = np.arange(len(block)), targets[rows]
        if b is not None:
            block += b
        block -= block.max(axis=1, keepdims=True)
        of_targets = block[places]
        np.exp(block, out=block)
        sums = block.sum(axis=1)
        loss += float(weights @ (np.log(sums) - of_targets))
        if gradient:
            block *= (weights / sums)[:, None]
            if smoothing:
                block -= (weights * z.dtype.type(smoothing / z.shape[1]))[:, None]
            block[places] -= weights * z.dtype.type(1 - smoothing)
    return loss


def log_softmax(logits: Floats, out: Floats | None = None) -> Floats:
    """Log-probabilities of every row, which may be written over the logits.

    Equation: y_nv = z_nv − log Σ_u exp z_nu
    Shapes:   logits (N, V) -> y (N, V), `out` if it is given
    """
    y = np.empty_like(logits) if out is None else out
    for rows in row_blocks(*logits.shape):
        z = np.subtract(logits[rows], logits[rows].max(axis=1, keepdims=True), out=y[rows])
        z -= np.log(np.exp(z).sum(axis=1, keepdims=True))
    return y


def softmax_(z: Floats) -> Floats:
    """Replace every row by its probabilities, in place; return log Σ_v exp z_nv of each row.

    Equation: y_nv = exp z_nv / Σ_u exp z_nu
    Shapes:   z (N, V) -> (N,)
    """
    log_sums = np.empty(len(z), z.dtype)
    for rows in row_blocks(*z.shape):
        block = z[rows]
        highest = block.max(axis=1)
        block -= highest[:, None]
        np.exp(block, out=block)
        sums = block.sum(axis=1)
        block /= sums[:, None]
        log_sums[rows] = highest + np.log(sums)
    return log_sums


def log_sum_exp(z: Floats) -> Floats:
    """Logarithm of the sum of exponentials of each row, for z of any size.

    Equation: y_n = log Σ_v exp z_nv
    Shapes:   z (N, V) -> y (N,)
    """
    y = np.empty(len(z), z.dtype)
    for rows in row_blocks(*z.shape):
        highest = z[rows].max(axis=1)
        y[rows] = highest + np.log(np.exp(z[rows] - highest[:, None]).sum(axis=1))
    return y
