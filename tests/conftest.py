"""What every test may ask for."""

from __future__ import annotations

import gc
import os
import signal
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests import clusters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Figure = Callable[[int, str], None]

# What passes once passes again: properties are tried on the same examples each time, but on new ones where
# hours are spent on finding what nobody thought of.
hypothesis.settings.register_profile("same examples", derandomize=True)
hypothesis.settings.register_profile("new examples")
hypothesis.settings.load_profile("new examples" if os.environ.get("NLPTOOL_TORTURE") else "same examples")

os.environ["LANGUAGE"] = "C"  # what nlptool says is compared in English, whatever the locale

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


@cache
def covered_files() -> dict[Path, Path]:
    """The files that may never lose data, and the test of each: only there is coverage measured."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    files = map(Path, config["tool"]["coverage"]["run"]["include"])
    return {ROOT / file: ROOT / "tests" / file.with_name(f"test_{file.name}") for file in files}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real corpora; tests that measure on it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real corpora, ../shared/data, is not here")
    return SHARED


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster of two workers, which are there again soon after they have died."""
    folder: Path = tmp_path_factory.mktemp("cluster")
    with (
        clusters.scheduler(folder / "scheduler") as address,
        clusters.workers(folder / "workers", address, "--nworkers", "2"),
    ):
        yield address


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Tell what was measured of the promise with this number; the end of the run shows it."""
    return lambda promise, measured: record_property("promise", (promise, measured))


def pytest_configure() -> None:
    """Take signals as on a terminal: a shell's background job has ^C ignored, and nohup hang-ups.

    The commands under test would inherit that, and rightly never end by them.
    """
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Coverage is measured in a run of the mirrors alone: it would slow down the collection of all others."""
    told = "run only the tests that mirror a file whose coverage is measured, or none of them"
    parser.addoption("--mirrors", choices=("only", "none"), help=told)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what `--mirrors` does not ask for."""
    asked = config.getoption("mirrors")
    if asked is None or collection_path.is_dir():
        return None
    return (collection_path in covered_files().values()) == (asked == "none") or None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the longest test of all."""
    items.sort(key=lambda item: item.path.name != "test_readme.py")


def pytest_collection_finish() -> None:
    """What is there now stays there: no collection of garbage needs to look at it, in forks least of all."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each promise of `tests.torture.promises` that this run has tested."""
    from tests.torture.promises import summary

    reports = [report for group in ("passed", "failed") for report in terminalreporter.stats.get(group, [])]
    lines = summary([report for report in reports if isinstance(report, pytest.TestReport)])
    if lines:
        terminalreporter.section("promises")
        for line in lines:
            terminalreporter.write_line(line)
