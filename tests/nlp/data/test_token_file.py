from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.data import numbering, token_file
from nlp.data.token_file import SENTENCE_END, TokenFile, encode
from nlp.text import token_lists
from nlp.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

TMP = "/tmp"  # noqa: S108 - the storage has no name there


def contents(corpus: TokenFile) -> list[int]:
    return [int(number) for number in corpus.read(0, corpus.length)]


def sentences(corpus: TokenFile) -> list[list[str]]:
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
    assert sentences(encode(["a a b b b c\nc a"], TMP, max_size=2)) == [["a", "a", "b", "b", "b"], ["a"]]


@settings(max_examples=150)
@given(st.lists(st.sampled_from("abcdefgh\n"), max_size=80), st.integers(1, 4), st.integers(1, 9), st.data())
def test_forgetting_rare_types_keeps_the_counts_and_the_order(
    tokens: list[str], capacity: int, batch: int, data: st.DataObject
) -> None:
    text = " ".join(tokens)
    cut = data.draw(st.integers(0, len(text)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbering, "_BATCH_TOKENS", batch)
        patch.setattr(token_file, "MIN_CAPACITY", capacity)
        patch.setattr(token_file, "CAPACITY_FACTOR", 1)
        pieces = encode([text[:cut], text[cut:]], TMP, max_size=2)
        bounded = encode([text], TMP, max_size=2)
    assert contents(pieces) == contents(bounded)  # it is a matter of the text, not of how it comes
    assert pieces.vocabulary == bounded.vocabulary
    assert bounded.words_seen == len(tokens) - tokens.count("\n")
    assert len(bounded.vocabulary) <= 2
    found = [word for sentence in sentences(bounded) for word in sentence]
    assert [found.count(word) for word in bounded.vocabulary.words] == list(bounded.vocabulary.counts)
    left = iter(tokens)
    assert all(word in left for word in found)  # a subsequence
    if len(set(tokens) - {"\n"}) <= capacity:
        assert contents(bounded) == contents(encode([text], TMP, max_size=2))


def test_memory_is_bounded_by_the_largest_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_file, "MIN_CAPACITY", 1000)
    monkeypatch.setattr(numbering, "_BATCH_TOKENS", 1000)
    largest = 0

    class Watched(numbering._Numbers):
        def __missing__(self, token: str) -> int:
            nonlocal largest
            largest = max(largest, len(self) + 1)
            return super().__missing__(token)

    monkeypatch.setattr(numbering, "_Numbers", Watched)
    blocks = (
        " ".join(f"often{i % 7} rare{block * 500 + i}" for i in range(500)) + " " for block in range(200)
    )
    corpus = encode(blocks, TMP, min_count=2, max_size=10)
    assert largest < 3000
    assert set(corpus.vocabulary.words) == {f"often{i}" for i in range(7)}
    assert sum(corpus.vocabulary.counts) == 100_000


def test_known_words_stay_and_their_counts_are_added_to() -> None:
    known = Vocabulary(["old", "a"], [5, 2])
    corpus = encode(["a b a b rare b b b b b b\n"], TMP, min_count=2, known=known)
    assert (list(corpus.vocabulary.words), list(corpus.vocabulary.counts)) == (["b", "old", "a"], [8, 5, 4])
    assert corpus.occurrences.tolist() == [8, 0, 2]
    assert (corpus.words, corpus.words_seen) == (10, 11)
    only_known = encode(["a b a b\n"], TMP, max_size=1, known=known)
    assert list(only_known.vocabulary.words) == ["old", "a"]


def test_a_pair_across_batches_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_file, "_BATCH_TOKENS", 1)
    monkeypatch.setattr(numbering, "_BATCH_TOKENS", 1)
    monkeypatch.setattr(token_lists, "SLICE_CHARACTERS", 1)
    assert encode(["a b"], TMP).has_pairs
    assert not encode(["a\nb\n"], TMP).has_pairs


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
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(token_lists, "SLICE_CHARACTERS", data.draw(st.integers(0, 9)))
        patch.setattr(token_file, "_BATCH_TOKENS", data.draw(st.integers(1, 9)))
        patch.setattr(numbering, "_BATCH_TOKENS", data.draw(st.integers(1, 9)))
        pieces = encode(blocks, TMP, min_count=min_count, hash_input=True)
    whole = encode([text], TMP, min_count=min_count, hash_input=True)
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
    assert corpus.words == corpus.length == 2_100_000
    assert set(corpus.vocabulary.counts) == {420_000}
    tail = corpus.read(corpus.length - 5, 100)
    assert [corpus.vocabulary.words[i] for i in tail] == ["one", "two", "three", "four", "five"]


def test_nothing_is_left_in_the_directory(tmp_path: Path) -> None:
    corpus = encode(["a b c\n"], tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert corpus.read(0, 2).dtype == np.int32


def test_a_missing_directory_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        encode(["a"], tmp_path / "absent")
