"""How far a computation is, told on stderr once it takes longer than a second."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cli.console import say_json, show_status
from cli.io.meter import DRAWN_EVERY, PATIENCE, TOLD_EVERY, parts_of_bar
from cli.terminal import columns, has_cursor, widest

if TYPE_CHECKING:
    from cli.console import Console


def _now() -> float:
    return time.monotonic()


@dataclass
class Steps:
    """The steps of a computation, called `what`: a bar on a terminal; JSON each second with --log-json."""

    console: Console
    what: str
    _began: float = field(default_factory=_now)
    _shown: float = 0.0

    def tell(self, done: int, most: int) -> None:
        """So many steps are done, of which there are no more than `most`."""
        console, now = self.console, _now()
        elapsed = now - self._began
        if elapsed < PATIENCE or now - self._shown < (TOLD_EVERY if console.log_json else DRAWN_EVERY):
            return
        self._shown = now
        if console.log_json:
            say_json({"what": self.what, "step": done, "most": most, "elapsed_seconds": round(elapsed, 3)})
        elif console.progress and not console.quiet and has_cursor():
            percent, bar, left = parts_of_bar(done / most, elapsed)
            forms = (self.what, percent, bar, left), (percent, bar, left), (percent, left), (percent,)
            show_status(widest(columns() - 1, *forms))
