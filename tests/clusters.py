"""Schedulers and workers of Dask as a user starts them: processes of this machine, at free ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.processes import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nlp.parallel.cluster import Certificates

ROOT = Path(__file__).resolve().parent.parent

# A worker that died is there again in 0.2 s, not in 2: it is forked from a process that has the library.
_FORKED = {"DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "forkserver"}
# Should the tests themselves be killed, what they started ends all the same.
_ENDS_BY_ITSELF = "1 hour"


@contextmanager
def scheduler(folder: Path, certificates: Certificates | None = None) -> Iterator[str]:
    """A scheduler: its address."""
    told = folder / "scheduler.json"

    def is_told() -> bool:
        return told.exists() and told.read_text().endswith("}")

    options = ("--port", "0", "--scheduler-file", str(told), "--idle-timeout", _ENDS_BY_ITSELF)
    with _running(folder, [ROOT], "dask_scheduler", *options, *_protocol(certificates)) as process:
        wait_for(lambda: process.poll() is not None or is_told())
        assert process.poll() is None, (folder / "log").read_text()
        yield json.loads(told.read_text())["address"]


@contextmanager
def workers(
    folder: Path,
    address: str,
    *options: str,
    certificates: Certificates | None = None,
    roots: Sequence[Path] = (ROOT,),
) -> Iterator[None]:
    """Workers, which a scheduler has some time later; `roots` are where they find modules.

    Who dies is started again, unless `options` say otherwise.
    """
    given = (address, "--nthreads", "1", "--memory-limit", "0", "--local-directory", str(folder))
    with _running(folder, roots, "dask_worker", *given, *options, *_protocol(certificates)):
        yield


def _protocol(certificates: Certificates | None) -> list[str]:
    if certificates is None:
        return ["--protocol", "tcp"]
    files = certificates.authority, certificates.certificate, certificates.key
    names = "--tls-ca-file", "--tls-cert", "--tls-key"
    return ["--protocol", "tls", *(word for pair in zip(names, files, strict=True) for word in pair)]


@contextmanager
def _running(
    folder: Path, roots: Sequence[Path], module: str, *arguments: str
) -> Iterator[subprocess.Popen[bytes]]:
    folder.mkdir(parents=True, exist_ok=True)
    variables = {**os.environ, **_FORKED, "PYTHONPATH": os.pathsep.join(map(str, roots))}
    command = [sys.executable, "-m", f"distributed.cli.{module}", "--host", "127.0.0.1", "--no-dashboard"]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [*command, *arguments],
            stdout=log,
            stderr=log,
            cwd=folder,
            env=variables,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with the workers of a nanny: no farewells
