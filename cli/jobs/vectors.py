"""Vectors on their way out: of words and of lines of text, as text, JSONL or one matrix."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
import numpy as np

from cli.io.printers import LINE_VECTORS, WORD_VECTORS
from cli.io.writing import open_binary_output, open_output
from cli.jobs.questions import token_questions, with_text, words_of
from cli.jobs.vector_queries import OnUnknown, answer_stream, replies
from nlp.storage.spooled_rows import SpooledRows
from nlp.vectors.word_vectors import UnknownWordError
from nlp.vectors.writers import words_path, write_npy_header
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cli.console import Console
    from cli.io.streams import Line, Streams
    from nlp.errors import NlpError
    from nlp.layers.arrays import Floats
    from nlp.text.records import Record
    from nlp.vectors.line_vectors import LineVectors
    from nlp.vectors.word_vectors import WordVectors

_COPIED = 1024  # rows at a time


def is_matrix(output: str | None) -> bool:
    """Whether the output is one matrix: its name ends in .npy."""
    return (output or "").lower().endswith(".npy")


def write_words(streams: Streams, asked: Sequence[str], vectors: WordVectors, unknown: str) -> NoReturn:
    """Write the vector of each word, and end: with status 1 if one had none."""

    def answer(words: Sequence[str]) -> list[Record | NlpError]:
        return [_vector(vectors, word) for word in words]

    on_unknown = OnUnknown(unknown, "vector")
    questions = token_questions(streams, asked, vectors)
    if not is_matrix(streams.output):
        answer_stream(streams, questions, WORD_VECTORS, answer, on_unknown)
    words: list[str] = []
    failed, nothing = False, [np.nan] * vectors.matrix.shape[1]

    def rows() -> Iterator[Floats]:
        nonlocal failed
        for batch in replies(questions, answer, on_unknown, streams.console):
            found = [reply.record for reply in batch if not reply.failed]
            failed |= len(found) < len(batch)
            words.extend(record["word"] for record in found)
            yield np.array([record["vector"] or nothing for record in found], np.float32)

    output = str(streams.output)
    _write_matrix(output, vectors.matrix.shape[1], rows())
    with open_output(words_path(output)) as beside:
        beside.write("".join(f"{word}\n" for word in words))
    click.get_current_context().exit(int(failed))


def _vector(vectors: WordVectors, word: str) -> Record | NlpError:
    try:
        return {"vector": vectors[word].tolist()}
    except UnknownWordError as error:
        return error


def write_lines(streams: Streams, console: Console, line_vectors: LineVectors) -> None:
    """Write the vector of each line as it comes; a warning counts those without a word that has one."""
    batches = vectors_of_lines(streams, console, line_vectors)
    if is_matrix(streams.output):
        dim = line_vectors.vectors.matrix.shape[1]
        _write_matrix(str(streams.output), dim, (rows for _, rows in batches))
        return
    write = streams.printer(LINE_VECTORS)
    with streams.open_output() as output:
        for lines, rows in batches:
            for line, row in zip(lines, rows, strict=True):
                output.write(write({**with_text(line), "vector": row.tolist()}))
            output.flush()


def vectors_of_lines(
    streams: Streams, console: Console, line_vectors: LineVectors
) -> Iterator[tuple[list[Line], Floats]]:
    """The lines of the input as they come, with their vectors; a warning counts those that are zero."""
    lines, unknown, first = 0, 0, ""
    for batch in streams.batches(words_of):
        words = [words_of(line) for line in batch]
        rows = line_vectors.of(words)
        for line, found, row in zip(batch, words, rows, strict=True):
            lines += 1
            if found and not row.any():
                unknown += 1
                first = first or f"{line.path}:{line.number}"
        yield batch, rows
    if unknown:
        told = (
            "has no word with a vector, and its own is"
            if unknown == 1
            else ("have no word with a vector, and their own are")
        )
        console.warn(f"{unknown:,} of {number_of(lines, 'line')} {told} zero; the first is {first}")


def _write_matrix(output: str, dim: int, batches: Iterable[Floats]) -> None:
    """Write rows as one .npy file. How many there are stands at its beginning, so they wait on disk."""
    spool = SpooledRows(Path(output).absolute().parent, dim)
    for rows in batches:
        spool.append(rows)
    with open_binary_output(output) as writer:
        write_npy_header(writer, (len(spool), dim))
        for start in range(0, len(spool), _COPIED):
            writer.write(spool[start : start + _COPIED].tobytes())
