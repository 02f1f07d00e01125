"""A vector for a line of text: the mean of its words' vectors, frequent words counting less."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from nlp.errors import InputError, NlpError
from nlp.layers.arrays import Floats
from nlp.text.tokenize import tokenizer
from nlp.vectors.word_vectors import UnknownWordError, WordVectors

SMOOTHING = 1e-3
"""The a of the weights a / (a + p(w)): from 1e-4 to 1e-3 are best in the paper."""

_WORDS = 20  # of a line, where what lines have in common is worked out; 5 or 100 give nearly the same
_FLATTENED = 2.7  # Mandelbrot's addition to the rank in Zipf's law
_ROWS = 4096  # vectors gathered at a time
_CACHED, _CACHED_LENGTH = 1 << 14, 64  # chunks of text whose words are remembered, and their characters


@dataclass(frozen=True)
class _Found:
    """The words of a chunk of text that have vectors: numbers of rows, and vectors made from n-grams."""

    rows: tuple[int, ...]
    composed: tuple[Floats, ...] = ()


@dataclass(frozen=True)
class LineVectors:
    """Vectors of lines, by smooth inverse frequency (SIF).

    What all lines have in common, mostly grammar, is taken out of each. The paper takes the principal
    directions of the vectors of all lines at hand; here they are those of lines of 20 words drawn at random
    with the frequencies of the vocabulary, which has a closed form. So the vector of a line depends on the
    line and the model alone: it is there as soon as the line is, and can be compared with those of tomorrow.
    On the questions of TREC and the abstracts of Cranfield it makes no difference that can be measured.

    Attributes: `vectors` of the words; `common`, how many directions are taken out.

    Equation: s = 1/n Σ_w a/(a + p(w)) v_w,   s ← s − U Uᵀ s
    Raises:   InputError where `common` is not less than the number of dimensions
    Source:   Arora, Liang & Ma 2017, "A simple but tough-to-beat baseline for sentence embeddings", §3,
              algorithm 1
    """

    vectors: WordVectors
    common: int = 1
    _seen: dict[str, _Found] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        dim = self.vectors.matrix.shape[1]
        if self.common >= dim:
            raise InputError(f"{self.common} directions cannot be taken out of vectors of {dim} dimensions")

    def of(self, lines: Sequence[Sequence[str]]) -> Floats:
        """The vectors of lines, each a list of words; zero where no word has a vector.

        A word that the vocabulary lacks is looked up in lower case; then, with its punctuation marks apart,
        its parts are; and then it is made from its n-grams, if the vectors have any.

        Shapes: N lines -> (N, D)
        """
        rows = np.zeros((len(lines), self.vectors.matrix.shape[1]), np.float32)
        for number, line in enumerate(lines):  # one by one: the bits of a line depend on no other
            mean = self._mean(line)
            rows[number] = mean - self.directions @ (self.directions.T @ mean)
        return rows

    def cosines(self, pairs: Sequence[str]) -> list[float | NlpError]:
        """The cosine of each two lines, a tab between them, or the error that says why there is none."""
        answers: list[float | NlpError] = []
        for pair in pairs:
            texts = pair.split("\t")
            rows = self.of([text.split() for text in texts])
            lengths = np.linalg.norm(rows, axis=1)
            if len(texts) != 2:
                answers.append(InputError(f"expected two texts, a tab between them; found {len(texts)}"))
            elif lengths.all():
                answers.append(float(np.clip(rows[0] @ rows[1] / lengths.prod(), -1, 1)))
            else:
                answers.append(UnknownWordError(f"no word of {texts[int(lengths.argmin())]!r} has a vector"))
        return answers

    @cached_property
    def weights(self) -> Floats:
        """The weight of each word of the vocabulary (V,)."""
        weights: Floats = (SMOOTHING / (SMOOTHING + self._shares)).astype(np.float32)
        return weights

    @cached_property
    def _shares(self) -> Floats:
        """The share of each word in a text (V,), by its counts; without counts, as its rank makes likely.

        Equation: p(r) ∝ 1/(r + 2.7)
        Source:   Mandelbrot 1953, "An informational theory of the statistical structure of language"
        """
        counts = np.array(self.vectors.vocabulary.counts, np.float64)
        if not counts.any():
            counts = 1 / (np.arange(1, len(counts) + 1) + _FLATTENED)
        shares: Floats = counts / counts.sum()
        return shares

    @cached_property
    def directions(self) -> Floats:
        """What lines have in common: orthonormal columns (D, `common`).

        Equation: the first eigenvectors of E[s sᵀ] = 1/n Σ_w p(w) α(w)² v_w v_wᵀ + (1 − 1/n) m mᵀ,
                  m = Σ_w p(w) α(w) v_w,   α(w) = a/(a + p(w)),   n = 20
        """
        matrix = self.vectors.matrix
        weighted = (self._shares * self.weights).astype(np.float32)
        mean = (weighted @ matrix).astype(np.float64)
        moment = (1 - 1 / _WORDS) * np.outer(mean, mean)
        for start in range(0, len(matrix), _ROWS):
            part = slice(start, start + _ROWS)
            rows = matrix[part] * np.sqrt(weighted[part] * self.weights[part])[:, None]
            moment += (rows.T @ rows) / _WORDS
        _, found = np.linalg.eigh(moment)  # by rising eigenvalue
        return np.ascontiguousarray(found[:, len(moment) - self.common :], np.float32)

    def _mean(self, line: Sequence[str]) -> Floats:
        """The weighted mean of one line's words (D,); zero where none has a vector."""
        found = [self._found(word) for word in line]
        rows = np.array([row for one in found for row in one.rows], np.int64)
        composed = [vector for one in found for vector in one.composed]
        total = np.zeros(self.vectors.matrix.shape[1], np.float32)
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            total += self.weights[part] @ self.vectors.matrix[part]
        for vector in composed:  # of a word that was never seen: p(w) = 0
            total += vector
        return total / np.float32(max(len(rows) + len(composed), 1))

    def _found(self, chunk: str) -> _Found:
        """The words of a chunk of text without white space, remembered."""
        found = self._seen.get(chunk)
        if found is None:
            found = self._looked_up(chunk)
            if len(chunk) <= _CACHED_LENGTH:
                if len(self._seen) >= _CACHED:
                    self._seen.clear()
                self._seen[chunk] = found
        return found

    def _looked_up(self, chunk: str) -> _Found:
        row = self._row(chunk)
        if row is not None:
            return _Found((row,))
        parts = self._split(chunk)
        rows = [(part, self._row(part)) for part in parts]
        compose = self.vectors.compose or (lambda _: None)
        composed = [compose(part) for part, row in rows if row is None]
        return _Found(
            tuple(row for _, row in rows if row is not None),
            tuple(vector for vector in composed if vector is not None),
        )

    def _row(self, word: str) -> int | None:
        index = self.vectors.vocabulary.index
        return index.get(word, index.get(word.lower()))

    @cached_property
    def _split(self) -> Callable[[str], list[str]]:
        return tokenizer("words").tokens
