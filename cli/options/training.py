"""Options that every training command has, handed to it as one `training: Training`."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.io.streams import ARPA, COMPRESSIONS, ending_of
from cli.options.cluster import OPTIONS as OPTIONS_OF_CLUSTERS
from cli.options.cluster import Cluster, pop_cluster
from cli.options.common import chosen_options, making
from cli.options.cores import usable_cores
from cli.options.help import OUTPUT, all_of, option
from cli.options.replacing import refuse_replaced
from cli.options.sweep import OPTIONS as OPTIONS_OF_SWEEPS
from cli.options.sweep import refuse_or_sweep
from nlp.settings import DATA, TRAINING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cli.io.streams import Streams
    from cli.options.help import Command

AUTO, MAX_WORKERS = "auto", 64
CHECKPOINT_SECONDS = 300.0
"""Between two checkpoints, where the user asked for some but not how often."""


class Workers(click.IntRange):
    """A number of processes; `auto` is that of the cores that this one may use."""

    def __init__(self) -> None:
        super().__init__(1, MAX_WORKERS)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number."""
        return min(usable_cores(), MAX_WORKERS) if value == AUTO else super().convert(value, param, ctx)


@dataclass(frozen=True)
class Training:
    """How a training is run; of all this, only `valid` and `patience` change what is learnt."""

    output: str
    """A dry run without one names a device, beside which nothing is written."""
    workers: int
    valid: str | None
    patience: int | None
    checkpoint: str | None
    checkpoint_every: float
    resume: bool
    dry_run: bool
    cluster: Cluster | None = None


_OPTIONS = [
    option(
        "--workers",
        type=Workers(),
        metavar="N",
        default=AUTO,
        group=TRAINING,
        help="Processes to train with, auto: one for each core; the model is the same for any number.",
    ),
    option(
        "--valid",
        metavar="FILE",
        group=DATA,
        help="Held-out text: its loss is shown after each epoch, and the best epoch's weights are kept.",
    ),
    option(
        "--patience",
        type=click.IntRange(1),
        group=TRAINING,
        help="Stop after this many epochs in a row without a new best on --valid.",
    ),
    option(
        "--checkpoint",
        metavar="FILE",
        group=OUTPUT,
        show_default="OUTPUT.ckpt with --resume or --checkpoint-every",
        help="Save the state of the training to FILE.",
    ),
    option(
        "--checkpoint-every",
        metavar="SECONDS",
        type=click.FloatRange(0, min_open=True),
        group=OUTPUT,
        show_default=f"{CHECKPOINT_SECONDS:g}",
        help="Save the checkpoint every SECONDS.",
    ),
    option(
        "--resume",
        is_flag=True,
        group=OUTPUT,
        help="Go on from the checkpoint; without one, start from the beginning.",
    ),
    option(
        "--dry-run",
        is_flag=True,
        group=OUTPUT,
        help="Estimate the memory, disk space and time needed; save no model. Needs no -o.",
    ),
]


def training_options(function: Command) -> Command:
    """The options of a training command, as one `training`; those that are settings go to it by name."""
    return making(all_of([*_OPTIONS, *OPTIONS_OF_SWEEPS, *OPTIONS_OF_CLUSTERS])(function), _make_training)


def _make_training(options: dict[str, Any]) -> None:
    names, streams = Training.__dataclass_fields__.keys() - {"output", "cluster"}, options["streams"]
    cluster = pop_cluster(options)
    training = _training(streams, **{name: options.pop(name) for name in names})
    _check_files(training, streams.input.paths)
    is_plain = training.checkpoint is None and not training.dry_run
    refuse_or_sweep(options, training.output, training.workers, training.valid, cluster, is_plain=is_plain)
    options["training"] = replace(training, cluster=cluster and _usable(cluster, options))


def _usable(cluster: Cluster, options: Mapping[str, Any]) -> Cluster | None:
    """The cluster, if it can help one training: its slices. Raises: UsageError where it was asked for."""
    if options.get("slices", 1) > 1:
        return cluster
    if not chosen_options("cluster"):  # the environment names it for whatever can use it
        return None
    remedy = "--slices 16, which changes the model, or " if "slices" in options else ""
    raise click.UsageError(
        f"--cluster: the steps of one training are too short for it; give {remedy}--seeds or --grid"
    )


def required_output(streams: Streams) -> str:
    """The file that a model goes to. Raises: UsageError where none is named."""
    output = streams.output
    if not output or output == "-":
        raise click.UsageError("Missing option '-o' / '--output': a model is binary; name its file")
    if Path(output).suffix.lower() in COMPRESSIONS and ending_of(output) != ARPA:
        warning = "a compressed model has to be decompressed before use, since it is mapped into memory"
        streams.console.warn(f"{output}: {warning}")
    return output


def _training(
    streams: Streams, *, checkpoint: str | None, checkpoint_every: float | None, resume: bool, **others: Any
) -> Training:
    """Fill in the defaults. Raises: UsageError for options that do not go together."""
    needs_none = others["dry_run"] and streams.output in {None, "-"}
    output = os.devnull if needs_none else required_output(streams)
    if others["patience"] is not None and others["valid"] is None:
        raise click.UsageError("--patience needs --valid: text on which to see that nothing gets better")
    if checkpoint is None and not needs_none and (resume or checkpoint_every is not None):
        checkpoint = f"{output}.ckpt"
    if checkpoint is not None and Path(checkpoint).suffix.lower() in COMPRESSIONS:
        raise click.UsageError(
            f"--checkpoint {checkpoint}: a checkpoint cannot be compressed; name it otherwise"
        )
    if checkpoint is not None and os.path.realpath(checkpoint) == os.path.realpath(output):
        raise click.UsageError("--checkpoint and --output name the same file")
    every = CHECKPOINT_SECONDS if checkpoint_every is None else checkpoint_every
    return Training(output=output, checkpoint=checkpoint, checkpoint_every=every, resume=resume, **others)


def _check_files(training: Training, inputs: Sequence[str]) -> None:
    """Fail now rather than after hours of work: for text that is missing, or that would be overwritten.

    Raises: UsageError where a text would be written over; OSError for held-out text that cannot be read.
    """
    valid = training.valid
    if training.checkpoint:
        refuse_replaced("--checkpoint", training.checkpoint, filter(None, (*inputs, valid)))
    if valid not in {None, "-"} and not os.access(Path(valid), os.R_OK):
        missing = errno.EACCES if Path(valid).exists() else errno.ENOENT
        raise OSError(missing, os.strerror(missing), valid)
