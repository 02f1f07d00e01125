"""How tests write files, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


TMP = "/tmp"  # noqa: S108  what is stored there has no name
"""Where a text is encoded."""


def write_anew(path: Path, data: bytes) -> None:
    """Write a file that a test writes again and again.

    Where a file is truncated to be written over, ext4 waits until the disk has it, a hundred times as long.
    """
    path.unlink(missing_ok=True)
    path.write_bytes(data)
