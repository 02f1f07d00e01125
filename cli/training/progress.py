"""A training run, told on stderr: a bar on a terminal, plain lines elsewhere, JSON lines for machines."""

from __future__ import annotations

import math
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cli.console import PROGRAM, say, say_json
from cli.terminal import clock, columns, has_cursor, terminal_of_stderr, widest
from nlp.wording import decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cli.console import Console
    from nlp.training.progress import Progress

    Report = Callable[[Progress], None]

PLAIN_SECONDS = 10.0
JSON_SECONDS = 1.0
_LARGEST_EXPONENT = 700  # e to this power still fits a float
_SHORTEST_BAR, _LONGEST_BAR = 10, 24


@contextmanager
def training_progress(console: Console, *, unit: str = "words", perplexity: bool = False) -> Iterator[Report]:
    """Yield a function to call with each `Progress`; the options and stderr decide how it is shown.

    `unit` names what is counted; with `perplexity` each loss is shown as a perplexity too.
    """
    wording = _Wording(unit, perplexity=perplexity)
    if console.log_json:
        yield _spaced(JSON_SECONDS, lambda progress: log_json(**figures_of(progress)))
    elif console.quiet or not console.progress:
        yield lambda _: None
    elif has_cursor():
        with _bar(wording) as report:
            yield report
    else:
        room = columns() - len(f"{PROGRAM}: ") if sys.stderr.isatty() else None
        yield _spaced(PLAIN_SECONDS, lambda progress: say(wording.plain(progress, room)), each_epoch=True)


def log_json(**figures: Any) -> None:
    """One JSON line on stderr; a number that is not finite becomes null."""
    clean = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in figures.items()
    }
    say_json(clean)


def _spaced(seconds: float, show: Report, *, each_epoch: bool = False) -> Report:
    """`show`, but at most once in `seconds`, except for what is news.

    That is a held-out loss, the very end and, with `each_epoch`, the end of every epoch.
    """
    last = time.monotonic()

    def report(progress: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        is_end = progress.epoch_done and progress.words_done == progress.words_total
        is_news = is_end or progress.valid_loss is not None
        if is_news or (each_epoch and progress.epoch_done) or now - last >= seconds:
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
        figures |= {f"valid_{name}": round(value, 4) for name, value in progress.scores.items()}
    return figures


def perplexity_of(loss: float) -> float:
    """The exponential of a loss in nats a token."""
    return math.exp(min(loss, _LARGEST_EXPONENT))


class _Wording:
    """The figures of a training in words, in as many as there is room for."""

    def __init__(self, unit: str, *, perplexity: bool) -> None:
        self._unit, self._perplexity = unit, perplexity

    def plain(self, progress: Progress, columns: int | None) -> str:
        """All of them where no terminal has `columns`; else as `beside_bar`, and the time left goes next."""
        percent, epoch = f"{100 * progress.words_done / max(progress.words_total, 1):5.1f}%", _epoch(progress)
        loss, left = f"loss {self._nats(progress.loss)}", _time_left(progress)
        rate, learning_rate, held_out = (
            self._rate(progress),
            self._learning_rate(progress),
            self._held_out(progress),
        )
        told = (percent, epoch, rate, learning_rate, loss, *held_out, left)
        if columns is None:
            return "  ".join(told)
        return widest(
            columns,
            told,
            (percent, epoch, learning_rate, loss, *held_out, left),
            (percent, epoch, loss, *held_out, left),
            (percent, epoch, loss, *held_out),
            *self._of_epoch(progress),
        )

    def beside_bar(self, progress: Progress, columns: int) -> str:
        """How the training goes on. Where `columns` are few, the rate goes first, then the learning rate."""
        left, epoch, loss = _time_left(progress), _epoch(progress), _loss(progress)
        rate, learning_rate, nats = (
            self._rate(progress),
            self._learning_rate(progress),
            self._nats(progress.loss),
        )
        return widest(
            columns,
            (left, epoch, rate, learning_rate, f"loss {nats}"),
            (left, epoch, learning_rate, f"loss {nats}"),
            (left, epoch, f"loss {nats}"),
            (left, epoch, loss),
            (left, epoch),
            (left,),
            (),
        )

    def of_epoch(self, progress: Progress, columns: int) -> str:
        """The line that an epoch leaves behind; the held-out loss is the last to go."""
        return widest(columns, *self._of_epoch(progress))

    def _of_epoch(self, progress: Progress) -> Iterator[tuple[str, ...]]:
        epoch, loss, held_out = _epoch(progress), _loss(progress), self._held_out(progress)
        yield (epoch, f"loss {self._nats(progress.loss)}", *held_out)
        yield (epoch, loss, *held_out)
        yield (epoch, *(held_out or (loss,)))
        if progress.valid_loss is not None:
            figure = decimal(progress.valid_loss, 4)
            yield (epoch, f"held out {figure}")
            yield (str(progress.epoch), figure)

    def _held_out(self, progress: Progress) -> tuple[str, ...]:
        if progress.valid_loss is None:
            return ()
        scores = (f"{name.upper()} {decimal(value, 2)}" for name, value in progress.scores.items())
        return f"held out {self._nats(progress.valid_loss)}", *scores

    def _rate(self, progress: Progress) -> str:
        return f"{progress.tokens_per_second:,.0f} {self._unit}/s"

    @staticmethod
    def _learning_rate(progress: Progress) -> str:
        return f"lr {decimal(progress.learning_rate, 5)}"

    def _nats(self, loss: float) -> str:
        if math.isnan(loss):  # nothing was there to predict
            return "–"
        nats = decimal(loss, 4)
        return f"{nats} (perplexity {decimal(perplexity_of(loss), 2)})" if self._perplexity else nats


def _epoch(progress: Progress) -> str:
    return f"epoch {progress.epoch}"


def _loss(progress: Progress) -> str:
    return f"loss {decimal(progress.loss, 4)}"


def _time_left(progress: Progress) -> str:
    return f"ETA {clock(progress.eta_seconds)}"


@contextmanager
def _bar(wording: _Wording) -> Iterator[Report]:
    """A bar of rich, on a terminal only; it leaves its last state on the screen, and a line an epoch."""
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar
    from rich.table import Column
    from rich.text import Text

    percent = TaskProgressColumn(table_column=Column(min_width=len("100%"), no_wrap=True))
    part, text = BarColumn(), TextColumn("{task.description}", table_column=Column(no_wrap=True))
    terminal = terminal_of_stderr()
    with Bar(percent, part, text, console=terminal, refresh_per_second=8) as bar:
        task = bar.add_task("", total=None)

        def report(progress: Progress) -> None:
            terminal.width = columns()
            if progress.epoch_done:
                line = Text(wording.of_epoch(progress, terminal.width))
                terminal.print(line, no_wrap=True, overflow="ignore", crop=False)
            room = terminal.width - len("100% ")
            told = wording.beside_bar(progress, room - _SHORTEST_BAR - 1)
            part.bar_width = max(1, min(_LONGEST_BAR, room - len(told) - 1))
            bar.update(task, total=progress.words_total, completed=progress.words_done, description=told)

        yield report
