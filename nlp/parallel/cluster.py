"""The engine that computes on a cluster of Dask (its library `distributed`): here, or on any machines.

Whoever reaches a port of Dask runs code as its owner: messages between client, scheduler and workers hold
pickled functions. So a cluster of this machine encrypts what it says and answers nobody without its key, and
one elsewhere is spoken to by TLS, or only where the user insists.

Source: Rocklin 2015, "Dask: parallel computation with blocked algorithms and task scheduling"
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import socket
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import astuple, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, cast

from nlp.errors import NlpError, SettingError
from nlp.parallel.engine import AHEAD
from nlp.parallel.fingerprint import fingerprint
from nlp.parallel.team import WorkerError, signals_held_back
from nlp.wording import Message, to_install

Result = TypeVar("Result")
Value = TypeVar("Value")

_LOCAL, _TCP, _TLS = "local", "tcp", "tls"
_MOST_LOCAL, _MOST_PORTS = 1024, 65535
_COUNT = re.compile(r"[0-9]{1,9}")
_HOST_AND_PORT = re.compile(r"//([\w.-]+|\[[\w:.%]+\]):([0-9]{1,5})")
_RETRIES = 3
_CONNECT_SECONDS = 5
_WORKER_SECONDS = 30
_LOGGERS = "distributed", "distributed.client", "tornado", "tornado.application", "asyncio"
_PACKAGES = "'distributed>=2026.8,<2027' cryptography fsspec"


class ClusterError(NlpError):
    """A cluster that cannot be reached or used, or whose machines differ; the message says what to do."""


@dataclass(frozen=True)
class Address:
    """Where a cluster is: `scheme` local, tcp or tls, and behind it the number of workers, or host:port."""

    scheme: str
    place: str

    @classmethod
    def parse(cls, told: str) -> Address:
        """Take local:N, tcp://HOST:PORT or tls://HOST:PORT apart. Raises: SettingError for anything else."""
        scheme, _, place = told.partition(":")
        if scheme == _LOCAL and _COUNT.fullmatch(place) and 1 <= int(place) <= _MOST_LOCAL:
            return cls(scheme, str(int(place)))
        found = _HOST_AND_PORT.fullmatch(place)
        if scheme in {_TCP, _TLS} and found and int(found[2]) <= _MOST_PORTS:
            return cls(scheme, place[2:])
        raise SettingError(
            Message(
                "`cluster` {told}: no cluster has such an address; write local:2, tcp://HOST:PORT or "
                "tls://HOST:PORT",
                told=told,
            )
        )

    @property
    def is_local(self) -> bool:
        """Whether the cluster is to be started on this machine, and ended with the command."""
        return self.scheme == _LOCAL

    @property
    def is_private(self) -> bool:
        """Whether nobody else reads or sends what goes there: encrypted, or within this machine."""
        if self.scheme != _TCP:
            return True
        host = self.place.rpartition(":")[0].strip("[]")
        with suppress(ValueError):
            return ipaddress.ip_address(host).is_loopback
        return host == "localhost"

    def __str__(self) -> str:
        return f"{self.scheme}:{self.place}" if self.is_local else f"{self.scheme}://{self.place}"


@dataclass(frozen=True)
class Certificates:
    """The files of TLS in the form PEM: of the authority, and this client's certificate and key."""

    authority: str
    certificate: str
    key: str


