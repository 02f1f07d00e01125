"""What tests ask of processes."""

from __future__ import annotations

import os
from pathlib import Path


def alive(pid: int) -> bool:
    """Whether a process is there, and more than the record of its end that its parent has yet to read."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:  # gone meanwhile, or this is no Linux
        return not Path("/proc").is_dir()
    except ProcessLookupError:
        return False
