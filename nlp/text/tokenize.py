"""Text to tokens in four modes, as lists, as spans or, fastest, a block of lines at a time.

Most white-space-separated chunks of a text have been seen before. `words` and `uax29` therefore keep a
bounded table from chunk to its tokens, and a pattern runs on new chunks only, which is several times as fast
as the pattern alone. The Unicode patterns remain the definition, and the tests compare the two.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Final

import regex

from nlp.text import uax29, words
from nlp.text.character_classes import ATTACHED

MODES: Final = ("words", "uax29", "chars", "graphemes")
SEEING_ALL: Final = ("uax29", "graphemes")
"""Modes that Unicode defines: invisible characters are left in place for them."""

CACHED_CHUNKS: Final = 1 << 13
"""The table is emptied when it holds so many chunks: memory stays flat on an endless stream.

A larger table would be hit more often, but no longer fit the processor's caches: one eight times as large is
no faster.
"""

CACHED_LENGTH: Final = 32
"""Chunks of more characters are seldom seen twice and are not remembered."""


class Tokenizer(ABC):
    """A way of cutting text into tokens. Every character but white space is in exactly one token."""

    @abstractmethod
    def tokens(self, text: str) -> list[str]:
        """Return the tokens of `text` in order."""

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the [start, end) of each token of `text`, in code points: `text[start:end]` is the token."""
        return spans_of(text, self.tokens(text))

    def written(self, text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
        """Return the tokens whose spans these are."""
        return [text[start:end] for start, end in spans]

    def all_spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Return the spans of each text."""
        return [self.spans(text) for text in texts]

    def ready(self, text: str) -> tuple[str, str]:
        """Divide a text that goes on, cut where no token is, into what is tokenized now and what waits."""
        return text, ""

    def lines(self, block: str) -> str:
        r"""Return `block` with the tokens of each line joined by one space; lines end at `\n` alone.

        The line structure stays: empty lines, and whether the last line is terminated.
        """
        return "\n".join([" ".join(self.tokens(line)) for line in block.split("\n")])


def spans_of(text: str, tokens: Iterable[str]) -> list[tuple[int, int]]:
    """Return the [start, end) in `text` of tokens between which there is only white space, in order."""
    spans, end = [], 0
    for token in tokens:  # none is white space alone: the first occurrence after the last token is right
        start = text.index(token, end)
        end = start + len(token)
        spans.append((start, end))
    return spans


class ChunkTokenizer(Tokenizer):
    """Tokens by a pattern that is run on each distinct white-space-separated chunk once.

    `spanning` matches in every text where a token may hold white space; such a text goes through the pattern
    as a whole. It is None where no token can hold white space.
    """

    def __init__(
        self,
        ascii_pattern: Callable[[], re.Pattern[str]],
        unicode_pattern: Callable[[], regex.Pattern[str]],
        lone_characters: str,
        spanning: Callable[[], regex.Pattern[str]] | None = None,
    ) -> None:
        self._unicode_pattern = unicode_pattern
        self._spanning = spanning
        self._spaced = _SpacedChunks(ascii_pattern, unicode_pattern, lone_characters)

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of `text` in order."""
        if self._is_spanned(text):
            segments: list[str] = self._unicode_pattern().findall(text)
            return [segment for segment in segments if not segment.isspace()]
        return " ".join(map(self._spaced.__getitem__, text.split())).split()

    def lines(self, block: str) -> str:
        """Return `block` with the tokens of each line joined by one space, as `Tokenizer.lines` does."""
        if self._spanning is not None and not block.isascii():
            return super().lines(block)
        spaced = self._spaced.__getitem__
        return "\n".join([" ".join(map(spaced, line.split())) for line in block.split("\n")])

    def _is_spanned(self, text: str) -> bool:
        return self._spanning is not None and not text.isascii() and bool(self._spanning().search(text))


class _SpacedChunks(dict[str, str]):
    """From a chunk without white space to its tokens joined by one space, computed when first asked for."""

    def __init__(
        self,
        ascii_pattern: Callable[[], re.Pattern[str]],
        unicode_pattern: Callable[[], regex.Pattern[str]],
        lone_characters: str,
    ) -> None:
        super().__init__()
        # The patterns arrive as functions since compiling takes 2 and 10 ms: English never needs the second.
        self._ascii_pattern = ascii_pattern
        self._unicode_pattern = unicode_pattern
        self._lone_characters = lone_characters

    def __missing__(self, chunk: str) -> str:
        spaced = self._ascii(chunk) if chunk.isascii() else self._unicode(chunk)
        if len(chunk) <= CACHED_LENGTH:
            if len(self) >= CACHED_CHUNKS:
                self.clear()
            self[chunk] = spaced
        return spaced

    def _ascii(self, chunk: str) -> str:
        return chunk if chunk.isalnum() else " ".join(self._ascii_pattern().findall(chunk))

    def _unicode(self, chunk: str) -> str:
        """Space out a chunk around its runs of lone characters, of which most Chinese text consists."""
        pieces = []
        end = 0
        for run in _lone_run(self._lone_characters).finditer(chunk):
            start = run.start()
            if start > end:
                pieces.append(self[chunk[end:start]])
            end = run.end()
            pieces.append(" ".join(chunk[start:end]))
        if end == 0:
            return " ".join(self._unicode_pattern().findall(chunk))
        if end < len(chunk):
            pieces.append(self[chunk[end:]])
        return " ".join(pieces)


@cache
def _lone_run(characters: str) -> regex.Pattern[str]:
    """Return the pattern of a run of characters, each of them a token unless a mark follows it.

    A run has 4,096 characters at most, since each takes an object of 76 bytes while spaces are put between.
    """
    return regex.compile(rf"[{characters}]{{1,4096}}(?![{ATTACHED}])")


class CharacterTokenizer(Tokenizer):
    """Each code point that is not white space."""

    def tokens(self, text: str) -> list[str]:
        """Return the characters of `text` in order."""
        return list("".join(text.split()))

    def lines(self, block: str) -> str:
        """Return `block` with the characters of each line joined by one space, as `Tokenizer.lines` does."""
        return "\n".join([" ".join("".join(line.split())) for line in block.split("\n")])


class GraphemeTokenizer(Tokenizer):
    """Each extended grapheme cluster that is not all white space: what a reader takes for one character.

    Source: Unicode Standard Annex #29, section 3.1.1.
    """

    def tokens(self, text: str) -> list[str]:
        """Return the clusters of `text` in order; one that begins with white space holds it."""
        if _has_clusters(text):
            clusters: list[str] = _cluster_pattern().findall(text)
            return [cluster for cluster in clusters if not cluster.isspace()]
        return list("".join(text.split()))


def _has_clusters(text: str) -> bool:
    """Tell whether a cluster may have several code points, other than U+000D U+000A, which is white space."""
    return not text.isascii() and bool(_joining_character().search(text))


@cache
def _joining_character() -> regex.Pattern[str]:
    """Return the pattern of the characters without which, U+000D aside, every code point is a cluster."""
    names = ("Extend", "ZWJ", "SpacingMark", "Prepend", "Regional_Indicator", "L", "V", "T")
    return regex.compile("[" + "".join(rf"\p{{GCB={name}}}" for name in names) + "]")


@cache
def _cluster_pattern() -> regex.Pattern[str]:
    r"""Return the pattern of one grapheme cluster.

    `\X` alone would do, but counts back to the first of a run of regional indicators at each of them: the
    time would be quadratic in a row of flags.
    """
    flag = r"\p{Regional_Indicator}{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+"
    return regex.compile(rf"{flag}|\X")


def tokenizer(mode: str, *, tweets: bool = False) -> Tokenizer:
    """Return a new tokenizer for one of `MODES`; with `tweets`, `words` keeps hashtags and the like whole.

    Raises: ValueError for any other mode, or where `tweets` is asked of another one than `words`.
    """
    if tweets and mode != "words":
        message = f"tweets are tokenized in words mode only, not in {mode!r}"
        raise ValueError(message)
    match mode:
        case "words" if tweets:
            return ChunkTokenizer(words.ascii_tweet_pattern, words.unicode_tweet_pattern, words.LONE_MARKS)
        case "words":
            return ChunkTokenizer(words.ascii_pattern, words.unicode_pattern, words.LONE_CHARACTERS)
        case "uax29":
            return ChunkTokenizer(
                uax29.ascii_pattern, uax29.unicode_pattern, uax29.LONE_CHARACTERS, uax29.spanning_white_space
            )
        case "chars":
            return CharacterTokenizer()
        case "graphemes":
            return GraphemeTokenizer()
    message = f"unknown mode {mode!r}; expected one of {', '.join(MODES)}"
    raise ValueError(message)
