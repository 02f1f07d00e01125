"""What the tortures share with the tests of the command line."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import classifier, index, language_model, model, qrels, tag_model, translator
from tests.cli.inside import nlptool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    Filled = Callable[[Iterable[str]], list[str]]

__all__ = ["classifier", "index", "language_model", "model", "nlptool", "qrels", "tag_model", "translator"]


@pytest.fixture
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Filled:
    """The words of a command line, with {output} a file to be and any other name that of a fixture."""

    def place(name: str) -> Path:
        found: Path = tmp_path / "output" if name == "output" else request.getfixturevalue(name)
        return found

    def fill(words: Iterable[str]) -> list[str]:
        return [
            word.format(**{name: place(name) for _, name, _, _ in Formatter().parse(word) if name})
            for word in words
        ]

    return fill
