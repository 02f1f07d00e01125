"""Texts as numbers of buckets: one for each token, each run of tokens and, if asked for, parts of words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from zlib import crc32

import numpy as np
import numpy.typing as npt

from nlp.classification.config import CHARACTERS, SPACES, ClassifierConfig
from nlp.layers.arrays import Ids
from nlp.text.tokenize import tokenizer
from nlp.vectors.word_groups import Hashes, WordGroups

Offsets = npt.NDArray[np.int64]

_START = 0x9E3779B9  # the hash of the place before the first token
_MULTIPLIER = np.uint32(0x85EBCA6B)
_SPREADS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1], np.uint32)
_KINDS_OF_RUNS = 16  # what is no run of tokens has a number from here on, parts of words have 0
_SHIFT = np.uint32(15)
_CACHED_CHUNKS = 1 << 17
_CACHED_LENGTH = 32


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
        self._tokens = _Hashed(tokens_of(config.mode, cased=config.cased))
        self._parts = _Hashed(lambda chunk: _parts(self._tokens.cut(chunk), config.minn, config.maxn))

    def bags(self, texts: Sequence[str]) -> Bags:
        """The features of texts."""
        chunks = [text.split() for text in texts]
        hashed = [list(chain.from_iterable(map(self._tokens.__getitem__, some))) for some in chunks]
        lengths = np.fromiter(map(len, hashed), np.int64, len(hashed)) + 1
        flat = chain.from_iterable(chain((_START,), some) for some in hashed)
        buckets, starts = self._runs(np.fromiter(flat, np.uint32, int(lengths.sum())), lengths)
        if self._config.subwords:
            parts = [list(chain.from_iterable(map(self._parts.__getitem__, some))) for some in chunks]
            counts = np.fromiter(map(len, parts), np.int64, len(parts))
            of_parts = np.fromiter(chain.from_iterable(parts), np.uint32, int(counts.sum()))
            buckets, starts = _joined(buckets, starts, self._buckets(of_parts, 0), counts)
        return Bags(buckets, starts, int(lengths.sum()) - len(hashed))

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


class _Hashed(dict[str, tuple[int, ...]]):
    """From a chunk without white space to the hashes of its pieces, computed when first asked for."""

    def __init__(self, cut: Callable[[str], Iterable[str]]) -> None:
        super().__init__()
        self.cut = cut

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        hashes = tuple(crc32(token.encode("utf-8", "surrogatepass")) for token in self.cut(chunk))
        if len(chunk) <= _CACHED_LENGTH:
            if len(self) >= _CACHED_CHUNKS:
                self.clear()
            self[chunk] = hashes
        return hashes


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
