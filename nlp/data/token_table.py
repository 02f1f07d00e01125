"""Numbers for tokens, found by their bytes: many at a time, without a Python object for each."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Ids, Indices

Bytes = npt.NDArray[np.uint8]
Keys = npt.NDArray[np.uint64]

LINE_END = "\n"
"""A token of its own."""

_SPACE, _NEWLINE = b" \n"

_WIDTH = 8  # bytes of a key
_LONGEST = 2 * _WIDTH - 1  # bytes of a token that has keys: the last byte is its length
_FIRST_BYTES = np.array([(1 << 8 * count) - 1 for count in range(_WIDTH + 1)], np.uint64)
_MULTIPLIERS = tuple(map(np.uint64, (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93)))
_BITS, _HALF = 64, np.uint64(29)
_SMALLEST = 12  # bits of the number of a place
_PROBES = 32  # places that are looked at: with half of them empty, hardly a token is further from its own
_EMPTY = -1


class TokenTable:
    """Numbers tokens in the order in which they first occur.

    Up to 15 bytes and their number are two keys of 64 bits. A table with linear probing has the place of each
    pair: all tokens of a block look at theirs at once, then those that met another token at the next one, and
    so on. Longer tokens, and those that crowd around one place, are looked up one by one.

    Source: Knuth 1998, "The art of computer programming", volume 3, section 6.4 (algorithm L)

    Attributes: `tokens`, by number.
    """

    def __init__(self, tokens: Iterable[str] = ()) -> None:
        self.tokens: list[str] = []
        self._others: dict[bytes, int] = {}
        self._make_room(_SMALLEST)
        encoded = [token.encode("utf-8", "surrogatepass") for token in tokens]
        lengths = np.array([len(token) for token in encoded], np.int64)
        self.numbers(np.frombuffer(b"".join(encoded), np.uint8), np.cumsum(lengths) - lengths, lengths)

    def numbers(self, data: Bytes, starts: Indices, lengths: Indices) -> Ids:
        """The number of each token of a text in UTF-8; those that are new get the next ones.

        Shapes: data (N,); starts, lengths (T,), of tokens of at least a byte -> (T,)
        """
        padded = np.concatenate((data, np.zeros(2 * _WIDTH, np.uint8)))
        first, second = _keys(padded, starts, lengths)
        numbers, unknown = self._look_up(first, second)
        unknown |= lengths > _LONGEST
        new = np.flatnonzero(unknown)
        if len(new):
            numbers[new], fresh = self._one_by_one(padded.tobytes(), starts[new], lengths[new])
            fresh = new[fresh]
            self._insert(first[fresh], second[fresh], numbers[fresh])
        return numbers

    def _look_up(self, first: Keys, second: Keys) -> tuple[Ids, npt.NDArray[np.bool_]]:
        """The numbers of tokens with these keys, and whether a token was not found."""
        at = self._places(first, second)
        numbers = self._number.take(at)
        unknown = self._first.take(at) != first
        unknown |= self._second.take(at) != second
        left = np.flatnonzero(unknown)
        at = at[left]
        for _ in range(_PROBES - 1):
            others = self._number[at] != _EMPTY
            left, at = left[others], self._next(at[others])
            if not len(left):
                break
            found = (self._first[at] == first[left]) & (self._second[at] == second[left])
            numbers[left[found]] = self._number[at[found]]
            unknown[left[found]] = False
            left, at = left[~found], at[~found]
        return numbers, unknown

    def _one_by_one(self, data: bytes, starts: Indices, lengths: Indices) -> tuple[Ids, Indices]:
        """The numbers of tokens that are not in the table, and which of them are new and fit it."""
        numbers: list[int] = []
        fresh: dict[bytes, int] = {}
        places: list[int] = []
        for place, (start, length) in enumerate(zip(starts.tolist(), lengths.tolist(), strict=True)):
            token = data[start : start + length]
            known = self._others if length > _LONGEST or token in self._others else fresh
            number = known.get(token)
            if number is None:
                number = known[token] = len(self.tokens)
                self.tokens.append(token.decode("utf-8", "surrogatepass"))
                if known is fresh:
                    places.append(place)
            numbers.append(number)
        return np.array(numbers, np.int32), np.array(places, np.int64)

    def _insert(self, first: Keys, second: Keys, numbers: Ids) -> None:
        """Enter new tokens, each at the first empty place from its own on."""
        if 2 * len(self.tokens) > len(self._number):
            taken = np.flatnonzero(self._number != _EMPTY)
            entries = self._first[taken], self._second[taken], self._number[taken]
            self._make_room((4 * len(self.tokens)).bit_length())
            self._insert(*entries)
        at = self._places(first, second)
        for _ in range(_PROBES):
            free = self._number[at] == _EMPTY
            self._number[at[free]] = numbers[free]  # of several at one place, one has it then
            has = self._number[at] == numbers
            self._first[at[has]], self._second[at[has]] = first[has], second[has]
            at, first, second, numbers = self._next(at[~has]), first[~has], second[~has], numbers[~has]
            if not len(at):
                return
        for number in numbers.tolist():
            self._others[self.tokens[number].encode("utf-8", "surrogatepass")] = number

    def _make_room(self, bits: int) -> None:
        """An empty table of so many places, a power of two."""
        self._bits = bits
        self._first: Keys = np.zeros(1 << bits, np.uint64)
        self._second: Keys = np.zeros(1 << bits, np.uint64)
        self._number: Ids = np.full(1 << bits, _EMPTY, np.int32)

    def _places(self, first: Keys, second: Keys) -> Indices:
        hashes = first * _MULTIPLIERS[0]
        hashes += second
        hashes *= _MULTIPLIERS[1]
        hashes ^= hashes >> _HALF
        hashes *= _MULTIPLIERS[2]
        hashes >>= np.uint64(_BITS - self._bits)
        return hashes.astype(np.int64)

    def _next(self, places: Indices) -> Indices:
        return (places + 1) & (len(self._number) - 1)


def _keys(padded: Bytes, starts: Indices, lengths: Indices) -> tuple[Keys, Keys]:
    """Up to 15 bytes of each token, and its length in the last byte, as two whole numbers."""
    from_each_byte = np.ndarray((len(padded) - _WIDTH + 1,), "<u8", padded.data, strides=(1,))
    first, second = from_each_byte[starts], from_each_byte[starts + _WIDTH]
    first &= _FIRST_BYTES.take(lengths, mode="clip")
    second &= _FIRST_BYTES.take(np.clip(lengths - _WIDTH, 0, _WIDTH - 1))
    second |= lengths.astype(np.uint64) << np.uint64(8 * (_WIDTH - 1))
    return first, second


def tokens_in(data: Bytes) -> tuple[Indices, Indices]:
    """Where each token of a text starts, and of how many bytes it is; spaces separate them.

    Shapes: (N,) -> (T,), (T,)
    """
    ends = np.flatnonzero((data == _SPACE) | (data == _NEWLINE))
    starts, lengths = np.zeros((2, len(ends) + 1, 2), np.int64)
    starts[1:, 0], starts[:-1, 1] = ends + 1, ends
    lengths[:-1, 0], lengths[-1, 0] = ends, len(data)
    lengths[:, 0] -= starts[:, 0]
    lengths[:-1, 1] = data[ends] == _NEWLINE
    is_token = lengths > 0
    return starts[is_token], lengths[is_token]
