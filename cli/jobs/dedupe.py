"""Lines without those that repeat earlier ones: what `nlptool dedupe` does."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from cli.io.printers import GROUPED, TEXTS
from cli.io.streams import TEXT_OF
from nlp.documents.equal_texts import EqualTexts
from nlp.wording import number_of

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams
    from nlp.documents.config import Sameness
    from nlp.documents.near_texts import NearTexts

_DECIMALS = 6


def run(streams: Streams, console: Console, sameness: Sameness, *, groups: bool) -> None:
    """Write the lines that repeat no earlier one or, with `groups`, all of them with their group."""
    found, lines, kept = _finder(sameness), 0, 0
    write = streams.printer(GROUPED if groups else TEXTS)
    with streams.open_output() as output:
        for batch in streams.batches(TEXT_OF):
            places = found.places([line.text for line in batch])
            for line, place in zip(batch, places, strict=True):
                lines += 1
                is_kept = place.first == lines
                kept += is_kept
                if groups:
                    similarity = round(place.similarity, _DECIMALS)
                    told = {"group": place.first, "similarity": similarity}
                    output.write(write({**line.record, **told}))
                elif is_kept:
                    output.write(write(line.record))
            output.flush()
    console.note(f"{number_of(lines, 'line')}, {kept:,} of them different")


def _finder(sameness: Sameness) -> EqualTexts | NearTexts:
    """What finds repetitions; equal texts need no NumPy."""
    if sameness.threshold == 1:
        return EqualTexts()
    from nlp.documents.near_texts import NearTexts

    return NearTexts(sameness, tempfile.gettempdir())
