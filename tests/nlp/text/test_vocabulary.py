"""Types are numbered by falling count, then in code point order, whatever order they came in."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.vocabulary import DROPPED, SENTENCE_END, SPECIAL, SUBWORDS, UNKNOWN, Vocabulary

tokens = st.lists(st.sampled_from(["a", "b", "B", "é", "我", "10", "9"]), max_size=40)


@given(tokens=tokens, min_count=st.integers(1, 4), max_size=st.none() | st.integers(0, 5))
def test_order_and_cuts(tokens: list[str], min_count: int, max_size: int | None) -> None:
    counts = Counter(tokens)
    vocabulary = Vocabulary.from_counts(counts, min_count, max_size)
    kept = list(zip(vocabulary.words, vocabulary.counts, strict=True))
    assert kept == sorted(kept, key=lambda item: (-item[1], item[0]))
    assert all(counts[word] == count >= min_count for word, count in kept)
    eligible = sum(count >= min_count for count in counts.values())
    assert len(kept) == (eligible if max_size is None else min(eligible, max_size))
    dropped = [
        (-counts[word], word) for word in counts if word not in vocabulary and counts[word] >= min_count
    ]
    assert all((-count, word) < other for word, count in kept for other in dropped)


@given(tokens=tokens, data=st.data())
def test_the_order_of_the_corpus_does_not_matter(tokens: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(tokens))
    assert Vocabulary.from_counts(Counter(tokens)) == Vocabulary.from_counts(Counter(shuffled))


def test_the_index_is_the_place() -> None:
    vocabulary = Vocabulary(["b", "a"], [2, 1])
    assert vocabulary.index == {"b": 0, "a": 1}
    assert "a" in vocabulary
    assert "c" not in vocabulary
    assert len(vocabulary) == 2


def test_words_and_counts_go_together() -> None:
    with pytest.raises(ValueError, match="2 words but 1 counts"):
        Vocabulary(["a", "b"], [1])


@given(
    tokens=tokens,
    max_size=st.none() | st.integers(0, 5),
    level=st.sampled_from(sorted({*SPECIAL} - {SUBWORDS})),
)
def test_special_tokens_come_first_however_rare(tokens: list[str], max_size: int | None, level: str) -> None:
    counts = Counter(tokens + [UNKNOWN] * 2 if level else tokens)
    vocabulary = Vocabulary.from_counts(counts, max_size=max_size, level=level)
    others = Vocabulary.from_counts(Counter(tokens), max_size=max_size)
    assert vocabulary.words == [*SPECIAL[level], *others.words]
    assert vocabulary.counts == [*([0, 2] if level else []), *others.counts]


def test_without_special_tokens_a_line_end_has_no_number_of_a_word() -> None:
    vocabulary = Vocabulary(["b", "a"], [2, 1])
    assert vocabulary.numbers(["a", "c"]) == [1, DROPPED]
    assert vocabulary.line_end == SENTENCE_END
    assert Vocabulary.from_counts({"a": 1}, level="word").numbers(["a", "c", "<eos>"]) == [2, 1, 0]


def test_a_level_without_its_special_tokens_is_refused() -> None:
    with pytest.raises(ValueError, match="begin with a line end and <unk>"):
        Vocabulary(["a", "<unk>", "<eos>"], [1, 1, 1], "word")