class ClusterEngine:
    """A client of a cluster, whose workers are as this process or are refused; see `Engine`."""

    def __init__(self, client: Any, address: Address) -> None:
        self._client, self._address = client, address

    @property
    def workers(self) -> int:
        """How many threads compute there at present."""
        with self._told_in_a_line():
            threads: Mapping[str, int] = self._client.nthreads()
            return max(sum(threads.values()), 1)

    @property
    def is_local(self) -> bool:
        """Whether it was started on this machine."""
        return self._address.is_local

    def share(self, value: Value) -> Value:
        """A result of the cluster: lost with its worker, it is made again, unlike scattered data."""
        with self._told_in_a_line():
            name = f"shared-{uuid.uuid4().hex}"
            return cast("Value", self._client.submit(_same, value, key=name, retries=_RETRIES))

    def map(self, function: Callable[..., Result], tasks: Iterable[Sequence[Any]]) -> Iterator[Result]:
        """The function of each task's arguments, in order, a few tasks a worker ahead; see `Engine`.

        Raises: what the function raises; ClusterError for workers unlike this process, and a lost scheduler;
                WorkerError for a task whose workers die again and again
        """
        pending: deque[Any] = deque()
        left, run, mine = iter(tasks), uuid.uuid4().hex, fingerprint()
        number = ahead = asked = 0
        try:
            while True:
                if number >= asked:  # workers may come and go
                    ahead = AHEAD * self.workers
                    asked = number + ahead
                for task in islice(left, max(ahead - len(pending), 0)):
                    name = f"{function.__name__}-{run}-{number}"
                    with self._told_in_a_line():
                        future = self._client.submit(
                            _checked, mine, function, *task, key=name, retries=_RETRIES, priority=-number
                        )
                    pending.append(future)
                    number += 1
                if not pending:
                    return
                yield self._result(pending.popleft())
        finally:
            with suppress(Exception):
                self._client.cancel(list(pending))

    def _result(self, future: Any) -> Any:
        with self._told_in_a_line(future):
            return future.result()

    @contextmanager
    def _told_in_a_line(self, future: Any = None) -> Iterator[None]:
        """Raises: WorkerError or ClusterError for what the library raises about the cluster itself.

        An error of a task that failed, the `future`, is none of those, even if it is one of the system.
        """
        import distributed

        try:
            yield
        except distributed.scheduler.KilledWorker as error:
            raise WorkerError(
                f"a task ended {_RETRIES + 1} workers of {self._address}; is there memory for it?"
            ) from error
        except (
            distributed.client.FutureCancelledError,
            distributed.client.ClosedClientError,
            distributed.CancelledError,
            asyncio.CancelledError,
            OSError,
        ) as error:
            if future is not None and future.status == "error":
                raise
            raise ClusterError(
                f"{self._address}: the scheduler is gone, or does not answer; start it again"
            ) from error


@contextmanager
def cluster_engine(
    address: Address,
    certificates: Certificates | None = None,
    *,
    insecure: bool = False,
    seconds: float = _WORKER_SECONDS,
    loaded: Sequence[str] = (),
) -> Iterator[ClusterEngine]:
    """The engine of a cluster; a local one is started, and ended behind the `with` block.

    A worker has `seconds` to come. Those of this machine have the modules `loaded`.

    Raises: ClusterError where the library is not installed, and for a cluster that is not there, has no
            workers, or does not accept the certificates; SettingError for one that anybody could listen to,
            unless `insecure`, and for TLS without certificates; OSError for files that cannot be read
    """
    _refuse_listeners(address, certificates, insecure=insecure)
    for path in astuple(certificates) if certificates else ():
        Path(path).open("rb").close()  # the library would not name the file
    if address.is_local:
        _load_workers(loaded)
    distributed = _library()
    with ExitStack() as stack:
        stack.enter_context(_quietly())
        try:
            if not address.is_local:
                _knock(address)
            where, security = _place(address, certificates, stack)
            client = distributed.Client(
                where,
                security=security,
                timeout=_CONNECT_SECONDS,
                set_as_default=False,
                direct_to_workers=address.is_local or None,
            )
            stack.callback(_close, client, _CONNECT_SECONDS)
            client.wait_for_workers(int(address.place) if address.is_local else 1, timeout=seconds)
        except (OSError, TimeoutError, ValueError) as error:
            raise ClusterError(f"{address}: {_reason(error, seconds)}") from error
        yield ClusterEngine(client, address)


def _refuse_listeners(address: Address, certificates: Certificates | None, *, insecure: bool) -> None:
    if not address.is_private and not insecure:
        raise SettingError(
            Message(
                "`cluster` {address}: whoever reaches it runs programs as you do; use tls:// with "
                "`tls_ca`, `tls_cert` and `tls_key`, or give `insecure_cluster`",
                address=str(address),
            )
        )
    if (address.scheme == _TLS) is not (certificates is not None):
        needed = (
            "needs `tls_ca`, `tls_cert` and `tls_key`" if certificates is None else "is no tls:// address"
        )
        raise SettingError(Message(f"`cluster` {{address}} {needed}", address=str(address)))


