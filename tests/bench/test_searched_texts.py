"""The texts of the searching contest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.searched_texts import records

if TYPE_CHECKING:
    from pathlib import Path


def test_marks_within_a_text_end_nothing(tmp_path: Path) -> None:
    path = tmp_path / "records"
    path.write_text(".I 1\n.T\na\n title .\n.A\nme\n.W\none\n.A\ntwo\n.W\nthree\n.I 2\n.W\nfour .\n")
    assert list(records(path)) == [{"T": "a title .", "A": "me", "W": "one two three"}, {"W": "four ."}]
