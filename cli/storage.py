"""Where a command keeps what is too large for memory while it runs."""

from __future__ import annotations

import tempfile
from pathlib import Path


def storage_directory(output: str) -> str:
    """The folder of what is written, where there is room for large files; the system's own for a device."""
    path = Path(output)
    parent = path.resolve().parent
    is_beside = parent.is_dir() and (path.is_file() or not path.exists())  # a pipe has nothing beside it
    return str(parent) if is_beside else tempfile.gettempdir()
