"""CoNLL columns and CoNLL-U: a token a line, an empty line after each sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nlp.data.labelled.schemes import is_of_entities
from nlp.data.labelled.sentence import Form, Sentence, SourceLine, shown
from nlp.errors import InputError, SettingError
from nlp.wording import Message, number_of

CONLLU_COLUMNS = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
"""Names of the ten columns of CoNLL-U (universaldependencies.org/format.html)."""

_FIELD = re.compile(r"[^ \t\r]+")  # no other white space separates: U+3000 may be a token
_TAB_FIELD = re.compile(r"(?<![^\t])[^\t]*")
_NONE = frozenset("-_")  # what stands where there is nothing
_NUMBER = re.compile(r"-?[1-9][0-9]{0,5}")
_WORD_ID = re.compile(r"[0-9]+")
_SCORE = "Confidence="  # before a probability in MISC
_CONLLU_ID = re.compile(r"[0-9]+(?:[-.][0-9]+)?")


@dataclass(frozen=True)
class Chosen:
    """Which columns hold the word and the tag, from 0, or from -1 backwards; `tag` None: there is none."""

    word: int
    tag: int | None

    @classmethod
    def of(cls, text: str) -> Chosen:
        """Read WORD:TAG, of which each is a number from 1, from -1 backwards, or a name of CoNLL-U.

        Raises: SettingError
        """
        word, separator, tag = text.partition(":")
        try:
            return cls(_column(word), _column(tag) if separator else None)
        except ValueError:
            names = ", ".join(CONLLU_COLUMNS)
            message = f"`columns` is {{text!r}}; write WORD:TAG, each a number from 1 or one of {names}"
            raise SettingError(Message(message, text=text)) from None

    def __str__(self) -> str:
        """Write WORD:TAG, as `of` reads it."""
        columns = [self.word] if self.tag is None else [self.word, self.tag]
        return ":".join(str(column + 1 if column >= 0 else column) for column in columns)


def _column(text: str) -> int:
    if text.upper() in CONLLU_COLUMNS:
        return CONLLU_COLUMNS.index(text.upper())
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(text) - (int(text) > 0)


@dataclass(frozen=True)
class _Source:
    """The lines of a sentence, and which of them have its tokens."""

    lines: list[str]
    rows: list[int]


class Columns(Form):
    """Words and tags in columns, which tabs or else spaces separate.

    `count` is how many columns a line has, or None to go by the first line; tabs are what separates columns
    if the first line has one. A line that begins with # and does not have these columns is a comment.
    """

    name = "columns"

    def __init__(self, chosen: Chosen, count: int | None = None) -> None:
        self.chosen, self.count = chosen, count
        self._separator, self._known = "\t", 0  # columns that are known to hold a word and a tag
        self._tabs: bool | None = None

    def sentences(self, lines: Iterable[SourceLine]) -> Iterator[Sentence]:
        """Read the sentences; an empty line belongs to the one before it."""
        kept: list[str] = []
        rows: list[int] = []
        tokens: list[str] = []
        tags: list[str] = []
        start, current = 1, ""
        word, tag = self.chosen.word, self.chosen.tag
        for path, number, text in lines:
            if not kept or path != current:
                if kept:
                    yield Sentence(tokens, tags, current, start, _Source(kept, rows))
                    kept, rows, tokens, tags = [], [], [], []
                start, current = number, path
            kept.append(text)
            if not text or not text.strip(" \t\r"):
                yield Sentence(tokens, tags, path, start, _Source(kept, rows))
                kept, rows, tokens, tags = [], [], [], []
                continue
            fields = text.split(self._separator)
            if len(fields) == self._known and all(fields) and text[-1] != "\r":  # nearly all lines, at speed
                if self._has_token(fields):
                    rows.append(len(kept) - 1)
                    tokens.append(fields[word])
                    if tag is not None:
                        tags.append(fields[tag])
            elif row := self._row(text, path, number, is_first=not tokens):
                rows.append(len(kept) - 1)
                tokens.append(row[0])
                tags += row[1:]
        if kept:
            yield Sentence(tokens, tags, current, start, _Source(kept, rows))

    def _row(self, text: str, path: str, number: int, *, is_first: bool) -> list[str]:
        """The word of a line and its tag, if it has one; nothing for a line without a token."""
        if self._tabs is None:
            if text.startswith("#") and "\t" not in text:
                return []
            self._tabs = "\t" in text
            self._separator = "\t" if self._tabs else " "
        fields = text.removesuffix("\r").split("\t") if self._tabs else _FIELD.findall(text)
        if len(fields) != self.count:
            if text.startswith("#") and (is_first or len(fields) == 1):
                return []
            if self.count is not None:
                message = f"expected {number_of(self.count, 'column')}, found {len(fields):,}"
                raise InputError(message, path=path, line=number, column=len(text.rstrip("\r")) + 1)
            self.count = len(fields)
        if not self._has_token(fields):
            return []
        found: list[str] = []
        for name, column in (("word", self.chosen.word), ("tag", self.chosen.tag)):
            if column is not None:
                if not -len(fields) <= column < len(fields) or not fields[column]:
                    raise InputError(
                        Message(
                            f"no {name} in column {Chosen(column, None)}, of {len(fields)}; name the "
                            f"columns with `columns`"
                        ),
                        path=path,
                        line=number,
                        column=len(text.rstrip("\r")) + 1,
                    )
                found.append(fields[column])
        self._known = self.count
        return found

    def _has_token(self, fields: Sequence[str]) -> bool:  # noqa: ARG002  each line of columns has one
        return True

    def write(self, sentence: Sentence, tags: Sequence[str], scores: Sequence[float] | None = None) -> str:
        """The lines with these tags in the place of theirs, or behind the last column if they have none.

        Scores are behind all of that.
        """
        lines = list(sentence.source.lines)
        for row, tag in zip(sentence.source.rows, tags, strict=True):
            start, end = self._span(lines[row], self.chosen.tag)
            separator = "" if self.chosen.tag is not None else "\t" if self._tabs else " "
            lines[row] = f"{lines[row][:start]}{separator}{tag}{lines[row][end:]}"
        if scores is not None:
            for row, score in zip(sentence.source.rows, scores, strict=True):
                lines[row] = self._with_score(lines[row], shown(score))
        return "".join(f"{line}\n" for line in lines)

    def _with_score(self, line: str, score: str) -> str:
        end, separator = len(line.removesuffix("\r")), "\t" if self._tabs else " "
        return f"{line[:end]}{separator}{score}{line[end:]}"

    def place(self, sentence: Sentence, token: int) -> tuple[int, int]:
        """The line and the column of a tag."""
        row = sentence.source.rows[token]
        column = self.chosen.word if self.chosen.tag is None else self.chosen.tag
        return sentence.line + row, self._span(sentence.source.lines[row], column)[0] + 1

    def _span(self, line: str, column: int | None) -> tuple[int, int]:
        """Where a field of a line starts and ends; of None, the end of the line."""
        if column is None:
            end = len(line.removesuffix("\r"))
            return end, end
        line = line.removesuffix("\r")
        spans = [field.span() for field in (_TAB_FIELD if self._tabs else _FIELD).finditer(line)]
        return spans[column]


class ConllU(Columns):
    """CoNLL-U: ranges of several words (3-4) and empty nodes (5.1) are kept, but are no tokens.

    Scores are in MISC, as Confidence=0.9876.

    Source: universaldependencies.org/format.html
    """

    name = "conllu"

    def __init__(self, chosen: Chosen | None = None) -> None:
        super().__init__(chosen or Chosen.of("FORM:UPOS"), len(CONLLU_COLUMNS))
        self._tabs = True

    def _has_token(self, fields: Sequence[str]) -> bool:
        return fields[0].isdecimal()

    def _with_score(self, line: str, score: str) -> str:
        start, end = self._span(line, -1)
        others = [part for part in line[start:end].split("|") if part != "_" and not part.startswith(_SCORE)]
        return f"{line[:start]}{'|'.join([*others, _SCORE + score])}{line[end:]}"


def sniffed_columns(lines: Sequence[str]) -> Chosen | None:
    """Which columns of the first lines of a text seem to hold words and tags; None if it has no columns.

    The word is in the first column, or in the second where the first one counts the words. The tag is in the
    last column of entities, if there is one, or else the last in which not all is "-" or "_".
    """
    filled = [line for line in lines if line.strip(" \t\r")]
    tabs = any("\t" in line for line in filled[:1]) or sum("\t" in line for line in filled) * 2 > len(filled)
    of_tokens = (
        [line for line in filled if not (line.startswith("#") and "\t" not in line)] if tabs else filled
    )
    rows = [line.removesuffix("\r").split("\t") if tabs else _FIELD.findall(line) for line in of_tokens]
    if not rows:
        return None
    sizes = [len(row) for row in rows]
    count = max(set(sizes), key=sizes.count)
    rows = [row for row in rows if len(row) == count]
    if count < 2 or 2 * len(rows) <= len(sizes):
        return None
    word = int(
        count > 2 and all(_WORD_ID.fullmatch(row[0]) for row in rows) and any(row[0] == "1" for row in rows)
    )
    behind = [
        column for column in range(count - 1, word, -1) if any(row[column] not in _NONE for row in rows)
    ]
    of_entities = [column for column in behind if is_of_entities(row[column] for row in rows)]
    tag = [*of_entities, *behind, count - 1][0]
    has_empty_lines = "\n\n" in "\n".join(line.strip(" \t\r") for line in lines).strip("\n")
    if not (tabs or has_empty_lines or of_entities):
        return None
    return Chosen(word, tag)


def is_conllu(lines: Sequence[str]) -> bool:
    """Whether the first line with a token has the ten columns of CoNLL-U."""
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    fields = first.split("\t")
    return len(fields) == len(CONLLU_COLUMNS) and bool(_CONLLU_ID.fullmatch(fields[0]))
