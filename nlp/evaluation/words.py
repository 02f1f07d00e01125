"""Words of segmented text, as the scorer of the SIGHAN bakeoffs counts them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import Any

from nlp.evaluation.shares import share, shares

_LONG = 2_000  # words of a line: longer ones are aligned piece by piece, since time grows with the square


class WordScore:
    """How many words are cut out right, and how many of those that the training text has not, or has.

    The words of the two texts are aligned line by line, as `diff` aligns lines: what is in a longest common
    subsequence is right. `known` are the words of the training text, if they are told.

    Source: Sproat & Emerson 2003, "The first international Chinese word segmentation bakeoff"
    """

    def __init__(self, known: Collection[str] | None = None) -> None:
        self._known = known
        self._there = self._found = self._right = 0
        self._seen_there = self._seen_right = 0

    def add(self, gold: Sequence[str], predicted: Sequence[str]) -> None:
        """Count the words of a sentence; where `gold` has none, those of `predicted` do not count."""
        for piece in _pieces(gold, predicted) if len(gold) > _LONG else [(gold, predicted)]:
            self._add(*piece)

    def _add(self, gold: Sequence[str], predicted: Sequence[str]) -> None:
        if not gold:
            return
        same = common(gold, predicted)
        self._there += len(gold)
        self._found += len(predicted)
        self._right += len(same)
        if self._known is not None:
            self._seen_there += sum(word in self._known for word in gold)
            self._seen_right += sum(gold[place] in self._known for place in same)

    def report(self) -> dict[str, Any]:
        """Precision, recall and F1 of words, and the recall of unseen and of seen ones: None of none."""
        unseen = self._there - self._seen_there
        known = self._known is not None
        figures = shares(self._right, self._found, self._there)
        return {
            "accuracy": figures["recall"],
            **figures,
            "labels": [],
            "recall_unseen": share(self._right - self._seen_right, unseen) if known and unseen else None,
            "recall_seen": share(self._seen_right, self._seen_there) if self._seen_there else None,
            "unseen": share(unseen, self._there) if known else None,
        }


def common(first: Sequence[str], second: Sequence[str]) -> list[int]:
    """The places in `first` of a longest common subsequence of both, rising.

    Source: Myers 1986, "An O(ND) difference algorithm and its variations", §2
    """
    start = 0
    limit = min(len(first), len(second))
    while start < limit and first[start] == second[start]:
        start += 1
    end = 0
    while end < limit - start and first[-1 - end] == second[-1 - end]:
        end += 1
    middle = _common(first[start : len(first) - end], second[start : len(second) - end])
    return [*range(start), *(start + place for place in middle), *range(len(first) - end, len(first))]


def _common(first: Sequence[str], second: Sequence[str]) -> list[int]:
    """The same by the furthest paths with 0, 1, 2 … words that differ, kept to walk the way back."""
    n, m = len(first), len(second)
    furthest = {1: 0}  # of each diagonal x - y, how far its path has come
    kept: list[dict[int, int]] = []
    for differing in range(n + m + 1):
        kept.append(dict(furthest))
        for diagonal in range(-differing, differing + 1, 2):
            down = _goes_down(furthest, diagonal, differing)
            x = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            while x < n and x - diagonal < m and first[x] == second[x - diagonal]:
                x += 1
            furthest[diagonal] = x
            if x >= n and x - diagonal >= m:
                return _walked_back(kept, n, m)
    raise AssertionError


def _goes_down(furthest: dict[int, int], diagonal: int, differing: int) -> bool:
    """Whether the path on a diagonal comes by a word of the second, from the diagonal above."""
    if abs(diagonal) == differing:
        return diagonal == -differing
    return furthest[diagonal - 1] < furthest[diagonal + 1]


def _walked_back(kept: Sequence[dict[int, int]], x: int, y: int) -> list[int]:
    """The words that are common on the path to (x, y), last one first found."""
    places: list[int] = []
    for differing in range(len(kept) - 1, -1, -1):
        diagonal, furthest = x - y, kept[differing]
        down = _goes_down(furthest, diagonal, differing)
        start = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
        places += range(x - 1, start - 1, -1)
        x = start if down else start - 1
        y = x - diagonal - (1 if down else -1)
    return places[::-1]


def _pieces(gold: Sequence[str], predicted: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Both texts, cut where both have a word end, into pieces of at least so many words."""
    ends = dict(zip(accumulate(map(len, predicted)), range(1, len(predicted) + 1), strict=True))
    start = other = 0
    for place, end in enumerate(accumulate(map(len, gold)), 1):
        if place - start >= _LONG and end in ends:
            yield gold[start:place], predicted[other : ends[end]]
            start, other = place, ends[end]
    if start < len(gold) or other < len(predicted):
        yield gold[start:], predicted[other:]
