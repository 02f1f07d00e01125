"""`--seeds` and `--grid`: one training command as several trainings, with other seeds and settings."""

from __future__ import annotations

import re
from difflib import get_close_matches
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import click

from cli.console import flag_of
from cli.io.printers import JSONL, TSV
from cli.io.streams import ending_of
from cli.options.common import chosen_names
from cli.options.help import OUTPUT, option
from cli.options.runs import Run, Sweep
from cli.options.stdin import STDIN_NAMES
from cli.options.suggestions import did_you_mean, no_such
from nlp.settings import DATA, MODEL, TRAINING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.options.cluster import Cluster

MOST_RUNS = 10_000
OWN = ("seeds", "grid", "results")
"""The options of a sweep by name."""
ALONE = {"seeds": None, "grid": (), "results": None}
"""What they are in one of its trainings."""
_SETTINGS = (DATA, MODEL, TRAINING)
_NOT_VARIED = ("workers", "valid", "input_format", "encoding", "errors", "field", *OWN)


class Seeds(click.ParamType[tuple[int, ...]]):
    """Numbers and ranges of them, with commas between: 1-3,7."""

    name = "seeds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The numbers in their order, each once."""
        if isinstance(value, tuple):
            return value
        seeds: list[int] = []
        for part in str(value).split(","):
            found = re.fullmatch(r"\s*([0-9]{1,18})(?:-([0-9]{1,18}))?\s*", part)
            first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
            if last < first:
                self.fail(f"{value!r} is no list of seeds; write 1-5, or 1,2,7", param, ctx)
            if last - first >= MOST_RUNS:
                self.fail(f"{value!r} are more than {MOST_RUNS:,} seeds; write fewer", param, ctx)
            seeds += range(first, last + 1)
        return tuple(dict.fromkeys(seeds))


OPTIONS = [
    option(
        "--seeds",
        type=Seeds(),
        metavar="1-5",
        group=TRAINING,
        help="Train once with each seed, side by side; the model that is best on --valid is written.",
    ),
    option(
        "--grid",
        metavar="NAME=V1,V2",
        multiple=True,
        group=TRAINING,
        show_default=False,
        help="Train with each of these values of an option, side by side; repeated, with all combinations.",
    ),
    option(
        "--results",
        metavar="FILE",
        group=OUTPUT,
        help="With --seeds or --grid: the figures of each training, as TSV or JSONL by the file's ending.",
    ),
]


def refuse_or_sweep(
    options: dict[str, Any],
    output: str,
    workers: int,
    valid: str | None,
    cluster: Cluster | None,
    *,
    is_plain: bool,
) -> None:
    """Take the options of a sweep out of the options of a command; `is_plain`: it trains, and saves no more.

    Raises: Sweep, where they ask for one; UsageError for what does not go together
    """
    context = click.get_current_context()
    seeds, grid, results = (options.pop(name) for name in OWN)
    if not seeds and not grid:
        if results is not None:
            raise click.UsageError("--results is of several trainings; give --seeds or --grid")
        return
    if valid is None:
        raise click.UsageError("--seeds and --grid need --valid: text that tells which model is best")
    if not is_plain:
        raise click.UsageError(
            "--seeds and --grid do not go together with a checkpoint or --dry-run; train once for these"
        )
    if results is not None and ending_of(results) not in {".tsv", ".jsonl"}:
        raise click.UsageError(f"--results {results}: name a file that ends in .tsv or .jsonl")
    axes = [_axis(context, one) for one in grid]
    if seeds:
        axes.append(("seed", [(str(seed), seed) for seed in seeds]))
    names = [name for name, _ in axes]
    for name in names:
        if names.count(name) > 1 or name in chosen_names():
            raise click.UsageError(f"{flag_of(name)} is told twice; leave one of the two out")
    if (count := prod(len(values) for _, values in axes)) > MOST_RUNS:
        raise click.UsageError(f"these are {count:,} trainings; at most {MOST_RUNS:,} run side by side")
    runs = [
        Run(
            {name: told for name, (told, _) in zip(names, some, strict=True)},
            {name: value for name, (_, value) in zip(names, some, strict=True)},
        )
        for some in product(*(values for _, values in axes))
    ]
    reads_stdin = _reads_stdin(options, valid, cluster)
    raise Sweep(
        context,
        runs,
        output=output,
        workers=workers,
        reads_stdin=reads_stdin,
        results=results,
        cluster=cluster,
    )


def _reads_stdin(options: Mapping[str, Any], valid: str, cluster: Cluster | None) -> bool:
    """Whether one of the files that are read is standard input. Raises: UsageError where a cluster reads."""
    texts = options["streams"].input.paths
    named = {*texts, valid, *(value for value in options.values() if isinstance(value, str))}
    if texts and named.isdisjoint(STDIN_NAMES):
        return False
    if cluster:
        raise click.UsageError("--cluster: its workers read the text by themselves; name files")
    return True


def results_format(results: str) -> str:
    """The format of the table."""
    return JSONL if ending_of(results) == ".jsonl" else TSV


def _axis(context: click.Context, told: str) -> tuple[str, list[tuple[str, Any]]]:
    """The name of an option and its values, each as it is written and as the command takes it.

    Raises: UsageError for what is no setting of the command, and for what is no value of it
    """
    flag, equals, listed = told.partition("=")
    name = flag.strip().lstrip("-").replace("-", "_")
    if not equals or not name or not listed:
        raise click.UsageError(f"--grid {told!r} does not say which values; write --grid hidden=128,256")
    varied = {
        one.name: one
        for one in context.command.params
        if isinstance(one, click.Option)
        and one.name
        and getattr(one, "group", None) in _SETTINGS
        and not one.multiple
        and not isinstance(one.type, click.Path)
        and one.name not in _NOT_VARIED
    }
    if name not in varied:
        near = get_close_matches(name, filter(None, varied), n=1)
        hint = did_you_mean(near) or "It takes the options of Data, Model and Training"
        raise click.UsageError(no_such("setting for --grid", flag.strip(), hint))
    parameter = varied[name]
    values = list(dict.fromkeys(part.strip() for part in listed.split(",")))
    return name, [(value, parameter.type_cast_value(context, value)) for value in values]
