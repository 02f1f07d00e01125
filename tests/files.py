"""How tests write files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_anew(path: Path, data: bytes) -> None:
    """Write a file that a test writes again and again.

    Where a file is truncated to be written over, ext4 waits until the disk has it, a hundred times as long.
    """
    path.unlink(missing_ok=True)
    path.write_bytes(data)
