"""A small classifier: of the rows of the table those that matter, their weights in eight bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Ids

_LARGEST = 127  # of an eight-bit number with a sign
_STRIDE = 255  # a gap that says: so far, and no row here
_KEPT = 0.3  # of the rows: accuracy fell by 0 to 1 points; with a tenth, by up to 2 and more

Bytes = npt.NDArray[np.uint8]
SignedBytes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Packed:
    """The R rows of a table and their buckets, which rise.

    Equation: w_rd = 2^x_r c_rd, |c_rd| ≤ 127
    Attributes: `codes` c (R, D); `exponents` x (R,), the least that fit; `gaps`, the distance of each bucket
    from the one before it, the first one from -1, each as numbers below 255 behind as many 255 as it has.
    """

    codes: SignedBytes
    exponents: SignedBytes
    gaps: Bytes

    @property
    def rows(self) -> int:
        """R."""
        return int(np.count_nonzero(self.gaps < _STRIDE))


def quantized(table: Floats, used: Ids) -> tuple[Floats, Ids]:
    """The longest rows of a table, rounded to what `pack` holds exactly, and their buckets, which rise.

    Shapes: table (R + 1, D), used (R,) -> table (S + 1, D), used (S,)
    """
    rows = table[1:]
    lengths = np.einsum("rd,rd->r", rows, rows)
    longest = np.argsort(-lengths, kind="stable")[: max(round(_KEPT * len(rows)), 1)]
    kept = longest[np.argsort(used[longest])]
    rounded, buckets = unpack(pack(rows[kept], used[kept]))
    return rounded, buckets.astype(np.int32)


def pack(rows: Floats, used: Ids) -> Packed:
    """Round rows, whose buckets rise. What `unpack` returns is packed as it was."""
    largest = np.abs(rows).max(axis=1)
    exponents = np.frexp(largest / np.float32(_LARGEST))[1]
    exponents[np.ldexp(np.float32(_LARGEST), exponents - 1) >= largest] -= 1
    exponents = exponents.clip(-128, 127)
    codes = np.rint(np.ldexp(rows, -exponents[:, None]))
    steps, rests = np.divmod(np.diff(used.astype(np.int64), prepend=-1), _STRIDE)
    gaps = np.full(len(used) + int(steps.sum()), _STRIDE, np.uint8)
    gaps[np.arange(len(used)) + np.cumsum(steps)] = rests
    return Packed(codes.astype(np.int8), exponents.astype(np.int8), gaps)


def unpack(packed: Packed) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The table, of which the first row is 0, and the buckets of the others.

    Shapes: -> (R + 1, D), (R,)
    """
    table: Floats = np.zeros((len(packed.codes) + 1, packed.codes.shape[1]), np.float32)
    np.ldexp(packed.codes, packed.exponents[:, None], out=table[1:], dtype=np.float32)
    buckets = np.cumsum(packed.gaps, dtype=np.int64)[packed.gaps < _STRIDE] - 1
    return table, buckets
