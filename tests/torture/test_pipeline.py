"""The Makefile that ships as an example, killed again and again: the next `make` goes on."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import environment
from tests.conftest import ROOT
from tests.torture.promises import IS_LONG

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Figure

KILLS = 50 if IS_LONG else 8
MAKEFILE = ROOT / "corpora" / "pipeline" / "Makefile"
SETTINGS = {
    "NLPTOOL": f"{sys.executable} -W error -m cli.main",
    "CHECKPOINT_EVERY": "0.05",
    "VECTOR_OPTIONS": "--min-count 3 --dim 16 --epochs 30",
}


def start(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    """Start `make` in a process group of its own."""
    words = ["make", "-j2", "-f", str(MAKEFILE), *(f"{name}={value}" for name, value in SETTINGS.items())]
    return subprocess.Popen(
        [*words, *more],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env=environment(),
    )


def made(folder: Path, *more: str) -> str:
    with start(folder, *more) as process:
        output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output.decode()
    return output.decode()


def outputs(folder: Path) -> dict[str, bytes]:
    """What is in the build; a kill just after a training may leave its checkpoint."""
    files = (folder / "build").iterdir()
    return {path.name: path.read_bytes() for path in files if path.suffix != ".ckpt"}


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_kills_of_make_do_not_change_a_bit(tmp_path: Path, figure: Figure) -> None:
    generator = random.Random(6)  # noqa: S311
    before = time.monotonic()
    made(tmp_path)
    seconds = time.monotonic() - before
    expected = outputs(tmp_path)
    assert len(expected) == 20
    assert json.loads(expected["tags.json"])["accuracy"] > 0.9
    kills, whole, build = 0, 0, tmp_path / "build"
    shutil.rmtree(build)
    while kills < KILLS:
        with start(tmp_path) as process:
            try:
                process.communicate(timeout=generator.uniform(0.02, 0.5) * seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                kills += 1
                continue
        assert process.returncode == 0
        assert outputs(tmp_path) == expected
        whole += 1
        shutil.rmtree(build)
    made(tmp_path)
    assert outputs(tmp_path) == expected
    assert "nothing to be done" in made(tmp_path).lower()
    figure(1, f"make -j2: {kills} kills, {whole + 1} whole builds of {len(expected)} files, 0 bytes differ")
