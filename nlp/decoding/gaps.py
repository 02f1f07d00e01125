"""The gaps of a line: where they are, and how they are filled one after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nlp.errors import ModelError
from nlp.text.vocabulary import CHARACTERS, SUBWORDS, Vocabulary

CONTEXT = 1000
"""Tokens on either side of a gap that are read."""

UNDERSCORES = "_\uff3f"
"""The underscore, and the full-width one (＿) that Chinese input methods write."""

_RUN = re.compile(rf"[{UNDERSCORES}]{{3,}}")
_RUN_ALONE = re.compile(rf"(?<!\S)[{UNDERSCORES}]{{3,}}(?!\S)")
_EXACT = re.compile(rf"[{UNDERSCORES}]+")
_EXACT_WORD = re.compile(rf"[^\s{UNDERSCORES}]*+[{UNDERSCORES}]\S*")


@dataclass(frozen=True)
class Gap:
    """A hole in a line, from `start` to `end` in code points, of `lengths` tokens.

    `word`, where it is not empty, is what is known of the one word that stands there: an underscore is any
    character.
    """

    start: int
    end: int
    lengths: range
    word: str = ""


@dataclass(frozen=True)
class Candidate:
    """What may stand in a gap, and how probable it is among all candidates weighed."""

    ids: tuple[int, ...]
    probability: float


@dataclass(frozen=True)
class Searched:
    """What was weighed of all that a gap of `length` tokens may hold: `weighed` of `possible` candidates."""

    length: int
    weighed: int
    possible: int

    @property
    def is_all(self) -> bool:
        """Whether nothing was left out, so that the best candidate of this length is the best there is."""
        return self.weighed == self.possible


class Filler(Protocol):
    """Whoever can tell what stands between two texts."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The tokens."""

    def candidates(
        self, left: Sequence[int], right: Sequence[int], lengths: range, answers: Sequence[int], k: int
    ) -> list[Candidate]:
        """The `k` best candidates for what stands between `left`, which starts with a line end, and `right`.

        Candidates are made of the tokens `answers`, in one of these `lengths`. Probabilities sum to 1 over
        all candidates weighed; there may be none.
        """

    @property
    def searched(self) -> list[Searched]:
        """What the last call of `candidates` has weighed of each length."""


def find_gaps(line: str, level: str, max_gap: int = 4, *, exact: bool = False) -> list[Gap]:
    """The gaps of a line: runs of three or more underscores (`UNDERSCORES`), each for 1 to `max_gap` tokens.

    For a model of words a run counts only with white space, or nothing, on either side.

    With `exact`, each underscore stands for one character: for a model of characters a run of n underscores
    is a gap of n tokens; for a model of words, a word with underscores in it is a gap of one word that fits.
    """
    if not exact:
        pattern, lengths = (_RUN if level == CHARACTERS else _RUN_ALONE), range(1, max_gap + 1)
        return [Gap(*found.span(), lengths) for found in pattern.finditer(line)]
    if level == CHARACTERS:
        runs = [found.span() for found in _EXACT.finditer(line)]
        return [Gap(start, end, range(end - start, end - start + 1)) for start, end in runs]
    return [Gap(*found.span(), range(1, 2), found.group()) for found in _EXACT_WORD.finditer(line)]


class LineFiller:
    """Fills the gaps of lines, each line by itself.

    Attribute: `searched`, of each gap of the last line what was weighed.
    """

    def __init__(self, filler: Filler) -> None:
        self.searched: list[list[Searched]] = []
        self.vocabulary = filler.vocabulary
        if self.vocabulary.level == SUBWORDS:
            raise ModelError("a model of pieces of words fills no gaps; name one of characters or of words")
        self._filler, self._answers = filler, possible_answers(filler.vocabulary)

    def fill(self, line: str, gaps: Sequence[Gap], k: int) -> list[list[Candidate]]:
        """The `k` best candidates of each gap, of which there is at least one.

        Gaps are filled from left to right. To the left of a gap stands all the line, with the best candidates
        in the gaps before it; to its right the text up to the next gap. `CONTEXT` tokens are read on a side.
        """
        vocabulary = self.vocabulary
        places = [0, *(place for gap in gaps for place in (gap.start, gap.end)), len(line)]
        left, *behind = (
            vocabulary.numbers(vocabulary.split(line[start:end]))
            for start, end in zip(places[::2], places[1::2], strict=True)
        )
        behind[-1].append(vocabulary.line_end)
        found: list[list[Candidate]] = []
        self.searched = []
        for gap, right in zip(gaps, behind, strict=True):
            near, answers = [vocabulary.line_end, *left[-CONTEXT:]], self._fitting(gap.word)
            candidates = self._filler.candidates(near, right[:CONTEXT], gap.lengths, answers, k)
            found.append(candidates)
            self.searched.append(self._filler.searched)
            left += candidates[0].ids if candidates else [vocabulary.unknown]
            left += right
        return found

    def _fitting(self, word: str) -> Sequence[int]:
        """The answers that `word` may be, its underscores standing for any characters."""
        if not word:
            return self._answers
        letters = re.compile("".join("." if letter in UNDERSCORES else re.escape(letter) for letter in word))
        return [number for number in self._answers if letters.fullmatch(self.vocabulary.words[number])]


def possible_answers(vocabulary: Vocabulary) -> list[int]:
    """The tokens that may stand in a gap: not <unk>, nor the line end, nor other white space than a space.

    Tabs and line ends would break the columns of the output.
    """
    special = {vocabulary.unknown, vocabulary.line_end}
    return [
        number
        for number, token in enumerate(vocabulary.words)
        if number not in special and not token.strip(" ").isspace()
    ]
