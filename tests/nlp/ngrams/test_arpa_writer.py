"""A model that is written as ARPA is read again to the last bit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.errors import ModelError
from nlp.ngrams.arpa import read_arpa
from nlp.ngrams.arpa_writer import write_arpa
from nlp.ngrams.model import NgramModel, train_ngrams
from tests.files import write_anew
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

ABC = language_vocabulary("word", ["é", "<eot>", "c"])
FORM = r"""\data\
ngram 1=6
ngram 2=2

\1-grams:
P	<unk>
-99	<s>	P
P	</s>
P	é	P
P	<eot>
P	c

\2-grams:
P	<s> é
P	é </s>

\end\
"""


def written(model: NgramModel) -> str:
    file = io.BytesIO()
    write_arpa(file, model)
    return file.getvalue().decode()


def trained(tokens: list[int], order: int) -> NgramModel:
    return train_ngrams(np.array(tokens, np.int32), ABC, order)


def test_the_form_of_the_file() -> None:
    """`<s>` before a line, `</s>` behind it; a weight only where something follows."""
    told = written(trained([2, 0], 2)).split("\n")
    masked = [
        "\t".join("P" if one[:1] == "-" and one != "-99" else one for one in line.split("\t"))
        for line in told
    ]
    assert "\n".join(masked) == FORM


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(1, 5))
def test_every_number_comes_back(tmp_path: Path, tokens: list[int], order: int) -> None:
    model = trained(tokens, order)
    write_anew(tmp_path / "m", written(model).encode())
    again = read_arpa(str(tmp_path / "m"))
    assert again.vocabulary.words == model.vocabulary.words
    assert again.order == order
    for level, expected in zip(again.levels, model.levels, strict=True):
        for name in ("words", "log_probabilities", "log_backoffs", "first_child"):
            np.testing.assert_array_equal(getattr(level, name), getattr(expected, name), name)


@pytest.mark.parametrize(
    ("level", "words", "told"),
    [
        ("char", "ab", "a model of characters reads across lines; train one of words"),
        ("word", ["<s>"], "the word <s> has a meaning of its own in ARPA"),
        ("word", ["New York"], "the word 'New York' holds white space"),
    ],
)
def test_what_arpa_cannot_say_is_refused(level: str, words: list[str], told: str) -> None:
    vocabulary = language_vocabulary(level, words)
    with pytest.raises(ModelError, match=told):
        written(train_ngrams(np.array([2, 0], np.int32), vocabulary, 2))
