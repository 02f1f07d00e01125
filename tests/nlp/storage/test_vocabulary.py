"""A vocabulary comes back from a file, or is refused in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import ModelError
from nlp.storage.model_file import open_model, write_model
from nlp.storage.vocabulary import read_vocabulary, vocabulary_arrays
from nlp.text.byte_pairs import BytePairs
from nlp.text.vocabulary import SPECIAL, SUBWORDS, Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

ODD = ["\t", "a", "\r", "\x00", "\u2028", "", "\ud800", "é", "x" * 999]
any_words = st.lists(st.text(st.characters(exclude_characters="\n")), unique=True, max_size=9)


def stored(path: Path, arrays: dict[str, Any], level: str) -> Vocabulary:
    with path.open("wb") as file:
        write_model(file, "test", {}, arrays)
    return read_vocabulary(open_model(str(path)), level)


@pytest.mark.parametrize("level", sorted({*SPECIAL} - {SUBWORDS}))
@given(words=any_words)
def test_any_word_but_a_line_end_finds_a_place(
    level: str, words: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    for some in (words, ODD):
        kept = [*SPECIAL[level], *(word for word in some if word not in SPECIAL[level])]
        if kept:
            vocabulary = Vocabulary(kept, list(range(len(kept))), level)
            path = tmp_path_factory.getbasetemp() / "vocabulary"
            assert stored(path, vocabulary_arrays(vocabulary), level) == vocabulary


@pytest.mark.parametrize("words", [["a\nb"], [], ["a", "a"]], ids=["a line end", "none", "a word twice"])
def test_what_could_not_be_read_back_is_not_written(words: list[str]) -> None:
    with pytest.raises(ValueError, match="word"):
        vocabulary_arrays(Vocabulary(words, [1] * len(words)))


GOOD = {"words": np.frombuffer(b"a\nb", np.uint8), "counts": np.array([9, 9, 2, 1])}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"words": np.zeros(3, np.int32)}, "not of the types"),
        ({"words": np.zeros((1, 3), np.uint8)}, "not of the types"),
        ({"counts": np.zeros(4, np.int32)}, "not of the types"),
        ({"counts": np.array(2)}, "not of the types"),
        ({"words": np.frombuffer(b"a\n\xff", np.uint8)}, "can't decode"),
        ({"words": np.frombuffer(b"a\na", np.uint8)}, "a word twice"),
        ({"words": np.frombuffer(b"a\n<unk>", np.uint8)}, "a word twice"),
        ({"words": np.frombuffer(b"a", np.uint8)}, "3 words but 4 counts"),
        ({"words": np.frombuffer(b"", np.uint8)}, "3 words but 4 counts"),
        ({"counts": np.array([9, 9])}, "4 words but 2 counts"),
        ({"counts": np.zeros(0, np.int64)}, "4 words but 0 counts"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changed: dict[str, Any], message: str, tmp_path: Path) -> None:
    assert stored(tmp_path / "good", GOOD, "word").words == ["<eos>", "<unk>", "a", "b"]
    with pytest.raises(ModelError, match=f"not a usable model of kind 'test': .*{message}") as caught:
        stored(tmp_path / "m", GOOD | changed, "word")
    assert "\n" not in str(caught.value)


def test_pieces_of_words_are_kept_and_are_the_tokens(tmp_path: Path) -> None:
    pieces = BytePairs.learn({" the": 9, " then": 3}, 3)
    counts = dict.fromkeys(pieces.names, 2)
    vocabulary = Vocabulary.from_counts(counts, level=SUBWORDS, pieces=pieces)
    read = stored(tmp_path / "m", vocabulary_arrays(vocabulary), SUBWORDS)
    assert read == vocabulary
    assert read.join(read.numbers(read.split("the then"))) == "the then"
    with pytest.raises(ValueError, match="not the pieces of words"):
        Vocabulary(vocabulary.words[:-1], vocabulary.counts[:-1], SUBWORDS, pieces)
    with pytest.raises(ValueError, match="and no other"):
        Vocabulary(["\n", "<unk>"], [0, 0], SUBWORDS)
