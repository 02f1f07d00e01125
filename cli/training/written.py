"""What a command that makes a file tells of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli.console import Console


def tell_written(console: Console, output: str, size: str) -> None:
    """Tell what was made; `size` counts what is in it."""
    if console.progress and not console.log_json:
        bytes_ = f", {Path(output).stat().st_size:,} bytes" if Path(output).is_file() else ""
        console.tell(f"wrote {output}: {size}{bytes_}", {})
