from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from cli.options.cores import usable_cores

if TYPE_CHECKING:
    from pathlib import Path

CORES = 8
VERSION_2 = "0::/a/b\n"
VERSION_1 = "2:name=systemd:/x\n1:cpu,cpuacct:/a/b\n0::/\n"


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(CORES)), raising=False)


def system(folder: Path, membership: str, files: dict[str, str]) -> Path:
    """A root folder in which a process is a member of these control groups, which have these files."""
    for name, text in {"proc/self/cgroup": membership, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("quota", "cores"),
    [
        ("max 100000", CORES),
        ("200000 100000", 2),
        ("250000 100000 0", 3),
        ("50000 100000", 1),
        ("1000 100000", 1),
        ("9900000 100000", CORES),
        ("", CORES),
        ("what the future brings", CORES),
    ],
)
def test_a_control_group_leaves_as_many_cores_as_its_quota_fills(
    quota: str, cores: int, tmp_path: Path
) -> None:
    assert usable_cores(system(tmp_path, VERSION_2, {"sys/fs/cgroup/a/b/cpu.max": f"{quota}\n"})) == cores


@pytest.mark.parametrize(("quota", "cores"), [(-1, CORES), (200_000, 4), (75_000, 2), (10_000, 1)])
def test_so_does_one_of_the_first_version(quota: int, cores: int, tmp_path: Path) -> None:
    group = "sys/fs/cgroup/cpu/a/b"
    files = {f"{group}/cpu.cfs_quota_us": f"{quota}\n", f"{group}/cpu.cfs_period_us": "50000\n"}
    assert usable_cores(system(tmp_path, VERSION_1, files)) == cores


@pytest.mark.parametrize(("membership", "mount"), [(VERSION_2, ""), ("1:cpu:/a/b\n", "cpu/")])
def test_the_tightest_group_around_counts(membership: str, mount: str, tmp_path: Path) -> None:
    files = {"": "max 100000", "a/": "300000 100000", "a/b/": "400000 100000"}
    named = {f"sys/fs/cgroup/{mount}{group}cpu.max": text for group, text in files.items()}
    assert usable_cores(system(tmp_path, membership, named)) == 3


def test_in_a_container_the_outermost_group_is_asked(tmp_path: Path) -> None:
    files = {"sys/fs/cgroup/cpu.max": "100000 100000\n"}
    assert usable_cores(system(tmp_path, "0::/made/by/its/host\n", files)) == 1


def test_groups_that_limit_no_processors_are_not_asked(tmp_path: Path) -> None:
    files = {"sys/fs/cgroup/cpu/a/b/cpu.max": "100000 100000\n"}
    assert usable_cores(system(tmp_path, "3:cpuset:/a/b\n", files)) == CORES


def test_without_control_groups_the_affinity_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert usable_cores(tmp_path) == CORES
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    assert usable_cores(tmp_path) == 5
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert usable_cores(tmp_path) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere are no control groups")
def test_here_there_is_one_at_least() -> None:
    assert 1 <= usable_cores() <= CORES
