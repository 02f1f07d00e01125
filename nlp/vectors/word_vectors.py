"""Word vectors in memory: neighbours, expressions and analogies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from nlp.errors import InputError, NlpError
from nlp.layers.arrays import Floats
from nlp.text.vocabulary import Vocabulary
from nlp.vectors.analogies import ADD, analogy_scores
from nlp.vectors.queries import parse_analogy, parse_pair, parse_query
from nlp.vectors.spelling import NearMisses
from nlp.wording import number_of

_BLOCK = 64  # queries × 70,000 words of float32 scores are 18 MB
_ZERO = 1e-5  # what rounding leaves of a sum of unit vectors that is zero
_GROUP = 64  # scores, of which only the largest enters the search for the k-th best


class Neighbour(NamedTuple):
    """A word near a query, and its cosine (or the score of another method, where that is asked for)."""

    word: str
    score: float


Answer: TypeAlias = "list[Neighbour] | NlpError"
"""The nearest words, or one line that says why there are none."""


class UnknownWordError(NlpError, KeyError):
    """A word that has no vector; the message holds its near misses."""


class ZeroVectorError(NlpError):
    """A vector of zeros, which has no direction, and so no cosine with any other."""


@dataclass(frozen=True, repr=False)
class WordVectors:
    """One vector a word.

    Shapes: `matrix` (V, D) float32, row n for word n of the vocabulary.

    >>> import nlp
    >>> vectors = nlp.load("en-vectors")
    >>> len(vectors), vectors.matrix.shape, vectors.words[:3]
    (30000, (30000, 100), ['the', 'of', 'to'])
    >>> "king" in vectors, vectors["king"].shape
    (True, (100,))
    >>> vectors
    <WordVectors: 30,000 words, 100 dimensions>
    """

    vocabulary: Vocabulary
    matrix: Floats
    metadata: Mapping[str, Any] = field(default_factory=dict)
    compose: Callable[[str], Floats | None] | None = None
    """Makes a vector (D,) for a word that has no row, from its n-grams; None where it knows none of them."""
    warnings: tuple[str, ...] = ()
    """What was odd about the file that they come from: a sentence each."""

    @cached_property
    def unit(self) -> Floats:
        """The rows scaled to length 1; a zero row stays zero. Shape (V, D)."""
        return normalized(self.matrix)

    @cached_property
    def near_misses(self) -> NearMisses:
        """Suggestions for words that have no vector."""
        return NearMisses(self.vocabulary.words)

    @property
    def words(self) -> Sequence[str]:
        """The words, in the order of the rows: the most frequent first, where that is known."""
        return self.vocabulary.words

    def __repr__(self) -> str:
        size, dim = self.matrix.shape
        return f"<WordVectors: {number_of(size, 'word')}, {number_of(dim, 'dimension')}>"

    def __len__(self) -> int:
        return len(self.vocabulary)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.vocabulary.index

    def __getitem__(self, word: str) -> Floats:
        """The vector (D,) of `word`, made of its n-grams if it has no row. Raises: UnknownWordError."""
        return self._known(word, self._vector(word))

    def unit_vector(self, word: str) -> Floats:
        """The vector of `word`, scaled to length 1. Raises: UnknownWordError."""
        return self._known(word, self._unit_vector(word))

    def _known(self, word: str, vector: Floats | None) -> Floats:
        if vector is None:
            near = self.near_misses.suggest(word)
            hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "no known word is close to it"
            raise UnknownWordError(f"{word!r} has no vector; {hint}")
        return vector

    def _unit_vector(self, word: str) -> Floats | None:
        number = self.vocabulary.index.get(word)
        if number is not None:
            row: Floats = self.unit[number]
            return row
        composed = self._composed(word)
        return None if composed is None else normalized(composed[None])[0]

    def _vector(self, word: str) -> Floats | None:
        number = self.vocabulary.index.get(word)
        return self._composed(word) if number is None else self.matrix[number]

    def _composed(self, word: str) -> Floats | None:
        return self.compose(word) if self.compose else None

    def subset(self, words: Sequence[str]) -> tuple[WordVectors, list[str]]:
        """The vectors of these words alone, and the words that have none."""
        found = [(word, self._vector(word)) for word in words]
        known = [word for word, row in found if row is not None]
        rows = [row for _, row in found if row is not None]
        matrix = np.array(rows, np.float32).reshape(-1, self.matrix.shape[1])
        unknown = [word for word, row in found if row is None]
        return WordVectors(Vocabulary(known, [0] * len(known)), matrix), unknown

    def similarity(self, a: str, b: str) -> float:
        """The cosine of two words. Raises: UnknownWordError; ZeroVectorError.

        >>> import nlp
        >>> round(nlp.load("en-vectors").similarity("king", "queen"), 3)
        0.704
        """
        cosine = _direction(self.unit_vector(a), a) @ _direction(self.unit_vector(b), b)
        return float(np.clip(cosine, -1, 1))

    def most_similar(self, query: str, topn: int = 10) -> list[Neighbour]:
        """The nearest words to one query, as `similar` has it.

        Raises: UnknownWordError; ZeroVectorError; InputError for an expression that is none; ValueError for a
                `topn` below 1

        >>> import nlp
        >>> vectors = nlp.load("en-vectors")
        >>> [word for word, cosine in vectors.most_similar("king - man + woman", topn=2)]
        ['queen', 'princess']
        """
        if topn < 1:
            message = f"topn is {topn}; it must be at least 1"
            raise ValueError(message)
        vector, words = self._direction_of(query)
        return self.nearest(vector[None], topn, [self.numbers_of(words)])[0]

    def similar(
        self,
        texts: Sequence[str],
        k: int,
        plus: Sequence[str] = (),
        minus: Sequence[str] = (),
        among: WordVectors | None = None,
    ) -> list[Answer]:
        """The `k` nearest words to each query: a word, or an expression as `parse_query` reads it.

        The words of `plus` are added to every query, those of `minus` subtracted. None of the words of a
        query is an answer to it. The answers are words of `among`, where it is given.

        Equation: q = Σ v/|v| over the words added − Σ v/|v| over those subtracted
        """
        candidates = self if among is None else among
        vectors: list[Floats] = []
        excluded: list[list[int]] = []
        answers: list[Answer] = []
        for text in texts:
            try:
                vector, words = self._direction_of(text, plus, minus)
                vectors.append(vector)
                excluded.append(candidates.numbers_of(words))
                answers.append([])
            except (InputError, UnknownWordError, ZeroVectorError) as error:
                answers.append(error)
        return _filled(answers, candidates.nearest(np.array(vectors), k, excluded) if vectors else [])

    def cosines(self, texts: Sequence[str]) -> list[float | NlpError]:
        """The cosine of each "a b", or the error that says why there is none."""
        answers: list[float | NlpError] = []
        for text in texts:
            try:
                answers.append(self.similarity(*parse_pair(text)))
            except (InputError, UnknownWordError, ZeroVectorError) as error:
                answers.append(error)
        return answers

    def analogies(self, texts: Sequence[str], k: int, method: str = ADD) -> list[Answer]:
        """The `k` best answers to each "a b c": a is to b as c is to ?; see `analogy_scores` for `method`."""
        triples: list[list[Floats]] = []
        excluded: list[list[int]] = []
        answers: list[Answer] = []
        for text in texts:
            try:
                words = parse_analogy(text)
                triple = [_direction(self.unit_vector(word), word) for word in words]
                _direction(triple[1] - triple[0] + triple[2], f"{words[1]} - {words[0]} + {words[2]}")
                triples.append(triple)
                excluded.append(self.numbers_of(words))
                answers.append([])
            except (InputError, UnknownWordError, ZeroVectorError) as error:
                answers.append(error)
        if not triples:
            return answers
        a, b, c = np.array(triples).swapaxes(0, 1)
        if method == ADD:
            return _filled(answers, self.nearest(b - a + c, k, excluded))
        found: list[list[Neighbour]] = []
        for start in range(0, len(a), _BLOCK):
            block = slice(start, start + _BLOCK)
            scores = analogy_scores(self.unit, a[block], b[block], c[block], method)
            found += [self._best(row, k, others) for row, others in zip(scores, excluded[block], strict=True)]
        return _filled(answers, found)

    def nearest(
        self, queries: Floats, k: int, excluded: Sequence[Sequence[int]] | None = None
    ) -> list[list[Neighbour]]:
        """The `k` words of highest cosine for each query, by falling cosine, then by number.

        Equation: cos(q, v) = q·v / (|q| |v|)
        Shapes:   queries (Q, D); `excluded` holds for each query the word numbers to leave out
        """
        answers: list[list[Neighbour]] = []
        for start in range(0, len(queries), _BLOCK):
            scores = normalized(queries[start : start + _BLOCK]) @ self.unit.T
            for number, row in enumerate(scores, start):
                answers.append(self._best(row, k, excluded[number] if excluded else ()))
        return answers

    def _best(self, scores: Floats, k: int, excluded: Sequence[int]) -> list[Neighbour]:
        """The best of one row of scores, which it overwrites; of equal scores the lower number is first."""
        scores[list(excluded)] = -np.inf
        k = min(k, len(scores) - len(set(excluded)))
        if not k:
            return []
        candidates = np.flatnonzero(scores >= _reached_by(scores, k))
        order = np.lexsort((candidates, -scores[candidates]))[:k]
        return [Neighbour(self.vocabulary.words[n], float(scores[n])) for n in candidates[order].tolist()]

    def _direction_of(
        self, text: str, plus: Sequence[str] = (), minus: Sequence[str] = ()
    ) -> tuple[Floats, tuple[str, ...]]:
        """The vector of a query, and its words; see `similar`."""
        query = parse_query(text)
        added, taken = (*query.plus, *plus), (*query.minus, *minus)
        return _direction(self._sum(added) - self._sum(taken), text), (*added, *taken)

    def _sum(self, words: Iterable[str]) -> Floats:
        total = np.zeros(self.matrix.shape[1], np.float32)
        for word in words:
            total += self.unit_vector(word)
        return total

    def numbers_of(self, words: Iterable[str]) -> list[int]:
        """The numbers of the words that have one; a word composed from its n-grams has none."""
        index = self.vocabulary.index
        return [index[word] for word in words if word in index]


def _reached_by(scores: Floats, k: int) -> np.floating[Any]:
    """A score that at least `k` of the row reach, and few more.

    Where the row has `k` groups or more, the k-th largest of the groups' maxima is such a score, since k
    groups reach it; to find it takes a fifth of the time of the k-th largest of all scores.
    """
    groups = len(scores) // _GROUP
    if k <= groups:
        scores = scores[: groups * _GROUP].reshape(_GROUP, groups).max(axis=0)
    threshold: np.floating[Any] = np.partition(scores, -k)[-k]
    return threshold


def _direction(vector: Floats, text: str) -> Floats:
    """The vector (D,) of `text`, a sum of unit vectors. Raises: ZeroVectorError if that is zero."""
    if np.linalg.norm(vector) < _ZERO:
        raise ZeroVectorError(f"{text!r} adds up to zero, which has no direction, so nothing is near it")
    return vector


def normalized(rows: Floats) -> Floats:
    """Rows (N, D) scaled to length 1, zero rows unchanged.

    Squares are taken in float64, in which none of a float32 underflows to 0.
    """
    lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows, dtype=np.float64))[:, None]
    return rows / np.where(lengths > 0, lengths, 1).astype(rows.dtype)


def _filled(answers: list[Answer], found: Sequence[list[Neighbour]]) -> list[Answer]:
    """`answers` with the lists `found`, in their order, in every place that does not hold an error."""
    remaining = iter(found)
    return [answer if isinstance(answer, NlpError) else next(remaining) for answer in answers]
