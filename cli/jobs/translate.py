"""What `nlptool translate` does with a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from cli.io.printers import TRANSLATIONS
from cli.io.streams import TEXT_OF
from nlp.storage.kinds import TRANSLATOR, load
from nlp.translation.translator import LONGEST
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.console import Console
    from cli.io.streams import Line, Streams
    from nlp.translation.translator import Translation, Translator


@dataclass(frozen=True)
class Wanted:
    """How to search, how many of the `best` to tell, and whether with their alignment."""

    beam: int
    penalty: float
    best: int
    aligned: bool


def chosen_translator(model: str | None, console: Console) -> Translator:
    """The model that -m names. Raises: UsageError without one; ModelError; OSError."""
    if model is None:
        raise click.UsageError("name a model with -m; nlptool seq2seq-train makes one")
    found: Translator = load(model, TRANSLATOR)
    console.note(f"{model}: {found.size}")
    return found


def run(model: Translator, streams: Streams, wanted: Wanted) -> None:
    """Write the translations of each text as it arrives."""
    write = streams.printer(TRANSLATIONS)
    cut = number = 0
    with streams.open_output() as output:
        for batch in streams.batches(TEXT_OF):
            texts = [line.text.rstrip("\r") for line in batch]
            cut += sum(map(model.is_cut, texts))
            found = model.translate(
                texts, beam=wanted.beam, penalty=wanted.penalty, best=wanted.best, aligned=wanted.aligned
            )
            records = []
            for line, translations in zip(batch, found, strict=True):
                number += 1
                records.append(write(_record(line, number, translations, wanted)))
            output.write("".join(records))
            output.flush()
    if cut:
        told = number_of(cut, "line")
        streams.console.warn(f"of {told} the first {LONGEST:,} pieces are translated; divide long lines")


def _record(line: Line, number: int, found: Sequence[Translation], wanted: Wanted) -> dict[str, Any]:
    first = found[0]
    record = {**line.record, **_told(first)}
    if wanted.best > 1:
        record |= {"number": number, "best": [_told(one) for one in found]}
    if wanted.aligned:
        weights = None
        if first.weights is not None:
            weights = [[round(weight, 4) for weight in row] for row in first.weights.tolist()]
        alignment = {"source": list(first.source), "target": list(first.target), "weights": weights}
        record["alignment"] = alignment
    return record


def _told(translation: Translation) -> dict[str, Any]:
    return {"target": translation.text, "logprob": round(translation.logprob, 6)}
