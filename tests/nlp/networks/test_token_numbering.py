"""Tokens as numbers, and sentences side by side."""

from __future__ import annotations

import numpy as np

from nlp.networks.token_numbering import LONGEST, Numbering, given_vectors, no_vectors
from tests.nlp.tagging.recurrent.small import vectors

TEXT = [["The", "king", "saw", "the", "king"], ["a", "queen"]]


def test_sentences_stand_side_by_side_with_the_characters_of_their_distinct_words() -> None:
    numbering = Numbering.of(TEXT, no_vectors()[0])
    batch = numbering.numbered(TEXT).batch(np.array([0, 1]), spelt=True)
    words = numbering.words
    assert batch.active == [2, 2, 1, 1, 1]
    assert [words.words[row] for row in batch.words[:, 0]] == TEXT[0]
    assert [words.words[row] for row in batch.words[:2, 1]] == TEXT[1]
    assert batch.spelt
    spelt, known = batch.spelt, numbering.characters.words
    lengths = (np.array(spelt.active)[:, None] > np.arange(spelt.characters.shape[1])).sum(axis=0)
    found = [
        "".join(known[c] for c in column[:length])
        for column, length in zip(spelt.characters.T, lengths, strict=True)
    ]
    # T, t, s and w occur once, and so have no embedding.
    assert [found[row] for row in spelt.rows[:, 0]] == [
        "<unk>he",
        "king",
        "<unk>a<unk>",
        "<unk>he",
        "king",
    ]


def test_what_is_unseen_is_unknown_and_an_empty_token_is_spelt_too() -> None:
    numbering = Numbering.of(TEXT, no_vectors()[0])
    batch = numbering.numbered([["prince", "", "q" * 90]]).batch(np.array([0]), spelt=True)
    assert batch.words.tolist() == [[numbering.words.unknown]] * 3
    assert batch.spelt
    assert len(batch.spelt.active) == 32
    assert batch.spelt.active[0] == 3


def test_a_long_sentence_is_read_in_parts_and_empty_ones_not_at_all() -> None:
    text = Numbering.of(TEXT, no_vectors()[0]).numbered([["a"] * (2 * LONGEST + 3), [], ["a"]])
    assert text.lengths.tolist() == [LONGEST, LONGEST, 3, 1]
    assert text.places(np.array([0, 2]))[[0, 2, 3], 1].tolist() == [2 * LONGEST + at for at in (0, 2, 2)]


def test_vectors_are_of_words_as_they_stand_or_else_in_lower_case() -> None:
    words, matrix = given_vectors(vectors(), TEXT)
    rows = Numbering.of(TEXT, words).numbered(TEXT)
    found = rows.vectors[rows.tokens].tolist()
    assert found == [1, 2, 0, 1, 2, 0, 0]
    numbering = Numbering.of(TEXT, words)
    of_words = dict(zip(numbering.words.words, numbering.vectors_of_words().tolist(), strict=True))
    assert of_words == {"<eos>": 0, "<unk>": 0, "king": 2, "The": 1, "a": 0, "queen": 0, "saw": 0, "the": 1}
    assert (matrix[0] == 0).all()
    np.testing.assert_allclose(np.square(matrix[1:]).mean(), 1, rtol=1e-2)
    assert (matrix * 32 == np.rint(matrix * 32)).all()


def test_a_token_has_pairs_with_what_stands_before_and_behind_it() -> None:
    text = [["a", "b", "a", "b"], ["b"], [], ["a", "b", "c"]]
    numbering = Numbering.of(text, no_vectors()[0], pairs=True)
    words = numbering.pairs.words
    found = [[words[pair] for pair in pairs] for pairs in numbering.numbered(text).pairs.tolist()]
    start, between, end = "\ta", "a\tb", "b\t"
    assert found == [
        *([start, between], [between, "<unk>"], ["<unk>", between], [between, end]),
        ["<unk>", end],
        *([start, between], [between, "<unk>"], ["<unk>", "<unk>"]),
    ]
    assert not Numbering.of(text, no_vectors()[0]).numbered(text).pairs.any()
