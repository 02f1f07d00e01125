"""Several trainings in place of one: what a command line with `--seeds` or `--grid` asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import click

    from cli.options.cluster import Cluster


@dataclass(frozen=True)
class Run:
    """One of the trainings.

    Attributes: `told`, the settings that it has other than others do, as they are written, by name; `values`,
    what these are to the command.
    """

    told: Mapping[str, str]
    values: Mapping[str, Any]


class Sweep(Exception):  # noqa: N818  no error: as click's Exit, it says what is to be done in place of a command
    """The `runs` in place of the one training of `context`, by so many `workers` in all.

    Attributes: `output`, where the best model goes; `reads_stdin`, whether what they read is standard input;
    `results`, the file for the table of their figures, or None; `cluster`, where they run, or None for here.
    """

    def __init__(
        self,
        context: click.Context,
        runs: Sequence[Run],
        *,
        output: str,
        workers: int,
        reads_stdin: bool,
        results: str | None,
        cluster: Cluster | None,
    ) -> None:
        super().__init__()
        self.context, self.runs = context, runs
        self.output, self.workers, self.reads_stdin, self.results = output, workers, reads_stdin, results
        self.cluster = cluster
