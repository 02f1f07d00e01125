from __future__ import annotations

import hashlib
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.data.language_text import LanguageText, encode_language, encode_language_by
from nlp.text.language_vocabulary import CHARACTERS, UNKNOWN, WORDS, LanguageVocabulary

TMP = "/tmp"  # noqa: S108 - the storage has no name there
TEXT = "the cat sat\n\nthe <unk> sat on the mat\n"


def tokens_of(text: LanguageText) -> list[str]:
    return [text.vocabulary.tokens[number] for number in text.read(0, text.length)]


def test_words_and_line_ends_are_tokens_of_which_empty_lines_have_one() -> None:
    text = encode_language([TEXT], TMP, WORDS)
    assert tokens_of(text) == TEXT.replace("\n", " <eos> ").split()
    assert text.vocabulary.tokens == ("<eos>", UNKNOWN, "the", "sat", "cat", "mat", "on")
    assert text.occurrences.tolist() == [3, 1, 3, 2, 1, 1, 1]
    assert text.unknown == 1


def test_every_character_is_a_token() -> None:
    wild = "我爱\r\n\n\x00é\u2028🙂 e\u0301\n"
    text = encode_language([wild], TMP, CHARACTERS)
    assert text.vocabulary.join(text.read(0, text.length)) == wild
    assert text.occurrences[text.vocabulary.line_end] == 3
    assert text.unknown == 0


@given(st.lists(st.text(st.sampled_from("ab \n我🙂\r")), max_size=6))
def test_characters_do_not_depend_on_where_blocks_are_cut(blocks: list[str]) -> None:
    joined = "".join(blocks)
    text = encode_language(blocks, TMP, CHARACTERS)
    assert "".join(tokens_of(text)) == joined + ("" if joined.endswith("\n") or not joined else "\n")
    assert text.vocabulary == encode_language([joined], TMP, CHARACTERS).vocabulary


def test_a_text_numbered_in_segments_and_pieces_is_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rare words are forgotten on the way, and what stays is numbered anew: each stretch has its map."""
    for name, size in {
        "token_file.MIN_CAPACITY": 8,
        "token_file.CAPACITY_FACTOR": 1,
        "numbering._BATCH_TOKENS": 16,
        "language_text._NUMBERS_AT_ONCE": 7,
    }.items():
        monkeypatch.setattr(f"nlp.data.{name}", size)
    written = "".join(f"the r{number} cat\n" for number in range(60))
    text = encode_language([written], TMP, WORDS, max_vocab=4)
    kept = {"the", "cat", "<eos>"}
    expected = written.replace("\n", " <eos> ").split()
    assert tokens_of(text) == [token if token in kept else UNKNOWN for token in expected]


@pytest.mark.parametrize("level", [CHARACTERS, WORDS])
def test_a_last_line_without_its_end_gets_one(level: str) -> None:
    with_end, without = (encode_language(blocks, TMP, level) for blocks in ([TEXT], [TEXT[:-1], ""]))
    assert tokens_of(with_end) == tokens_of(without)


@pytest.mark.parametrize("level", [CHARACTERS, WORDS])
def test_rare_tokens_are_unknown(level: str) -> None:
    text = encode_language([TEXT], TMP, level, min_count=2)
    plain = encode_language([TEXT], TMP, level)
    counts = Counter(tokens_of(plain))
    assert tokens_of(text) == [one if counts[one] > 1 or one == "\n" else UNKNOWN for one in tokens_of(plain)]
    assert text.occurrences.sum() == text.length == plain.length


@pytest.mark.parametrize("level", [CHARACTERS, WORDS])
@pytest.mark.parametrize("most", [3, 4, 100])
def test_max_vocab_counts_the_line_end_and_unk(level: str, most: int) -> None:
    whole = encode_language([TEXT], TMP, level).vocabulary.tokens
    assert encode_language([TEXT], TMP, level, max_vocab=most).vocabulary.tokens == whole[:most]


@pytest.mark.parametrize("level", [CHARACTERS, WORDS])
def test_another_text_is_told_in_the_tokens_of_the_first(level: str) -> None:
    text = encode_language([TEXT], TMP, level)
    other = encode_language_by(["the dog\nsat"], TMP, text.vocabulary)
    assert other.vocabulary is text.vocabulary
    expected = text.vocabulary.numbers(
        "the dog\nsat\n" if level == CHARACTERS else ["the", "dog", "<eos>", "sat", "<eos>"]
    )
    assert other.read(0, 99).tolist() == expected
    assert other.unknown == (2 if level == CHARACTERS else 1)


def test_words_that_were_forgotten_on_the_way_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.data.token_file.MIN_CAPACITY", 20)
    monkeypatch.setattr("nlp.data.numbering._BATCH_TOKENS", 50)
    words = [f"w{number}" for number in range(1000)]
    blocks = ["".join(f"the cat {word}\n" for word in words)]
    text = encode_language(blocks, TMP, WORDS, max_vocab=4)
    assert text.vocabulary.tokens == ("<eos>", UNKNOWN, "cat", "the")
    assert text.occurrences.tolist() == [1000, 1000, 1000, 1000]
    assert tokens_of(text) == ["the", "cat", UNKNOWN, "<eos>"] * 1000
    closed = encode_language_by(blocks, TMP, LanguageVocabulary.of(WORDS, ["the", "w999"]))
    assert closed.occurrences.tolist() == [1000, 1999, 1000, 1]


@pytest.mark.parametrize("level", [CHARACTERS, WORDS])
def test_an_empty_text_has_no_tokens(level: str) -> None:
    assert encode_language([], TMP, level).length == 0


def test_the_hash_is_that_of_the_text() -> None:
    blocks = ["the ", "我爱\n", "cat"]
    digest = hashlib.sha256("".join(blocks).encode()).hexdigest()
    for level in (CHARACTERS, WORDS):
        text = encode_language(blocks, TMP, level, hash_input=True)
        assert text.sha256 == digest
        assert encode_language_by(blocks, TMP, text.vocabulary, hash_input=True).sha256 == digest
        assert encode_language(blocks, TMP, level).sha256 is None


def test_memory_does_not_grow_with_the_text() -> None:
    def peak(blocks: int) -> int:
        tracemalloc.start()
        encode_language(("ab 我 cd\n" * 10_000 for _ in range(blocks)), TMP, CHARACTERS)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(40) < 1.2 * peak(4)
    assert np.dtype(np.int32).itemsize * 8 * 10_000 * 40 > 2 * 4.5e6  # more than the table of code points
