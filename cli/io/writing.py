"""Records out: block-wise on stdout, atomically to a file, compressed by the file's ending."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from cli.readiness import WRITABLE, when_ready
from nlp.errors import blaming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlp.storage.model_file import BinaryWriter

STDOUT = "<stdout>"
BLOCK_BYTES = 1 << 18

_OWN_DESCRIPTORS = {"-": 1, "/dev/stdout": 1, "/dev/stderr": 2}
_NOT_SUPPORTED = {  # what file systems answer to a call that they do not have
    *(errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOTTY, errno.EBADF),
    *(errno.EPERM, errno.EACCES),
}
_NAME_BYTES = 200  # of the target's name in that of a temporary file, which adds 26; the limit is 255


class Descriptor:
    """Writes every byte to a file descriptor, or raises OSError with the file's name."""

    def __init__(self, descriptor: int, name: str) -> None:
        self.descriptor, self.name = descriptor, name

    def write(self, data: bytes | memoryview) -> int:
        """Hand all of `data` to the system; return its size in bytes."""
        view = memoryview(data).cast("B")
        written = 0
        while written < len(view):
            part = view[written : written + (1 << 30)]
            with blaming(self.name):
                written += when_ready(self.descriptor, WRITABLE, partial(os.write, self.descriptor, part))
        return written

    def flush(self) -> None:
        """Nothing waits here: `write` has handed everything to the system."""


class Output:
    """UTF-8 text out; small writes are gathered, and `flush` hands over what has gathered."""

    def __init__(self, writer: BinaryWriter) -> None:
        self._writer = writer
        self._pending: list[str] = []
        self._size = 0

    @classmethod
    @contextmanager
    def to(cls, writer: BinaryWriter) -> Iterator[Output]:
        """Text to a writer, all of it at the end of the `with` block."""
        output = cls(writer)
        yield output
        output.flush()

    def write(self, text: str) -> None:
        """Take `text`; it is written once a block has gathered."""
        self._pending.append(text)
        self._size += len(text)
        if self._size >= BLOCK_BYTES:
            self.flush()

    def flush(self) -> None:
        """Send what has gathered."""
        if self._pending:
            data = "".join(self._pending).encode("utf-8", "surrogatepass")
            self._pending, self._size = [], 0
            self._writer.write(data)


@contextmanager
def open_output(path: str | None) -> Iterator[Output]:
    """Text to stdout (None or `-`) or to a file; see `open_binary_output`."""
    with open_binary_output(path) as writer, Output.to(writer) as output:
        yield output


@contextmanager
def open_binary_output(path: str | None) -> Iterator[BinaryWriter]:
    """Bytes to stdout or to a file that appears whole or not at all.

    A regular file is written to a temporary file beside it, which replaces it once complete and synced:
    until then the old one stays byte for byte. Permissions are kept, and a symbolic link still points to
    the file. Devices, pipes and `/dev/stdout` are written directly. `.gz`, `.bz2` and `.xz` compress.

    Raises: OSError with `path` as its file name.
    """
    inherited = _inherited(path)
    if inherited is not None:
        yield Descriptor(inherited, STDOUT if inherited == 1 else str(path))
        return
    path = cast("str", path)
    target = _target(path)
    with (
        _replacement(target, path) if target else _device(path) as descriptor,
        _compressed(Descriptor(descriptor, path), path) as writer,
    ):
        yield writer


def check_output(path: str | None) -> bool:
    """Refuse a place that cannot take the output, before hours of work go into it. Raises: OSError.

    Return whether the output will be a file: no device, pipe or descriptor that is open already.
    """
    return _inherited(path) is None and _target(cast("str", path)) is not None


def remove_output(path: str) -> None:
    """Remove the file at `path`, if any, and temporary files left by killed writers. Raises: OSError."""
    target = Path(os.path.realpath(path))
    target.unlink(missing_ok=True)
    _sweep(target.parent, _sibling_prefix(target))


def _inherited(path: str | None) -> int | None:
    """The open descriptor that `path` names, if any: to open a file anew would overwrite its start."""
    if path is None:
        return 1
    numbered = re.fullmatch(r"/(?:dev|proc/self)/fd/([0-9]+)", path)
    return int(numbered[1]) if numbered else _OWN_DESCRIPTORS.get(path)


