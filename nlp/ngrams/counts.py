"""Counting the n-grams of a text, order by order, by sorting pairs of numbers packed into 64 bits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from nlp.errors import InputError
from nlp.layers.arrays import Ids, Integers

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

    contexts: Ids
    words: Ids
    suffixes: Ids
    adjusted: Ids

    def __len__(self) -> int:
        return len(self.words)


def count_ngrams(
    tokens: Ids, words: int, line_end: int, order: int, *, crosses_lines: bool, chunk: int = CHUNK
) -> list[NgramCounts]:
    """The n-grams of the orders 1 … `order` of a text; a line end stands before its first token.

    Without `crosses_lines`, a line end can only be the first or the last word of an n-gram: no context
    reaches into another line.

    The n-gram of k words that ends at some place consists of the n-gram of k-1 words that ends one place
    earlier, its context, and the token there. These are two numbers, packed into 64 bits, that are sorted a
    `chunk` of tokens at a time. Memory, in bytes: 4 for each token, 12 for each n-gram in each chunk that it
    occurs in, and some 200 MB for the chunk at hand.

    Shapes: tokens (N,) int in [0, words), in memory or memory-mapped
    Raises: InputError for more tokens than can be numbered
    """
    if len(tokens) > MAX_TOKENS:
        raise InputError(
            f"{len(tokens):,} tokens where n-grams can be counted of {MAX_TOKENS:,}; use less text"
        )
    place = _Places(tokens, words, line_end, chunk, crosses_lines=crosses_lines)
    vocabulary = np.arange(words, dtype=np.int32)
    nothing = np.zeros(words, np.int32)
    lower = NgramCounts(nothing, vocabulary, nothing, nothing)
    counts: list[NgramCounts] = []
    for k in range(2, order + 1):
        higher, bare = place.lengthen(k, len(lower))
        adjusted = bare + np.bincount(higher.suffixes, minlength=len(lower))
        counts.append(replace(lower, adjusted=adjusted.astype(np.int32)))
        lower = higher
    counts.append(replace(lower, adjusted=place.occurrences(len(lower)).astype(np.int32)))
    return counts


@dataclass(frozen=True)
class _Chunk:
    """The different n-grams of a stretch of text, sorted: their packed numbers, and their suffixes."""

    keys: npt.NDArray[np.int64]
    suffixes: Ids


class _Places:
    """The number of the n-gram, of the order at hand, that ends at each place of the text; -1 for none."""

    def __init__(self, tokens: Ids, words: int, line_end: int, chunk: int, *, crosses_lines: bool) -> None:
        self._tokens, self._words, self._line_end, self._crosses = tokens, words, line_end, crosses_lines
        self._chunk = chunk
        self._first = line_end  # what ends before the first token: in order 1 the line end, later nothing
        self._numbers: Ids = np.array(tokens, np.int32)

    def _chunks(self) -> Iterator[tuple[int, int]]:
        for start in range(0, len(self._tokens), self._chunk):
            yield start, min(start + self._chunk, len(self._tokens))

    def lengthen(self, order: int, lower: int) -> tuple[NgramCounts, npt.NDArray[np.int64]]:
        """Go from `order` - 1, of which there are `lower` n-grams, to `order`.

        Return the new n-grams, without counts, and how often each old one occurs with nothing before it.
        """
        bare = np.zeros(lower, np.int64)
        chunks: list[_Chunk] = []
        before_chunk = self._first
        for start, end in self._chunks():
            ending = self._numbers[start:end].copy()
            contexts = np.concatenate((np.array([before_chunk], np.int32), ending[:-1]))
            before_chunk = int(ending[-1])
            has_context = self._has_context(contexts, start, end, order)
            bare += np.bincount(ending[~has_context & (ending != _NONE)], minlength=lower)
            keys = contexts[has_context].astype(np.int64) * self._words + self._tokens[start:end][has_context]
            chunk, inverse = _distinct(keys, ending[has_context])
            chunks.append(chunk)
            self._numbers[start:end] = _NONE
            self._numbers[start:end][has_context] = inverse
        self._first = _NONE
        return self._merge(chunks), bare

    def _has_context(self, contexts: Ids, start: int, end: int, order: int) -> npt.NDArray[np.bool_]:
        """Whether a context of order - 1 words ends just before each place."""
        present: npt.NDArray[np.bool_] = contexts != _NONE
        # A line end may be a context of one word, or the first word of a longer one, but not its last word.
        if not self._crosses and order > 2:
            before = self._tokens[max(start - 1, 0) : end - 1]
            present[len(present) - len(before) :] &= before != self._line_end
        return present

    def _merge(self, chunks: Sequence[_Chunk]) -> NgramCounts:
        """Number the n-grams of all chunks together, also at the places of the text where they end."""
        keys = chunks[0].keys if len(chunks) == 1 else _union([chunk.keys for chunk in chunks])
        suffixes = np.zeros(len(keys), np.int32)
        for (start, end), chunk in zip(self._chunks(), chunks, strict=True):
            final = np.searchsorted(keys, chunk.keys).astype(np.int32)
            suffixes[final] = chunk.suffixes
            numbers = self._numbers[start:end]
            here = numbers != _NONE
            numbers[here] = final[numbers[here]]
        contexts, words = np.divmod(keys, self._words)
        return NgramCounts(contexts.astype(np.int32), words.astype(np.int32), suffixes, np.zeros(0, np.int32))

    def occurrences(self, ngrams: int) -> npt.NDArray[np.int64]:
        """How often each of the n-grams of the order at hand occurs."""
        counts = np.zeros(ngrams, np.int64)
        for start, end in self._chunks():
            numbers = self._numbers[start:end]
            counts += np.bincount(numbers[numbers != _NONE], minlength=ngrams)
        return counts


def _distinct(keys: npt.NDArray[np.int64], suffixes: Ids) -> tuple[_Chunk, Integers]:
    """The different `keys`, sorted, and the place of each of `keys` among them."""
    order, ranked = _sorted(keys)
    is_first = np.ones(len(ranked), np.bool_)
    np.not_equal(ranked[1:], ranked[:-1], out=is_first[1:])
    inverse = np.empty(len(keys), np.int32)
    inverse[order] = np.cumsum(is_first, dtype=np.int32) - 1
    return _Chunk(ranked[is_first], suffixes[order[is_first]]), inverse


def _sorted(keys: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The permutation that sorts the keys, equal ones staying in place, and the sorted keys."""
    place_bits = len(keys).bit_length()
    if not len(keys) or int(keys.max()).bit_length() + place_bits > 63:
        order = np.argsort(keys, kind="stable")
        return order, keys[order]
    # Sorting key and place as one number needs no indirection, and is several times faster.
    packed = np.sort((keys << place_bits) | np.arange(len(keys)))
    return packed & ((1 << place_bits) - 1), packed >> place_bits


def _union(sorted_keys: Sequence[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """All keys, each once, sorted. They are merged two by two, which needs little memory at a time."""
    if not sorted_keys:
        return np.zeros(0, np.int64)
    while len(sorted_keys) > 1:
        pairs = (sorted_keys[i : i + 2] for i in range(0, len(sorted_keys), 2))
        sorted_keys = [_merged(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return sorted_keys[0]


def _merged(first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The union of two sorted arrays of different keys; `np.union1d` takes 200 times as long."""
    keys = np.concatenate((first, second))
    keys.sort(kind="stable")  # timsort, which finds the two sorted runs and merges them
    is_first = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    return keys[is_first]
