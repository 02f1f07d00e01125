"""What a dry run measures."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.running import environment


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere getrusage is all there is")
def test_memory_of_the_program_that_started_this_one_is_not_counted() -> None:
    child = "from cli.training.estimates import peak_bytes; print(peak_bytes())"
    parent = (
        "import subprocess, sys; large = b'x' * 300_000_000; "
        f"sys.exit(subprocess.run([sys.executable, '-c', {child!r}]).returncode)"
    )
    told = subprocess.run(
        [sys.executable, "-c", parent], capture_output=True, check=True, env=environment(), timeout=60
    )
    assert 5_000_000 < int(told.stdout) < 200_000_000
