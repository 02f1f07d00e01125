"""What holds in every mode: lossless spans, agreeing lines and tokens, fast ways equal to the definitions."""

from __future__ import annotations

import re
import sys
import tracemalloc
from itertools import cycle, islice

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.text import tokenize, uax29, words
from nlp.text.character_classes import WHITE_SPACE
from nlp.text.tokenize import MODES, ChunkTokenizer, tokenizer

# Characters on which the rules turn: at random over all of Unicode they would hardly meet.
TELLING = (
    "aZé09_-'’.,:;!?/@#$%&*+=~()[]<>\"“”‘…—–·"
    " \n\r\t\x0b\x1c\x1f\x85\u00a0\u2007\u2028\u202f\u3000"
    "\u0301\u0308\u00ad\u200b\u200c\u200d\u2060\ufe0f\u20e3\U0001f3fd\U000e0067\U000e0100"
    "中。，、！？（）「」：々葛ひーカﾞ한가กำမខאב״׳\U0001f1e8\U0001f1f3👩❤©ℹ①²½\uff0e３\u0600\u0915\u094d"
)
FRAGMENTS = [
    "http://",
    "www.",
    "a@b.co",
    ".com",
    "2024-05-01",
    "12:30",
    "don't",
    "1,000",
    "1e-5",
    "我用Python写",
    "\r\n",
]
telling_texts = st.lists(st.sampled_from([*TELLING, *FRAGMENTS]), max_size=24).map("".join)
any_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
texts = telling_texts | any_texts
ascii_texts = st.text(st.characters(max_codepoint=127), max_size=40) | telling_texts.map(
    lambda text: text.encode("ascii", "ignore").decode("ascii")
)

DEFINITIONS = {"words": words.unicode_pattern, "uax29": uax29.unicode_pattern}
TOKENIZERS = {mode: tokenizer(mode) for mode in MODES}


def by_definition(mode: str, text: str) -> list[tuple[int, int]]:
    """Return the spans by the readable, slow way: one pattern over the whole text."""
    if mode in DEFINITIONS:
        matches = DEFINITIONS[mode]().finditer(text)
        return [match.span() for match in matches if not match.group().isspace()]
    pattern = r"\X" if mode == "graphemes" else r"(?s:.)"
    return [match.span() for match in regex.finditer(pattern, text) if not match.group().isspace()]


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=200)
@given(text=texts)
def test_fast_ways_equal_the_definition(mode: str, text: str) -> None:
    spans = by_definition(mode, text)
    assert TOKENIZERS[mode].spans(text) == spans
    assert TOKENIZERS[mode].tokens(text) == [text[start:end] for start, end in spans]
    by_line = [" ".join(TOKENIZERS[mode].tokens(line)) for line in text.split("\n")]
    assert TOKENIZERS[mode].lines(text) == "\n".join(by_line)


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=200)
@given(text=texts)
def test_spans_cover_all_but_white_space(mode: str, text: str) -> None:
    left = list(text)
    end = 0
    for start, stop in TOKENIZERS[mode].spans(text):
        assert end <= start < stop
        end = stop
        left[start:stop] = " " * (stop - start)
    assert not "".join(left).strip()


@settings(max_examples=150)
@given(text=texts)
def test_words_hold_no_white_space(text: str) -> None:
    assert all(len(token.split()) == 1 for token in TOKENIZERS["words"].tokens(text))


@pytest.mark.parametrize("module", [words, uax29])
@settings(max_examples=200)
@given(text=ascii_texts)
def test_ascii_twin(module: object, text: str) -> None:
    narrow: re.Pattern[str] = module.ascii_pattern()  # type: ignore[attr-defined]
    wide: regex.Pattern[str] = module.unicode_pattern()  # type: ignore[attr-defined]
    assert narrow.findall(text) == wide.findall(text)


@pytest.mark.parametrize("module", [words, uax29])
def test_lone_characters_stand_alone(module: object) -> None:
    """Each beside some of its possible neighbours, so that all of them meet every block of characters."""
    wide: regex.Pattern[str] = module.unicode_pattern()  # type: ignore[attr-defined]
    lone: str = module.LONE_CHARACTERS  # type: ignore[attr-defined]
    neighbours = cycle("a1_'’.-:/@カひ한กא👩\u0600")
    found = regex.findall(f"[{lone}]", "".join(map(chr, range(0x2000, 0x10000))))
    for start in range(0, len(found), 100):
        expected = [
            token
            for character in found[start : start + 100]
            for neighbour in islice(neighbours, 5)
            for token in (neighbour, character)
        ]
        assert wide.findall("".join(expected)) == expected


@pytest.mark.parametrize("mode", ["words", "uax29"])
@pytest.mark.parametrize("length", [4095, 4096, 4097, 8192])
def test_long_runs_of_lone_characters(mode: str, length: int) -> None:
    text = "中" * length + "\u0301文，" + "字" * length
    assert TOKENIZERS[mode].spans(text) == by_definition(mode, text)


