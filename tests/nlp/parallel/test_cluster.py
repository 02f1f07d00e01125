"""Clusters of Dask: which are spoken to, which are refused, and what becomes of a map when machines die."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
import time
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import NlpError, SettingError
from nlp.parallel.cluster import Address, Certificates, cluster_engine
from tests import clusters
from tests.certificates import issue
from tests.conftest import ROOT
from tests.nlp.parallel import tasks
from tests.torture.trainings import patience

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTS = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}", fullmatch=True) | st.ip_addresses(v=4).map(str)
PORTS = st.integers(0, 65535)


@pytest.mark.parametrize(("told", "where"), [("local:1", "local:1"), ("local:007", "local:7")])
def test_a_cluster_of_this_machine_has_a_number_of_workers(told: str, where: str) -> None:
    address = Address.parse(told)
    assert (str(address), address.is_local, address.is_private) == (where, True, True)


@given(st.sampled_from(["tcp", "tls"]), HOSTS, PORTS)
def test_one_elsewhere_has_a_host_and_a_port(scheme: str, host: str, port: int) -> None:
    address = Address.parse(f"{scheme}://{host}:{port}")
    assert (str(address), address.is_local) == (f"{scheme}://{host}:{port}", False)
    assert (address.scheme, address.place) == (scheme, f"{host}:{port}")


BAD = [
    *(
        "",
        ":",
        "local",
        "local:",
        "local:0",
        "local:-1",
        "local:+2",
        "local: 2",
        "local:2.0",
        "local:1025",
        "local:2\n",
    ),
    *(
        "local:\N{SUPERSCRIPT TWO}",
        "local://2",
        "LOCAL:2",
        "tcp",
        "tcp:",
        "tcp://",
        "tcp://host",
        "tcp:host:1",
    ),
    *("tcp://:8786", "tcp://host:", "tcp://host:x", "tcp://host:-1", "tcp://host:65536", "http://host:80"),
    *("tcp://host:8786/", "tcp://host:\N{ARABIC-INDIC DIGIT ONE}", "tcp://a b:1", "tcp://::1:8786"),
    *("tcp://host\n:8786", "tcp://user@host:8786", "tcp:///host:1", f"tcp://host:{'1' * 5000}"),
    f"local:{'1' * 5000}",
]


@pytest.mark.parametrize("told", BAD, ids=lambda told: repr(told[:20]))
def test_what_is_no_address_is_refused(told: str) -> None:
    with pytest.raises(SettingError, match="no cluster has such an address; write local:2, tcp://HOST:PORT"):
        Address.parse(told)


@given(st.text())
def test_anything_is_an_address_that_reads_the_same_or_refused(told: str) -> None:
    try:
        address = Address.parse(told)
    except SettingError:
        return
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    ("told", "private"),
    [
        ("tcp://127.0.0.1:1", True),
        ("tcp://127.8.9.10:1", True),
        ("tcp://localhost:1", True),
        ("tcp://[::1]:1", True),
        ("tls://192.0.2.1:1", True),
        ("tls://elsewhere:1", True),
        ("tcp://192.0.2.1:1", False),
        ("tcp://0.0.0.0:1", False),
        ("tcp://[2001:db8::1]:1", False),
        ("tcp://elsewhere:1", False),
        ("tcp://localhost.elsewhere:1", False),
        ("tcp://127.0.0.1.elsewhere:1", False),
        ("tcp://2130706433:1", False),
    ],
)
def test_what_others_could_read_or_send_is_known(told: str, private: bool) -> None:
    assert Address.parse(told).is_private is private


def engaged(
    told: str, certificates: Certificates | None = None, *, insecure: bool = False, seconds: float = 30
) -> int:
    """The workers of a cluster."""
    with cluster_engine(Address.parse(told), certificates, insecure=insecure, seconds=seconds) as engine:
        return engine.workers


SOME = Certificates("ca.pem", "cert.pem", "key.pem")


@pytest.mark.parametrize(
    ("told", "certificates", "insecure", "message"),
    [
        ("tcp://192.0.2.1:1", None, False, "`insecure_cluster`"),
        ("tcp://192.0.2.1:1", SOME, False, "`insecure_cluster`"),
        ("tls://192.0.2.1:1", None, False, "needs `tls_ca`, `tls_cert` and `tls_key`"),
        ("tls://192.0.2.1:1", None, True, "needs `tls_ca`, `tls_cert` and `tls_key`"),
        ("tcp://127.0.0.1:1", SOME, False, "is no tls:// address"),
        ("tcp://192.0.2.1:1", SOME, True, "is no tls:// address"),
        ("local:1", SOME, False, "is no tls:// address"),
    ],
)
def test_what_anybody_could_listen_to_is_refused(
    told: str, certificates: Certificates | None, insecure: bool, message: str
) -> None:
    with pytest.raises(SettingError) as caught:
        engaged(told, certificates, insecure=insecure)
    assert message in caught.value.message.named(lambda name: f"`{name}`")  # type: ignore[attr-defined]


@contextmanager
def in_one_line(capfd: pytest.CaptureFixture[str], message: str, seconds: float = 10) -> Iterator[None]:
    """An error of one line, soon, and nothing on stderr."""
    before = time.monotonic()
    with pytest.raises(NlpError, match=message) as caught:
        yield
    assert time.monotonic() - before < patience(3 * seconds)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_where_nobody_listens_is_told_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:  # but it does not listen
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with in_one_line(capfd, rf"^tcp://127\.0\.0\.1:{port}: nobody listens there; start the scheduler"):
            engaged(f"tcp://127.0.0.1:{port}")


def test_no_thread_is_left(cluster: str) -> None:
    before = threading.enumerate()
    assert engaged(cluster) >= 1
    assert threading.enumerate() == before


def pids(folder: Path) -> list[int]:
    """Of the processes that have begun a task, see `tasks.lasting`."""
    return [int(path.name.partition("-")[2]) for path in sorted(folder.iterdir())]


def test_killed_workers_change_no_result(cluster: str, tmp_path: Path) -> None:
    with cluster_engine(Address.parse(cluster)) as engine:
        shared = engine.share(list(range(100)))
        results = engine.map(
            tasks.lasting_of, [(str(tmp_path), shared, number, 0.05) for number in range(40)]
        )
        first = [next(results) for _ in range(5)]
        for worker in set(pids(tmp_path)):
            os.kill(worker, signal.SIGKILL)
        assert list(chain(first, results)) == list(range(40))
    assert len(set(pids(tmp_path))) >= 3


def test_a_task_that_always_ends_its_worker_is_told(cluster: str, capfd: pytest.CaptureFixture[str]) -> None:
    with cluster_engine(Address.parse(cluster)) as engine:
        results = engine.map(tasks.deadly, [(number,) for number in range(4)])
        with in_one_line(capfd, r"^a task ended 4 workers of tcp://.*; is there memory for it\?$", 30):
            list(results)
        assert list(engine.map(tasks.squared, [(3,)])) == [9]


def test_a_worker_that_differs_is_refused_by_name(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Before it comes, there is none, which is told too."""
    other = tmp_path / "other"
    for package in ("nlp", "corpora"):
        shutil.copytree(ROOT / package, other / package, ignore=shutil.ignore_patterns("*.model"))
    for package in ("cli", "tests"):
        (other / package).symlink_to(ROOT / package)
    with clusters.scheduler(tmp_path / "scheduler") as told:
        with in_one_line(capfd, f"^{told}: no answer, or no workers, within 0\\.2 s"):
            engaged(told, seconds=0.2)
        with (
            clusters.workers(tmp_path / "workers", told, "--no-nanny", roots=[other]),
            cluster_engine(Address.parse(told)) as engine,
        ):
            message = r"^the worker tcp://127.0.0.1:\d+ is unlike this machine: nlptool \w+, here \w+; make"
            with in_one_line(capfd, message):
                list(engine.map(tasks.squared, [(1,)] * 5))


