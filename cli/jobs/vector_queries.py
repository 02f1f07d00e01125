"""Questions to word vectors and their answers: what `similar` and `analogy` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.console import say
from cli.io.printers import NEIGHBOURS, OF_QUERIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cli.console import Console
    from cli.io.streams import Line, Streams
    from nlp.text.records import Record
    from nlp.vectors.word_vectors import Answer, WordVectors

    Answering = Callable[[WordVectors, Sequence[str], int], list[Answer]]

_LARGE_TEXT = 100_000_000  # bytes of vectors as text: some seconds to read


def chosen_vectors(model: str | None, console: Console, limit: int | None = None) -> WordVectors:
    """The word vectors that the user named, else the English ones that come with nlptool.

    What is odd about a file is a warning. The user of a large text file is told how to load it faster the
    next time, unless a `limit` makes that fast.
    """
    from corpora import model_path
    from nlp.vectors.files import load_vectors

    vectors = load_vectors(model or str(model_path()), limit)
    for warning in vectors.warnings:
        console.warn(warning)
    if model and limit is None:
        _tell_faster_format(model, vectors, console)
    return vectors


def _tell_faster_format(path: str, vectors: WordVectors, console: Console) -> None:
    from pathlib import Path

    from nlp.vectors.formats import GLOVE, TEXT

    if vectors.metadata.get("format") in {GLOVE, TEXT} and Path(path).stat().st_size > _LARGE_TEXT:
        console.warn(
            f"{path}: vectors as text are slow to read; for the next time, nlptool export --to npy -o "
            f"{Path(path).with_suffix('.npy').name} {path}"
        )


def tell_size(console: Console, vectors: WordVectors) -> None:
    """Note how many words there are, and the dimensions of their vectors."""
    from nlp.wording import number_of

    words, dimensions = len(vectors.vocabulary), vectors.matrix.shape[1]
    console.note(f"{number_of(words, 'word')}, {number_of(dimensions, 'dimension')}")


def answer_stream(
    streams: Streams, console: Console, vectors: WordVectors, asked: Sequence[str], k: int, answer: Answering
) -> None:
    """Answer what was `asked` on the command line, else each line of stdin as it comes.

    A question with an unknown word is told on stderr, and in JSONL as its record's `error`; the others are
    answered, and the status is 1.
    """
    tell_size(console, vectors)
    batches: Iterator[list[tuple[str, Record, str]]] = (
        iter([[(one, _asked(one), "") for one in asked]]) if asked else _questions(streams)
    )
    failed = False
    write = streams.printer(NEIGHBOURS if len(asked) == 1 else OF_QUERIES)
    with streams.open_output() as output:
        for batch in batches:
            answers = answer(vectors, [question for question, _, _ in batch], k)
            for (_, record, place), found in zip(batch, answers, strict=True):
                if isinstance(found, str):
                    say(f"{place}{found}")
                    failed = True
                    reply = {**record, "error": found}
                else:
                    neighbours = [{"word": one.word, "score": round(one.score, 6) + 0.0} for one in found]
                    reply = {**record, "neighbours": neighbours}
                output.write(write(reply))
            output.flush()
    click.get_current_context().exit(int(failed))


def _questions(streams: Streams) -> Iterator[list[tuple[str, Record, str]]]:
    """The questions of stdin, each with the record that repeats it and its place for errors."""
    for batch in streams.batches(_question):
        asked = [line for line in batch if not line.plain or line.text.strip()]
        yield [(*_question(line), f"{line.path}:{line.number}:1: ") for line in asked]


def _question(line: Line) -> tuple[str, Record]:
    """What a line asks, or the `word` of a JSONL record. Raises: InputError for a record without it."""
    if line.plain:
        return line.text.strip(), _asked(line.text.strip())
    if not isinstance(line.record.get("word"), str):
        raise line.refuse("the record has no string in `word`; name the query field so")
    return line.record["word"], line.record


def _asked(question: str) -> Record:
    """The record of a question, in which tabs between its words are spaces: a tab ends a column."""
    return {"word": question.replace("\t", " ")}
