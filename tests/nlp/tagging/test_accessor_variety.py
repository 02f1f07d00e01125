"""How freely strings are surrounded, held against counting them one by one."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.tagging.accessor_variety import MOST_LEVELS, MUTUAL, SIZES, AccessorVariety
from nlp.tagging.characters import codes, flat, lengths_of

few = settings(max_examples=5, deadline=None)  # each takes the tables of real text
units = st.lists(st.text("甲乙丙丁，", min_size=1, max_size=9), min_size=1, max_size=12)


def counted(lines: list[str], size: int) -> dict[str, int]:
    """The variety of each string of this size."""
    beside: dict[str, tuple[set[object], set[object]]] = defaultdict(lambda: (set(), set()))
    for number, unit in enumerate(lines):
        for start in range(len(unit) - size + 1):
            string = unit[start : start + size]
            if "，" in string:
                continue
            for side, place in enumerate((start - 1, start + size)):
                there = unit[place] if 0 <= place < len(unit) else "，"
                beside[string][side].add((number, place) if there == "，" else there)
    return {string: min(map(len, sides)) for string, sides in beside.items()}


def level(variety: AccessorVariety, string: str, key: int) -> int:
    """The level of a string, as its first place tells."""
    text = flat(codes(string), np.array([len(string)]))
    return int(variety._at(text.symbols, key)[text.starts[0]])


@few
@given(units)
def test_levels_are_powers_of_two(lines: list[str]) -> None:
    variety = AccessorVariety.of([" ".join(lines)])
    for size in SIZES:
        for string, count in counted(lines, size).items():
            assert level(variety, string, size) == min(int(math.log2(count)), 6)
        assert level(variety, "戊" * size, size) == 0


def test_pairs_that_meet_more_often_than_by_chance_are_told() -> None:
    variety = AccessorVariety.of(["甲乙丙丁" * 50, "丙甲丁乙" * 5, "丁" * 100])
    levels = [level(variety, pair, MUTUAL) for pair in ("甲乙", "丁乙", "乙甲")]
    assert levels[0] > levels[1] > levels[2] == 0
    assert max(levels) <= MOST_LEVELS


@few
@given(units, units)
def test_features_of_a_unit_depend_on_it_alone(lines: list[str], asked: list[str]) -> None:
    variety = AccessorVariety.of(lines)

    def features(some: list[str]) -> np.ndarray:
        text = flat(codes("".join(some)), lengths_of(some))
        return np.stack([found[text.places] for found in variety.features(text.symbols, 20)])

    assert (features(asked) == np.concatenate([features([unit]) for unit in asked], axis=1)).all()
    assert len(features(["甲"])) == 10


def test_no_text_tells_nothing() -> None:
    assert not any(levels.any() for levels in AccessorVariety.of(["", " \n"]).levels.values())
