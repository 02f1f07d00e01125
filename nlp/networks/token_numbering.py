"""Tokens as numbers: rows of embeddings, of given vectors, and of characters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Ids, Indices
from nlp.networks.encoders.spelling import Spelt
from nlp.networks.encoders.tokens import TokenBatch
from nlp.text.vocabulary import CHARACTERS, WORDS, Vocabulary
from nlp.vectors.word_vectors import WordVectors

Sentences = Sequence[Sequence[str]]

LONGEST = 512
"""Places of a sentence that are read together; of a longer one, each so many."""

VECTOR_STEP = 1 / 32
"""Between two values of a given vector."""

_SPELT = 32  # characters of a token that are read; of a longer one, the first and the last
_OFTEN = 2  # a character or a pair has to occur so often to have an embedding
_MOST_VECTORS = 100_000  # of the first words of given vectors; those of the training text come on top


@dataclass(frozen=True)
class Numbering:
    """What has a number. `given` are the words that have vectors: row n + 1 is that of word n."""

    words: Vocabulary
    characters: Vocabulary
    pairs: Vocabulary
    given: Vocabulary

    @classmethod
    def of(cls, sentences: Sentences, given: Vocabulary, *, pairs: bool = False) -> Numbering:
        """The words and the characters of a training text, and if asked for the `pairs` of neighbours."""
        words = Counter(token for sentence in sentences for token in sentence)
        characters: Counter[str] = Counter()
        for word, count in words.items():
            for character in word:
                characters[character] += count
        known = Vocabulary.from_counts(characters, min_count=_OFTEN, level=CHARACTERS)
        neighbours = Counter(pair for sentence in sentences for pair in _pairs(sentence)) if pairs else {}
        often = Vocabulary.from_counts(neighbours, min_count=_OFTEN, level=WORDS)
        return cls(Vocabulary.from_counts(words, level=WORDS), known, often, given)

    @property
    def sizes(self) -> tuple[int, int, int]:
        """How many words, characters and pairs have an embedding."""
        return len(self.words), len(self.characters), len(self.pairs)

    def numbered(self, sentences: Sentences) -> Numbered:
        """Sentences, of which those that are too long are cut."""
        types: dict[str, int] = {}
        tokens = [types.setdefault(token, len(types)) for sentence in sentences for token in sentence]
        spelt = [_shortened(token) for token in types]
        characters = self.characters.numbers("".join(one or "\n" for one in spelt))
        of_types = np.array([max(len(one), 1) for one in spelt], np.int64)
        lengths = np.array([len(sentence) for sentence in sentences if sentence], np.int64)
        parts = -(-lengths // LONGEST)
        number = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
        return Numbered(
            np.array(tokens, np.int32),
            self._neighbours(sentences, len(tokens)),
            np.minimum(LONGEST, np.repeat(lengths, parts) - number * LONGEST),
            np.array(self.words.numbers(types), np.int32),
            np.array([self._given(token) for token in types], np.int32),
            np.array(characters, np.int32),
            of_types,
        )

    def vectors_of_words(self) -> Ids:
        """Of each row of the embedding of words, the row of the given vector of its word, or 0."""
        return np.array([self._given(word) for word in self.words.words], np.int32)

    def seen_once(self) -> npt.NDArray[np.bool_]:
        """Of each row of the embedding of words, whether its word occurs only once in the training text."""
        return np.equal(self.words.counts, 1)

    def _neighbours(self, sentences: Sentences, places: int) -> Ids:
        """The pairs of each place; where no pair has a number, they are not looked at."""
        if len(self.pairs) == len(self.pairs.special):
            return np.zeros((places, 2), np.int32)
        numbers = (self.pairs.numbers(_pairs(sentence)) for sentence in sentences)
        return np.array([pair for some in numbers for pair in pairwise(some)], np.int32).reshape(-1, 2)

    def _given(self, token: str) -> int:
        """The row of the vector of a token, or else of it in lower case; 0 if it has none."""
        index = self.given.index
        return index.get(token, index.get(token.lower(), -1)) + 1


def _pairs(sentence: Sequence[str]) -> list[str]:
    """Each token behind the one before it, one more pair than there are tokens; nothing is at the ends."""
    return [f"{before}\t{after}" for before, after in pairwise(["", *sentence, ""])]


def _shortened(token: str) -> str:
    return token if len(token) <= _SPELT else token[: _SPELT // 2] + token[-_SPELT // 2 :]


@dataclass(frozen=True)
class Numbered:
    """N places of sentences, one sentence after another, and the U distinct tokens that stand there.

    Attributes: `tokens` (N,), which of the distinct tokens; `pairs` (N, 2), of each with the one before it
    and with the one after it; `lengths` of the sentences, all above 0; `words` (U,), rows of the embedding;
    `vectors` (U,), rows of given vectors; `characters` of all distinct tokens, one token after another, and
    how many each has, `spelt` (U,).
    """

    tokens: Ids
    pairs: Ids
    lengths: Indices
    words: Ids
    vectors: Ids
    characters: Ids
    spelt: Indices

    def places(self, sentences: Indices) -> Indices:
        """The places of sentences by falling length, side by side, (T, B); of ended ones the last again."""
        lengths = self.lengths[sentences]
        starts = np.cumsum(self.lengths)[sentences] - lengths
        found: Indices = starts + np.minimum(np.arange(lengths[0])[:, None], lengths - 1)
        return found

    def batch(self, sentences: Indices, *, spelt: bool) -> TokenBatch:
        """What a network reads of sentences, which are sorted by falling length; and how they are `spelt`."""
        places = self.places(sentences)
        types = self.tokens[places]
        active = _alive(self.lengths[sentences])
        return TokenBatch(
            self.words[types],
            self.vectors[types],
            self.pairs[places],
            self._spelt(types) if spelt else None,
            active,
        )

    def _spelt(self, types: Ids) -> Spelt:
        distinct, rows = np.unique(types, return_inverse=True)
        order = np.argsort(-self.spelt[distinct], kind="stable")
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order))
        lengths = self.spelt[distinct[order]]
        starts = (np.cumsum(self.spelt) - self.spelt)[distinct[order]]
        places = starts + np.minimum(np.arange(lengths[0])[:, None], lengths - 1)
        return Spelt(self.characters[places], _alive(lengths), rank[rows].reshape(types.shape))


def _alive(lengths: Indices) -> list[int]:
    """How many of the sequences, sorted by falling length, have a first place, a second, and so on."""
    alive: list[int] = (np.arange(lengths[0])[:, None] < lengths).sum(axis=1).tolist()
    return alive


def given_vectors(vectors: WordVectors, sentences: Iterable[Sequence[str]]) -> tuple[Vocabulary, Floats]:
    """The words whose vectors a tagger keeps, and these (R, F), of mean square 1, behind a row of zeros.

    They are rounded to whole multiples of `VECTOR_STEP` below 4, which a model file keeps in a byte each.
    """
    index = vectors.vocabulary.index
    seen = {index.get(word, index.get(word.lower(), 0)) for sentence in sentences for word in sentence}
    rows = sorted(seen.union(range(min(_MOST_VECTORS, len(index)))))
    known, matrix = vectors.vocabulary, vectors.matrix[rows]
    scale = float(np.sqrt(np.mean(np.square(matrix, dtype=np.float64)))) or 1.0
    kept = np.zeros((len(rows) + 1, matrix.shape[1]), np.float32)
    kept[1:] = np.clip(np.rint(matrix / np.float32(scale * VECTOR_STEP)), -127, 127) * VECTOR_STEP
    return Vocabulary([known.words[row] for row in rows], [known.counts[row] for row in rows]), kept


def no_vectors() -> tuple[Vocabulary, Floats]:
    """What stands for given vectors where there are none: vectors of no numbers."""
    return Vocabulary([], []), np.zeros((1, 0), np.float32)
