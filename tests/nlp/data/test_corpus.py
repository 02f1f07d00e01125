"""What is encoded for word vectors and for language models is the text, in bounded memory."""

from __future__ import annotations

import hashlib
import re
import tracemalloc
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.data.corpus import Corpus, Selection, encode, encode_by
from nlp.text.vocabulary import CHARACTERS, SENTENCE_END, UNKNOWN, WORDS, Vocabulary
from tests.files import TMP
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGE_TEXT = "the cat sat\n\nthe <unk> sat on the mat\n"


def contents(corpus: Corpus) -> list[int]:
    return [int(number) for number in corpus.read(0, corpus.length)]


def sentences(corpus: Corpus) -> list[list[str]]:
    """Read back what was encoded, as words."""
    result: list[list[str]] = [[]]
    for number in contents(corpus):
        if number == SENTENCE_END:
            result.append([])
        else:
            result[-1].append(corpus.vocabulary.words[number])
    return [sentence for sentence in result if sentence]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n\n\n", []),
        ("a b\n", [["a", "b"]]),
        ("a b", [["a", "b"]]),
        ("a", [["a"]]),
        ("\na\n\n\nb a\n", [["a"], ["b", "a"]]),
        ("  a   b  \n  b ", [["a", "b"], ["b"]]),
        ("a\tb \u2028 c\r\n", [["a\tb", "\u2028", "c\r"]]),  # spaces and \n separate, nothing else does
    ],
)
def test_lines_are_sentences_and_spaces_separate(text: str, expected: list[list[str]]) -> None:
    corpus = encode([text], TMP)
    assert sentences(corpus) == expected
    assert corpus.words == sum(map(len, expected)) == corpus.words_seen
    assert corpus.has_pairs == any(len(sentence) > 1 for sentence in expected)


def test_ends_of_sentences_never_come_first_or_twice() -> None:
    assert contents(encode(["\n\na\n\n\nb b\n\n"], TMP)) == [1, SENTENCE_END, 0, 0, SENTENCE_END]


def test_words_are_numbered_by_falling_count_then_token() -> None:
    corpus = encode(["c b a\nb c d\n"], TMP)
    assert list(corpus.vocabulary.words) == ["b", "c", "a", "d"]
    assert list(corpus.vocabulary.counts) == [2, 2, 1, 1]


def test_rare_words_go_and_leave_no_gap() -> None:
    corpus = encode(["a rare a\nrarer\nb b a\n"], TMP, min_count=2)
    assert sentences(corpus) == [["a", "a"], ["b", "b", "a"]]
    assert contents(corpus).count(SENTENCE_END) == 2
    assert (corpus.words, corpus.words_seen) == (5, 7)


def test_largest_vocabulary_keeps_the_most_frequent() -> None:
    assert sentences(encode(["a a b b b c\nc a"], TMP, max_vocab=2)) == [["a", "a", "b", "b", "b"], ["a"]]


@settings(max_examples=150)
@given(st.lists(st.sampled_from("abcdefgh\n"), max_size=80), st.integers(1, 4), st.integers(1, 9), st.data())
def test_forgetting_rare_types_keeps_the_counts_and_the_order(
    tokens: list[str], capacity: int, batch: int, data: st.DataObject
) -> None:
    text = " ".join(tokens)
    cut = data.draw(st.integers(0, len(text)))
    pieces, bounded = (
        encode(blocks, TMP, max_vocab=2, capacity=capacity, at_once=batch)
        for blocks in ([text[:cut], text[cut:]], [text])
    )
    assert contents(pieces) == contents(bounded)  # it is a matter of the text, not of how it comes
    assert pieces.vocabulary == bounded.vocabulary
    assert bounded.words_seen == len(tokens) - tokens.count("\n")
    assert len(bounded.vocabulary) <= 2
    found = [word for sentence in sentences(bounded) for word in sentence]
    assert [found.count(word) for word in bounded.vocabulary.words] == list(bounded.vocabulary.counts)
    left = iter(tokens)
    assert all(word in left for word in found)  # a subsequence
    if len(set(tokens) - {"\n"}) <= capacity:
        assert contents(bounded) == contents(encode([text], TMP, max_vocab=2))


def test_memory_is_bounded_however_many_types_there_are() -> None:
    def peak(count: int) -> int:
        blocks = (
            " ".join(f"often{i % 7} rare{block * 500 + i}" for i in range(500)) + " "
            for block in range(count)
        )
        tracemalloc.start()
        corpus = encode(blocks, TMP, min_count=2, max_vocab=10, capacity=1000, at_once=1000)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert set(corpus.vocabulary.words) == {f"often{i}" for i in range(7)}
        assert sum(corpus.vocabulary.counts) == 500 * count
        return top

    assert peak(100) < 1.5 * peak(10)


