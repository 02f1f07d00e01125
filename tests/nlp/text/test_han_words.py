"""Units of Han text are handed to a segmenter, all else is as in `words` mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from nlp.text.han_words import LONGEST_UNIT, HanWords
from nlp.text.tokenize import tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.text import han_words

texts = st.text("我爱a1. ，é\n\u3000", max_size=30)


def in_pairs(units: Sequence[str]) -> list[str]:
    """A segmenter that makes words of two characters."""
    return [" ".join(unit[start : start + 2] for start in range(0, len(unit), 2)) for unit in units]


def made() -> HanWords:
    return HanWords(tokenizer("words"), lambda: in_pairs)


@given(texts)
def test_nothing_but_white_space_is_lost(text: str) -> None:
    words = made()
    assert "".join(words.tokens(text)) == "".join(text.split())
    assert words.lines(text).count("\n") == text.count("\n")
    assert words.all_spans([text, "x"]) == [words.spans(text), [(0, 1)]]
    for start, end in words.spans(text):
        assert not any(character.isspace() for character in text[start:end])


def test_only_what_holds_han_goes_to_the_segmenter() -> None:
    assert made().lines("Don't, é! 我爱你a 3.14\n\nx") == "Don't , é ! 我爱 你a 3.14\n\nx"

    def fail() -> han_words.Spaced:
        raise AssertionError

    assert HanWords(tokenizer("words"), fail).lines("Don't, é!") == "Don't , é !"


@given(st.integers(1, 40), st.integers(0, 9), st.sampled_from(["", "，", " ", "a" * 5000]))
def test_a_long_unit_is_cut_at_the_same_places_however_much_is_read(size: int, more: int, mark: str) -> None:
    words = made()
    text = (("我爱你a" * 200 + mark) * size)[: 700 * size]
    whole = words.tokens(text + "我" * more)
    ready, waiting = words.ready(text)
    assert ready + waiting == text
    assert not mark.isascii() or mark or len(waiting) <= LONGEST_UNIT
    assert [*words.tokens(ready), *words.tokens(waiting + "我" * more)] == whole
