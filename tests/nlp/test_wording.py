"""Numbers in messages."""

from __future__ import annotations

import pytest

from nlp.wording import number_of


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 words"), (1, "1 word"), (2, "2 words"), (4096, "4,096 words")]
)
def test_one_is_singular(count: int, told: str) -> None:
    assert number_of(count, "word") == told