def test_an_unspaced_line_takes_memory_as_its_length() -> None:
    """A book of Chinese on one line: 2 bytes a character and 2 a space, never an object each at once."""
    line = "中文分词，测试。" * (1 << 15)
    tracemalloc.start()
    assert len(tokenizer("words").lines(line)) == 2 * len(line) - 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * len(line)


def test_white_space_is_what_str_says() -> None:
    characters = [chr(code) for code in range(sys.maxunicode + 1)]
    stdlib = [character for character in characters if character.isspace()]
    assert re.findall(f"[{WHITE_SPACE}]", "".join(characters)) == stdlib
    assert "".join(characters).split() == [
        run for run in re.split(f"[{WHITE_SPACE}]+", "".join(characters)) if run
    ]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "block", ["", "\n", "\n\n", "a\n", "a", "\na b\n\n", " \n", "a\r\nb\r\n", "中\n\n文\n"]
)
def test_lines_keep_the_lines(mode: str, block: str) -> None:
    tokenized = tokenizer(mode).lines(block)
    assert tokenized.count("\n") == block.count("\n")
    assert [line.split() for line in tokenized.split("\n")] == [line.split() for line in block.split("\n")]


@pytest.mark.parametrize("mode", MODES)
def test_other_line_separators_do_not_end_lines(mode: str) -> None:
    assert tokenizer(mode).lines("a\u2028b\x85c\x0bd\n") == "a b c d\n"


def test_characters() -> None:
    assert tokenizer("chars").tokens("e\u0301 👍🏽\n") == ["e", "\u0301", "👍", "🏽"]


def test_graphemes() -> None:
    flags = "\U0001f1e8\U0001f1f3\U0001f1fa\U0001f1f8\U0001f1eb"
    assert tokenizer("graphemes").tokens("e\u0301 👍🏽\r\nक्षि" + flags) == [
        "e\u0301", "👍🏽", "क्षि", flags[:2], flags[2:4], flags[4:],
    ]  # fmt: skip


def test_uax29_keeps_segments_with_white_space_whole() -> None:
    text = "a \u0301b 1\u202f000 c"
    assert tokenizer("uax29").tokens(text) == ["a", " \u0301", "b", "1\u202f000", "c"]
    assert tokenizer("uax29").lines(text + "\nd.\n") == "a  \u0301 b 1\u202f000 c\nd .\n"


def test_memory_of_chunks_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenize, "CACHED_CHUNKS", 100)
    chunks = tokenizer("words")
    assert isinstance(chunks, ChunkTokenizer)
    for number in range(1000):
        assert chunks.tokens(f"no.{number}") == ["no", ".", str(number)]
        assert len(chunks._spaced) <= 100
    remembered = len(chunks._spaced)
    chunks.tokens("x" * (tokenize.CACHED_LENGTH + 1))
    assert len(chunks._spaced) == remembered


def test_unknown_mode() -> None:
    with pytest.raises(
        ValueError, match="unknown mode 'word'; expected one of words, uax29, chars, graphemes"
    ):
        tokenizer("word")


TWEETS = {
    "@ann check #NLP and #话题# or #你好世界！": "@ann check #NLP and #话题# or #你好世界 ！",
    "rocks:) :-) ;P :D <3 ^_^ xD T_T \\o/": "rocks :) :-) ;P :D <3 ^_^ xD T_T \\o/",
    "x@y.org 9:30 #1 http://a.org/#x ratio 3:0": "x@y.org 9:30 # 1 http://a.org/#x ratio 3 : 0",
    "I said: D. (see 8) C# a@b": "I said : D . ( see 8 ) C # a @ b",
    "@user@example.social @李": "@user@example.social @ 李",
    "don't 👩‍👩‍👧 我用Python": "don't 👩‍👩‍👧 我 用 Python",
}


@pytest.mark.parametrize("text", TWEETS)
def test_tweets_keep_hashtags_handles_and_emoticons_whole(text: str) -> None:
    assert " ".join(tokenizer("words", tweets=True).tokens(text)) == TWEETS[text]


@settings(max_examples=150)
@given(text=telling_texts | st.text(st.sampled_from("a#@:;=)(-3<>_^xXD8oO/ 我话é#＃\n"), max_size=20))
def test_the_fast_way_of_tweets_equals_the_definition(text: str) -> None:
    split = tokenizer("words", tweets=True)
    expected = [found.group() for found in words.unicode_tweet_pattern().finditer(text)]
    assert split.tokens(text) == [token for token in expected if not token.isspace()]
    assert [text[start:end] for start, end in split.spans(text)] == split.tokens(text)


def test_tweets_are_of_words_mode() -> None:
    with pytest.raises(ValueError, match="words mode only"):
        tokenizer("chars", tweets=True)