@pytest.mark.parametrize(
    ("max_vocab", "most"), [(None, None), (1, 2_000_000), (125_000, 2_000_000), (10**6, 16 * 10**6)]
)
def test_so_many_types_are_in_memory_at_most(max_vocab: int | None, most: int | None) -> None:
    assert Selection(Vocabulary([], []), max_vocab=max_vocab).most_types == most


def test_known_words_without_counts_keep_their_order() -> None:
    """As vectors of other tools list them: the most frequent first."""
    known = Vocabulary(["z", "new york", "m", "b"], [0, 0, 0, 0])
    corpus = encode(["m x y x\n", "c b x\n"], TMP, known=known)
    assert list(corpus.vocabulary.words) == ["x", "m", "b", "c", "y", "z", "new york"]
    assert list(corpus.vocabulary.counts) == [3, 1, 1, 1, 1, 0, 0]


def test_known_words_stay_and_their_counts_are_added_to() -> None:
    known = Vocabulary(["old", "a"], [5, 2])
    corpus = encode(["a b a b rare b b b b b b\n"], TMP, min_count=2, known=known)
    assert (list(corpus.vocabulary.words), list(corpus.vocabulary.counts)) == (["b", "old", "a"], [8, 5, 4])
    assert corpus.occurrences.tolist() == [8, 0, 2]
    assert (corpus.words, corpus.words_seen) == (10, 11)
    only_known = encode(["a b a b\n"], TMP, max_vocab=1, known=known)
    assert list(only_known.vocabulary.words) == ["old", "a"]


def test_a_pair_across_batches_is_seen() -> None:
    assert encode(["a b"], TMP, at_once=1).has_pairs
    assert not encode(["a\nb\n"], TMP, at_once=1).has_pairs


words = st.text(st.sampled_from("ab\u00e9\u4e00"), min_size=1, max_size=3)
texts = st.lists(st.one_of(words, st.sampled_from([" ", "\n"])), max_size=60).map("".join)


@settings(max_examples=150)
@given(texts, st.data(), st.integers(1, 3))
def test_blocks_cut_anywhere_between_tokens_give_the_same_file(
    text: str, data: st.DataObject, min_count: int
) -> None:
    places = [0, *(i for i in range(1, len(text)) if text[i] in " \n" or text[i - 1] in " \n"), len(text)]
    cuts = sorted({0, len(text), *data.draw(st.lists(st.sampled_from(places)))})
    blocks = [text[start:end] for start, end in pairwise(cuts)]
    pieces = encode(blocks, TMP, min_count=min_count, at_once=data.draw(st.integers(1, 9)))
    whole = encode([text], TMP, min_count=min_count)
    assert contents(pieces) == contents(whole)
    assert pieces.vocabulary == whole.vocabulary
    assert pieces.sha256 == whole.sha256 == hashlib.sha256(text.encode()).hexdigest()
    kept = set(whole.vocabulary.words)
    expected = [[w for w in re.findall("[^ \n]+", line) if w in kept] for line in text.split("\n")]
    assert sentences(whole) == [sentence for sentence in expected if sentence]


def test_one_long_line() -> None:
    line = "one two three four five " * 420_000
    assert len(line) > 10_000_000
    places = range(0, len(line), 240_000)
    corpus = encode((line[i : i + 240_000] for i in places), TMP)
    assert corpus.words == corpus.length - 1 == 2_100_000
    assert set(corpus.vocabulary.counts) == {420_000}
    tail = corpus.read(corpus.length - 6, 5)
    assert [corpus.vocabulary.words[i] for i in tail] == ["one", "two", "three", "four", "five"]


