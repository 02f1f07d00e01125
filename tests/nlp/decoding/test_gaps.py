from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nlp.decoding.gaps import CONTEXT, Candidate, LineFiller, Searched, find_gaps, possible_answers
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.text.vocabulary import Vocabulary

CHARACTERS = language_vocabulary("char", "abc我很不困，_ \t\x85")
WORDS = language_vocabulary("word", ["quick", "brown", "quack", "a", "fox", "1.5", "b_d"])


def spans(line: str, level: str, *, exact: bool = False) -> list[tuple[int, int, int, int]]:
    gaps = find_gaps(line, level, 4, exact=exact)
    return [(gap.start, gap.end, gap.lengths[0], gap.lengths[-1]) for gap in gaps]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("我___", [(1, 4, 1, 4)]),
        ("我___困，我刚起床", [(1, 4, 1, 4)]),
        ("我_____", [(1, 6, 1, 4)]),
        ("___a___b", [(0, 3, 1, 4), (4, 7, 1, 4)]),
        ("我今天＿＿＿困", [(3, 6, 1, 4)]),  # full-width, as Chinese input methods write it
        ("我今天_＿_困", [(3, 6, 1, 4)]),
        ("snake_case and dunder__name", []),
        ("", []),
    ],
)
def test_three_underscores_or_more_are_a_gap(line: str, expected: list[tuple[int, ...]]) -> None:
    assert spans(line, "char") == expected


def test_gaps_of_words_stand_between_spaces() -> None:
    assert spans("the ___ fox_____ ____", "word") == [(4, 7, 1, 4), (17, 21, 1, 4)]
    assert spans("the ＿＿＿ fox", "word") == [(4, 7, 1, 4)]


def test_exact_is_one_character_for_each_underscore() -> None:
    assert spans("q___k br_wn", "char", exact=True) == [(1, 4, 3, 3), (8, 9, 1, 1)]
    assert spans("q＿＿k", "char", exact=True) == [(1, 3, 2, 2)]


def test_exact_words_are_those_that_fit() -> None:
    gaps = find_gaps("q__ck br＿wn _ 1__", "word", exact=True)
    assert [gap.word for gap in gaps] == ["q__ck", "br＿wn", "_", "1__"]
    fitting = LineFiller(Recording(WORDS))._fitting
    assert [[WORDS.words[number] for number in fitting(gap.word)] for gap in gaps] == [
        ["quick", "quack"],
        ["brown"],
        ["a"],
        ["1.5"],
    ]


def test_what_is_known_of_a_word_is_no_pattern() -> None:
    assert LineFiller(Recording(WORDS))._fitting("._5") == []


def test_no_answer_is_unknown_or_breaks_a_line_or_a_table() -> None:
    answers = {CHARACTERS.words[number] for number in possible_answers(CHARACTERS)}
    assert answers == set("abc我很不困，_ ")


class Recording:
    """A filler that gives its first answer, and remembers what it was asked."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.asked: list[tuple[str, str]] = []
        self.searched = [Searched(1, 1, 2)]

    def candidates(
        self, left: Sequence[int], right: Sequence[int], lengths: range, answers: Sequence[int], k: int
    ) -> list[Candidate]:
        tokens = self.vocabulary.words
        self.asked.append(("".join(tokens[n] for n in left), "".join(tokens[n] for n in right)))
        return [Candidate((number,) * lengths[0], 1 / len(answers)) for number in answers[:k]]


def test_gaps_are_filled_from_left_to_right() -> None:
    filler = Recording(CHARACTERS)
    lines = LineFiller(filler)
    found = lines.fill("c___bb___", find_gaps("c___bb___", "char"), 3)
    assert lines.searched == [filler.searched] * 2
    assert filler.asked == [("\nc", "bb"), ("\ncabb", "\n")]
    assert [[one.ids for one in candidates] for candidates in found] == [[(2,), (3,), (4,)]] * 2


def test_a_gap_without_an_answer_is_unknown_to_the_next() -> None:
    filler = Recording(WORDS)
    line = "x_ brown f_x"
    found = LineFiller(filler).fill(line, find_gaps(line, "word", exact=True), 5)
    assert [len(candidates) for candidates in found] == [0, 1]
    assert filler.asked == [("<eos>", "brown"), ("<eos><unk>brown", "<eos>")]


def test_what_is_far_off_is_not_read() -> None:
    filler = Recording(CHARACTERS)
    line = "a" * 2 * CONTEXT + "b___c" + "a" * 2 * CONTEXT
    LineFiller(filler).fill(line, find_gaps(line, "char"), 1)
    assert filler.asked == [("\n" + "a" * (CONTEXT - 1) + "b", "c" + "a" * (CONTEXT - 1))]
