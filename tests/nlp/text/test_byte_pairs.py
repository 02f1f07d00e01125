"""Byte pairs give back every text, and are those that counting anew after each join would find."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.byte_pairs import BYTES, BytePairs, words_of

TEXTS = [
    "the cat sat on the mat; the other cats sat there",
    "aaaa aaa aa aaaaa",
    "banana bananas 2024 2025",
    "我们喜欢猫。我们喜欢狗。他们 喜欢",
]
LEARNT = BytePairs.learn(Counter(word for text in TEXTS for word in words_of(text)), 50)
odd = st.text(st.sampled_from("ab ▁\t\u3000\n我的кé<0x41>\ud800😀") | st.characters(), max_size=30)


@given(text=odd)
def test_every_text_comes_back(text: str) -> None:
    numbers = LEARNT.encode(text)
    assert LEARNT.decode(numbers) == text
    assert "".join(words_of(text)) in {text, f" {text}"}


@given(text=odd)
def test_a_token_is_written_without_white_space_and_means_one_number(text: str) -> None:
    names = [LEARNT.names[number] for number in LEARNT.encode(text)]
    assert all(name and name.split() == [name] for name in names)
    assert len(set(LEARNT.names)) == len(LEARNT)


@given(text=odd, goes_on=st.booleans())
def test_tokens_that_come_one_by_one_give_the_text_of_all(text: str, goes_on: bool) -> None:
    numbers = LEARNT.encode(text)
    spelling = LEARNT.spelling(goes_on=goes_on)
    parts = [*map(spelling.feed, numbers), spelling.rest()]
    assert "".join(parts) in ({text, f" {text}"} if goes_on else {text})


def test_a_text_that_goes_on_has_no_space_before_it() -> None:
    text = "the cat sat on the mat"
    first, rest = text[:7], text[7:]
    assert words_of(first) + words_of(rest, goes_on=True) == words_of(text)
    assert words_of("at", goes_on=True) == ["at"]


def test_bytes_of_a_character_are_shown_when_it_is_complete() -> None:
    spelling = LEARNT.spelling(goes_on=True)
    assert [spelling.feed(byte) for byte in "é".encode()] == ["", "é"]
    assert [spelling.feed(0xC3), spelling.rest()] == ["", "\ufffd"]


def counted_anew(counts: Counter[str], size: int) -> BytePairs:
    """The definition: count all pairs, join the most frequent one everywhere, count again."""
    start = BytePairs.learn(counts, 0)
    number = {character: place for place, character in enumerate(start.characters, BYTES)}
    words = {word: [number.get(one, -1) for one in word] for word in counts}
    texts = dict(enumerate(start.characters, BYTES))
    joined: list[tuple[int, int]] = []
    while len(joined) < size:
        pairs: Counter[tuple[int, int]] = Counter()
        for word, numbers in words.items():
            for pair in pairwise(numbers):
                if min(pair) >= 0:
                    pairs[pair] += counts[word]
        new = [
            pair
            for pair, count in pairs.items()
            if count > 1 and texts[pair[0]] + texts[pair[1]] not in texts.values()
        ]
        if not new:
            break
        best = min(new, key=lambda pair: (-pairs[pair], pair))
        made = BYTES + len(start.characters) + len(joined)
        texts[made] = texts[best[0]] + texts[best[1]]
        joined.append(best)
        for numbers in words.values():
            place = 0
            while place < len(numbers) - 1:
                if (numbers[place], numbers[place + 1]) == best:
                    numbers[place : place + 2] = [made]
                place += 1
    return BytePairs(start.characters, joined)


@given(words=st.lists(st.text("abc", min_size=1, max_size=7), max_size=12), data=st.data())
def test_incremental_counts_are_those_of_counting_anew(words: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(words))
    assert BytePairs.learn(Counter(shuffled), 30) == counted_anew(Counter(words), 30)


def test_the_words_of_the_paper() -> None:
    """Those of Sennrich et al. 2016, algorithm 1, each with a mark at its end."""
    counts = {"low·": 5, "lower·": 2, "newest·": 6, "widest·": 3}
    assert BytePairs.learn(counts, 5).names[-5:] == ["es", "t·", "est·", "lo", "low"]


def test_characters_that_the_alphabet_lacks_are_bytes() -> None:
    assert LEARNT.decode([0xF0, 0x9F, 0x98, 0x80]) == "😀"
    assert LEARNT.encode("😀")[-4:] == [0xF0, 0x9F, 0x98, 0x80]
    assert LEARNT.decode([0xF0, 0x9F]) == "�"
    assert LEARNT.names[10] == "<0x0A>"


def test_words_are_the_same_at_the_start_of_a_text_and_within() -> None:
    assert words_of("a cat, 12 a") == [" a", " cat", ",", " 1", "2", " a"]
    assert words_of("我们 ok") == ["我们", " ok"]
    assert words_of("") == []


def test_a_text_without_a_break_takes_linear_time() -> None:
    text = "a" * 200_000
    assert LEARNT.decode(LEARNT.encode(text)) == text
    assert len(BytePairs.learn({"ab" * 50_000: 1}, 100).pairs) < 20


@pytest.mark.parametrize(
    ("characters", "pairs", "message"),
    [
        ("ab", [], "starts with the space"),
        (" aa", [], "each character once"),
        (" \t", [], "white space"),
        (" ▁", [], "white space"),
        (" a", [(5, 257)], "not there before"),
        (" a", [(258, 257)], "not there before"),
        (" a", [(257, 257), (257, 257)], "the same text"),
    ],
)
def test_what_cannot_have_been_learnt_is_refused(
    characters: str, pairs: list[tuple[int, int]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        BytePairs(characters, pairs)
