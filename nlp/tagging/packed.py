"""Trained weights as whole numbers: small on disk, and summed four or eight labels at a time.

Weights are rounded to a byte on a common scale, and rows that round to nothing are left out: labels depend on
which sum is the largest, hardly ever on the last digits of one. A row stands in a single number of 8 or 16
bytes where it fits, so that looking it up is one step whatever the number of labels.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats
from nlp.tagging.hashing import Hashes

Bytes = npt.NDArray[np.uint8]
Sums = npt.NDArray[np.int16]

LARGEST = 127
"""The largest rounded weight: sums of 250 rows still fit 16 bits."""

_CACHE_LINE = 64  # bytes
_ESCAPE = 255  # a gap byte that says: so many, and more
_NARROW, _WIDE = 4, 8  # labels whose 16-bit weights fill 8 and 16 bytes,
_LIKE: dict[int, Any] = {_NARROW: np.int64, _WIDE: np.complex128}  # which are moved as one of these


class PackedWeights:
    """The rows of some buckets. Attributes: `used` (R,), rising; `rows` (R, L), int8; `bits` of a bucket."""

    def __init__(self, used: npt.NDArray[np.int64], rows: npt.NDArray[np.int8], bits: int) -> None:
        self.used, self.rows, self.bits = used, rows, bits
        labels = rows.shape[1]
        lanes = _NARROW if labels <= _NARROW else max(_WIDE, labels)
        self._like = _LIKE.get(lanes)
        if self._like is not None:  # a row for each bucket
            table = _aligned_zeros(1 << bits, lanes)
            table[used, :labels] = rows
            self._table: npt.NDArray[Any] = table.view(self._like).reshape(-1)
        else:  # a row for each bucket in use, and one of zeros
            self._table = np.concatenate([np.zeros((1, labels), np.int16), rows.astype(np.int16)])
            self._row = np.zeros(1 << bits, np.int32)
            self._row[used] = np.arange(1, len(used) + 1)
        self._lanes, self._labels = lanes, labels

    def sums(self, templates: Iterable[Hashes]) -> Sums:
        """The sums (P, L) of the rows that the templates give each place."""
        total: Sums | None = None
        for found in templates:
            if total is None:
                total = self._taken(found)
                room = np.empty_like(total)
            else:
                total += self._taken(found, room)
        if total is None:
            raise ValueError("no templates to sum")
        return total[:, : self._labels]

    def _taken(self, found: Hashes, room: Sums | None = None) -> Sums:
        """The rows of these buckets, in the `room` for them if there is some."""
        index = found.view(np.int32) if self._like is not None else self._row.take(found.view(np.int32))
        taken: Sums = np.empty((len(found), self._lanes), np.int16) if room is None else room
        self._table.take(index, axis=0, out=self._rows_of(taken), mode="clip")  # each index is in the table
        return taken

    def _rows_of(self, numbers: Sums) -> npt.NDArray[Any]:
        """The rows as they stand in the table."""
        return numbers if self._like is None else numbers.view(self._like).reshape(-1)


def _aligned_zeros(rows: int, lanes: int) -> Sums:
    """Zeros (rows, lanes) that begin where a line of the cache does: what is in one line costs one look."""
    size = rows * lanes * 2
    room = np.zeros(size + _CACHE_LINE, np.uint8)
    start = -room.ctypes.data % _CACHE_LINE
    return room[start : start + size].view(np.int16).reshape(rows, lanes)


def rounded(used: npt.NDArray[np.int64], weights: Floats, bits: int) -> tuple[PackedWeights, np.float32]:
    """Weights, of which row 1 + i is that of bucket `used[i]`, rounded; and by what they were multiplied.

    The largest weight becomes 127: to cut off a few that are large harms more than to round all others finer
    helps.
    """
    highest = np.abs(weights).max(initial=0)
    scale = np.float32(LARGEST / highest if highest > 0 else 1)
    rows = np.clip(np.rint(weights[1:] * scale), -LARGEST, LARGEST).astype(np.int8)
    kept = rows.any(axis=1)
    return PackedWeights(used[kept], rows[kept], bits), scale


def rounded_moves(transitions: Floats, scale: np.float32) -> npt.NDArray[np.int32]:
    """Transitions, rounded on the `scale` of the weights."""
    most = np.float32(1 << 20)
    moves: npt.NDArray[np.int32] = np.clip(np.rint(transitions * scale), -most, most).astype(np.int32)
    return moves


def compressed_set(numbers: npt.NDArray[np.int64]) -> bytes:
    """Rising whole numbers as the gaps between them: a byte each, or several where a gap is wide."""
    gaps = np.diff(numbers, prepend=-1) - 1
    counts = gaps // _ESCAPE + 1
    told = np.full(int(counts.sum()), _ESCAPE, np.uint8)
    told[np.cumsum(counts) - 1] = gaps % _ESCAPE
    return told.tobytes()


def expanded_set(told: Bytes, size: int) -> npt.NDArray[np.int64]:
    """The numbers that `compressed_set` was given. Raises: ValueError where one is not below `size`."""
    sums = np.cumsum(told, dtype=np.int64)
    numbers: npt.NDArray[np.int64] = sums[told != _ESCAPE]
    numbers += np.arange(len(numbers))
    if len(told) and (told[-1] == _ESCAPE or numbers[-1] >= size):
        raise ValueError(f"its buckets are not below {size:,}")
    return numbers


def squeezed(data: bytes) -> Bytes:
    """Bytes, compressed."""
    return np.frombuffer(zlib.compress(data, 9), np.uint8)


def unsqueezed(data: Bytes, most: int) -> Bytes:
    """What was compressed. Raises: ValueError where it is damaged, or more than `most` bytes."""
    expander = zlib.decompressobj()
    try:
        found = expander.decompress(data.tobytes(), most + 1)
    except zlib.error as error:
        raise ValueError(f"its numbers cannot be expanded ({error})") from error
    if len(found) > most or not expander.eof or expander.unused_data:
        raise ValueError("its numbers are not as many as it says")
    return np.frombuffer(found, np.uint8)
