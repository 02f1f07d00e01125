"""The tokens of an epoch, frequent words subsampled, in windows of equal size, such as one for each step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Ids
from nlp.layers.random_streams import RandomStreams

_BLOCK = 1 << 16  # values of the token file read at once
_SUBSAMPLING = 1  # purpose of the random numbers


def keep_probabilities(
    counts: Sequence[int] | npt.NDArray[np.int64], threshold: float
) -> npt.NDArray[np.float32]:
    """Probability of each word that one of its occurrences is kept in an epoch (subsampling).

    Equation: min(1, √(t / f) + t / f), f the word's share of all tokens; threshold t = 0 keeps everything
    Source:   the code of word2vec.c; in Mikolov, Sutskever, Chen, Corrado & Dean 2013, §2.3, the probability
              of dropping an occurrence is 1 - √(t / f)
    """
    if threshold == 0:
        return np.ones(len(counts), np.float32)
    ratio = threshold * sum(counts) / np.maximum(np.asarray(counts, np.float64), 1)
    return np.minimum(1, np.sqrt(ratio) + ratio).astype(np.float32)


@dataclass(frozen=True)
class Window:
    """Consecutive tokens of an epoch: `size` centers, with `halo` tokens of context before and behind.

    Attributes: `tokens` and `sentences` (halo + size + halo,), the numbers of the word and of the sentence at
    each place; `centers`, how many of the `size` places in the middle are tokens. Places before the first and
    after the last token of an epoch hold word 0, each in a sentence of its own, so they are in no pair.
    """

    tokens: Ids
    sentences: Ids
    centers: int


class Tokens(Protocol):
    """An encoded text, or a part of one: numbers of words, with `SENTENCE_END` behind each sentence."""

    @property
    def length(self) -> int:
        """Values, ends of sentences among them."""

    def read(self, start: int, count: int) -> Ids:
        """Values `start` to `start + count`, fewer at the end."""


class TokenStream:
    """The kept tokens of an epoch, the same for every worker that reads, in windows of `size` centers."""

    def __init__(
        self, corpus: Tokens, keep: npt.NDArray[np.float32], streams: RandomStreams, size: int, halo: int
    ) -> None:
        self._corpus = corpus
        self._keep = np.append(keep, np.float32(2))  # -1 wraps to the last: SENTENCE_END always stays
        self._streams = streams
        self._size = size
        self._halo = halo

    def windows(self, epoch: int, skip: int = 0) -> Iterator[Window]:
        """Read one epoch without its first `skip` windows; every kept token is a center in just one window.

        Windows that are skipped are read too, at a hundredth of the cost of training on them; so a training
        is resumed without any state of the stream.
        """
        return islice(self._windows(epoch), skip, None)

    def _windows(self, epoch: int) -> Iterator[Window]:
        size, halo = self._size, self._halo
        tokens, sentences = np.zeros(halo, np.int32), np.arange(-halo, 0, dtype=np.int32)
        for more_tokens, more_sentences in self._kept(epoch):
            tokens, sentences = (
                np.concatenate((tokens, more_tokens)),
                np.concatenate((sentences, more_sentences)),
            )
            start = 0
            while len(tokens) - start >= size + 2 * halo:
                end = start + size + 2 * halo
                yield Window(tokens[start:end], sentences[start:end], size)
                start += size
            tokens, sentences = tokens[start:], sentences[start:]
        yield from self._last_windows(tokens, sentences)

    def _last_windows(self, tokens: Ids, sentences: Ids) -> Iterator[Window]:
        size, halo = self._size, self._halo
        left = len(tokens) - halo
        missing = -left % size + halo
        padding = sentences[-1:].max(initial=0) + np.arange(1, missing + 1, dtype=np.int32)
        tokens = np.concatenate((tokens, np.zeros(missing, np.int32)))
        sentences = np.concatenate((sentences, padding))
        for start in range(0, left, size):
            end = start + size + 2 * halo
            yield Window(tokens[start:end], sentences[start:end], min(size, left - start))

    def _kept(self, epoch: int) -> Iterator[tuple[Ids, Ids]]:
        """Yield the kept tokens, and their sentences numbered from 0, a block of the file at a time."""
        sentence = 0
        for number, start in enumerate(range(0, self._corpus.length, _BLOCK)):
            ids = self._corpus.read(start, _BLOCK)
            draws = self._streams.at(_SUBSAMPLING, epoch, number).random(len(ids), dtype=np.float32)
            # Six times as fast as a boolean index, whose branches cannot be predicted on random draws.
            ids = ids.compress(draws < self._keep.take(ids, mode="wrap"))
            is_token = ids >= 0
            sentences = np.cumsum(~is_token, dtype=np.int32)
            sentences += np.int32(sentence)
            sentence = int(sentences[-1]) if len(sentences) else sentence
            yield ids[is_token], sentences[is_token]
