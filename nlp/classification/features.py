"""Texts as numbers of buckets: one for each token, each run of tokens and, if asked for, parts of words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from zlib import crc32

import numpy as np
import numpy.typing as npt

from nlp.classification.config import CHARACTERS, SPACES, ClassifierConfig
from nlp.data.token_table import LINE_END, TokenTable, tokens_in
from nlp.layers.arrays import Ids, Indices
from nlp.layers.ragged import places_of
from nlp.text.token_lists import plain_spaces
from nlp.text.tokenize import tokenizer
from nlp.vectors.word_groups import Hashes, WordGroups

Offsets = npt.NDArray[np.int64]

_START = 0x9E3779B9  # the hash of the place before the first token
_MULTIPLIER = np.uint32(0x85EBCA6B)
_SPREADS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1], np.uint32)
_KINDS_OF_RUNS = 16  # what is no run of tokens has a number from here on, parts of words have 0
_SHIFT = np.uint32(15)
_MOST_CHUNKS, _MOST_CHARACTERS = 1 << 17, 1 << 22  # that are remembered


@dataclass(frozen=True)
class Bags:
    """The features of T texts, F in all.

    Attributes: `buckets` (F,), those of text t from `starts[t]` to `starts[t + 1]`; `starts` (T + 1,);
    `tokens`, how many the texts have.
    """

    buckets: Ids
    starts: Offsets
    tokens: int


class Featurizer:
    """Makes the features of texts.

    A token is a CRC-32 of its bytes, a run of them a hash of theirs; both are multiplied and shifted down to
    a bucket. Every text begins with a place of its own, so none is without a feature: it serves as the bias,
    and runs with it tell what a text begins with.

    With `groups` of words, these count as tokens do, alone and in pairs with each other and with words.

    Source: Joulin, Grave, Bojanowski & Mikolov 2017, "Bag of tricks for efficient text classification";
            Weinberger et al. 2009, "Feature hashing for large scale multitask learning"
    """

    def __init__(self, config: ClassifierConfig, groups: WordGroups | None = None) -> None:
        self._config, self._groups = config, groups
        self._cut = tokens_of(config.mode, cased=config.cased)
        self._forget()

    def _forget(self) -> None:
        """Know no chunk, as at first."""
        config = self._config
        self._chunks = TokenTable([LINE_END])
        self._tokens = _HashesOfChunks(self._cut, start=(_START,))
        self._parts = _HashesOfChunks(lambda chunk: _parts(self._cut(chunk), config.minn, config.maxn))

    def bags(self, texts: Sequence[str]) -> Bags:
        """The features of texts."""
        chunks = self._numbers(texts)
        firsts = np.flatnonzero(chunks == 0)
        hashes, ends = self._tokens.of(chunks)
        lengths = np.diff(ends[firsts], append=len(hashes))
        buckets, starts = self._runs(hashes, lengths)
        if self._config.subwords:
            parts, ends = self._parts.of(chunks)
            counts = np.diff(ends[firsts], append=len(parts))
            buckets, starts = _joined(buckets, starts, self._buckets(parts, 0), counts)
        return Bags(buckets, starts, len(hashes) - len(texts))

    def _numbers(self, texts: Sequence[str]) -> Ids:
        """The number of each chunk of texts, of which each begins with that of a line end, 0."""
        joined = "\n".join(("", *texts))
        if joined.count("\n") > len(texts):
            joined = "\n".join(("", *(text.replace("\n", " ") for text in texts)))
        if len(self._chunks.tokens) > _MOST_CHUNKS or self._tokens.characters > _MOST_CHARACTERS:
            self._forget()
        data = np.frombuffer(plain_spaces(joined).encode("utf-8", "surrogatepass"), np.uint8)
        numbers = self._chunks.numbers(data, *tokens_in(data))
        self._tokens.read(self._chunks.tokens)
        if self._config.subwords:
            self._parts.read(self._chunks.tokens)
        return numbers

    def _runs(self, hashes: Hashes, lengths: Offsets) -> tuple[Ids, Offsets]:
        """The buckets of all runs, text by text, and where those of each text start."""
        planes = list(self._planes(hashes))
        firsts = np.cumsum(lengths) - lengths
        buckets = np.empty((len(hashes), len(planes)), np.int32)
        is_run = np.ones((len(hashes), len(planes)), np.bool_)
        counts = np.zeros(len(lengths), np.int64)
        for number, (kind, tokens, run) in enumerate(planes):
            buckets[:, number] = self._buckets(run, kind)
            for place in range(tokens - 1):
                is_run[firsts[lengths > place] + place, number] = False
            counts += np.maximum(lengths - (tokens - 1), 0)
        return buckets[is_run], np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))

    def _planes(self, hashes: Hashes) -> Iterator[tuple[int, int, Hashes]]:
        """Yield of each kind of run its number, its tokens, and the hash of the one that ends at a place."""
        run = hashes
        for tokens in range(1, self._config.ngrams + 1):
            run = hashes if tokens == 1 else _pairs(run, hashes)
            yield tokens, tokens, run
        for division in range(len(self._groups.groups) if self._groups else 0):
            kind = _KINDS_OF_RUNS + 4 * division
            groups = self._groups.of(division, hashes) if self._groups else hashes
            yield kind, 1, groups
            yield kind + 1, 2, _pairs(groups, groups)
            yield kind + 2, 2, _pairs(groups, hashes)
            yield kind + 3, 2, _pairs(hashes, groups)

    def _buckets(self, hashes: Hashes, kind: int) -> Ids:
        """Numbers below `buckets`, about evenly spread; those of another kind of feature are others."""
        spread = hashes * _SPREADS[kind % len(_SPREADS)] + np.uint32(kind)
        spread ^= spread >> _SHIFT
        spread *= _MULTIPLIER
        wide = spread.astype(np.uint64) * np.uint64(self._config.buckets)
        buckets: Ids = (wide >> np.uint64(32)).astype(np.int32)
        return buckets


class _HashesOfChunks:
    """The hashes of the pieces of chunks, those without white space, by number; `start` are those of 0.

    Attributes: `characters` of all chunks together.
    """

    def __init__(self, cut: Callable[[str], Iterable[str]], start: Sequence[int] = ()) -> None:
        self._cut, self.characters = cut, 0
        self._hashes: Hashes = np.array(start, np.uint32)
        self._counts: Indices = np.array([len(start)])
        self._firsts: Indices = np.zeros(1, np.int64)

    def read(self, chunks: Sequence[str]) -> None:
        """Cut the chunks that are new: all have a number, and the first ones are known."""
        new = chunks[len(self._counts) :]
        if not new:
            return
        pieces = [[_hash(piece) for piece in self._cut(chunk)] for chunk in new]
        self._hashes = np.append(self._hashes, np.array(list(chain.from_iterable(pieces)), np.uint32))
        self._counts = np.append(self._counts, np.array(list(map(len, pieces)), np.int64))
        self._firsts = np.cumsum(self._counts) - self._counts
        self.characters += sum(map(len, new))

    def of(self, numbers: Ids) -> tuple[Hashes, Indices]:
        """The hashes of all pieces of N chunks, and where those of each begin.

        Shapes: (N,) -> (P,), (N,)
        """
        counts = self._counts.take(numbers)
        hashes = self._hashes.take(places_of(self._firsts.take(numbers), counts))
        return hashes, np.cumsum(counts) - counts


def _hash(piece: str) -> int:
    return crc32(piece.encode("utf-8", "surrogatepass"))


def tokens_of(mode: str, *, cased: bool) -> Callable[[str], Iterable[str]]:
    """What cuts a chunk without white space into tokens."""
    if mode == SPACES:
        return (lambda chunk: (chunk,)) if cased else (lambda chunk: (chunk.lower(),))
    tokens = list if mode == CHARACTERS else tokenizer("words").tokens
    return tokens if cased else lambda chunk: tokens(chunk.lower())


def _parts(words: Iterable[str], shortest: int, longest: int) -> Iterable[str]:
    """The n-grams of each word between the marks of its ends, itself not among them."""
    for word in words:
        marked = f"<{word}>"
        for length in range(shortest, min(longest, len(marked) - 1) + 1):
            yield from (marked[start : start + length] for start in range(len(marked) - length + 1))


def _pairs(first: Hashes, second: Hashes) -> Hashes:
    """The hash of what ends before each place in one, and of what is there in the other."""
    pairs = second.copy()
    pairs[1:] += first[:-1] * _MULTIPLIER
    return pairs


def _joined(first: Ids, starts: Offsets, second: Ids, counts: Offsets) -> tuple[Ids, Offsets]:
    """Two lists of features of the same texts as one; `counts` tells how many of the second each text has."""
    before = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    joined = np.empty(len(first) + len(second), np.int32)
    joined[np.arange(len(first)) + np.repeat(before[:-1], np.diff(starts))] = first
    joined[np.arange(len(second)) + np.repeat(starts[1:], counts)] = second
    return joined, starts + before