def _target(path: str) -> Path | None:
    """The regular file, there or not, that `path` names once links are followed; None for a device or pipe.

    Raises: OSError if it cannot be written or replaced.
    """
    target = Path(os.path.realpath(path))
    mode = _mode(path)
    if not path:
        raise FileNotFoundError(errno.ENOENT, "The output has an empty name; name a file after -o", "''")
    if mode is None and path.endswith("/"):
        raise IsADirectoryError(errno.EISDIR, "Names a directory; name a file in it", path)
    if mode is None and not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "No such directory for the output; create it first", path)
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "Is a directory; name a file in it", path)
    is_device = mode is not None and not stat.S_ISREG(mode)
    if (mode is not None and not os.access(path, os.W_OK)) or not (
        is_device or os.access(target.parent, os.W_OK | os.X_OK)
    ):
        raise PermissionError(errno.EACCES, "Permission denied", path)
    return None if is_device else target


def _mode(path: str | Path) -> int | None:
    """Type and permissions of what is at `path`, or None where nothing is."""
    try:
        return os.stat(path).st_mode  # noqa: PTH116  `Path` would drop a final slash
    except FileNotFoundError:
        return None


@contextmanager
def _device(path: str) -> Iterator[int]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _compressed(raw: Descriptor, path: str) -> Iterator[BinaryWriter]:
    """`raw`, or a compressor that writes to it; the bytes depend on the data alone (no name, no time)."""
    ending = Path(path).suffix.lower()
    if ending == ".gz":
        import gzip

        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as compressor:
            yield compressor
    elif ending == ".bz2":
        import bz2

        with bz2.BZ2File(raw, "wb") as compressor:
            yield compressor
    elif ending == ".xz":
        import lzma

        with lzma.LZMAFile(cast("IO[bytes]", raw), "wb") as compressor:
            yield compressor
    else:
        yield raw


@contextmanager
def _replacement(target: Path, shown: str) -> Iterator[int]:
    """A hidden temporary file beside `target`: it replaces `target` on success, and is removed on failure.

    It is locked while its writer lives. An unlocked one was left by a killed writer, and the next writer of
    the same target removes it. (Process ids would not tell: containers number processes of their own.)
    """
    _sweep(target.parent, _sibling_prefix(target))
    with blaming(shown):
        descriptor, sibling = _locked_sibling(target)
    try:
        yield descriptor
        with blaming(shown):
            _commit(descriptor, sibling, target)
    finally:
        with suppress(OSError):
            sibling.unlink()
        os.close(descriptor)


def _sibling_prefix(target: Path) -> str:
    return f".{os.fsdecode(os.fsencode(target.name)[:_NAME_BYTES])}.nlptool-"


def _locked_sibling(target: Path) -> tuple[int, Path]:
    """A new file beside `target`, locked: its descriptor and its path.

    Another writer may sweep it away before it is locked: then try again. Each attempt takes a new name, since
    a second sweeper may still hold the removed file open, and would unlink a new one of the same name.
    """
    mode = _mode(target)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    while True:
        sibling = target.with_name(_sibling_prefix(target) + os.urandom(8).hex())
        descriptor = os.open(sibling, flags, 0o666 if mode is None else stat.S_IMODE(mode))
        try:
            with suppress(OSError):  # where locks do not work, nobody sweeps either
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:
                return descriptor, sibling
        except BaseException:
            with suppress(OSError):
                sibling.unlink()
            os.close(descriptor)
            raise
        os.close(descriptor)


def _commit(descriptor: int, sibling: Path, target: Path) -> None:
    mode = _mode(target)
    if mode is not None:
        with _where_possible():
            os.fchmod(descriptor, stat.S_IMODE(mode))
    os.fsync(descriptor)
    with _folder(target.parent) as folder:
        sibling.replace(target)
        if folder is not None:
            with _where_possible():
                os.fsync(folder)


@contextmanager
def _where_possible() -> Iterator[None]:
    """Go on where the file system does not have this call: network and shared folders often lack some."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NOT_SUPPORTED:
            raise


@contextmanager
def _folder(path: Path) -> Iterator[int | None]:
    """A descriptor to sync the folder with, opened before anything is replaced; None if it can't be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        if error.errno not in _NOT_SUPPORTED:
            raise
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _sweep(folder: Path, prefix: str) -> None:
    """Remove what killed writers have left: files whose name starts with `prefix` and that nobody locks."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name.startswith(prefix):
                _remove_if_unlocked(path)


def _remove_if_unlocked(path: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        finally:
            os.close(descriptor)
