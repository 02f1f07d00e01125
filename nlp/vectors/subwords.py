"""Character n-grams: a word is the mean of itself and its parts, so that unseen words have vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Ids, Integers
from nlp.layers.ragged import places_of
from nlp.layers.scatter import RowGroups

MOST_NGRAMS = 127
"""The most n-grams that a word of the vocabulary has: of a word with more (over 33 letters), the shortest."""

_LONGEST_NGRAM = 64
_WORDS = 4096  # whose rows are gathered at a time
_FNV_OFFSET, _FNV_PRIME = np.uint32(2166136261), np.uint32(16777619)
_BUCKETS = 2**31  # a model file holds their numbers as int32


@dataclass(frozen=True)
class NgramHashing:
    """Which n-grams a word has, and in which buckets they are.

    Attributes: `shortest` and `longest` n-gram, in code points, the word's ends being marked by < and >;
    `buckets` that the n-grams are hashed into.

    Raises: ValueError unless 1 ≤ shortest ≤ longest ≤ 64 and 1 ≤ buckets < 2³¹, all of them integers
    Source: Bojanowski, Grave, Joulin & Mikolov 2017, "Enriching word vectors with subword information", §3.2
    """

    shortest: int
    longest: int
    buckets: int

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if type(value) is not int:  # True is an int, too
                raise ValueError(f"{name} is {value!r}; it must be an integer")
        if not 1 <= self.shortest <= self.longest <= _LONGEST_NGRAM:
            limits = f"1 <= shortest <= longest <= {_LONGEST_NGRAM}"
            raise ValueError(f"shortest is {self.shortest} and longest {self.longest}; not {limits}")
        if not 1 <= self.buckets < _BUCKETS:
            raise ValueError(f"buckets is {self.buckets}; it must be from 1 to {_BUCKETS - 1}")

    def of(self, words: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the buckets of every n-gram of every word, as rows of a sparse matrix.

        The hash is FNV-1a of the UTF-8 bytes as fastText takes it (bytes over 127 with their sign), so the
        buckets are fastText's.

        Shapes: -> buckets (N,), and (words + 1,): those of word w are `buckets[first[w] : first[w + 1]]`,
                the short ones before the long ones
        """
        text, lengths = _marked(words)
        word_of = np.repeat(np.arange(len(words)), lengths)
        ends = np.cumsum(lengths)[word_of] if len(words) else np.zeros(0, np.int64)
        hashes = np.full(len(text.sizes), _FNV_OFFSET)
        start = np.arange(len(text.sizes))
        of_words, of_buckets = [], []
        for n in range(1, self.longest + 1):
            alive = start + n <= ends
            start, hashes, ends, word_of = start[alive], hashes[alive], ends[alive], word_of[alive]
            hashes = text.extend(hashes, start + n - 1)
            first, last = start == ends - lengths[word_of], start + n == ends
            # The marks < and > alone, which n = 1 would count, say nothing.
            counts = (n >= self.shortest) & ((n > 1) | ~(first | last))
            of_words.append(word_of[counts])
            of_buckets.append(hashes[counts] % np.uint32(self.buckets))
        words_of_all, buckets_of_all = np.concatenate(of_words), np.concatenate(of_buckets).astype(np.int64)
        first_of = np.concatenate(([0], np.cumsum(np.bincount(words_of_all, minlength=len(words)))))
        return buckets_of_all[np.argsort(words_of_all, kind="stable")], first_of


