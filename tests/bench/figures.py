"""What was measured, and what it says: averages, ratios pair by pair, targets."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean, median
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

T = TypeVar("T")
US = "nlptool"


@dataclass(frozen=True)
class Measure:
    """A quantity: its name, its unit, which way is better, and how repeats are averaged."""

    name: str
    unit: str
    more_is_better: bool = False
    by_mean: bool = False
    at_least: float | None = None
    """The target of our average, for a quantity of which more is better."""
    at_most: float | None = None
    """The target of our average, for a quantity of which less is better."""

    def average(self, values: Sequence[float]) -> float:
        """The median, or the mean where repeats differ by their seed."""
        return mean(values) if self.by_mean else median(values)


@dataclass(frozen=True)
class Figure:
    """One line of the table: our values of a measure, and a peer's from the same rounds if there is one."""

    benchmark: str
    subject: str
    measure: Measure | None = None
    ours: tuple[float, ...] = ()
    peer: str = ""
    theirs: tuple[float, ...] = ()
    note: str = ""
    kernels: str = ""
    """Those that both computed with, where that matters."""

    @property
    def ratios(self) -> tuple[float, ...]:
        """How many times better ours is than the peer's, pair by pair; over 1, nlptool is ahead."""
        if self.measure is None:
            return ()
        pairs = zip(self.ours, self.theirs, strict=False)
        if self.measure.more_is_better:
            return tuple(ours / theirs for ours, theirs in pairs if theirs)
        return tuple(theirs / ours for ours, theirs in pairs if ours)

    @property
    def is_on_target(self) -> bool | None:
        """Whether our average meets the target; None without one."""
        if self.measure is None or not self.ours:
            return None
        average = self.measure.average(self.ours)
        if self.measure.at_least is not None:
            return average >= self.measure.at_least
        if self.measure.at_most is not None:
            return average <= self.measure.at_most
        return None

    @property
    def is_short(self) -> bool:
        """Whether a target is missed, or a peer is ahead."""
        behind = bool(self.ratios) and median(self.ratios) < 1
        return self.is_on_target is False or behind


def comparisons(
    benchmark: str,
    subject: str,
    measure: Measure,
    results: Mapping[str, Sequence[T]],
    value: Callable[[T], float],
) -> Iterator[Figure]:
    """A figure for each peer in `results`, one without values for a peer that is absent."""
    ours = tuple(map(value, results[US]))
    for peer, runs in results.items():
        if peer != US:
            note = "" if runs else "not installed"
            yield Figure(benchmark, subject, measure, ours, peer, tuple(map(value, runs)), note)
