from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import pytest

from nlp.errors import SettingError
from nlp.settings import DATA, MODEL, check, setting, settings_of, without_effect


@dataclass(frozen=True)
class Example:
    count: int = setting(3, "How many.", low=1, high=64, group=DATA)
    rate: float | None = setting(None, "How fast.", above=0, high=1_000, shown="it depends")
    kind: str = setting("a", "Which.", choices=("a", "b"))
    flag: bool = setting(False, "Whether.")
    free: float = setting(2.0, idle={"flag": (False,), "kind": ("b",)})
    other: int = field(default=5)

    def __post_init__(self) -> None:
        check(self)


def test_a_setting_is_told_in_its_field() -> None:
    known = dict(settings_of(Example))
    assert list(known) == ["count", "rate", "kind", "flag", "free"]
    assert [one.kind for one in known.values()] == ["int", "float", "str", "bool", "float"]
    assert [one.default for one in known.values()] == [3, None, "a", False, 2.0]
    count, rate = known["count"], known["rate"]
    assert (count.help, count.low, count.high, count.excluded, count.group) == (
        "How many.",
        1,
        64,
        False,
        DATA,
    )
    assert (rate.low, rate.high, rate.excluded, rate.group, rate.shown) == (
        0,
        1000,
        True,
        MODEL,
        "it depends",
    )
    assert (known["free"].help, known["free"].low) == ("", -math.inf)


@pytest.mark.parametrize(
    "values",
    [{}, {"count": 1}, {"count": 64}, {"rate": 1e-300}, {"rate": 1000.0}, {"kind": "b"}, {"flag": True}],
)
def test_what_is_within_the_limits_passes(values: dict[str, Any]) -> None:
    for name, value in values.items():
        assert getattr(Example(**values), name) == value


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": 0}, "count is 0; it must be from 1 to 64"),
        ({"count": 65}, "count is 65; it must be from 1 to 64"),
        ({"rate": 0.0}, "rate is 0.0; it must be above 0, at most 1000"),
        ({"rate": math.nan}, "rate is nan; it must be above 0, at most 1000"),
        ({"rate": 1001.0}, "rate is 1001.0; it must be above 0, at most 1000"),
        ({"kind": "`c`{x}"}, "kind is '`c`{x}'; choose from a, b"),
    ],
)
def test_what_is_not_is_refused_by_name(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError) as caught:
        Example(**values)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("flag", "kind", "told"),
    [
        (True, "a", []),
        (False, "a", ["free changes nothing without flag"]),
        (True, "b", ["free changes nothing with kind b"]),
        (False, "b", ["free changes nothing without flag"]),
    ],
)
def test_a_setting_that_changes_nothing_is_told_with_what_decides_that(
    flag: bool, kind: str, told: list[str]
) -> None:
    values = {"count": 1, "rate": 1.0, "kind": kind, "flag": flag, "free": 1.0}
    assert list(without_effect(Example, values, {"count", "free"})) == told
    assert list(without_effect(Example, values, {"count", "rate"})) == []
