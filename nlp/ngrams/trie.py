"""The trie of an n-gram model from n-grams in any order, with those that it needs and does not have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Ids, Integers
from nlp.ngrams.model import ABSENT, NgramLevel


@dataclass(frozen=True)
class Ngrams:
    """N n-grams of one order k, each once, in any order.

    Attributes: `words` (N, k), their numbers; `log_probabilities` (N,), log P(last | others) in nats;
    `log_backoffs` (N,), log b of each as a context, 0 where the order below needs no weight.
    """

    words: Ids
    log_probabilities: Floats
    log_backoffs: Floats


class RepeatedError(ValueError):
    """The n-gram of an `order` that stands at a `place` has been there before."""

    def __init__(self, order: int, place: int) -> None:
        super().__init__(f"n-gram {place} of order {order} is a repetition")
        self.order, self.place = order, place


def trie_of(ngrams: Sequence[Ngrams]) -> list[NgramLevel]:
    """The levels of the model that has these n-grams, those of order 1 being the vocabulary in its order.

    A search goes along the words of a context, and from an n-gram to that without its first word. So the
    n-grams w_1 … w_{k-1} and w_2 … w_k have to be there, which pruned models need not have. Those that lack
    are added with what the model gives them anyway: log P(w_k | w_1 … w_{k-1}) = log b(w_1 … w_{k-1}) +
    log P(w_k | w_2 … w_{k-1}), and a weight of 1, log b = 0. No probability changes by that.

    Raises: RepeatedError
    """
    given, building = list(ngrams), _Building(ngrams[0])
    while len(building.levels) < len(given):
        order = len(building.levels) + 1
        words = given[order - 1].words
        contexts, suffixes = building.numbers(words[:, :-1]), building.numbers(words[:, 1:])
        lacking = np.concatenate((words[contexts == ABSENT, :-1], words[suffixes == ABSENT, 1:]))
        if len(lacking):
            building.take_back()
            given[order - 2] = _with_lacking(given[order - 2], np.unique(lacking, axis=0))
        else:
            building.add(given[order - 1], contexts, suffixes)
    *lower, highest = building.levels
    return [*lower, replace(highest, log_backoffs=np.zeros(0, np.float32))]


class _Building:
    """The levels that are there; of each, `_keys` (context, last word) as one sorted number."""

    def __init__(self, unigrams: Ngrams) -> None:
        self._words = len(unigrams.words)
        vocabulary = np.arange(self._words, dtype=np.int32)
        nothing = np.zeros(0, np.int32)
        self.levels = [NgramLevel(vocabulary, unigrams.log_probabilities, unigrams.log_backoffs, nothing)]
        self._keys: list[npt.NDArray[np.int64]] = []

    def numbers(self, ngrams: Ids) -> Integers:
        """The number of each n-gram in its order, ABSENT where it is not there. Shapes: (N, k) -> (N,)."""
        found = ngrams[:, 0].astype(np.int64)
        for keys, words in zip(self._keys, ngrams.T[1:], strict=False):
            wanted = found * self._words + words
            places = np.searchsorted(keys, wanted)
            is_there = (found != ABSENT) & (keys.take(places, mode="clip") == wanted if len(keys) else False)
            found = np.where(is_there, places, ABSENT)
        return found

    def add(self, ngrams: Ngrams, contexts: Integers, suffixes: Integers) -> None:
        """Add the next order: n-grams whose contexts and suffixes have these numbers."""
        below, order = self.levels[-1], len(self.levels) + 1
        keys = contexts * self._words + ngrams.words[:, -1]
        sorting = np.argsort(keys, kind="stable")
        keys = keys[sorting]
        repeated = np.flatnonzero(keys[1:] == keys[:-1])
        if len(repeated):
            raise RepeatedError(order, int(sorting[repeated + 1].min()))
        log_p, derived = ngrams.log_probabilities, np.isnan(ngrams.log_probabilities)
        if derived.any():
            by_backing_off = below.log_backoffs[contexts] + below.log_probabilities[suffixes]
            log_p = np.where(derived, by_backing_off, log_p)
        children = np.bincount(contexts, minlength=len(below))
        first_child = np.concatenate((np.zeros(1, np.int32), np.cumsum(children, dtype=np.int32)))
        self.levels[-1] = replace(below, first_child=first_child)
        last_words = np.ascontiguousarray(ngrams.words[sorting, -1])
        nothing = np.zeros(0, np.int32)
        level = NgramLevel(last_words, log_p[sorting], ngrams.log_backoffs[sorting], nothing)
        self.levels.append(level)
        self._keys.append(keys)

    def take_back(self) -> None:
        """Take away the highest order, which is to be added again with more n-grams."""
        self.levels.pop()
        self._keys.pop()


def _with_lacking(ngrams: Ngrams, lacking: Ids) -> Ngrams:
    """The n-grams and those that lack, whose probability is not known yet: NaN."""
    return Ngrams(
        np.concatenate((ngrams.words, lacking)),
        np.concatenate((ngrams.log_probabilities, np.full(len(lacking), np.nan, np.float32))),
        np.concatenate((ngrams.log_backoffs, np.zeros(len(lacking), np.float32))),
    )
