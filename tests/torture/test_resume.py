"""A checkpoint is for one run: with any other setting or other data it is refused, and stays."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, NamedTuple

import click
import pytest

from cli.commands import cli
from cli.options.cluster import OWN as OF_CLUSTERS
from tests.processes import wait_for
from tests.torture.trainings import EVERY, Work

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool
    from tests.conftest import Figure

# What changes nothing that is learnt, and what only says where the data are.
FREE = {"workers", "checkpoint", "checkpoint_every", "resume", "dry_run", "output", "files", "help"}
FREE |= {"autotune", "autotune_metric"}  # which take no checkpoint
FREE |= {"seeds", "grid", "results"}  # of several trainings, each of which has its own settings
FREE |= set(OF_CLUSTERS)  # where something is learnt
FREE |= {
    "quiet",
    "verbose",
    "no_progress",
    "log_json",
    "format_",
    "input_format",
    "field",
    "errors",
    "encoding",
}
BY_DATA = {"valid", "update", "phrase_threshold", "vectors", "columns", "text", "dictionary"}
BY_DATA |= {"targets", "valid_targets"}
# Taken with another option only, by which a checkpoint is refused.
WITH_OTHERS = {"direct", "minn", "maxn", "task", "grow", "rounds", "many_slices"}
# Of another method than that which is trained, and therefore idle.
_OF_RNN = {"method", "cell", "layers", "hidden", "embed_dim", "chars"}
OF_OTHERS = {
    "tag-train": _OF_RNN,
    "tag-train --method both": {"method"},
    "classify-train": _OF_RNN | {"pool", "word_dropout", "dropout", "clip", "batch_size"},
    "classify-train --method rnn": {"method", "ngrams", "subwords", "buckets", "dim", "quantize"},
}
FIELDS = {"phrases": "phrase_threshold", "slices": "lr"}  # what differs first


class Begun(NamedTuple):
    """A training that was killed, and what it left in its checkpoint."""

    work: Work
    folder: Path
    checkpoint: bytes


@pytest.fixture(scope="module", params=EVERY)
def begun(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Begun:
    folder: Path = tmp_path_factory.mktemp("begun")
    work, checkpoint = Work.written(request.param, folder), folder / "model.ckpt"
    process = work.start(folder / "model", *work.training.endless, "--checkpoint-every", "0.02")
    wait_for(checkpoint.exists)
    process.signalled(signal.SIGKILL)
    return Begun(work, folder, checkpoint.read_bytes())


def refused(begun: Begun, nlptool: Nlptool, field: str, words: list[str]) -> None:
    checkpoint = begun.folder / "model.ckpt"
    checkpoint.write_bytes(begun.checkpoint)
    status, _, stderr = nlptool(*words, "-q")
    assert status == 1, stderr
    assert f"{checkpoint}: a checkpoint of another run: its {field} is " in stderr
    assert f"delete {checkpoint} to start" in stderr
    assert stderr.count("\n") == 1
    assert checkpoint.read_bytes() == begun.checkpoint


def test_every_option_is_looked_at(begun: Begun, nlptool: Nlptool, figure: Figure) -> None:
    """Each option of the command either shapes the model, and is compared, or is known to change nothing."""
    work, others = begun.work, begun.work.training.others
    command = cli.get_command(click.Context(cli), work.command)
    assert command
    names = {parameter.name: parameter for parameter in command.params if parameter.name}
    assert names.keys() - FREE - BY_DATA - WITH_OTHERS - OF_OTHERS.get(work.name, set()) == set(others)
    for name, value in others.items():
        option = [names[name].opts[0], *([] if value is True else [str(value)])]
        words = work.words(begun.folder / "model", *work.training.endless, *option)
        refused(begun, nlptool, FIELDS.get(name, name), words)
    words = work.words(begun.folder / "model", *work.training.endless)
    for name, file in (("data", work.text), ("valid", work.valid)):
        other = begun.folder / f"other-{name}"
        other.write_bytes(file.read_bytes().replace(b"w1 ", b"w2 ", 1))
        refused(begun, nlptool, name, [str(other) if word == str(file) else word for word in words])
    figure(3, f"{work.name}: {len(others)} options, its text and its held-out text, each one by name")
