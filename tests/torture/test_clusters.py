"""Workers of a cluster that are killed again and again: the bytes are those of the plain command."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from nlp.parallel.cluster import Address, cluster_engine
from tests.cli.running import NLPTOOL, TIMEOUT, environment, run
from tests.torture.promises import IS_LONG

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Figure

KILLS = 200 if IS_LONG else 4
PARTS = 10


def pids(cluster: str) -> list[int]:
    """The workers that are there now."""
    with cluster_engine(Address.parse(cluster)) as engine:
        found: dict[str, int] = engine._client.run(os.getpid, on_error="ignore")
    return list(found.values())


def test_killed_workers_do_not_change_a_byte(cluster: str, tmp_path: Path, figure: Figure) -> None:
    """At random moments: while they wait, compute or tell a result. A part may meet three deaths."""
    text, target = tmp_path / "text", tmp_path / "output"
    line = "The king rode out at dawn; isn't it 3.14?\n"
    text.write_text("".join(f"{number} {line}" for number in range(PARTS * (1 << 18) // len(line))))
    command = ["tokenize", str(text)]
    expected = run(*command).stdout
    generator = random.Random(1)  # noqa: S311
    kills = runs = 0
    while kills < KILLS:
        victims = pids(cluster)
        with subprocess.Popen(
            [*NLPTOOL, *command, "--cluster", cluster, "-o", str(target)],
            stderr=subprocess.PIPE,
            env=environment(),
        ) as process:
            for victim in victims[: KILLS - kills]:
                time.sleep(generator.uniform(0.2, 1))
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                    kills += 1
            _, stderr = process.communicate(timeout=TIMEOUT)
        assert (process.returncode, stderr) == (0, b"")
        assert target.read_bytes() == expected
        target.unlink()
        runs += 1
    figure(19, f"{kills} kills of workers in {runs} runs changed no byte")
