"""Questions to word vectors and their answers: what `similar` and `analogy` have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import click

from cli.jobs.questions import listed_words
from cli.options.unknown import FAIL, NULL, SKIP
from nlp.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cli.console import Console
    from cli.io.printers import Form
    from cli.io.streams import Streams
    from cli.jobs.questions import Question
    from nlp.errors import NlpError
    from nlp.text.records import Record
    from nlp.vectors.word_vectors import Answer, WordVectors

    Answering = Callable[[Sequence[str]], Sequence[Record | NlpError]]

LARGE_TEXT = 100_000_000
"""Bytes of vectors as text that take some seconds to read."""


@dataclass(frozen=True)
class Reply:
    """What is written for a question, and whether that is no answer."""

    record: Record
    failed: bool = False


@dataclass(frozen=True)
class OnUnknown:
    """What becomes of a question with an unknown word: a `choice` of --unknown; the `field` that is null."""

    choice: str
    field: str


def chosen_vectors(
    model: str | None, console: Console, limit: int | None = None, *, large: int = LARGE_TEXT
) -> WordVectors:
    """The word vectors that the user named, else the English ones that come with nlptool.

    What is odd about a file is a warning. The user of a text file of more bytes than `large` is told how to
    load it faster the next time, unless a `limit` makes that fast.
    """
    from corpora import model_path
    from nlp.vectors.files import load_vectors

    vectors = load_vectors(model or str(model_path()), limit)
    for warning in vectors.warnings:
        console.warn(warning)
    if model and limit is None:
        _tell_faster_format(model, vectors, console, large)
    return vectors


def _tell_faster_format(path: str, vectors: WordVectors, console: Console, large: int) -> None:
    from pathlib import Path

    from nlp.vectors.formats import GLOVE, TEXT

    if vectors.metadata.get("format") in {GLOVE, TEXT} and Path(path).stat().st_size > large:
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
    streams: Streams,
    questions: Iterable[list[Question]],
    form: Form,
    answer: Answering,
    on_unknown: OnUnknown,
) -> NoReturn:
    """Write the `replies` as they come, and end: with status 1 if a question was wrong."""
    failed = False
    write = streams.printer(form)
    with streams.open_output() as output:
        for batch in replies(questions, answer, on_unknown, streams.console):
            for reply in batch:
                output.write(write(reply.record))
                failed |= reply.failed
            output.flush()
    click.get_current_context().exit(int(failed))


def replies(
    questions: Iterable[list[Question]], answer: Answering, on_unknown: OnUnknown, console: Console
) -> Iterator[list[Reply]]:
    """What is written for each question: its record with the fields that `answer` finds.

    A question that is wrong is told on stderr, and in its record as `error`; so is one with an unknown word,
    unless the user wants otherwise. The others are answered.
    """
    from nlp.errors import NlpError
    from nlp.vectors.word_vectors import UnknownWordError

    for batch in questions:
        found = answer([question.text for question in batch])
        made = []
        for question, fields in zip(batch, found, strict=True):
            choice = on_unknown.choice if isinstance(fields, UnknownWordError) else FAIL
            if not isinstance(fields, NlpError):
                made.append(Reply({**question.record, **fields}))
            elif choice == NULL:
                made.append(Reply({**question.record, on_unknown.field: None}))
            elif choice == SKIP:
                console.warn(f"{question.place}left out: {fields}")
            else:
                console.fail(f"{question.place}{fields}")
                made.append(Reply({**question.record, "error": str(fields)}, failed=True))
        yield made


def neighbours(answers: Iterable[Answer]) -> list[Record | NlpError]:
    """The answers of nearest words as fields of a reply."""
    return [
        {"neighbours": [{"word": one.word, "score": _rounded(one.score)} for one in answer]}
        if isinstance(answer, list)
        else answer
        for answer in answers
    ]


def cosines(answers: Iterable[float | NlpError]) -> list[Record | NlpError]:
    """The answers of cosines as fields of a reply."""
    return [{"score": _rounded(answer)} if isinstance(answer, float) else answer for answer in answers]


def _rounded(score: float) -> float:
    return round(score, 6) + 0.0  # + 0.0: 0.0 for -0.0


def compared(vectors: WordVectors, pairs: Sequence[str], lines: int | None) -> list[float | NlpError]:
    """The cosine of each pair of words or, without so many common directions, of `lines`."""
    if lines is None:
        return vectors.cosines(pairs)
    from nlp.vectors.line_vectors import LineVectors

    return LineVectors(vectors, lines).cosines(pairs)


def words_among(streams: Streams, vectors: WordVectors, path: str, console: Console) -> WordVectors:
    """The vectors of the words that a file lists; a warning counts those that have none.

    Raises: InputError where no word has one
    """
    words = listed_words(streams, path)
    among, unknown = vectors.subset(words)
    if not len(among.vocabulary):
        raise InputError(f"none of its words has a vector, {words[0]!r} for one", path=path)
    if unknown:
        have = "has" if len(unknown) == 1 else "have"
        console.warn(
            f"{path}: {len(unknown):,} of {len(words):,} words {have} no vector; the first is {unknown[0]!r}"
        )
    return among
