"""What `similar` and `analogy` have in common: a query is answered as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.running import answers
from tests.cli.word_model import write_words

if TYPE_CHECKING:
    from pathlib import Path

WORDS = {"king": (5, 0), "queen": (4, 3), "prince": (3, -4), "apple": (0, 2), "tree": (-1, 0)}


@pytest.mark.parametrize(
    ("command", "queries"),
    [("similar", ["tree", "king"]), ("analogy", ["king queen tree", "tree king apple"])],
)
def test_a_query_is_answered_while_stdin_is_open(command: str, queries: list[str], tmp_path: Path) -> None:
    model = write_words(tmp_path / "words.model", WORDS)
    lines = [f"{query}\n".encode() for query in queries]
    found = answers(command, "-m", model, "-k", "1", lines=lines)
    assert [one.decode().split("\t")[0] for one in found] == queries
