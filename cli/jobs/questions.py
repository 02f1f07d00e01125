"""What is asked of word vectors: on the command line, on stdin or in a file, as text or JSONL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cli.io.streams import Line
from nlp.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cli.io.streams import Streams
    from nlp.text.records import Record
    from nlp.vectors.word_vectors import WordVectors


@dataclass(frozen=True)
class Question:
    """What is asked, the record that repeats it, and its place for errors, "" on the command line."""

    text: str
    record: Record
    place: str = ""


def word_questions(streams: Streams, asked: Sequence[str]) -> Iterator[list[Question]]:
    """What was `asked` on the command line, else each line of stdin as it comes: a question a line.

    A record of JSONL asks by its `word`.
    """
    return _questions(streams, asked, _word_question)


def query_questions(streams: Streams, asked: Sequence[str]) -> Iterator[list[Question]]:
    """What is searched for, as `word_questions`; a record of JSONL asks by its `query`, else `text`."""
    return _questions(streams, asked, _query_question)


def pair_questions(streams: Streams, asked: Sequence[str], *, are_lines: bool) -> Iterator[list[Question]]:
    """Pairs, as `word_questions`: the first two that are asked, the next two …, or those of a line of stdin.

    A tab is between the two or, unless they `are_lines` of text, a space. A record of JSONL has both in
    `pair`. The question is the two with a tab between them.
    """
    if are_lines:
        asked = [" ".join(one.split()) for one in asked]
    of_line = _line_pair_question if are_lines else _pair_question
    pairs = ["\t".join(two) for two in zip(asked[::2], asked[1::2], strict=True)]
    return _questions(streams, pairs, of_line)


def token_questions(streams: Streams, asked: Sequence[str], vectors: WordVectors) -> Iterator[list[Question]]:
    """The words whose vectors are `asked` for, else those of the input: lines that are a word, or words.

    A line that is a word itself, spaces and all, is one; any other is parted at its spaces. What comes after
    a tab, such as the count that `vocab` writes, is left out. A record of JSONL has a `word`, `tokens` or
    such a line as `text`; its other fields are those of each of them. A file of CSV or TSV has a line of
    names where --field tells the column.
    """
    if asked:
        yield from word_questions(streams, asked)
        return
    for batch in replace(streams, reads_columns=streams.field is not None).batches(_tokens):
        yield [
            Question(word, {**line.others, "word": word}, f"{line.path}:{line.number}:1: ")
            for line in batch
            for word in _tokens(line, vectors)
        ]


def _tokens(line: Line, vectors: WordVectors | None = None) -> Sequence[str]:
    """The words of a line. Raises: InputError for a record without any."""
    if not line.plain and isinstance(line.record.get("word"), str):
        return [line.record["word"]]
    if not line.plain and "tokens" in line.record:
        return line.tokens
    text = line.text.partition("\t")[0].strip()
    return [text] if vectors and text in vectors else text.split()


def listed_words(streams: Streams, path: str) -> list[str]:
    """The words of a file, each once: one a line, as a `word` of JSONL, or before a tab, as `vocab` writes.

    Raises: InputError where there is none
    """
    read = streams.like(path).batches(_word_question)
    texts = (_word_question(line).text.partition("\t")[0].strip() for batch in read for line in batch)
    words = list(dict.fromkeys(filter(None, texts)))
    if not words:
        raise InputError("no word is listed here; write one a line", path=path)
    return words


def words_of(line: Line) -> Sequence[str]:
    """The words of a line of text; of a JSONL record its `tokens`, else those of its `text`.

    Raises: InputError for a record with neither
    """
    return line.text.split() if line.plain or "tokens" not in line.record else line.tokens


def with_text(line: Line) -> Record:
    """The record of a line; one that came with tokens only gets a `text` made of them."""
    return line.record if "text" in line.record else {**line.record, "text": " ".join(line.tokens)}


def _questions(
    streams: Streams, asked: Sequence[str], of_line: Callable[[Line], Question]
) -> Iterator[list[Question]]:
    if asked:
        yield [replace(of_line(Line({"text": one}, "", 0, plain=True)), place="") for one in asked]
        return
    for batch in streams.batches(of_line):
        yield [of_line(line) for line in batch if not line.plain or line.text.strip()]


def _word_question(line: Line) -> Question:
    """What a line asks, or the `word` of a JSONL record. Raises: InputError for a record without it."""
    place = f"{line.path}:{line.number}:1: "
    if line.plain:
        text = line.text.strip()
        return Question(text, {"word": text.replace("\t", " ")}, place)  # a tab ends a column
    if "word" not in line.record:
        raise line.refuse("the record has no string in `word`; name the query field so")
    if not isinstance(line.record["word"], str):
        raise line.refuse_field("word")
    return Question(line.record["word"], line.record, place)


def _query_question(line: Line) -> Question:
    """What a line looks for, or the `query` or `text` of a JSONL record.

    Raises: InputError for a record with neither
    """
    place = f"{line.path}:{line.number}:1: "
    if line.plain:
        asked = line.text.strip()
        return Question(asked, {"query": asked}, place)
    text = line.record.get("query", line.record.get("text"))
    if not isinstance(text, str):
        raise line.refuse("the record has no string in `query`; name what is looked for so")
    return Question(text, {**line.record, "query": text}, place)


def _pair_question(line: Line) -> Question:
    """The pair of a line. Raises: InputError for a record without two strings in `pair`."""
    place = f"{line.path}:{line.number}:1: "
    if line.plain:
        text = line.text.strip()
        return Question(text, {"pair": text.split("\t") if "\t" in text else text.split()}, place)
    pair = line.record.get("pair")
    if not isinstance(pair, list) or list(map(type, pair)) != [str, str]:
        raise line.refuse("the record has no two strings in `pair`; name what is compared so")
    return Question("\t".join(one.replace("\t", " ") for one in pair), line.record, place)


def _line_pair_question(line: Line) -> Question:
    """The pair of texts of a line, as `_pair_question`; one of them may be empty."""
    question = _pair_question(line)
    text = line.text.strip(" \r") if line.plain else ""
    return replace(question, text=text, record={"pair": text.split("\t")}) if line.plain else question
