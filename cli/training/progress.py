"""A training run, told on stderr: a bar on a terminal, plain lines elsewhere, JSON lines for machines."""

from __future__ import annotations

import math
import sys
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from cli.console import say, say_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cli.console import Console
    from nlp.training.progress import Progress

    Report = Callable[[Progress], None]

PLAIN_SECONDS = 10.0
JSON_SECONDS = 1.0
_LARGEST_EXPONENT = 700  # e to this power still fits a float


@contextmanager
def training_progress(console: Console, *, unit: str = "words", perplexity: bool = False) -> Iterator[Report]:
    """Yield a function to call with each `Progress`; the options and stderr decide how it is shown.

    `unit` names what is counted; with `perplexity` each loss is shown as a perplexity too.
    """
    details = partial(_details, unit=unit, perplexity=perplexity)
    if console.log_json:
        yield _spaced(JSON_SECONDS, lambda progress: log_json(**figures_of(progress)))
    elif console.quiet or not console.progress:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _bar(details) as report:
            yield report
    else:
        yield _spaced(PLAIN_SECONDS, lambda progress: say(_plain(progress, details(progress))))


def log_json(**figures: Any) -> None:
    """One JSON line on stderr; a number that is not finite becomes null."""
    clean = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in figures.items()
    }
    say_json(clean)


def _spaced(seconds: float, show: Report) -> Report:
    """`show`, but at most once in `seconds`, except for a held-out loss and the very end."""
    last = time.monotonic()

    def report(progress: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        is_news = progress.words_done == progress.words_total or progress.valid_loss is not None
        if is_news or now - last >= seconds:
            last = now
            show(progress)

    return report


def figures_of(progress: Progress) -> dict[str, Any]:
    """What a JSON line tells of a running training."""
    figures = {
        "epoch": progress.epoch,
        "step": progress.step,
        "loss": round(progress.loss, 6),
        "tokens_per_second": round(progress.tokens_per_second),
        "learning_rate": round(progress.learning_rate, 8),
        "elapsed_seconds": round(progress.elapsed_seconds, 3),
        "eta_seconds": round(progress.eta_seconds, 3),
    }
    if progress.valid_loss is not None:
        figures["valid_loss"] = round(progress.valid_loss, 6)
    return figures


def perplexity_of(loss: float) -> float:
    """The exponential of a loss in nats a token."""
    return math.exp(min(loss, _LARGEST_EXPONENT))


def _plain(progress: Progress, details: str) -> str:
    percent = 100 * progress.words_done / max(progress.words_total, 1)
    return f"{percent:5.1f}%  {details}  {_time_left(progress)}"


def _details(progress: Progress, *, unit: str, perplexity: bool) -> str:
    """The figures of a line, without the share done and the time left."""
    valid = "" if progress.valid_loss is None else f"  held out {_nats(progress.valid_loss, perplexity)}"
    return (
        f"epoch {progress.epoch}  {progress.tokens_per_second:,.0f} {unit}/s"
        f"  lr {progress.learning_rate:.5f}  loss {_nats(progress.loss, perplexity)}{valid}"
    )


def _nats(loss: float, perplexity: bool) -> str:
    if math.isnan(loss):  # nothing was there to predict
        return "–"
    return f"{loss:.4f} (perplexity {perplexity_of(loss):.2f})" if perplexity else f"{loss:.4f}"


def _time_left(progress: Progress) -> str:
    return f"ETA {_clock(progress.eta_seconds)}"


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@contextmanager
def _bar(details: Callable[[Progress], str]) -> Iterator[Report]:
    """A bar of rich, on a terminal only; it leaves its last state on the screen.

    On a narrow terminal the bar shrinks first; then the details lose their end.
    """
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar
    from rich.table import Column

    percent = TaskProgressColumn(table_column=Column(min_width=len("100%"), no_wrap=True))
    columns = (percent, BarColumn(bar_width=24), TextColumn("{task.description}"))
    with Bar(*columns, console=Terminal(stderr=True), refresh_per_second=8) as bar:
        task = bar.add_task("", total=None)

        def report(progress: Progress) -> None:
            text = f"{_time_left(progress)}  {details(progress)}"
            bar.update(task, total=progress.words_total, completed=progress.words_done, description=text)

        yield report
