"""What is written for other tools is what they read: every word by itself, every number to the last bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nlp.errors import NlpError
from nlp.vectors.files import load_vectors
from nlp.vectors.writers import names_of_lines, names_without_spaces
from tests.files import write_anew
from tests.nlp.vectors.vector_files import binary_of, npy_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]


@settings(max_examples=200)
@given(
    words=st.lists(st.text(min_size=1, max_size=6), min_size=3, max_size=3, unique=True),
    matrix=arrays(np.float32, (3, 2), elements=st.floats(width=32, allow_nan=False, allow_infinity=False)),
    form=st.sampled_from(["text", "binary", "npy"]),
)
def test_what_is_written_is_read_or_is_refused(
    words: list[str], matrix: Floats, form: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Words that may hold anything: spaces, line ends, halves of characters."""
    folder = tmp_path_factory.getbasetemp()
    path = folder / "vectors.npy"
    try:
        names = names_of_lines(words) if form == "npy" else names_without_spaces(words)
    except NlpError:
        return
    assert len(names) == 3
    if form == "npy":
        write_anew(folder / "vectors.words.txt", "".join(f"{name}\n" for name in names).encode())
        write_anew(path, npy_of(matrix))
        names = [name for name in names if name.strip()]  # what is all white space nobody can ask for
    else:
        write_anew(path, (text_of if form == "text" else binary_of)(words, matrix))
    if names:
        loaded = load_vectors(str(path))
        assert loaded.vocabulary.words == names
        assert form == "npy" or loaded.matrix.tobytes() == matrix.tobytes()


@pytest.mark.parametrize(
    ("word", "name"), [("New York", "New_York"), ("a\nb", "a_b"), ("\t", "_"), ("\u00a0x\u2003", "x")]
)
def test_white_space_ends_a_word_so_it_is_written_otherwise(word: str, name: str) -> None:
    assert names_without_spaces([word, "z"]) == [name, "z"]


@pytest.mark.parametrize(
    ("names", "words", "message"),
    [
        (names_without_spaces, ["new york", "new_york"], "'new york' and 'new_york' would both be called"),
        (names_without_spaces, ["新 年", "新\u3000年"], "would both be called '新_年'"),
        (names_without_spaces, ["a\ud800", "a?"], "would both be called 'a\\?'"),
        (names_without_spaces, ["a" * (1 << 20)], "has 1,048,576 bytes, and could not be read again"),
        (names_of_lines, ["a\nb"], r"the word 'a\\nb' holds a line end"),
        (names_of_lines, ["a\rb"], r"the word 'a\\rb' holds a line end"),
    ],
)
def test_what_could_not_be_read_again_is_refused(
    names: Callable[[list[str]], list[str]], words: list[str], message: str
) -> None:
    with pytest.raises(NlpError, match=message):
        names(words)


def test_words_that_differ_in_their_spaces_stay_apart_where_a_line_is_a_word() -> None:
    words = ["new york", "new_york", "new\u00a0york"]
    assert names_of_lines(words) == words
