"""Several trainings side by side, each in a process of its own: the best model, and a table of figures."""

from __future__ import annotations

import multiprocessing
import os
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

import click

from cli.io.printers import JSONL
from cli.io.storage import storage_directory
from cli.io.writing import check_output, open_binary_output, open_output
from cli.options.common import INSTEAD, words_of
from cli.options.sweep import ALONE, results_format
from nlp.errors import DivergedError
from nlp.parallel.engine import bare
from nlp.parallel.team import WorkerError, live_for_the_leader, signals_held_back
from nlp.storage.temporary import UnnamedFile
from nlp.text.records import format_record
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from multiprocessing.context import ForkProcess

    from cli.console import Console
    from cli.options.runs import Run, Sweep

_COPIED = 1 << 20
_FIGURES = ("loss", "valid_loss", "valid_perplexity", "best_epoch")
_HELD_OUT = "valid_loss"


@dataclass(frozen=True)
class Trained:
    """The training of a `number` as it ended: what it told, nothing if it diverged, and its model."""

    number: int
    told: dict[str, Any]
    model: UnnamedFile


@dataclass
class _Running:
    """A training in its process; `model` takes what it writes, in a file without a name."""

    number: int
    process: ForkProcess
    report: Connection
    model: UnnamedFile


@contextmanager
def here(sweep: Sweep) -> Iterator[Iterator[Trained]]:
    """The runs as they are done, by processes of this machine; whatever still runs at the end is killed.

    So many run at a time as there are workers, and each has an equal share of these.
    """
    running: dict[Connection, _Running] = {}
    spool = _spooled(storage_directory(sweep.output)) if sweep.reads_stdin else None
    try:
        yield _each(sweep, spool, running)
    finally:
        for one in running.values():
            one.process.kill()
            one.process.join()


def run_sweep(
    sweep: Sweep,
    console: Console,
    trainings: Callable[[Sweep], AbstractContextManager[Iterator[Trained]]],
) -> None:
    """Train once for each run; write the model that is best on the held-out text, and the table.

    A run is the training that it would be alone, to the byte, wherever the `trainings` are. One that diverges
    has no figures; any other error ends all of them. Of equally good ones the first is kept.

    Raises: DivergedError where all diverge; what a run raises; WorkerError for one that was killed
    """
    output = sweep.output
    check_output(output)
    if sweep.results is not None:
        check_output(sweep.results)
    figures: list[dict[str, Any]] = [{} for _ in sweep.runs]
    best: Trained | None = None
    with trainings(sweep) as trained:
        for done in trained:
            run, told = sweep.runs[done.number], done.told
            figures[done.number] = told
            shown = f"{_named(run)}: " + (
                f"held out {told[_HELD_OUT]:.4f}" if _HELD_OUT in told else "diverged"
            )
            console.tell(shown, {**run.told, **told})
            if _HELD_OUT in told and (best is None or _rank(done) < _rank(best)):
                best = done
        if best is None:
            raise DivergedError("all of these trainings diverged; try a lower --lr (a tenth of it, say)")
        with open_binary_output(output) as writer, Path(best.model.path).open("rb") as model:
            while data := model.read(_COPIED):
                writer.write(data)
    _tell_best(sweep, console, figures, best.number)
    if sweep.results is not None:
        _write_table(sweep, figures)


def _rank(trained: Trained) -> tuple[float, int]:
    return trained.told[_HELD_OUT], trained.number


def _spooled(directory: str) -> UnnamedFile:
    """What is on standard input, for each run to read from its beginning."""
    spool = UnnamedFile(directory)
    with open(0, "rb", closefd=False) as stdin:
        while data := stdin.read(_COPIED):
            spool.append(data)
    return spool


