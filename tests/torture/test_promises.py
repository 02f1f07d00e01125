"""The table of promises is complete: its tests exist, and each row has one that tells a figure."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.torture.promises import PROMISES, summary

TESTS = ROOT / "tests"
OF_THE_TABLE = "test_promises.py"


def functions(name: str) -> dict[str, ast.FunctionDef]:
    """The tests of a file below `tests`."""
    tree = ast.parse((TESTS / name).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("number", PROMISES)
def test_its_tests_exist_and_one_tells_a_figure(number: int) -> None:
    found = []
    for test in PROMISES[number].tests:
        name, _, function = test.partition("::")
        assert function in functions(name), test
        found.append(functions(name)[function])
    assert any("figure" in {argument.arg for argument in test.args.args} for test in found)


def test_every_row_of_the_list_is_there() -> None:
    assert sorted(PROMISES) == list(range(1, 20))


def test_every_torture_is_of_a_promise() -> None:
    named = {test for promise in PROMISES.values() for test in promise.tests}
    for path in sorted((TESTS / "torture").glob("test_*.py")):
        if path.name != OF_THE_TABLE:
            tests = {f"torture/{path.name}::{name}" for name in functions(f"torture/{path.name}")}
            assert {test for test in tests if "::test_" in test} - named == set()


def report(test: str, outcome: Any, *figures: tuple[int, str]) -> pytest.TestReport:
    properties = [("promise", one) for one in figures]
    test = f"tests/{test}"
    return pytest.TestReport(test, ("", 0, ""), {}, outcome, None, "call", user_properties=properties)


def test_the_summary_tells_figures_and_what_is_broken() -> None:
    eight = PROMISES[8]
    reports = [
        report(eight.tests[0], "passed", (8, "10 mutants")),
        report(f"{eight.tests[1]}[a]", "failed", (8, "3 wrong")),
        report("other.py::test_x", "failed"),
    ]
    assert summary(reports) == [f" 8 {eight.title}: BROKEN, see {eight.tests[1]}; 10 mutants; 3 wrong"]
    assert summary(reports[2:]) == []
