"""Texts with labels from the input: what fastText writes, columns, or JSONL with `label` and `text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.data.labelled.texts import NO_LABEL, LabelledText, labelled_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.io.streams import Line, Streams


def labelled_texts(streams: Streams) -> Iterator[list[LabelledText]]:
    """Read the texts, as they arrive; lines of white space are left out."""
    for batch in streams.batches(_labelled):
        yield [found for found in map(_labelled, batch) if found]


def _labelled(line: Line) -> LabelledText | None:
    """The labels and the text of a line, None where it is empty. Raises: InputError where it has none."""
    text = line.text
    label = line.record.get("label")
    if label is None:
        found = labelled_text(text)
        if found is None and not (line.plain and not text.strip()):
            raise line.refuse(NO_LABEL)
        return found
    labels = label if isinstance(label, list) else [label]
    named = [str(one) for one in labels if isinstance(one, str | int) and str(one).strip()]
    if len(named) < len(labels) or not named:
        raise line.refuse("`label` is neither a label nor a list of labels; write strings")
    return LabelledText(tuple(dict.fromkeys(named)), text)