@dataclass(frozen=True)
class _Characters:
    """UTF-8 bytes by character: `codes` (bytes,), where each character starts, and its size in bytes."""

    codes: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]

    def extend(self, hashes: npt.NDArray[np.uint32], at: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
        """Hash one more character of each n-gram, that at `at`.

        Equation: h = (h xor byte) · 16777619 mod 2³², byte by byte
        Source:   Fowler, Noll & Vo, FNV-1a; the sign of a byte is extended, as in fastText's Dictionary::hash
        """
        starts, sizes = self.starts[at], self.sizes[at]
        for byte in range(int(sizes.max(initial=0))):
            more = sizes > byte
            code = self.codes.take(starts + byte, mode="clip")
            hashes = np.where(more, (hashes ^ code) * _FNV_PRIME, hashes)
        return hashes


def _marked(words: Sequence[str]) -> tuple[_Characters, npt.NDArray[np.int64]]:
    """Put every word between < and >: all characters in one array, and how many each word has."""
    lengths = np.array([len(word) + 2 for word in words], np.int64)
    data = "".join(f"<{word}>" for word in words).encode("utf-8", "surrogatepass")
    signed = np.frombuffer(data, np.int8)
    starts = np.flatnonzero((signed.view(np.uint8) & 0xC0) != 0x80)
    sizes = np.diff(np.append(starts, len(data)))
    return _Characters(signed.astype(np.int32).view(np.uint32), starts, sizes), lengths


@dataclass(frozen=True)
class SubwordTable:
    """The rows of the input matrix that make up each word of a vocabulary.

    Row w < V is of word w itself; from V on come only the buckets that some word has an n-gram in. The other
    buckets would never be trained, so 2,000,000 of them cost no memory.

    Attributes: `hashing`; `rows` (N,) and `first` (V + 1,): word w is the mean of the rows
    `rows[first[w] : first[w + 1]]`; `buckets` (U,), rising: row V + k is of bucket `buckets[k]`; `most`, rows
    of the word that has most.
    """

    hashing: NgramHashing
    rows: Ids
    first: npt.NDArray[np.int64]
    buckets: npt.NDArray[np.int64]
    most: int

    @classmethod
    def of(cls, words: Sequence[str], hashing: NgramHashing) -> Self:
        """Make the table of a vocabulary."""
        found, first = hashing.of(words)
        word_of = np.repeat(np.arange(len(words)), np.diff(first))
        kept = np.arange(len(found)) - first[word_of] < MOST_NGRAMS
        found, word_of = found[kept], word_of[kept]
        buckets, rows = np.unique(found, return_inverse=True)
        counts = 1 + np.bincount(word_of, minlength=len(words))
        # A stable sort by word puts its own row before those of its n-grams.
        owners = np.concatenate((np.arange(len(words)), word_of))
        members = np.concatenate((np.arange(len(words)), len(words) + rows))
        ordered = members[np.argsort(owners, kind="stable")].astype(np.int32)
        return cls(hashing, ordered, np.concatenate(([0], np.cumsum(counts))), buckets, int(counts.max()))

    @property
    def size(self) -> int:
        """Rows of the input matrix: words and buckets."""
        return len(self.first) - 1 + len(self.buckets)

    def members(self, words: Integers) -> tuple[Ids, npt.NDArray[np.int64]]:
        """List the rows of several words: (N,) -> rows (M,), and the first of each word's (N + 1,)."""
        counts = (self.first[1:] - self.first[:-1]).take(words)
        rows = self.rows.take(places_of(self.first.take(words), counts))
        return rows, np.concatenate(([0], np.cumsum(counts)))

    def frequent_part(self, shares: npt.NDArray[np.float64], frequent: float) -> npt.NDArray[np.float64]:
        """Return the part of each word's rows that are at least `frequent`.

        Shapes: shares (V,), of each word in the text -> (V,)
        """
        members = np.diff(self.first)
        of_rows = np.bincount(self.rows, np.repeat(shares, members), self.size)
        is_frequent = (of_rows >= frequent).take(self.rows).astype(np.int64)
        part: npt.NDArray[np.float64] = np.add.reduceat(is_frequent, self.first[:-1]) / members
        return part

    def compose(self, matrix: Floats, words: Integers) -> Floats:
        """Return the vectors of some words.

        Equation: x_w = (z_w + Σ_{g in n-grams of w} z_g) / (1 + their number)
        Shapes:   matrix (V + U, D), words (N,) -> (N, D)
        """
        rows, ends = self.members(words)
        sums: Floats = np.add.reduceat(matrix.take(rows, axis=0), ends[:-1], axis=0)
        sums /= np.diff(ends).astype(matrix.dtype)[:, None]
        return sums

    def decompose_(self, matrix: Floats, words: npt.NDArray[np.int64], vectors: Floats) -> None:
        """Overwrite the rows that make up some words so that `compose` returns these vectors.

        An n-gram gets the mean of the vectors of those words that have it, so that unseen words begin near
        the words they are like; the row of a word itself makes up for the rest.

        Equation: z_g = mean of x_w over the words w that have g;   z_w = c x_w − Σ_{g in n-grams of w} z_g,
                  c rows in all
        Shapes:   matrix (V + U, D), words (N,), each once, and their vectors x (N, D)
        """
        counts = np.bincount(self.members(words)[0], minlength=len(matrix))
        touched = np.flatnonzero(counts)
        matrix[touched] = 0
        parts = [slice(start, start + _WORDS) for start in range(0, len(words), _WORDS)]
        for part in parts:
            rows, ends = self.members(words[part])
            owners = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
            groups = RowGroups.of(rows)
            matrix[groups.rows] += groups.sum(vectors[part].take(owners, axis=0))
        matrix[touched] /= counts[touched, None].astype(matrix.dtype)
        for part in parts:
            _, ends = self.members(words[part])
            lacking = vectors[part] - self.compose(matrix, words[part])
            matrix[words[part]] += np.diff(ends)[:, None].astype(matrix.dtype) * lacking

    def subwords(self, matrix: Floats) -> Subwords:
        """Return the vectors of the buckets, from the trained matrix (V + U, D)."""
        return Subwords(self.hashing, self.buckets, matrix[len(self.first) - 1 :])

    def compose_all(self, matrix: Floats) -> Floats:
        """Return the vectors of all words (V, D), some thousands at a time."""
        words = np.arange(len(self.first) - 1)
        parts = [
            self.compose(matrix, words[start : start + _WORDS]) for start in range(0, len(words), _WORDS)
        ]
        return np.concatenate(parts)


@dataclass(frozen=True)
class Subwords:
    """Vectors of n-grams, for words that a vocabulary lacks.

    Attributes: `hashing`; `buckets` (U,), rising, and `vectors` (U, D) of them.
    """

    hashing: NgramHashing
    buckets: npt.NDArray[np.int64]
    vectors: Floats

    def vector(self, word: str) -> Floats | None:
        """Return the mean of a word's n-gram vectors, or None where none of them was ever trained.

        An n-gram that no word of the vocabulary has would be random numbers: it is left out.

        Source: Bojanowski, Grave, Joulin & Mikolov 2017, §5.5 (out-of-vocabulary words)
        """
        found, _ = self.hashing.of([word])
        place = np.minimum(self.buckets.searchsorted(found), max(len(self.buckets) - 1, 0))
        known = place[self.buckets[place] == found] if len(self.buckets) else place[:0]
        return self.vectors[known].mean(axis=0) if len(known) else None

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What a model file holds of them, by name."""
        return {"subword_buckets": self.buckets.astype(np.int32), "subword_vectors": self.vectors}

    def metadata(self) -> dict[str, Any]:
        """What a model file says of them."""
        hashing = self.hashing
        return {"shortest": hashing.shortest, "longest": hashing.longest, "buckets": hashing.buckets}

    @classmethod
    def from_arrays(cls, metadata: dict[str, Any], buckets: npt.NDArray[np.int32], vectors: Floats) -> Self:
        """Take back what `metadata` and `arrays` gave.

        Raises: TypeError if the metadata lack a field or have another; ValueError as `NgramHashing`
        """
        return cls(NgramHashing(**metadata), buckets.astype(np.int64), vectors)
