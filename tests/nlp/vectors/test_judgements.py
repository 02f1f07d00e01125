"""Files of analogy questions and of judged pairs, in the forms that people have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nlp.errors import InputError
from nlp.vectors.judgements import Pair, Section, read_analogies, read_similarities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def test_sections_are_read() -> None:
    lines = [
        "a b c d",
        ": capital-common countries ",
        "# of the first part",
        "",
        "Athens Greece  Oslo\tNorway\r",
        ":empty",
        "一 二 三 四",
    ]
    assert read_analogies(lines) == [
        Section("all", [("a", "b", "c", "d")]),
        Section("capital-common countries", [("Athens", "Greece", "Oslo", "Norway")]),
        Section("empty", [("一", "二", "三", "四")]),
    ]


QUESTIONS = {
    "commas": ["paris,france,rome,italy"],
    "commas and spaces": ["paris, france, rome, italy"],
    "tabs": ["paris\tfrance\trome\titaly\r"],
    "semicolons": ["paris;france;rome;italy"],
    "spaces and a tab": ["paris france  rome\titaly"],
    "quotes": ['"paris","france","rome","italy"'],
    "quotes and spaces": ['"paris" "france" "rome" "italy"'],
    "empty columns at the end": ["paris,france,rome,italy,,"],
    "names of columns": ["word1,word2,word3,word4", "paris,france,rome,italy"],
    "names of columns with spaces": ["Word 1\tWord 2\tWord 3\tWord 4", "paris\tfrance\trome\titaly"],
    "letters": ["# questions", "a,b,c,d", "paris,france,rome,italy"],
    "comments": ["# made by hand", "paris france rome italy", "  # more to come, one day", ""],
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_form_of_a_question_is_read(name: str) -> None:
    assert read_analogies(QUESTIONS[name]) == [Section("all", [("paris", "france", "rome", "italy")])]


def test_a_question_between_separators_may_hold_phrases() -> None:
    spaced = read_analogies(['"New York" Albany 5" \'tis'])
    assert spaced == [Section("all", [("New York", "Albany", '5"', "'tis")])]
    lines = [": capitals,,,", '"Mexico, State of",Toluca,New York,Albany', "1,000 1,001 2,000 2,001"]
    assert read_analogies(lines) == [
        Section(
            "capitals",
            [
                ("Mexico, State of", "Toluca", "New York", "Albany"),
                ("1,000", "1,001", "2,000", "2,001"),
            ],
        )
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a b c", 3),
        ("a b c d e", 5),
        ("a,b,c", 3),
        ("a,,c,d", 3),
        ("new york,paris,rome", 3),
        ("a, b; c, d", 2),
        ('"' + "a" * 140_000 + ',b"', 1),
    ],
)
def test_a_question_has_four_words(line: str, found: int) -> None:
    with pytest.raises(InputError, match=rf"^f\.txt:3:1: expected four words, found {found}$"):
        read_analogies([": s", "", line], "f.txt")


FORMS = {
    "tabs": ["tiger\tcat\t7.35"],
    "commas": ["tiger,cat,7.35"],
    "commas and spaces": ["tiger, cat, 7.35"],
    "quotes": ['"tiger","cat","7.35"'],
    "semicolons": ["tiger;cat;7.35"],
    "spaces": ["tiger  cat 7.35"],
    "carriage returns": ["tiger\tcat\t7.35\r"],
    "a header": ["Word 1,Word 2,Human (mean)", "tiger,cat,7.35"],
    "comments": ["# WordSim-353", "", "# Word 1\tWord 2\tmean", "tiger\tcat\t7.35"],
    "a header after a comment": ["# gold", "word1\tword2\tscore", "tiger\tcat\t7.35"],
    "SimLex-999": ["word1\tword2\tPOS\tSimLex999\tconc(w1)", "tiger\tcat\tN\t7.35\t4.9"],
    "a part of speech that reads as a number": ["tiger\tcat\tINF\t7.35", "tiger\tcat\tnan\t7.35"],
    "many raters": ["tiger\tcat\t7.35\t7\t8\t6"],
    "decimal commas after semicolons": ["tiger;cat;7,35"],
    "decimal commas after tabs": ["Wort 1\tWort 2\tMittel", "tiger\tcat\t7,35"],
    "decimal commas after spaces": ["tiger cat 7,35"],
    "decimal commas in quotes": ['tiger,cat,"7,35"'],
    "names that hold spaces": ["Word 1  Word 2  Score", "tiger cat 7.35"],
    "numbered rows": [",w1,w2,score", "0,tiger,cat,7.35", "1,tiger,cat,7.35"],
    "rows numbered from 1": ["1 tiger cat 7.35", "2 tiger cat 7.35", "3 tiger cat 7.35"],
    "a name that begins with a digit": ["w1,w2,1st rater", "tiger,cat,7.35"],
    "one name": ["pairs", "tiger cat 7.35"],
    "two scores of whole numbers": ["w1,w2,a,b", "tiger,cat,7.35,8"],
}


@pytest.mark.parametrize("name", FORMS)
def test_every_usual_form_is_read(name: str) -> None:
    pairs = read_similarities(FORMS[name])
    assert set(pairs) == {Pair("tiger", "cat", 7.35)}
    assert len(pairs) == sum("tiger" in line for line in FORMS[name])


def test_numbers_may_be_words() -> None:
    """A row alone, or rows that are not in order, are not numbered."""
    assert read_similarities(["1 one 5"]) == [Pair("1", "one", 5)]
    assert read_similarities(["1 one N 5", "7 seven N 6"]) == [Pair("1", "one", 5), Pair("7", "seven", 6)]
    assert read_similarities(["0 1 5", "1 2 6"]) == [Pair("0", "1", 5), Pair("1", "2", 6)]


def test_words_may_be_chinese_or_phrases() -> None:
    assert read_similarities(["足球\t篮球\t3.4", "New York\tcity\t-1e0"]) == [
        Pair("足球", "篮球", 3.4),
        Pair("New York", "city", -1),
    ]


LACKING = "expected two words and a score"
NO_PAIRS = {
    "tiger": LACKING,
    "tiger\tcat": LACKING,
    "New York\tcity": LACKING,
    "\tcat\t1": LACKING,
    "tiger\tcat\tx": f"'x' is no number; {LACKING}",
    "tiger cat inf": f"'inf' is no number; {LACKING}",
    "tiger\tcat\t7.3.5": f"'7.3.5' is no number; {LACKING}",
    "tiger\tcat\t1_0": f"'1_0' is no number; {LACKING}",
    '"' + "a" * 140_000 + ',b",1': LACKING,
}


@pytest.mark.parametrize("line", ["sun moon", "sun,moon", "sun moon NaN", "sun;moon;-inf"])
def test_a_first_pair_without_a_score_is_no_line_of_names(line: str) -> None:
    with pytest.raises(InputError, match=rf"^f:1:1: .*{LACKING}$"):
        read_similarities([line, "tiger cat 7.35", "sea river 6"], "f")


@pytest.mark.parametrize("read", [read_analogies, read_similarities])
def test_json_is_told(read: Callable[[Iterable[str], str], object]) -> None:
    with pytest.raises(InputError, match=r"^f:2:1: this is JSON; write the words in columns"):
        read(["# pairs", '{"word1": "tiger", "word2": "cat", "score": 7.35}'], "f")


@pytest.mark.parametrize("line", NO_PAIRS)
@pytest.mark.parametrize("before", [["a\tb\t1"], ["word1\tword2\tscore"]])
def test_a_line_that_is_no_pair_is_told(before: list[str], line: str) -> None:
    with pytest.raises(InputError, match=rf"^f\.tsv:2:1: {re.escape(NO_PAIRS[line])}$"):
        read_similarities([*before, line], "f.tsv")


def test_a_first_line_with_half_a_number_is_no_line_of_names() -> None:
    with pytest.raises(InputError, match=r":1:1: '7\.3\.5' is no number"):
        read_similarities(["tiger cat 7.3.5", "sea lake 6"], "f")


def test_the_score_stands_in_one_column() -> None:
    with pytest.raises(InputError, match=r":2:1: 'NA' is no number"):
        read_similarities(["tiger\tcat\t7\t8", "sea\tlake\tNA\t6"], "f")


@pytest.mark.parametrize("before", [[], ["word1,word2,score"]])
def test_whether_a_comma_parts_scores_is_not_guessed(before: list[str]) -> None:
    told = "8,5 may be one score with a decimal comma or two scores; write 8.5, or separate the columns"
    with pytest.raises(InputError, match=told):
        read_similarities([*before, "tiger,cat,8,5"], "f")
    assert read_similarities(["word1,word2,first,second", "tiger,cat,8,5"]) == [Pair("tiger", "cat", 8)]