def _library() -> Any:
    try:
        import cryptography
        import distributed
    except ImportError:
        raise ClusterError(f"a cluster needs distributed; {to_install(_PACKAGES)}") from None
    del cryptography
    return distributed


def _place(address: Address, certificates: Certificates | None, stack: ExitStack) -> tuple[Any, Any]:
    """Where the client goes, and how it speaks there."""
    import distributed

    if address.is_local:
        return _started(int(address.place), stack)
    if certificates is None:
        return str(address), None
    security = distributed.Security(
        tls_ca_file=certificates.authority,
        tls_client_cert=certificates.certificate,
        tls_client_key=certificates.key,
        require_encryption=True,
    )
    return str(address), security


def _load_workers(modules: Sequence[str]) -> None:
    """Start the process that workers of this machine are forked from: it loads what they need, once.

    This one loads the library meanwhile. All that is forked, now or in place of the dead, inherits that
    signals are held back: ^C reaches all of a terminal, and who is still loading would write where.
    """
    import multiprocessing
    from multiprocessing import forkserver, resource_tracker

    multiprocessing.set_forkserver_preload(["distributed.nanny", __name__, *modules])
    resource_tracker.ensure_running()  # it would let signals through to the thread that starts it
    with signals_held_back():
        forkserver.ensure_running()


def _started(workers: int, stack: ExitStack) -> tuple[Any, Any]:
    """A cluster of this machine, and how it is spoken to; this process must not leave before it is there."""
    import distributed

    security = distributed.Security.temporary()
    with signals_held_back():
        cluster = distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            protocol="tls",
            security=security,
            dashboard_address=None,
            worker_dashboard_address=None,
            scheduler_kwargs={
                "dashboard_address": "127.0.0.1:0"
            },  # else it wants 8787, for what has no pages
            silence_logs=logging.CRITICAL,
            memory_limit=None,
        )
        stack.callback(_close, cluster, _CONNECT_SECONDS)
    return cluster, security


@contextmanager
def _quietly() -> Iterator[None]:
    """Settings of the library: nothing of its own on stderr, and no long waits for who is not there."""
    import dask

    settings = {
        "distributed.comm.timeouts.connect": f"{_CONNECT_SECONDS}s",
        "distributed.comm.retry.count": 0,
        "distributed.client.security-loader": None,
        "distributed.admin.large-graph-warning-threshold": "1TB",
        "distributed.scheduler.allowed-failures": _RETRIES,
        "distributed.scheduler.active-memory-manager.start": False,
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
        "distributed.worker.daemon": True,
        "distributed.worker.multiprocessing-method": "forkserver",
        "distributed.worker.profile.enabled": False,
    }
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [logger.level for logger in loggers]
    with dask.config.set(settings):
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)


def _close(what: Any, seconds: float) -> None:
    """End a client or a cluster, whatever is left of it."""
    with suppress(Exception, asyncio.CancelledError):
        what.close(timeout=seconds)


def _knock(address: Address) -> None:
    """Raises: OSError at once where nobody listens; the library would go on asking until its time is over."""
    host, _, port = address.place.rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()


def _reason(error: BaseException, seconds: float) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    told = " ".join(str(error).split())
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there; start the scheduler, or name another address"
    if isinstance(error, ConnectionResetError):
        return "what listens there speaks otherwise; is it tls://, or no scheduler?"
    if "certificate" in told.lower() or "ssl" in told.lower() or "tls" in told.lower():
        return f"no secure connection ({told[:120]}); check the certificates"
    return f"no answer, or no workers, within {seconds:g} s ({told[:120] or type(error).__name__})"


def _same(value: Value) -> Value:
    return value


def _checked(wanted: Mapping[str, str], function: Callable[..., Result], *arguments: Any) -> Result:
    """Compute a task, in a worker. Raises: ClusterError for a worker that is unlike its client."""
    found = fingerprint()
    unlike = [name for name, value in wanted.items() if found.get(name) != value]
    if unlike:
        from distributed import get_worker

        told = "; ".join(f"{name} {found.get(name)}, here {wanted[name]}" for name in unlike)
        raise ClusterError(
            f"the worker {get_worker().address} is unlike this machine: {told}; make them alike"
        )
    return function(*arguments)
