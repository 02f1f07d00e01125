"""Tokens are written as running text is; what was tokenized comes back."""

from __future__ import annotations

import pytest

import nlp
from corpora import read_text, select
from nlp.text.detokenize import Detokenizer


def written(tokens: list[str]) -> str:
    return "".join(map(Detokenizer(), tokens))


@pytest.mark.parametrize(
    "text",
    [
        "She said: \"Don't (please) go, it's 3.14 at 9:30!\" Then she left.",
        '"Why?" he asked. "Because," said she.',
        "the dogs' bowl costs $5, or 5%",
        "a 'quoted' word [and] a bracket",
        "one and/or two—three",
        "我用Python写代码。“好吗？”“好。”",
        "他说：《红楼梦》（上）、（下）",
        "“Well,” he said; “why not?”",
    ],
)
def test_what_was_tokenized_comes_back(text: str) -> None:
    assert written(nlp.tokenize(text)) == text


@pytest.mark.parametrize("corpus", ["english", "chinese"])
def test_the_bundled_texts_come_back(corpus: str) -> None:
    for name in select(corpus):
        for line in read_text(name).splitlines():
            assert written(nlp.tokenize(line)) == " ".join(line.split())


def test_a_line_begins_anew() -> None:
    """A quotation mark that was left open is not closed in the next line."""
    spell = Detokenizer()
    assert "".join(map(spell, ["a", '"', "b"])) == 'a "b'
    spell.end_line()
    assert "".join(map(spell, ["c", '"', "d"])) == 'c "d'
