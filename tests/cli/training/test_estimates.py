"""What a dry run measures."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cli.training import estimates
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


@pytest.mark.parametrize(
    ("seconds_of_steps", "measured", "told"),
    [
        ([5.0] + [0.5] * 10, 1, 5.0),  # slow: one step is enough
        ([1.0] * 10, 2, 1.0),
        ([0.3] * 5 + [0.01] * 300, 205, 0.01),  # the first few warm up
    ],
)
def test_slow_steps_are_measured_no_longer_than_needed(
    seconds_of_steps: list[float], measured: int, told: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr("time.perf_counter", lambda: now)
    watch = estimates._StopWatch()
    done = 0
    with pytest.raises(estimates._EnoughError):  # noqa: PT012  how many steps it takes is the question
        for seconds in seconds_of_steps:
            now += seconds
            done += 1
            watch.on_boundary(None)
    assert done in {measured, measured + 1}  # sums of floats
    assert watch.seconds_per_step == pytest.approx(told, rel=0.01)
