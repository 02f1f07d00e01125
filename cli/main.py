"""The entry point: it owns the process, that is signals, closed streams, BLAS threads and the exit status.

Status 0: done. 1: an error of data, model or I/O, told in one line. 2: usage. A signal ends the process as
that signal, so a shell loop stops on ^C and `| head` is silent.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import sys

from cli.signals import Ended, catch_endings, die, ignore_endings

TYPE_CHECKING = False  # not from `typing`, slow to import: ^C before `main` runs is a traceback
if TYPE_CHECKING:
    from typing import NoReturn

    import click

    from cli.console import Console

_BLAS_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main() -> NoReturn:
    """Run the command line and leave with the status of the contract."""
    try:  # around all of it: a signal may come between any two steps
        catch_endings()
        status = _outcome()
        ignore_endings()
    except Ended as ending:
        status = -ending.number
    _leave(status)


def _outcome() -> int:
    """Run the command, tell what went wrong, and return the status."""
    _reserve_standard_streams()
    for variable in _BLAS_VARIABLES:  # one thread a process: several would change the bytes of a model
        os.environ[variable] = "1"
    from cli.console import Console, clear_status
    from cli.translation import choose_language

    console = Console.for_words(sys.argv[1:])
    if not console.log_json:  # what programs read is English
        choose_language()
    try:
        status = _run(sys.argv[1:], console)
        sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001  the last handler: everything ends here, in one line
        if console.verbose > 1 and not isinstance(error, (Ended, SystemExit)):
            _show_traceback()
        status = _status(error, console)
    clear_status()
    return status


def _run(arguments: list[str], console: Console) -> int:
    """Run the command. Raises: UsageError for what click refuses, and settings out of limits or at odds."""
    import click

    from cli.commands import cli
    from cli.console import with_flags
    from nlp.errors import SettingError

    if "_NLPTOOL_COMPLETE" in os.environ:
        cli.main(arguments, prog_name="nlptool")
    with cli.make_context("nlptool", arguments, obj=console) as context:
        try:
            return _invoke(context, console)
        except SettingError as error:
            command = click.Context(cli, context, context.invoked_subcommand)
            raise click.UsageError(with_flags(error.told), command) from error


def _invoke(context: click.Context, console: Console) -> int:
    """Run the command or, where its options say so, what takes its place; return the status."""
    from cli.commands import cli
    from cli.options.cluster import OnCluster
    from cli.options.runs import Sweep

    try:
        result = cli.invoke(context)
    except Sweep as sweep:
        from cli.training.sweep import here, run_sweep

        if sweep.cluster:
            from functools import partial

            from cli.cluster.trainings import on_cluster

            run_sweep(sweep, console, partial(on_cluster, sweep.cluster))
        else:
            run_sweep(sweep, console, here)
        return 0
    except OnCluster as asked:
        from cli.cluster.by_parts import run_by_parts

        run_by_parts(asked, console)
        return 0
    return result if isinstance(result, int) else 0


def _status(error: BaseException, console: Console) -> int:
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
    _tell(error, console)
    return 2 if isinstance(error, click.UsageError) else 1


def _tell(error: BaseException, console: Console) -> None:
    """Say in one line what is wrong and, for wrong usage, how to get help."""
    from contextlib import suppress

    import click

    from cli.console import with_flags
    from nlp.errors import NlpError

    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        with suppress(OSError):
            error.show()  # all of the help, on stderr
    elif isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "nlptool"
        command = path.removeprefix("nlptool").strip()
        where = f"{command}: " if command else ""
        console.fail(f"{where}{_one_line(error.format_message()).rstrip('.。')}; try '{path} --help'")
    elif isinstance(error, NlpError):
        console.fail(_one_line(with_flags(error.told)))
    elif isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        console.fail("out of memory; give it less data at a time, or a smaller model")
    elif isinstance(error, OSError):
        console.fail(_one_line(f"{_blamed(error)}{error.strerror or error}{_remedy(error)}"))
    elif isinstance(error, ImportError):
        console.fail(
            _one_line(f"cannot load a library: {_root(error)}; raise ulimit -v, or install nlptool anew")
        )
    else:
        console.fail(
            _one_line(f"internal error: {type(error).__name__}: {error}; run with -vv and report it")
        )


def _blamed(error: OSError) -> str:
    """Whose error it is: that of a file, of the machine as a whole or, where no file is named, of stdout."""
    if error.filename is not None:
        return f"{error.filename}: "
    return "" if error.errno in {errno.EAGAIN, errno.EMFILE, errno.ENFILE} else "<stdout>: "


def _remedy(error: OSError) -> str:
    remedies = {
        errno.EAGAIN: "; raise ulimit -u, or lower --workers",
        errno.EMFILE: "; raise ulimit -n",
        errno.ENOSPC: "; free some space",
        errno.EACCES: "; check its permissions",
        errno.EFBIG: "; raise ulimit -f",
    }
    return remedies.get(error.errno or 0, "")


def _root(error: BaseException) -> BaseException:
    """The first cause of `error`: NumPy wraps a page of advice around it."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    return error


def _one_line(text: str) -> str:
    """`text` with line ends turned into spaces; other spaces stay, as file names may contain them."""
    return " ".join(line.strip() if number else line for number, line in enumerate(text.splitlines()))


def _show_traceback() -> None:
    import traceback

    traceback.print_exc()


def _reserve_standard_streams() -> None:
    """Fill closed standard descriptors: else the first file opened would become stdin, stdout or stderr.

    What fills them refuses to be read as stdin or written as stdout: lost data is an error, not a success.
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
    elif isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # help has letters that a terminal's encoding may lack
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  as above


def _leave(status: int) -> NoReturn:
    """Exit with `status`, or by signal -`status` if that is negative, with nothing left to flush."""
    if status < 0:
        die(-status)
    nowhere = os.open(os.devnull, os.O_WRONLY)  # flushing at exit must not report a failed write again
    os.dup2(nowhere, 1)
    try:
        sys.stderr.flush()
    except (OSError, ValueError):  # a terminal that was closed
        os.dup2(nowhere, 2)
    sys.exit(status)


if __name__ == "__main__":
    main()