def test_nothing_is_left_in_the_directory(tmp_path: Path) -> None:
    corpus = encode(["a b c\n"], tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert corpus.read(0, 2).dtype == np.int32


def test_a_missing_directory_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        encode(["a"], tmp_path / "absent")


def tokens_of(text: Corpus) -> list[str]:
    return [text.vocabulary.words[number] for number in text.read(0, text.length)]


def test_words_and_line_ends_are_tokens_of_which_empty_lines_have_one() -> None:
    text = encode([LANGUAGE_TEXT], TMP, WORDS)
    assert tokens_of(text) == LANGUAGE_TEXT.replace("\n", " <eos> ").split()
    assert text.vocabulary.words == ["<eos>", UNKNOWN, "the", "sat", "cat", "mat", "on"]
    assert text.occurrences.tolist() == text.vocabulary.counts == [3, 1, 3, 2, 1, 1, 1]
    assert text.occurring == [("the", 3), ("sat", 2), ("cat", 1), ("mat", 1), ("on", 1)]
    assert text.unknown == 1


def test_every_character_is_a_token() -> None:
    wild = "我爱\r\n\n\x00é\u2028🙂 e\u0301\n"
    text = encode([wild], TMP, CHARACTERS)
    assert text.vocabulary.join(text.read(0, text.length)) == wild
    assert text.occurrences[text.vocabulary.line_end] == 3
    assert text.unknown == 0


@settings(max_examples=40)
@given(st.lists(st.text(st.sampled_from("ab \n我🙂\r")), max_size=6))
def test_characters_do_not_depend_on_where_blocks_are_cut(blocks: list[str]) -> None:
    joined = "".join(blocks)
    text = encode(blocks, TMP, CHARACTERS)
    assert "".join(tokens_of(text)) == joined + ("" if joined.endswith("\n") or not joined else "\n")
    assert text.vocabulary == encode([joined], TMP, CHARACTERS).vocabulary


@pytest.mark.parametrize("at_once", [7, 16])
def test_a_text_numbered_in_segments_and_pieces_is_the_text(at_once: int) -> None:
    """Rare words are forgotten on the way, and what stays is numbered anew: each stretch has its map."""
    written = "".join(f"the r{number} cat\n" for number in range(60))
    text = encode([written], TMP, WORDS, max_vocab=4, capacity=8, at_once=at_once)
    kept = {"the", "cat", "<eos>"}
    expected = written.replace("\n", " <eos> ").split()
    assert tokens_of(text) == [token if token in kept else UNKNOWN for token in expected]


@pytest.mark.parametrize("level", [CHARACTERS, WORDS])
def test_a_last_line_without_its_end_gets_one(level: str) -> None:
    with_end, without = (encode(blocks, TMP, level) for blocks in ([LANGUAGE_TEXT], [LANGUAGE_TEXT[:-1], ""]))
    assert tokens_of(with_end) == tokens_of(without)


@pytest.mark.parametrize("level", [CHARACTERS, WORDS])
def test_rare_tokens_are_unknown(level: str) -> None:
    text = encode([LANGUAGE_TEXT], TMP, level, min_count=2)
    plain = encode([LANGUAGE_TEXT], TMP, level)
    counts = Counter(tokens_of(plain))
    assert tokens_of(text) == [one if counts[one] > 1 or one == "\n" else UNKNOWN for one in tokens_of(plain)]
    assert text.occurrences.sum() == text.length == plain.length


@pytest.mark.parametrize("level", [CHARACTERS, WORDS])
@pytest.mark.parametrize("most", [3, 4, 100])
def test_max_vocab_counts_the_line_end_and_unk(level: str, most: int) -> None:
    whole = encode([LANGUAGE_TEXT], TMP, level).vocabulary.words
    assert encode([LANGUAGE_TEXT], TMP, level, max_vocab=most).vocabulary.words == whole[:most]


@pytest.mark.parametrize("level", [CHARACTERS, WORDS])
def test_another_text_is_told_in_the_tokens_of_the_first(level: str) -> None:
    text = encode([LANGUAGE_TEXT], TMP, level)
    other = encode_by(["the dog\nsat"], TMP, text.vocabulary)
    assert other.vocabulary is text.vocabulary
    expected = text.vocabulary.numbers(
        "the dog\nsat\n" if level == CHARACTERS else ["the", "dog", "<eos>", "sat", "<eos>"]
    )
    assert other.read(0, 99).tolist() == expected
    assert other.unknown == (2 if level == CHARACTERS else 1)


def test_words_that_were_forgotten_on_the_way_are_unknown() -> None:
    words = [f"w{number}" for number in range(1000)]
    blocks = ["".join(f"the cat {word}\n" for word in words)]
    text = encode(blocks, TMP, WORDS, max_vocab=4, capacity=64, at_once=50)
    assert text.vocabulary.words == ["<eos>", UNKNOWN, "cat", "the"]
    assert text.occurrences.tolist() == [1000, 1000, 1000, 1000]
    assert tokens_of(text) == ["the", "cat", UNKNOWN, "<eos>"] * 1000
    closed = encode_by(blocks, TMP, language_vocabulary(WORDS, ["the", "w999"]), capacity=20, at_once=50)
    assert closed.occurrences.tolist() == [1000, 1999, 1000, 1]


@pytest.mark.parametrize("level", [CHARACTERS, WORDS])
def test_an_empty_text_has_no_tokens(level: str) -> None:
    assert encode([], TMP, level).length == 0


def test_the_hash_is_that_of_the_text() -> None:
    blocks = ["the ", "我爱\n", "cat"]
    digest = hashlib.sha256("".join(blocks).encode()).hexdigest()
    for level in (CHARACTERS, WORDS):
        text = encode(blocks, TMP, level)
        assert text.sha256 == digest
        assert encode_by(blocks, TMP, text.vocabulary).sha256 == digest


def test_memory_does_not_grow_with_a_text_of_characters() -> None:
    def peak(blocks: int) -> int:
        tracemalloc.start()
        encode(("ab 我 cd\n" * 10_000 for _ in range(blocks)), TMP, CHARACTERS)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(40) < 1.2 * peak(4)
    assert np.dtype(np.int32).itemsize * 8 * 10_000 * 40 > 2 * 4.5e6  # more than the table of code points
