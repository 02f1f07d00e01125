"""The peak memory of a process, without that of the one that started it."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


def peak_memory(process: subprocess.Popen[bytes]) -> int:
    """Bytes, once it has ended. (What `wait4` tells is never less than what the parent held at its start.)"""
    peak = 0
    while process.poll() is None:
        found = _PEAK.search(Path(f"/proc/{process.pid}/status").read_text())
        peak = max(peak, int(found[1]) * 1024 if found else 0)
        time.sleep(0.01)
    return peak
