"""Labelled texts as lists of tokens and shares of labels."""

from __future__ import annotations

from nlp.classification.recurrent.texts import TextTokens, labelled_tokens
from nlp.data.labelled.texts import LabelledText
from nlp.networks.token_numbering import LONGEST

WORDS = TextTokens("words", cased=False)


def test_tokens_are_those_of_the_mode() -> None:
    text = "I like 北京, don't you?"
    assert WORDS.of(text) == ["i", "like", "北", "京", ",", "don't", "you", "?"]
    assert TextTokens("spaces", cased=True).of(text) == ["I", "like", "北京,", "don't", "you?"]
    assert TextTokens("chars", cased=True).of("ab 京") == ["a", "b", "京"]


def test_a_long_text_is_read_at_both_ends_and_an_empty_one_has_a_token() -> None:
    long = [str(number) for number in range(LONGEST + 2)]
    assert WORDS.of(" ".join(long)) == long[: LONGEST // 2] + long[LONGEST // 2 + 2 :]
    assert WORDS.of(" ".join(long[2:])) == long[2:]
    assert WORDS.of(" \t") == [""]


def test_labels_are_shares_in_the_order_of_their_names() -> None:
    some = [LabelledText(("b", "a"), "x"), LabelledText(("b",), "y z"), LabelledText(("c",), "w")]
    found = labelled_tokens(some, WORDS)
    assert found.labels == ("a", "b", "c")
    assert found.counts.tolist() == [1, 2, 1]
    assert found.shares.tolist() == [[0.5, 0.5, 0], [0, 1, 0], [0, 0, 1]]
    assert found.tokens == [["x"], ["y", "z"], ["w"]]
    known = labelled_tokens(some, WORDS, ("c", "b"))
    assert (known.labels, known.skipped, len(known)) == (("c", "b"), 0, 3)
    assert known.shares.tolist() == [[0, 1], [0, 1], [1, 0]]
    assert labelled_tokens(some, WORDS, ("c", "d")).skipped == 2
    assert found.sha256 != labelled_tokens(some[1:], WORDS).sha256
