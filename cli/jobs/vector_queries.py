"""Questions to word vectors and their answers: what `similar` and `analogy` have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

import click

from cli.console import say
from cli.io.streams import Line
from nlp.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cli.console import Console
    from cli.io.printers import Form
    from cli.io.streams import Streams
    from nlp.text.records import Record
    from nlp.vectors.word_vectors import Answer, WordVectors

    Answering = Callable[[Sequence[str]], Sequence[Record | str]]

_LARGE_TEXT = 100_000_000  # bytes of vectors as text: some seconds to read


@dataclass(frozen=True)
class Question:
    """What is asked, the record that repeats it, and its place for errors, "" on the command line."""

    text: str
    record: Record
    place: str = ""


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


def word_questions(streams: Streams, asked: Sequence[str]) -> Iterator[list[Question]]:
    """What was `asked` on the command line, else each line of stdin as it comes: a question a line.

    A record of JSONL asks by its `word`.
    """
    return _questions(streams, asked, _word_question)


def pair_questions(streams: Streams, asked: Sequence[str]) -> Iterator[list[Question]]:
    """Pairs, as `word_questions`: two words to be compared. A record of JSONL has both in `pair`."""
    return _questions(streams, asked, _pair_question)


def answer_stream(
    streams: Streams, questions: Iterable[list[Question]], form: Form, answer: Answering
) -> NoReturn:
    """Write what `answer` finds: the fields of a reply for each question, or a line that says what is wrong.

    A question that is wrong, by an unknown word for example, is told on stderr, and in JSONL as its record's
    `error`; the others are answered, and the status is 1.
    """
    failed = False
    write = streams.printer(form)
    with streams.open_output() as output:
        for batch in questions:
            found = answer([question.text for question in batch])
            for question, fields in zip(batch, found, strict=True):
                if isinstance(fields, str):
                    say(f"{question.place}{fields}")
                    failed = True
                    output.write(write({**question.record, "error": fields}))
                else:
                    output.write(write({**question.record, **fields}))
            output.flush()
    click.get_current_context().exit(int(failed))


def neighbours(answers: Iterable[Answer]) -> list[Record | str]:
    """The answers of nearest words as fields of a reply."""
    return [
        answer
        if isinstance(answer, str)
        else {"neighbours": [{"word": one.word, "score": _rounded(one.score)} for one in answer]}
        for answer in answers
    ]


def cosines(answers: Iterable[float | str]) -> list[Record | str]:
    """The answers of cosines as fields of a reply."""
    return [answer if isinstance(answer, str) else {"score": _rounded(answer)} for answer in answers]


def _rounded(score: float) -> float:
    return round(score, 6) + 0.0  # + 0.0: 0.0 for -0.0


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
    if not isinstance(line.record.get("word"), str):
        raise line.refuse("the record has no string in `word`; name the query field so")
    return Question(line.record["word"], line.record, place)


def _pair_question(line: Line) -> Question:
    """The pair of a line. Raises: InputError for a record without two strings in `pair`."""
    place = f"{line.path}:{line.number}:1: "
    if line.plain:
        text = line.text.strip()
        return Question(text, {"pair": text.split("\t") if "\t" in text else text.split()}, place)
    pair = line.record.get("pair")
    if not isinstance(pair, list) or list(map(type, pair)) != [str, str]:
        raise line.refuse("the record has no two strings in `pair`; name what is compared so")
    return Question("\t".join(pair), line.record, place)
