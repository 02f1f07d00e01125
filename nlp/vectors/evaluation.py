"""How good word vectors are, by the two usual yardsticks: analogies and human similarity judgements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.layers.arrays import Floats
from nlp.vectors.analogies import ADD, analogy_scores
from nlp.vectors.judgements import Pair, Section
from nlp.vectors.word_vectors import WordVectors

_BLOCK = 256  # questions × 30,000 words of float32 scores are 31 MB


def evaluate_analogies(
    vectors: WordVectors, sections: list[Section], restrict: int | None = 30_000, method: str = ADD
) -> dict[str, Any]:
    """The share of questions whose best answer, the question's own words left out, is the right one.

    Questions and candidates are limited to the `restrict` most frequent words (None: all). A question with
    any other word is not asked, but counted in `out_of_vocabulary`. Case is ignored: of "May" and "may" the
    more frequent one stands for both.
    """
    numbers_of = _without_case(vectors.vocabulary.words[:restrict])
    unit = vectors.unit[list(numbers_of.values())]
    index = {word: number for number, word in enumerate(numbers_of)}
    report: list[dict[str, Any]] = []
    for section in sections:
        numbered = [[index.get(word.lower(), -1) for word in question] for question in section.questions]
        asked = np.array([numbers for numbers in numbered if min(numbers) >= 0], np.int64).reshape(-1, 4)
        correct = sum(
            _correct(unit, asked[start : start + _BLOCK], method) for start in range(0, len(asked), _BLOCK)
        )
        report.append(_section_report(section.name, correct, len(asked), len(numbered)))
    total = _section_report(
        "total",
        sum(part["correct"] for part in report),
        sum(part["asked"] for part in report),
        sum(len(section.questions) for section in sections),
    )
    return {**total, "method": method, "restrict_vocab": restrict, "sections": report}


def _correct(unit: Floats, questions: NDArray[np.int64], method: str) -> int:
    a, b, c, answers = questions.T
    scores = analogy_scores(unit, unit[a], unit[b], unit[c], method)
    rows = np.arange(len(questions))
    for known in (a, b, c):
        scores[rows, known] = -np.inf
    return int((scores.argmax(axis=1) == answers).sum())


def _section_report(name: str, correct: int, asked: int, questions: int) -> dict[str, Any]:
    return {
        "section": name,
        "accuracy": round(correct / asked, 4) if asked else None,
        "correct": correct,
        "asked": asked,
        "out_of_vocabulary": questions - asked,
    }


def evaluate_similarities(vectors: WordVectors, pairs: list[Pair]) -> dict[str, Any]:
    """Spearman's correlation of the cosines with the judgements, over the pairs whose words are both known.

    A word that the vocabulary lacks as it is written is looked up without regard to case.
    """
    index = vectors.vocabulary.index
    caseless = _without_case(vectors.vocabulary.words)
    numbered = [
        [index.get(word, caseless.get(word.lower(), -1)) for word in (pair.first, pair.second)]
        for pair in pairs
    ]
    known = np.array([min(numbers) >= 0 for numbers in numbered], bool)
    first, second = np.array(numbered, np.int64).reshape(-1, 2)[known].T
    cosines = np.einsum("nd,nd->n", vectors.unit[first], vectors.unit[second])
    scores = np.array([pair.score for pair in pairs])[known] if pairs else np.zeros(0)
    rho = spearman(cosines, scores)
    return {
        "spearman": None if rho is None else round(rho, 4),
        "pairs": int(known.sum()),
        "out_of_vocabulary": int((~known).sum()),
    }


def spearman(x: Floats, y: Floats) -> float | None:
    """Pearson's correlation of the ranks, ties sharing their mean rank; None where all of x or y are equal.

    Source: Spearman 1904, "The proof and measurement of association between two things"
    """
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(_ranks(x), _ranks(y))[0, 1])


def _ranks(values: Floats) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: NDArray[np.float64] = (last - (counts - 1) / 2)[inverse]
    return ranks


def _without_case(words: Sequence[str]) -> dict[str, int]:
    """From each word in lower case to the number of its most frequent form."""
    numbers: dict[str, int] = {}
    for number, word in enumerate(words):
        numbers.setdefault(word.lower(), number)
    return numbers
