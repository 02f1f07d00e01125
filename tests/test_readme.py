"""The pages of the documentation are run: every `console` block, in order, each page in one empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [
    str(path.relative_to(ROOT))
    for path in [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").glob("*.md"))]
    if "```console" in path.read_text(encoding="utf-8")
]
"""Those that show commands and what they print."""
TOLERANCE = 0.05
"""Of a printed decimal: processors of another kind round the last bits of a training differently."""

# With what `make test` leaves there, a `make` of an example would print the folders that it enters.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}

_BLOCK = re.compile(r"^```console(?P<sampled> sampled)?\n(?P<lines>.*?)^```$", re.MULTILINE | re.DOTALL)
_SAMPLED_START = 8
"""Characters of a sampled text that are the same on every processor: its prompt."""
_DECIMAL = re.compile(r"-?\d+\.\d+")


class Example(NamedTuple):
    """A command of the README and what it is shown to print; a line `...` stands for any lines.

    What goes on over several lines has `> ` before each further one, as a shell shows it.

    What is sampled from a trained network hangs on the last bits of its weights: only its start is compared,
    and how many lines it has.
    """

    command: str
    output: list[str]
    sampled: bool = False


def examples(text: str) -> list[Example]:
    found: list[Example] = []
    for block in _BLOCK.finditer(text):
        sampled = block["sampled"] is not None
        for line in block["lines"].splitlines():
            if line.startswith("$ "):
                found.append(Example(line.removeprefix("$ "), [], sampled))
            elif found and not found[-1].output and line.startswith("> "):
                found[-1] = Example(f"{found[-1].command}\n{line.removeprefix('> ')}", [], sampled)
            elif found and found[-1].command.endswith("\\"):
                found[-1] = Example(f"{found[-1].command}\n{line}", [], sampled)
            else:
                found[-1].output.append(line)
    return found


def matches(expected: list[str], actual: list[str]) -> bool:
    """Whether `actual` is as shown: the same words, decimals within the tolerance."""
    if expected and expected[0] == "...":
        return any(matches(expected[1:], actual[skipped:]) for skipped in range(len(actual) + 1))
    if not expected or not actual:
        return expected == actual
    return same_line(expected[0], actual[0]) and matches(expected[1:], actual[1:])


def same_line(expected: str, actual: str) -> bool:
    if _DECIMAL.sub("#", expected.expandtabs()) != _DECIMAL.sub("#", actual.expandtabs()):
        return False
    pairs = zip(_DECIMAL.findall(expected), _DECIMAL.findall(actual), strict=True)
    return all(abs(float(one) - float(other)) <= TOLERANCE for one, other in pairs)


def run_example(example: Example, folder: Path) -> list[str]:
    """Run a command in `folder`, with `nlptool` on the path; return the lines that it printed."""
    result = subprocess.run(
        ["/bin/bash", "-c", example.command],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**_ENVIRONMENT, "PATH": f"{folder}/bin:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
    )
    return (result.stdout + result.stderr).splitlines()


@pytest.mark.parametrize("readme", PAGES)
def test_the_readme_shows_what_happens(readme: str, tmp_path: Path) -> None:
    script = tmp_path / "bin" / "nlptool"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -W error -m cli.main "$@"\n')
    script.chmod(0o755)
    shown = examples((ROOT / readme).read_text())
    assert shown
    for example in shown:
        printed, shown_lines = run_example(example, tmp_path), example.output
        if example.sampled:
            printed, shown_lines = (
                [line[:_SAMPLED_START] for line in lines] for lines in (printed, shown_lines)
            )
        assert matches(shown_lines, printed), "\n".join([f"$ {example.command}", *printed])


def test_the_comparison_can_fail() -> None:
    assert matches(["queen 0.81", "...", "end"], ["queen 0.83", "a", "b", "end"])
    assert not matches(["queen 0.81"], ["queen 0.92"])
    assert not matches(["queen 0.81"], ["prince 0.81"])
    assert not matches(["...", "end"], ["a", "b"])
