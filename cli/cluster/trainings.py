"""Several trainings side by side on a cluster: each is the training that it would be alone, to the byte."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.cluster.command_line import CommandLine
from cli.console import Console
from cli.io.storage import storage_directory
from cli.options.sweep import ALONE
from cli.training.sweep import Trained, figures_kept
from nlp.errors import DivergedError
from nlp.storage.temporary import UnnamedFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cli.options.cluster import Cluster
    from cli.options.runs import Sweep
    from nlp.parallel.engine import Engine


@contextmanager
def on_cluster(cluster: Cluster, sweep: Sweep) -> Iterator[Iterator[Trained]]:
    """The runs in their order, each by one worker of a cluster.

    Raises: what a run raises; ClusterError; WorkerError
    """
    with cluster.engine() as engine:
        yield _each(sweep, engine)


def _each(sweep: Sweep, engine: Engine) -> Iterator[Trained]:
    line = CommandLine.of(sweep.context)
    results = engine.map(_train, ((line, dict(run.values)) for run in sweep.runs))
    for number, (told, written) in enumerate(results):
        model = UnnamedFile(storage_directory(sweep.output))
        model.append(written)
        yield Trained(number, told, model)


def _train(line: CommandLine, values: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Be one of the trainings: its figures and its model; nothing where it diverges."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "model"
        settings = {**ALONE, **values, "output": str(output), "workers": 1}
        with line.context(Console(), **settings) as context:
            try:
                context.command.invoke(context)
            except DivergedError:
                return {}, b""
            return figures_kept(context.params["console"].figures), output.read_bytes()
