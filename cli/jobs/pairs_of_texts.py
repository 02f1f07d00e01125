"""Pairs of texts from the input: `source<TAB>target`, JSONL with both, or two files line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.errors import InputError
from nlp.translation.pairs import Pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.io.streams import Line, Streams

_NAMES = ("source", "target")
_NO_PAIR = "no tab; write source, tab, target, or name the file of the targets with --targets"
_NO_PAIR_OF_RECORD = (
    "the record is no pair; give it `source` and `target`, or a tab between them in its `text`"
)


def pairs_of_texts(streams: Streams, targets: str | None) -> Iterator[Pair]:
    """Read the pairs; lines of white space alone are left out, and so are columns after the second.

    Raises: InputError where a line is no pair, or the file of the `targets` has more or fewer lines
    """
    if targets is not None:
        yield from _side_by_side(streams, targets)
        return
    for batch in streams.batches(_pair):
        yield from (_pair(line) for line in batch if not line.plain or line.text.strip())


def _pair(line: Line) -> Pair:
    """The pair of a line. Raises: InputError where it has none."""
    if not line.plain and not (line.record.keys().isdisjoint(_NAMES) and "text" in line.record):
        texts = [line.record.get(name) for name in _NAMES]
        source, target = (text if isinstance(text, str) else None for text in texts)
        if source is None or target is None:
            missing = "source" if source is None else "target"
            raise line.refuse(f"`{missing}` is no string; a pair has `source` and `target`")
        return Pair(source, target)
    source, tab, rest = line.text.rstrip("\r").partition("\t")
    if not tab and line.text.strip():
        raise line.refuse(_NO_PAIR if line.plain else _NO_PAIR_OF_RECORD)
    return Pair(source, rest.partition("\t")[0])


def _side_by_side(streams: Streams, targets: str) -> Iterator[Pair]:
    """The lines of the sources beside those of the targets."""
    ones, others = (_texts(one) for one in (streams, streams.like(targets)))
    count = 0
    for source in ones:
        target = next(others, None)
        if target is None:
            told = f"it has {count:,} lines, and the sources have more; a target belongs to each source"
            raise InputError(told, path=targets)
        count += 1
        if source.strip() or target.strip():
            yield Pair(source, target)
    if next(others, None) is not None:
        told = f"it has more lines than the sources, which have {count:,}; a target belongs to each source"
        raise InputError(told, path=targets)


def _texts(streams: Streams) -> Iterator[str]:
    for batch in streams.batches(lambda line: line.text):
        yield from (line.text.rstrip("\r") for line in batch)
