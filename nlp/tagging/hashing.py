"""Hashes of the features of many places at once: whole numbers modulo 2³², the same on every processor.

Multiplying by an odd number spreads what differs towards the high bits, and xor with a shifted copy brings it
down again; the top bits of the last product tell the bucket.

Source: Knuth 1998, "The art of computer programming", volume 3, section 6.4 (multiplicative hashing)
"""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint32]

BITS = 32
_MULTIPLIERS = tuple(map(np.uint32, (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)))
_HALF = np.uint32(15)


def spread(values: Hashes) -> Hashes:
    """A hash of each value: `h = v m`, `h ^ (h >> 15)`."""
    hashes: Hashes = values * _MULTIPLIERS[0]
    hashes ^= hashes >> _HALF
    return hashes


def joined(hashes: Hashes, values: Hashes) -> Hashes:
    """A hash of each pair: of what has been hashed so far, and one more value; the order counts."""
    together: Hashes = hashes + values
    together *= _MULTIPLIERS[1]
    together ^= together >> _HALF
    return together


def buckets(hashes: Hashes, bits: int) -> Hashes:
    """The bucket, below 2 to the power of `bits`, that each hash falls into."""
    found: Hashes = hashes * _MULTIPLIERS[2]
    found >>= np.uint32(BITS - bits)
    return found


def salt(number: int, bits: int) -> np.uint32:
    """What the buckets of template `number` are xored with, so that templates do not share theirs."""
    hashed = zlib.crc32(number.to_bytes(4, "little"))
    return np.uint32(hashed >> (BITS - bits))


def shifted(values: npt.NDArray[np.uint32], by: int) -> npt.NDArray[np.uint32]:
    """`values[i + by]` at each place i, and 0 beyond the ends."""
    if by == 0:
        return values
    moved = np.zeros_like(values)
    if abs(by) < len(values):
        if by > 0:
            moved[:-by] = values[by:]
        else:
            moved[-by:] = values[:by]
    return moved


def text_hash(text: str) -> int:
    """A hash of a string: its CRC-32, which is the same on every machine."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
