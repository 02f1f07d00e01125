"""Labels of characters in words, and which labels may follow which."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.tagging.labels import entity_chain, word_chain, word_labels


@pytest.mark.parametrize(("scheme", "expected"), [("BMES", "S BE BME BMMMME"), ("BCDMES", "S BE BCE BCDMME")])
def test_each_character_of_a_word_has_its_label(scheme: str, expected: str) -> None:
    labels = word_labels(np.array([1, 2, 3, 6]), scheme)
    assert "".join(scheme[label] for label in labels) == expected.replace(" ", "")
    assert not len(word_labels(np.zeros(0, np.int64), scheme))


@pytest.mark.parametrize("scheme", ["BMES", "BCDMES"])
def test_the_labels_of_any_words_are_allowed(scheme: str) -> None:
    chain = word_chain(scheme)
    for lengths in ([1, 1, 2, 9, 4], [3], [5, 1]):
        labels = word_labels(np.array(lengths), scheme)
        assert chain.allowed[labels[:-1], labels[1:]].all()
        assert chain.first[labels[0]]
        assert chain.last[labels[-1]]
        assert np.count_nonzero(chain.last[labels]) == len(lengths)


def test_another_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="'BIO' are no labels of characters in words"):
        word_chain("BIO")


def test_an_entity_goes_on_under_its_own_label_alone() -> None:
    names = ["O", "B-a", "I-a", "B-b", "I-b"]
    chain = entity_chain(names)
    follows = set(zip(*np.nonzero(chain.allowed), strict=True))
    told = {(names[before], names[after]) for before, after in follows}
    assert ("B-a", "I-a") in told
    assert ("I-a", "B-b") in told
    assert not told & {("O", "I-a"), ("B-a", "I-b"), ("I-b", "I-a")}
    assert chain.first.tolist() == [True, True, False, True, False]
    assert chain.last.all()


def test_where_an_end_is_marked_an_entity_has_one() -> None:
    names = ["O", "B-a", "I-a", "E-a", "S-a"]
    chain = entity_chain(names)
    assert [name for name, may in zip(names, chain.last, strict=True) if may] == ["O", "E-a", "S-a"]
    assert [name for name, may in zip(names, chain.allowed[1], strict=True) if may] == ["I-a", "E-a"]
