"""What all training commands do once their text is read: warn, estimate or train, save, tell the figures."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import nlp
from cli.io.storage import storage_directory
from cli.io.writing import open_binary_output
from cli.signals import Ended
from cli.training.checkpoints import Checkpoints
from cli.training.estimates import estimate, foretell, has_memory, tell_estimate
from cli.training.progress import figures_of, log_json, perplexity_of, training_progress
from cli.training.written import tell_written
from nlp.training.loop import Curves, Watch, train

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.training import Training
    from nlp.storage.model_file import BinaryWriter
    from nlp.training.learner import Learner
    from nlp.training.progress import Progress


class Hashed(Protocol):
    """A text of which the SHA-256 is known, in hex."""

    @property
    def sha256(self) -> str:
        """Of the text in UTF-8."""


@dataclass(frozen=True)
class Command:
    """What a training command was asked for, whatever it trains."""

    streams: Streams
    console: Console
    training: Training

    @property
    def directory(self) -> str:
        """The folder for the encoded text: that of the output, where there is room for large files."""
        return storage_directory(self.training.checkpoint or self.training.output)

    def goes_on(self, size: Mapping[str, Any], least: int) -> bool:
        """Whether a model of this `size`, with the `least` memory that it takes, is to be made.

        A dry run says here what is known before that.
        """
        if self.training.dry_run:
            return foretell(self.streams, size, least)
        return has_memory(self.console, least) or True  # what is warned of may be swapped


def provenance(text: Hashed, **counts: int) -> dict[str, Any]:
    """What a model tells of its making: the version of nlptool; sizes and the SHA-256 of its text."""
    return {"nlptool": nlp.__version__, "corpus": {**counts, "sha256": text.sha256}}


@dataclass(frozen=True)
class Job:
    """A training that is ready to start.

    Attributes: `learner`; `size`, the figures that an estimate begins with; `kind` of its checkpoints and
    `identity`, every setting and the hash of the data; `steps_of`, what a step consists of, and `size_of`,
    how large the model is, in words; `unit`, what a text is counted in; whether a loss in nats a prediction
    `has_perplexity`; `save`, which writes the model;
    `advice` before training; `result`, which is made of the curves once, and of which `advice_after` the
    training and the further figures of `compare` are told.
    """

    learner: Learner[Any]
    size: Mapping[str, Any]
    kind: str
    identity: Mapping[str, Any]
    steps_of: str
    size_of: str
    unit: str
    result: Callable[[Curves], Any]
    save: Callable[[BinaryWriter, Any], None]
    has_perplexity: bool = True
    advice: Iterable[str] = ()
    advice_after: Callable[[Any], Iterable[str]] = lambda _: ()
    compare: Callable[[Any], Mapping[str, Any]] = lambda _: {}


def run(job: Job, command: Command) -> None:
    """Train and save; with --dry-run only estimate what that would take."""
    training, console = command.training, command.console
    for advice in job.advice:
        console.warn(advice)
    if training.dry_run:
        tell_estimate(estimate(job.learner, job.size, training.workers), command.streams)
        return
    checkpoints = Checkpoints.of(training, job.kind, {**job.identity, "patience": training.patience})
    team = job.learner.processes(training.workers)
    allowed = f" ({training.workers} allowed)" if team < training.workers else ""
    console.note(f"workers: {team}{allowed}, for {job.steps_of}")
    resume = partial(checkpoints.load, resume=training.resume, console=console)
    last: dict[str, Any] = {}
    is_text = job.has_perplexity and job.unit == "tokens"
    with (
        _telling_its_fate(checkpoints, console),
        training_progress(console, unit=job.unit, perplexity=is_text) as report,
        checkpoints.guarding(),
    ):

        def on_progress(progress: Progress) -> None:
            last.update(figures_of(progress))
            report(progress)

        watch = Watch(on_progress, checkpoints.on_boundary, checkpoints.at_rest, resume)
        curves = train(job.learner, training.workers, watch, training.patience)
    result = job.result(curves)
    for advice in job.advice_after(result):
        console.warn(advice)
    with checkpoints.until_in_place(), open_binary_output(training.output) as writer:
        job.save(writer, result)
    tell_written(console, training.output, job.size_of)
    figures = {**figures_of_curves(curves, has_perplexity=job.has_perplexity), **job.compare(result)}
    console.figures = {**last, **figures}
    if console.log_json:
        log_json(**console.figures, done=True)


def figures_of_curves(curves: Curves, *, has_perplexity: bool = True) -> dict[str, Any]:
    """The final figures of a training."""
    figures = curves.figures()
    if curves.valid_loss is not None:
        figures["valid_loss"] = curves.valid_loss
        if has_perplexity:
            figures["valid_perplexity"] = perplexity_of(curves.valid_loss)
    return figures


@contextmanager
def _telling_its_fate(checkpoints: Checkpoints, console: Console) -> Iterator[None]:
    """Say of a training that a signal ends whether it is saved, and how to go on."""
    try:
        yield
    except Ended:
        what = f"stopped; {checkpoints.fate()}"
        console.tell(what, {"stopped": what})
        raise
