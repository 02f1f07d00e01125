"""How good word vectors are, by the two usual yardsticks: analogies and human similarity judgements."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.errors import InputError
from nlp.vectors.analogies import ADD, analogy_scores

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from nlp.vectors.word_vectors import WordVectors

    Floats = NDArray[np.floating[Any]]

_BLOCK = 256  # questions × 30,000 words of float32 scores are 31 MB


@dataclass
class Section:
    """Analogy questions of one kind, four words each: a is to b as c is to d."""

    name: str
    questions: list[tuple[str, str, str, str]] = field(default_factory=list)


def read_analogies(lines: Iterable[str], path: str | None = None) -> list[Section]:
    """Questions in Google's format: `: section`, then four words a line.

    Raises: InputError naming the line that has not four words.
    """
    sections: list[Section] = []
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words:
            continue
        if words[0].startswith(":"):
            sections.append(Section(" ".join(words).removeprefix(":").strip()))
            continue
        if len(words) != 4:
            raise InputError(f"expected four words, found {len(words)}", path=path, line=number, column=1)
        if not sections:
            sections.append(Section("all"))
        sections[-1].questions.append((words[0], words[1], words[2], words[3]))
    return sections


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


@dataclass(frozen=True)
class Pair:
    """Two words, and how alike people find them."""

    first: str
    second: str
    score: float


def read_similarities(lines: Iterable[str], path: str | None = None) -> list[Pair]:
    """Word pairs in any of the usual column forms: tabs, commas or spaces, with or without a header.

    The score is the first number after the two words, so WordSim-353 and SimLex-999 both read.

    Raises: InputError naming a line (not the first, which may be a header) without two words and a number.
    """
    pairs: list[Pair] = []
    header_may_come = True
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        separator = next((mark for mark in ("\t", ",", ";") if mark in line), None)
        columns = [column.strip().strip('"') for column in line.split(separator)]
        score = next((value for value in map(_number, columns[2:]) if value is not None), None)
        if score is not None and columns[0] and columns[1]:
            pairs.append(Pair(columns[0], columns[1], score))
        elif not header_may_come:
            raise InputError("expected two words and a score", path=path, line=number, column=1)
        header_may_come = False
    return pairs


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


def _number(text: str) -> float | None:
    """The finite number that `text` is; None for other columns, a part of speech called "inf" among them."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _without_case(words: Sequence[str]) -> dict[str, int]:
    """From each word in lower case to the number of its most frequent form."""
    numbers: dict[str, int] = {}
    for number, word in enumerate(words):
        numbers.setdefault(word.lower(), number)
    return numbers
