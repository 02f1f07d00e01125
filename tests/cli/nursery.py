"""A process that has loaded all of nlptool and forks a process for each command that it is asked to run.

It is small beside the process of the tests, whose forks would take several times as long. A request is a
message on a socket: what to become, in JSON, and descriptors; the last of them is told the number of the new
process and, when it has ended, its status. The nursery ends when the other end of the socket is closed.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import pkgutil
import select
import signal
import socket
import struct
import sys
import traceback
import warnings
from typing import TYPE_CHECKING, Any

import cli
import nlp
from cli.main import main

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

CLOSED = -1
"""In place of a descriptor: the process has none of that number."""
NUMBER = struct.Struct("q")
"""How the number of a process and its status are told."""
LONGEST_MESSAGE = 1 << 17

_STANDARD = range(3)


def serve(requests: socket.socket) -> None:
    """Fork for each request, and tell of each end, until nobody asks any more."""
    for package in (cli, nlp):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()  # a collection would copy all that the forks share
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    told: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([requests.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, LONGEST_MESSAGE)
            _tell_of_ends(told)
        if requests.fileno() not in ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(requests, LONGEST_MESSAGE, len(_STANDARD) + 1)
        if not message:
            return
        *given, teller = descriptors
        pid = os.fork()
        if not pid:
            _become(json.loads(message), given)
        for descriptor in given:
            os.close(descriptor)
        told[pid] = teller
        os.write(teller, NUMBER.pack(pid))


def _tell_of_ends(told: dict[int, int]) -> None:
    while told:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        teller = told.pop(pid)
        os.write(teller, NUMBER.pack(status))
        os.close(teller)


def _become(request: Mapping[str, Any], given: Sequence[int]) -> NoReturn:
    """Turn this process, just forked, into one that runs the command, and end it."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.alarm(request["seconds"])
        left = iter(given)
        _take([CLOSED if is_closed else next(left) for is_closed in request["closed"]])
        os.environ.clear()
        os.environ.update(request["environment"])
        os.chdir(request["folder"])
        sys.argv = ["nlptool", *request["arguments"]]
        warnings.simplefilter("error")
        main()
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else 1
    except BaseException:  # noqa: BLE001  as the interpreter does
        traceback.print_exc()
    finally:
        os._exit(status)


def _take(descriptors: Sequence[int]) -> None:
    """Make `descriptors` the standard ones, and the text streams of Python what they are at its start."""
    copies = [CLOSED if number == CLOSED else os.dup(number) for number in descriptors]
    for number, copy in enumerate(copies):
        if copy == CLOSED:
            os.close(number)
        else:
            os.dup2(copy, number)
    os.closerange(len(_STANDARD), os.sysconf("SC_OPEN_MAX"))
    sys.stdin, sys.stdout, sys.stderr = (
        None if copy == CLOSED else _text_stream(number) for number, copy in enumerate(copies)
    )


def _text_stream(number: int) -> io.TextIOWrapper:
    errors = "backslashreplace" if number == 2 else "strict"
    file = open(number, "rb" if number == 0 else "wb", closefd=False)  # noqa: SIM115  lives as long as the process
    return io.TextIOWrapper(file, "utf-8", errors, line_buffering=number == 2 or file.isatty())


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as _requests:
        serve(_requests)
