"""Waiting for a descriptor that is not ready: some parents leave a pipe or terminal that does not block."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
READABLE, WRITABLE = select.POLLIN, select.POLLOUT


def when_ready(descriptor: int, ready: int, call: Callable[[], T]) -> T:
    """Return what `call` returns; while it says that `descriptor` is not `ready`, wait and call again."""
    while True:
        try:
            return call()
        except BlockingIOError:
            poll = select.poll()
            poll.register(descriptor, ready)
            poll.poll()
