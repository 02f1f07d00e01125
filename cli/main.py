"""The entry point: it owns the process, that is signals, closed streams, BLAS threads and the exit status.

Status 0: done. 1: an error of data, model or I/O, told in one line. 2: usage. A signal ends the process as
that signal, so a shell loop stops on ^C and `| head` is silent.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType

    from cli.console import Console

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_BLAS_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Ended(BaseException):
    """A signal asks the process to end; no handler of ordinary errors may swallow it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main() -> NoReturn:
    """Run the command line and leave with the status of the contract."""
    caught = _catch_endings()
    _reserve_standard_streams()
    for variable in _BLAS_VARIABLES:  # one thread a process: several would change the bytes of a model
        os.environ[variable] = "1"
    from cli.console import Console

    console = Console()
    try:
        status = _run(sys.argv[1:], console)
        sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001  the last handler: everything ends here, in one line
        if console.verbose > 1 and not isinstance(error, (Ended, SystemExit)):
            _show_traceback()
        status = _status(error)
    _leave(status, caught)


def _run(arguments: list[str], console: Console) -> int:
    from cli.commands import cli

    if "_NLPTOOL_COMPLETE" in os.environ:
        cli.main(arguments, prog_name="nlptool")
    with cli.make_context("nlptool", arguments, obj=console) as context:
        result = cli.invoke(context)
    return result if isinstance(result, int) else 0


def _status(error: BaseException) -> int:
    """The exit status that `error` means, negative for death by that signal; the user is told why."""
    import click

    if isinstance(error, Ended):
        return -error.number
    if isinstance(error, BrokenPipeError):
        return -signal.SIGPIPE
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    _tell(error)
    return 2 if isinstance(error, click.UsageError) else 1


def _tell(error: BaseException) -> None:
    """One line on what is wrong; for wrong usage, a second one on where to read."""
    import errno

    import click

    from cli.console import say
    from nlp.errors import NlpError

    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "nlptool"
        command = path.removeprefix("nlptool").strip()
        where = f"{command}: " if command else ""
        say(f"{where}{_one_line(error.format_message())}; try '{path} --help'")
    elif isinstance(error, NlpError):
        say(_one_line(str(error)))
    elif isinstance(error, OSError):
        name = error.filename if error.filename is not None else "<stdout>"
        hint = {errno.ENOSPC: "; free some space", errno.EACCES: "; check its permissions"}
        say(_one_line(f"{name}: {error.strerror or error}{hint.get(error.errno or 0, '')}"))
    elif isinstance(error, MemoryError):
        say("out of memory; give it less data at a time, or a smaller model")
    else:
        say(_one_line(f"internal error: {type(error).__name__}: {error}; run with -vv and report it"))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _show_traceback() -> None:
    import traceback

    traceback.print_exc()


def _catch_endings() -> list[signal.Signals]:
    """Turn the first ending signal into `Ended`, so that `with` blocks clean up on the way out.

    Signals that the parent had us ignore (nohup, a shell's background job) stay ignored. Once one has come,
    the others are: a ^C in make sends two, and the second must not interrupt the clean-up.
    """
    caught = [number for number in _ENDINGS if signal.getsignal(number) is not signal.SIG_IGN]

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        for other in caught:
            signal.signal(other, signal.SIG_IGN)
        raise Ended(number)

    for number in caught:
        signal.signal(number, end)
    return caught


def _reserve_standard_streams() -> None:
    """Fill closed standard descriptors: else the first file opened would become stdin, stdout or stderr.

    A closed stdin refuses reads and a closed stdout writes: data lost is an error, not a success.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, os.O_RDONLY if descriptor == 1 else os.O_WRONLY)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  lives as long as the process
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  as above


def _leave(status: int, caught: list[signal.Signals]) -> NoReturn:
    """Exit with `status`, or by the signal that it negates, with nothing left to flush."""
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    for number in caught:
        signal.signal(number, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what could not be written must not fail a second time
    sys.exit(status)


if __name__ == "__main__":
    main()
