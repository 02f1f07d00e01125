"""A text as pieces of words: those of each of its lines, however the text comes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.data.corpus import encode, encode_by
from nlp.text.vocabulary import SUBWORDS
from tests.files import TMP

if TYPE_CHECKING:
    from nlp.data.corpus import Corpus

TEXT = "the king rode out at dawn\n\nthe queen ate bread at noon; 我们 喜欢\n" * 3
LEARNT = encode([TEXT], TMP, SUBWORDS, subword_vocab=20)


def ids_of(corpus: Corpus) -> list[int]:
    found: list[int] = corpus.read(0, corpus.length).tolist()
    return found


def test_a_text_is_its_lines_and_comes_back() -> None:
    vocabulary = LEARNT.vocabulary
    expected: list[int] = []
    for line in TEXT.removesuffix("\n").split("\n"):
        expected += [*vocabulary.numbers(vocabulary.split(line)), vocabulary.line_end]
    assert ids_of(LEARNT) == expected
    assert vocabulary.join(expected) == TEXT
    assert LEARNT.unknown == 0
    assert [*vocabulary.counts] == LEARNT.occurrences.tolist()
    assert sorted(vocabulary.counts[2:], reverse=True) == [*vocabulary.counts[2:]]
    assert LEARNT.types == np.count_nonzero(LEARNT.occurrences[2:])


@given(cuts=st.lists(st.integers(0, len(TEXT)), max_size=5), at_once=st.integers(1, 40))
def test_it_does_not_matter_how_the_text_comes(cuts: list[int], at_once: int) -> None:
    places = [0, *sorted(cuts), len(TEXT)]
    blocks = [TEXT[start:end] for start, end in pairwise(places)]
    found = encode(blocks, TMP, SUBWORDS, subword_vocab=20, at_once=at_once)
    assert (found.vocabulary, found.sha256) == (LEARNT.vocabulary, LEARNT.sha256)
    assert ids_of(found) == ids_of(LEARNT)


@pytest.mark.parametrize("text", ["new words: Köln 😀\n", "", "a" * 200_000, "a b " * 50_000, " x \n"])
def test_any_text_is_pieces_of_those_that_were_learnt(text: str) -> None:
    blocks = [text[start : start + 10_000] for start in range(0, len(text), 10_000)]
    found = encode_by(blocks, TMP, LEARNT.vocabulary)
    ended = text if text.endswith("\n") or not text else text + "\n"
    assert LEARNT.vocabulary.join(ids_of(found)) == ended
    assert found.unknown == 0
