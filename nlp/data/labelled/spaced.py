"""A sentence a line: words between spaces, as SIGHAN has them, or each with its tag as word/TAG."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from nlp.data.labelled.sentence import Form, Sentence, SourceLine, shown
from nlp.errors import InputError

_WORD = re.compile(r"\S+")  # one space or two, or U+3000, is between words
_MOST = 0.9  # of the words have a tag behind a slash, where words have tags


class Words(Form):
    """Words separated by spaces, one or more, or by U+3000; there are no tags."""

    name = "words"

    def sentences(self, lines: Iterable[SourceLine]) -> Iterator[Sentence]:
        """Read a sentence a line."""
        for path, number, text in lines:
            yield Sentence(text.split(), [], path, number, text)

    def write(self, sentence: Sentence, tags: Sequence[str], scores: Sequence[float] | None = None) -> str:
        """A word, its tag and its score a line, separated by tabs, and an empty line."""
        rows = zip(sentence.tokens, tags, *([map(shown, scores)] if scores is not None else []), strict=True)
        return "".join("\t".join(row) + "\n" for row in rows) + "\n"

    def place(self, sentence: Sentence, token: int) -> tuple[int, int]:
        """The line and the column of a word."""
        return sentence.line, _spans(sentence.source)[token][0] + 1


class SlashTags(Form):
    """Words separated by spaces, each with its tag behind its last slash."""

    name = "word/TAG"

    def sentences(self, lines: Iterable[SourceLine]) -> Iterator[Sentence]:
        """Read a sentence a line."""
        for path, number, text in lines:
            tokens, tags = [], []
            for token, pair in enumerate(text.split()):
                word, _, tag = pair.rpartition("/")
                if not word or not tag:
                    column = _spans(text)[token][0] + 1
                    message = f"{pair!r} is no word/TAG"
                    raise InputError(message, path=path, line=number, column=column)
                tokens.append(word)
                tags.append(tag)
            yield Sentence(tokens, tags, path, number, text)

    def write(self, sentence: Sentence, tags: Sequence[str], scores: Sequence[float] | None = None) -> str:
        """The line with these tags in the place of its own; the spaces stay. There is none for scores."""
        if scores is not None:
            raise self.no_place(sentence)
        pieces, end = [], 0
        for word, tag, (start, after) in zip(sentence.tokens, tags, _spans(sentence.source), strict=True):
            pieces += [sentence.source[end:start], f"{word}/{tag}"]
            end = after
        return "".join([*pieces, sentence.source[end:], "\n"])

    def place(self, sentence: Sentence, token: int) -> tuple[int, int]:
        """The line and the column of a tag."""
        start = _spans(sentence.source)[token][0]
        return sentence.line, start + len(sentence.tokens[token]) + 2


def has_slash_tags(lines: Sequence[str]) -> bool:
    """Whether the words of these lines have tags behind slashes."""
    pairs = [pair.rpartition("/") for line in lines for pair in line.split()]
    tagged = sum(bool(word and tag) for word, _, tag in pairs)
    return tagged > 0 and tagged >= _MOST * len(pairs)


def _spans(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in _WORD.finditer(text)]
