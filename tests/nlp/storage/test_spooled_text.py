from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from nlp.storage.spooled_text import SpooledText
from tests.files import TMP

if TYPE_CHECKING:
    from pathlib import Path


@given(st.lists(st.text()))
def test_blocks_are_read_again_as_often_as_wanted(blocks: list[str]) -> None:
    text = SpooledText(TMP)
    assert list(text.keep(blocks)) == blocks
    for _ in range(2):
        assert list(text) == blocks


def test_what_is_no_character_is_kept_too() -> None:
    text = SpooledText(TMP)
    blocks = ["\ud800 half a pair", "", "\x00我"]
    assert list(text.keep(blocks)) == list(text) == blocks


def test_two_texts_may_be_kept_one_after_the_other(tmp_path: Path) -> None:
    text = SpooledText(tmp_path)
    for blocks in (["a", "b"], ["c"]):
        list(text.keep(blocks))
    assert list(text) == ["a", "b", "c"]
    assert list(tmp_path.iterdir()) == []
