"""Sizes in bytes."""

from __future__ import annotations

import click
import pytest

from cli.options.sizes import Size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("500M", 500_000_000),
        ("2g", 2_000_000_000),
        ("1.5G", 1_500_000_000),
        (" 80 MB ", 80_000_000),
        ("1000", 1000),
        ("3kb", 3000),
        ("0.5T", 500_000_000_000),
    ],
)
def test_what_is_a_size(text: str, expected: int) -> None:
    assert Size().convert(text, None, None) == expected


@pytest.mark.parametrize("text", ["", "much", "-1G", "0", "0M", "1.G", "2GG", "1e9", "2 X", "1,5G", "٣M"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no size; write 500M"):
        Size().convert(text, None, None)
