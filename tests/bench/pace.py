"""How fast tokens come, once they do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

WARM_UP = 50
SECONDS = 2.0


def pace(tokens: Iterable[object]) -> float:
    """Items a second, from the 50th on, for two seconds."""
    started = last = 0.0
    count = 0
    for number, _ in enumerate(tokens):
        if number < WARM_UP:
            continue
        last = time.perf_counter()
        if not started:
            started = last
            continue
        count += 1
        if last - started >= SECONDS:
            break
    return count / (last - started)
