"""Where a command keeps what is too large for memory while it runs."""

from __future__ import annotations

import tempfile
from pathlib import Path


def storage_directory(output: str) -> str:
    """The folder of `output`, which has room for large files; for a device, the system's temporary folder."""
    path = Path(output)
    parent = path.resolve().parent
    is_beside = parent.is_dir() and (path.is_file() or not path.exists())  # a pipe has nothing beside it
    return str(parent) if is_beside else tempfile.gettempdir()
