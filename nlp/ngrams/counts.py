"""Counting the n-grams of a text, order by order, by sorting pairs of numbers packed into 64 bits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, starmap

import numpy as np

from nlp.errors import InputError
from nlp.layers.arrays import Ids, Indices
from nlp.parallel.engine import Engine
from nlp.storage.columns import IN_MEMORY, Column, Room, Slices, spans

MAX_TOKENS = (1 << 31) - 2
"""Positions in the text have to fit an int32, as the numbers of n-grams do."""

CHUNK = 1 << 22
"""Tokens of a text whose n-grams are sorted at a time."""

_NONE = -1


@dataclass(frozen=True)
class NgramCounts:
    """The distinct n-grams w_1 … w_k of one order k, N of them, numbered by (context, last word).

    Attributes: `contexts` (N,), the number of w_1 … w_{k-1} in the order below; `words` (N,), w_k;
    `suffixes` (N,), the number of w_2 … w_k in the order below; `adjusted` (N,), the adjusted count a. The
    n-grams of order 1 are the vocabulary, seen or not, in the one empty context.

    Equation: a(w_1 … w_k) = the number of occurrences, in the highest order; in those below,
              the number of distinct words v before it, |{v: v w_1 … w_k occurs}|, plus its occurrences
              where no context goes on to the left (in the literature: n-grams that begin with <s>)
    Source:   Kneser & Ney 1995, "Improved backing-off for m-gram language modeling"; Heafield, Pouzyrevsky,
              Clark & Koehn 2013, "Scalable modified Kneser-Ney language model estimation", §3.2
    """

    contexts: Column
    words: Column
    suffixes: Column
    adjusted: Column

    def __len__(self) -> int:
        return len(self.words)


def count_ngrams(
    tokens: Slices,
    words: int,
    line_end: int,
    order: int,
    *,
    crosses_lines: bool,
    chunk: int = CHUNK,
    room: Room = IN_MEMORY,
    engine: Engine | None = None,
) -> list[NgramCounts]:
    """The n-grams of the orders 1 … `order` of a text; a line end stands before its first token.

    Without `crosses_lines`, a line end can only be the first or the last word of an n-gram: no context
    reaches into another line.

    The n-gram of k words that ends at some place consists of the n-gram of k-1 words that ends one place
    earlier, its context, and the token there. These are two numbers, packed into 64 bits, that are sorted a
    `chunk` of tokens at a time. What the chunks have, sorted, is merged a range of numbers at a time. In
    bytes, 4 for each token and 12 for each n-gram in each chunk that it occurs in are kept in the `room`, and
    in memory some 50 for each token of a chunk, or each number that the room has there at a time.

    An `engine` counts chunks side by side: so many are in memory at a time as it computes ahead.

    Shapes: tokens (N,) int in [0, words), in memory or not
    Raises: InputError for more tokens than can be numbered; OSError where temporary storage is full
    """
    if len(tokens) > MAX_TOKENS:
        raise InputError(
            f"{len(tokens):,} tokens where n-grams can be counted of {MAX_TOKENS:,}; use less text"
        )
    barrier = _NONE if crosses_lines else line_end
    places = _Places(tokens, words, line_end, barrier, min(chunk, room.at_once), room, engine)
    nothing = np.zeros(words, np.int32)
    lower = NgramCounts(
        room.column(np.int32, nothing),
        room.column(np.int32, np.arange(words, dtype=np.int32)),
        room.column(np.int32, nothing),
        room.column(np.int32),
    )
    counts: list[NgramCounts] = []
    for k in range(2, order + 1):
        higher, bare = places.lengthen(k)
        counts.append(replace(lower, adjusted=_tally(room, len(lower), higher.suffixes, bare)))
        lower = higher
    counts.append(replace(lower, adjusted=_tally(room, len(lower), places.numbers)))
    return counts


def _tally(room: Room, size: int, *columns: Slices) -> Column:
    """How often each number in [0, size) stands in the columns; others are left out."""
    tally = room.column(np.int32)
    for first, end in room.spans(size):
        counts = np.zeros(end - first, np.int64)
        for column in columns:
            for block in room.blocks(column):
                counts += np.bincount(_within(block, first, end), minlength=len(counts))
        tally.append(counts.astype(np.int32))
    return tally


def _within(numbers: Ids, first: int, end: int) -> Ids:
    """Those of the numbers that are in [first, end), counted from `first`."""
    if first <= numbers.min() and numbers.max() < end:
        return numbers - first if first else numbers
    return numbers[(numbers >= first) & (numbers < end)] - first


@dataclass(frozen=True)
class _Chunk:
    """The n-grams of a stretch of text.

    Attributes: `keys`, the packed numbers of the different ones, sorted; their `suffixes`; `numbers`, which
    of them ends at each place of the stretch, -1 for none; `bare`, the n-grams of the order below that have
    no context before them.
    """

    keys: Indices
    suffixes: Ids
    numbers: Ids
    bare: Ids


def _count_chunk(tokens: Ids, lower: Ids, words: int, barrier: int) -> _Chunk:
    """The n-grams that end in a stretch of text; no context of theirs ends with the token `barrier`.

    Shapes: tokens (N + 1,), with the one before the stretch; lower (N + 1,), the number of the n-gram of the
            order below that ends at each of them, -1 for none
    """
    contexts, suffixes = lower[:-1], lower[1:]
    has_context = contexts != _NONE
    if barrier != _NONE:
        has_context &= tokens[:-1] != barrier
    bare = suffixes[~has_context & (suffixes != _NONE)]
    keys = contexts[has_context].astype(np.int64)
    keys *= words
    keys += tokens[1:][has_context]
    order, ranked = _sorted(keys)
    del keys
    is_first = np.ones(len(ranked), np.bool_)
    np.not_equal(ranked[1:], ranked[:-1], out=is_first[1:])
    inverse = np.empty(len(ranked), np.int32)
    inverse[order] = np.cumsum(is_first, dtype=np.int32) - 1
    numbers = np.full(len(suffixes), _NONE, np.int32)
    numbers[has_context] = inverse
    return _Chunk(ranked[is_first], suffixes[has_context][order[is_first]], numbers, bare)


class _Places:
    """The number of the n-gram, of the order at hand, that ends at each place of the text; -1 for none."""

    def __init__(
        self,
        tokens: Slices,
        words: int,
        line_end: int,
        barrier: int,
        chunk: int,
        room: Room,
        engine: Engine | None,
    ) -> None:
        self._tokens, self._words, self._barrier, self._room = tokens, words, barrier, room
        self._engine = engine
        self._chunks = list(spans(len(tokens), chunk))
        self._first = line_end  # what ends before the first token: in order 1 the line end, later nothing
        copies = (np.array(tokens[start:end], np.int32) for start, end in self._chunks)
        self.numbers = room.column(np.int32, *copies)

    def lengthen(self, order: int) -> tuple[NgramCounts, Column]:
        """Go from `order` - 1 to `order`.

        Return the new n-grams, without counts, and those of the order below that have nothing before them, as
        often as they occur so.
        """
        bare = self._room.column(np.int32)
        runs = _Runs(self._room)
        # A line end may be a context of one word, or the first word of a longer one, but not its last word.
        barrier = self._barrier if order > 2 else _NONE
        compute = self._engine.map if self._engine else starmap
        chunks = iter(compute(_count_chunk, self._tasks(barrier)))
        for start, _ in self._chunks:
            self._keep(start, next(chunks), runs, bare)  # no name holds it while the next is made
        self._first = _NONE
        ngrams = runs.merged(self._words)
        self._renumber(runs)
        return ngrams, bare

    def _tasks(self, barrier: int) -> Iterator[tuple[Ids, Ids, int, int]]:
        """Yield what `_count_chunk` takes for each chunk; what it returned may replace numbers meanwhile."""
        token, number = 0, self._first  # before the text there is no longer context that a token could end
        for start, end in self._chunks:
            tokens, lower = (
                np.append(np.array([first], np.int32), column[start:end])
                for first, column in ((token, self._tokens), (number, self.numbers))
            )
            token, number = int(tokens[-1]), int(lower[-1])
            yield tokens, lower, self._words, barrier

    def _keep(self, start: int, chunk: _Chunk, runs: _Runs, bare: Column) -> None:
        bare.append(chunk.bare)
        runs.append(chunk.keys, chunk.suffixes)
        self.numbers.write(start, chunk.numbers)

    def _renumber(self, runs: _Runs) -> None:
        """Go from the numbers within each chunk to those of the merged n-grams."""
        for (start, end), final in zip(self._chunks, runs.final_numbers(), strict=True):
            known = np.append(final, np.int32(_NONE))  # which is also at the place _NONE
            self.numbers.write(start, known[self.numbers[start:end]])


class _Runs:
    """The n-grams of each chunk, sorted, one chunk's behind the other's."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._keys, self._suffixes = room.column(np.int64), room.column(np.int32)
        self._ends = [0]

    def append(self, keys: Indices, suffixes: Ids) -> None:
        """Keep the n-grams of one more chunk."""
        self._keys.append(keys)
        self._suffixes.append(suffixes)
        self._ends.append(len(self._keys))

    def merged(self, words: int) -> NgramCounts:
        """The n-grams of all chunks, numbered together, without counts.

        Where the suffix of each chunk's n-gram was, its number is from now on.
        """
        merged = NgramCounts(*(self._room.column(np.int32) for _ in range(4)))
        for pieces in self._ranges():
            self._merge(pieces, words, merged)
        return merged

    def _merge(self, pieces: Sequence[tuple[int, Indices]], words: int, merged: NgramCounts) -> None:
        """Put the n-grams of one range behind those of the ranges below."""
        keys = _union([piece for _, piece in pieces])
        suffixes = np.empty(len(keys), np.int32)
        for place, piece in pieces:
            ranks = np.searchsorted(keys, piece)
            suffixes[ranks] = self._suffixes[place : place + len(piece)]
            self._suffixes.write(place, (ranks + len(merged)).astype(np.int32))
        contexts, last_words = np.divmod(keys, words)
        merged.contexts.append(contexts.astype(np.int32))
        merged.suffixes.append(suffixes)
        merged.words.append(last_words.astype(np.int32))

    def final_numbers(self) -> Iterator[Ids]:
        """Yield, once they are merged, the numbers of the n-grams of each chunk."""
        for start, end in pairwise(self._ends):
            yield self._suffixes[start:end]

    def _ranges(self) -> Iterator[list[tuple[int, Indices]]]:
        """Yield the place and the keys of a piece of each run; the pieces hold all keys of one range.

        The ranges rise. As much of each run is read ahead as may be in memory; a range reaches as far as all
        that was read does, so that it takes all of the run that ends first.
        """
        share = max(self._room.at_once // max(len(self._ends) - 1, 1), 1)
        ahead = [_Ahead(self._keys, start, end) for start, end in pairwise(self._ends)]
        while True:
            for run in ahead:
                run.read(share)
            ahead = [run for run in ahead if len(run.keys)]
            if not ahead:
                return
            limit = min((int(run.keys[-1]) for run in ahead if run.goes_on), default=None)
            yield [run.take(limit) for run in ahead]


class _Ahead:
    """What was read of a run, and not yet taken."""

    def __init__(self, column: Column, start: int, end: int) -> None:
        self._column, self._place, self._end = column, start, end
        self.keys: Indices = np.zeros(0, np.int64)

    @property
    def goes_on(self) -> bool:
        """Whether there is more of it than was read."""
        return self._place + len(self.keys) < self._end

    def read(self, share: int) -> None:
        """Have `share` keys again, where half of them were taken; fewer at the end."""
        if self.goes_on and 2 * len(self.keys) <= share:
            start = self._place + len(self.keys)
            more = self._column[start : min(self._place + share, self._end)]
            self.keys = np.concatenate((self.keys, more)) if len(self.keys) else more

    def take(self, limit: int | None) -> tuple[int, Indices]:
        """The place and the keys of those up to `limit`, if there is any."""
        count = len(self.keys) if limit is None else int(np.searchsorted(self.keys, limit, "right"))
        place, taken = self._place, self.keys[:count]
        self._place, self.keys = place + count, self.keys[count:]
        return place, taken


def _sorted(keys: Indices) -> tuple[Indices, Indices]:
    """The permutation that sorts the keys, equal ones staying in place, and the sorted keys."""
    place_bits = len(keys).bit_length()
    if not len(keys) or int(keys.max()).bit_length() + place_bits > 63:
        order = np.argsort(keys, kind="stable")
        return order, keys[order]
    # Sorting key and place as one number needs no indirection, and is several times faster.
    packed = keys << place_bits
    packed |= np.arange(len(keys))
    packed.sort()
    order = packed & ((1 << place_bits) - 1)
    packed >>= place_bits
    return order, packed


def _union(sorted_keys: Sequence[Indices]) -> Indices:
    """All keys, each once, sorted. They are merged two by two, which needs little memory at a time."""
    if not sorted_keys:
        return np.zeros(0, np.int64)
    while len(sorted_keys) > 1:
        pairs = (sorted_keys[i : i + 2] for i in range(0, len(sorted_keys), 2))
        sorted_keys = [_merged(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return sorted_keys[0]


def _merged(first: Indices, second: Indices) -> Indices:
    """The union of two sorted arrays of different keys; `np.union1d` takes 200 times as long."""
    keys = np.concatenate((first, second))
    keys.sort(kind="stable")  # timsort, which finds the two sorted runs and merges them
    is_first = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    return keys[is_first]