def _each(sweep: Sweep, spool: UnnamedFile | None, running: dict[Connection, _Running]) -> Iterator[Trained]:
    side_by_side = min(sweep.workers, len(sweep.runs))
    for number in range(len(sweep.runs)):
        _start(sweep, number, sweep.workers // side_by_side, spool, running)
        if len(running) == side_by_side:
            yield _next_done(sweep, running)
    while running:
        yield _next_done(sweep, running)


def _next_done(sweep: Sweep, running: dict[Connection, _Running]) -> Trained:
    """Wait for a run to end. Raises: what the run raised, but for DivergedError."""
    ready = [report for report in wait(list(running)) if isinstance(report, Connection)]
    one = min((running[report] for report in ready), key=lambda one: one.number)
    try:
        told = one.report.recv()
    except EOFError:
        raise WorkerError(
            f"the training with {_named(sweep.runs[one.number])} was killed; is there memory for so many?"
        ) from None
    finally:
        del running[one.report]
        one.report.close()
        one.process.join()
    if isinstance(told, DivergedError):
        return Trained(one.number, {}, one.model)
    if isinstance(told, click.UsageError):
        told.ctx = sweep.context
    if isinstance(told, Exception):
        raise told
    return Trained(one.number, told, one.model)


def _start(
    sweep: Sweep, number: int, workers: int, spool: UnnamedFile | None, running: dict[Connection, _Running]
) -> None:
    context = multiprocessing.get_context("fork")
    report, sender = context.Pipe(duplex=False)
    model = UnnamedFile(storage_directory(sweep.output))
    process = context.Process(target=_train, args=(sweep, number, workers, spool, model, sender))
    with signals_held_back():  # a new process must not get one, nor must one leave it unknown to us
        process.start()
        running[report] = _Running(number, process, report, model)
    sender.close()


def _context(sweep: Sweep, run: Run, values: Mapping[str, Any]) -> click.Context:
    """The context in which a run is the only training; `values` take the place of further options."""
    whole = sweep.context
    whole.meta[INSTEAD] = {**ALONE, **run.values, **values}
    return whole.command.make_context(whole.info_name, words_of(whole), parent=whole.parent)


def _train(
    sweep: Sweep, number: int, workers: int, spool: UnnamedFile | None, model: UnnamedFile, sender: Connection
) -> None:
    """Be one of the trainings: the first function of its process."""
    live_for_the_leader()
    if spool is not None:
        os.dup2(os.open(spool.path, os.O_RDONLY), 0)
    console = sweep.context.params["console"]
    values = {
        "output": model.path,
        "workers": workers,
        "quiet": bool(number) or console.quiet or console.log_json,  # the warnings of one are enough
        "no_progress": True,
        "log_json": False,
    }
    told: Any
    try:
        with _context(sweep, sweep.runs[number], values) as context:
            context.command.invoke(context)
            told = figures_kept(context.params["console"].figures)
    except click.UsageError as error:
        told = click.UsageError(error.format_message())
    except Exception as error:  # noqa: BLE001  whatever it is, the process that started this one tells of it
        told = bare(error)
    sender.send(told)
    os._exit(0)


def figures_kept(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the final figures of a training that the table has."""
    return {name: figures[name] for name in _FIGURES if name in figures}


def _named(run: Run) -> str:
    return ", ".join(f"{name} {told}" for name, told in run.told.items())


def _tell_best(sweep: Sweep, console: Console, figures: Sequence[Mapping[str, Any]], best: int) -> None:
    trained = number_of(len(sweep.runs), "training")
    shown = f"{trained}; {sweep.output} is that with {_named(sweep.runs[best])}"
    console.tell(shown, {**sweep.runs[best].told, **figures[best], "done": True})


def _write_table(sweep: Sweep, figures: Sequence[Mapping[str, Any]]) -> None:
    """A row for each run: its settings, its figures, and mean and deviation of the figure over all seeds."""
    names = [name for name in _FIGURES if any(name in told for told in figures)]
    groups: dict[tuple[str, ...], list[float]] = {}
    for run, told in zip(sweep.runs, figures, strict=True):
        groups.setdefault(_without_seed(run), []).extend([told[_HELD_OUT]] if _HELD_OUT in told else [])
    rows = []
    for run, told in zip(sweep.runs, figures, strict=True):
        over_seeds = groups[_without_seed(run)]
        rows.append(
            {
                **run.told,
                **{name: told.get(name) for name in names},
                "mean": mean(over_seeds) if over_seeds else None,
                "deviation": stdev(over_seeds) if len(over_seeds) > 1 else None,
            }
        )
    with open_output(sweep.results) as output:
        if results_format(str(sweep.results)) == JSONL:
            output.write("".join(map(format_record, rows)))
            return
        output.write("\t".join(rows[0]) + "\n")
        for row in rows:
            output.write("\t".join("" if value is None else _shown(value) for value in row.values()) + "\n")


def _without_seed(run: Run) -> tuple[str, ...]:
    return tuple(told for name, told in run.told.items() if name != "seed")


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
