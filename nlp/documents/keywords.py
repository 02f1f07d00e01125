"""The words that a text is about: those it uses far more often than other texts do."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from nlp.documents.words import is_telling
from nlp.text.vocabulary import Vocabulary


class Keyword(NamedTuple):
    """A word of a text, and how much the text is about it."""

    word: str
    weight: float


def best(weights: Mapping[str, float], most: int) -> list[Keyword]:
    """The `most` heaviest words, equal ones in the order of their letters; none of no weight."""
    ordered = sorted((-weight, word) for word, weight in weights.items() if weight > 0)
    return [Keyword(word, -weight) for weight, word in ordered[:most]]


def counts_of(words: Iterable[str]) -> dict[str, int]:
    """How often each word occurs that may be a keyword."""
    return {word: count for word, count in Counter(words).items() if is_telling(word)}


def weights(counts: Mapping[str, int], length: int, rarity: Rarity) -> dict[str, float]:
    """The weight of each word of a text of `length` words.

    Equation: w(t, d) = tf(t, d) / |d| · rarity(t)
    Source:   Salton & Buckley 1988, "Term-weighting approaches in automatic text retrieval", §2
    """
    return {word: count / length * rarity.of(word) for word, count in counts.items()}


class Rarity:
    """How much it tells that a text has a word: the logarithm of how rare the word is elsewhere."""

    def of(self, word: str) -> float:
        """The rarity of a word, in nats."""
        raise NotImplementedError


class AmongTexts(Rarity):
    """Rarity by the share of the texts that have a word.

    Equation: rarity(t) = ln(N / df(t)),   df(t) of N texts have the word
    Source:   Spärck Jones 1972, "A statistical interpretation of term specificity and its application in
              retrieval"
    """

    def __init__(self) -> None:
        self.texts = 0
        self._having: Counter[str] = Counter()

    def add(self, words: Iterable[str]) -> None:
        """Take in one more text, by its distinct words."""
        self.texts += 1
        self._having.update(set(words))

    def of(self, word: str) -> float:
        """The rarity of a word that one of the texts has."""
        return math.log(self.texts / self._having[word])


class InLanguage(Rarity):
    """Rarity by how often a word occurs in a large text, once more than it does: some it lacks.

    It is that of `AmongTexts` with each word of the large text as a text of its own.

    Equation: rarity(t) = ln((T + 1) / (c(t) + 1)),   the word occurs c(t) times among T
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        lowered: Counter[str] = Counter()
        for word, count in zip(vocabulary.words, vocabulary.counts, strict=True):
            lowered[word.lower()] += count
        self._counts, self._total = lowered, sum(vocabulary.counts)

    def of(self, word: str) -> float:
        """The rarity of any word."""
        return math.log((self._total + 1) / (self._counts[word] + 1))


def tf_idf(words: Sequence[str], rarity: Rarity, most: int) -> list[Keyword]:
    """The keywords of a text, given all its words."""
    return best(weights(counts_of(words), len(words), rarity), most)