def test_a_scheduler_that_dies_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with (
        clusters.scheduler(tmp_path / "scheduler") as told,
        clusters.workers(tmp_path / "workers", told, "--no-nanny", "--death-timeout", "1"),
        cluster_engine(Address.parse(told)) as engine,
    ):
        results = engine.map(tasks.lasting, [(str(tmp_path), number, 0.05) for number in range(60)])
        assert next(results) == 0
        os.kill(engine._client.run_on_scheduler(os.getpid), signal.SIGKILL)
        with in_one_line(capfd, f"^{told}: the scheduler is gone, or does not answer; start it again$"):
            list(results)
        with in_one_line(capfd, f"^{told}: the scheduler is gone"):
            list(engine.map(tasks.squared, [(1,)]))
        closing = time.monotonic()
    assert time.monotonic() - closing < 8
    assert capfd.readouterr() == ("", "")


def test_an_error_of_the_system_in_a_task_is_its_own(cluster: str) -> None:
    """Also one by which a connection of the cluster itself would fail."""
    with cluster_engine(Address.parse(cluster)) as engine:
        with pytest.raises(TimeoutError, match="of a disk"):
            list(engine.map(tasks.timing_out, [("of a disk",)]))
        with pytest.raises(FileNotFoundError) as caught:
            list(engine.map(tasks.noting, [("/no/folder", 1)]))
        assert caught.value.filename == "/no/folder/1"


def test_only_who_has_a_certificate_of_the_authority_is_spoken_to(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ours, others = issue(tmp_path / "ours"), issue(tmp_path / "others")
    with (
        clusters.scheduler(tmp_path / "scheduler", ours) as told,
        clusters.workers(tmp_path / "workers", told, "--no-nanny", certificates=ours),
    ):
        assert told.startswith("tls://")
        with cluster_engine(Address.parse(told), ours) as engine:
            assert list(engine.map(tasks.squared, [(3,), (4,)])) == [9, 16]
        mixed = Certificates(ours.authority, others.certificate, others.key)
        for wrong in (others, mixed):
            with in_one_line(capfd, f"^{told}: no secure connection \\(.*\\); check the certificates$", 15):
                engaged(told, wrong)
        with in_one_line(capfd, "^tcp://.*: (no answer|what listens there speaks otherwise)", 15):
            engaged(told.replace("tls", "tcp"))
        missing = Certificates(ours.authority, ours.certificate, str(tmp_path / "none.pem"))
        with pytest.raises(FileNotFoundError) as caught:
            engaged(told, missing)
        assert caught.value.filename == missing.key
        broken = Certificates(ours.authority, ours.certificate, ours.certificate)
        with in_one_line(capfd, f"^{told}: no secure connection"):
            engaged(told, broken)
