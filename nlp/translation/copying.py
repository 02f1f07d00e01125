"""What no piece of a word can spell is taken from the source, from where the decoder looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nlp.layers.arrays import Floats
from nlp.text.byte_pairs import BYTES


def copied(source: Sequence[int], target: Sequence[int], weights: Floats) -> list[int]:
    """The target, in which each run of bytes is the run of bytes of the source that it looks at most.

    Bytes spell characters that the alphabet lacks, an emoji or a rare Han character, of which a network knows
    next to nothing. A target without any stays as it is, and so does one whose source has none.

    Shapes: weights (T, S), of each place of the target, of the places of the source
    Source: Luong, Sutskever, Le, Vinyals & Zaremba 2015, "Addressing the rare word problem in neural machine
            translation", §3 (there for whole words)
    """
    spelt = list(_runs(source))
    if not spelt:
        return list(target)
    found: list[int] = []
    done = 0
    for start, end in _runs(target):
        seen = weights[start:end].sum(axis=0)
        first, last = max(spelt, key=lambda run: (float(seen[run[0] : run[1]].sum()), -run[0]))
        found += [*target[done:start], *source[first:last]]
        done = end
    return [*found, *target[done:]]


def has_bytes(pieces: Sequence[int]) -> bool:
    """Whether something is spelt in bytes."""
    return any(piece < BYTES for piece in pieces)


def _runs(pieces: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where bytes stand, [start, end) of each run."""
    start = None
    for place, piece in enumerate([*pieces, BYTES]):
        if piece < BYTES and start is None:
            start = place
        elif piece >= BYTES and start is not None:
            yield start, place
            start = None
