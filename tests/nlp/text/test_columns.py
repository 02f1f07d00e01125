"""How wide text is on a terminal."""

from __future__ import annotations

import pytest

from nlp.text.columns import columns_of


@pytest.mark.parametrize(
    ("text", "columns"),
    [("king", 4), ("国王", 4), ("e\u0301", 1), ("é", 1), ("ｗ", 2), ("ﾜ", 1), ("a\u200db", 2), ("", 0)],
)
def test_width_is_that_of_a_terminal(text: str, columns: int) -> None:
    assert columns_of(text) == columns
