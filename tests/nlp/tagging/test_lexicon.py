"""The longest words around each place, held against looking each of them up."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.tagging.characters import codes, flat, lengths_of
from nlp.tagging.lexicon import EVERYWHERE, FIRST_PART, LONGEST, SHORTEST, Lexicon

texts = st.text("甲乙丙", max_size=12)


def looked_up(text: str, words: set[str]) -> list[tuple[int, int, int]]:
    """Of each character: the longest word that starts, ends, or goes on there."""
    found = [[1, 1, 1] for _ in text]
    for length in range(SHORTEST, LONGEST + 1):
        for start in range(len(text) - length + 1):
            if text[start : start + length] in words:
                found[start][0] = found[start + length - 1][1] = length
                for place in range(start + 1, start + length - 1):
                    found[place][2] = length
    return [tuple(three) for three in found]  # type: ignore[misc]


@given(st.lists(texts, min_size=1, max_size=4), st.sets(texts, max_size=8))
def test_they_are_the_longest(units: list[str], words: set[str]) -> None:
    lexicon = Lexicon.of(dict.fromkeys(words, EVERYWHERE))
    text = flat(codes("".join(units)), lengths_of(units))
    found = list(
        zip(*(lengths[text.places].tolist() for lengths in lexicon.longest(text.symbols)), strict=True)
    )
    assert found == [three for unit in units for three in looked_up(unit, words)]


def test_a_word_of_one_part_alone_is_not_used_there() -> None:
    lexicon = Lexicon.of({"甲乙": FIRST_PART, "丙丁": FIRST_PART + 1, "戊己": EVERYWHERE})
    symbols = codes("甲乙丙丁戊己")
    for part, expected in ((0, [1, 1, 2, 1, 2, 1]), (1, [2, 1, 1, 1, 2, 1]), (2, [2, 1, 2, 1, 2, 1])):
        parts = np.full(len(symbols), part, np.uint8)
        assert lexicon.longest(symbols, parts).starting.tolist() == expected
    assert lexicon.longest(symbols).starting.tolist() == [2, 1, 2, 1, 2, 1]


def test_full_width_letters_are_those_of_ascii() -> None:
    lexicon = Lexicon.of({"ＡＢ": EVERYWHERE})
    text = flat(codes("AB"), np.array([2]))
    assert lexicon.longest(text.symbols).starting[text.places].tolist() == [2, 1]


def test_none_has_no_words() -> None:
    assert Lexicon.of({}).longest(codes("甲乙")).covering.tolist() == [1, 1]
