"""Output that appears whole or not at all, whatever fails, whoever else writes."""

from __future__ import annotations

import bz2
import errno
import fcntl
import gzip
import lzma
import os
import stat
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli.io import writing
from cli.io.writing import Descriptor, Output, check_output, open_binary_output, open_output

if TYPE_CHECKING:
    from collections.abc import Callable

OLD, NEW = b"old", b"new " * 100
DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "x": bytes,
    "x.gz": gzip.decompress,
    "x.bz2": bz2.decompress,
    "x.xz": lzma.decompress,
}


def write(path: Path | str, data: bytes = NEW) -> None:
    with open_binary_output(str(path)) as writer:
        writer.write(data)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", DECOMPRESS)
def test_the_ending_compresses_and_the_bytes_are_the_same_twice(name: str, tmp_path: Path) -> None:
    first, second = tmp_path / name, tmp_path / f"again-{name}"
    write(first)
    write(second)
    assert DECOMPRESS[name](first.read_bytes()) == NEW
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", DECOMPRESS)
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_an_exception_leaves_the_old_file(name: str, error: type[BaseException], tmp_path: Path) -> None:
    target = tmp_path / name
    target.write_bytes(OLD)
    with pytest.raises(error), open_binary_output(str(target)) as writer:  # noqa: PT012
        writer.write(NEW)
        raise error
    assert target.read_bytes() == OLD
    assert names(tmp_path) == [name]


def test_nothing_shows_before_the_end(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_bytes(OLD)
    with open_binary_output(str(target)) as writer:
        writer.write(NEW)
        assert target.read_bytes() == OLD
    assert target.read_bytes() == NEW


@pytest.mark.parametrize("mode", [0o600, 0o666, 0o777])
def test_a_file_keeps_its_permissions_and_its_links(mode: int, tmp_path: Path) -> None:
    target, link = tmp_path / "x", tmp_path / "link"
    target.write_bytes(OLD)
    target.chmod(mode)
    link.symlink_to("x")
    write(link)
    assert link.is_symlink()
    assert target.read_bytes() == NEW
    assert target.stat().st_mode & 0o777 == mode


def test_a_new_file_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "x")
    finally:
        os.umask(before)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o640


def test_a_link_to_nothing_yet_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("x")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "x").read_bytes() == NEW


@pytest.mark.parametrize("name", ["a[b]*?", "-", "ü" * 127, "文" * 85, "x" * 255])
def test_every_name_of_a_file_will_do(name: str, tmp_path: Path) -> None:
    target = tmp_path / name
    write(target, OLD)
    write(target)
    assert target.read_bytes() == NEW
    assert names(tmp_path) == [name]


def litter(target: Path, number: int = 0) -> Path:
    return target.with_name(f".{target.name}.nlptool-{number:016x}")


def test_what_a_killed_writer_left_is_swept_but_a_live_writers_file_is_not(tmp_path: Path) -> None:
    target = tmp_path / "x"
    stale, other = litter(target), litter(tmp_path / "y")
    stale.touch()
    other.touch()
    with open_binary_output(str(target)) as writer:
        writer.write(b"slow")
        write(target, b"fast")
        assert target.read_bytes() == b"fast"
    assert target.read_bytes() == b"slow"
    assert names(tmp_path) == sorted([other.name, "x"])


def test_a_sweep_opens_no_pipe_and_follows_no_link(tmp_path: Path) -> None:
    target, precious = tmp_path / "x", tmp_path / "precious"
    precious.write_bytes(OLD)
    os.mkfifo(litter(target, 1))
    litter(target, 2).symlink_to(precious)
    write(target)
    assert target.read_bytes() == NEW
    assert precious.read_bytes() == OLD
    assert litter(target, 2).is_symlink()


def test_concurrent_writers_leave_one_whole_file(tmp_path: Path) -> None:
    target = tmp_path / "x"
    contents = [bytes([letter]) * 50_000 for letter in b"abcdefgh"]

    def write_often(content: bytes) -> None:
        for _ in range(10):
            write(target, content)

    threads = [threading.Thread(target=write_often, args=[content]) for content in contents]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        with suppress(FileNotFoundError):
            assert target.read_bytes() in contents
    assert target.read_bytes() in contents
    assert names(tmp_path) == ["x"]


def test_a_swept_writer_starts_again_under_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second sweeper may still hold the removed file: it would unlink a new one of the same name."""
    target, attempts = tmp_path / "x", []
    flock = fcntl.flock

    def swept_before_locked(descriptor: int, operation: int) -> None:
        attempts.extend(names(tmp_path))
        if len(attempts) == 1:
            (tmp_path / attempts[0]).unlink()
        flock(descriptor, operation)

    monkeypatch.setattr("fcntl.flock", swept_before_locked)
    write(target, NEW)
    assert len(set(attempts)) == 2
    assert target.read_bytes() == NEW
    assert names(tmp_path) == ["x"]


class _Failing:
    """System calls of which the n-th fails; `calls` counts them all."""

    def __init__(self, number: int, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self._left, self._code = number, code
        self.failed = ""
        for name in ("open", "write", "fsync", "fchmod", "replace", "fstat"):
            monkeypatch.setattr(f"os.{name}", self._wrapped(name, getattr(os, name)))

    def _wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                self.failed = name
                raise OSError(self._code, os.strerror(self._code), "/hidden/name")
            return call(*arguments, **options)

        return wrapped


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("name", DECOMPRESS)
def test_every_system_call_may_fail(name: str, code: int, tmp_path: Path) -> None:
    """The n-th call fails, for every n: the old file is intact, nothing is left over, the name is the user's.

    The very last call syncs the folder once the new file is complete, synced and in place: if that fails,
    the new file stays, whole, and the error is told. A folder that can't even be opened isn't synced.
    """
    target = tmp_path / name
    failed = []
    for number in range(1, 100):
        target.write_bytes(OLD)
        with pytest.MonkeyPatch.context() as patch:
            calls = _Failing(number, code, patch)
            try:
                write(target)
            except OSError as error:
                assert (error.errno, error.filename) == (code, str(target))  # noqa: PT017
                told = True
            else:
                told = False
        failed.append(calls.failed)
        assert names(tmp_path) == [name]
        is_old = target.read_bytes() == OLD
        assert is_old or DECOMPRESS[name](target.read_bytes()) == NEW
        if not calls.failed:
            break
        replaced = failed.count("fsync") == 2 and calls.failed == "fsync"
        assert is_old == (told and not replaced), failed
        assert told or code == errno.EACCES
    assert not failed[-1]
    assert {"open", "write", "fsync", "replace"} <= set(failed)


@pytest.mark.parametrize("call", ["fsync of the folder", "fchmod"])
@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.EPERM, errno.ENOSYS])
def test_what_a_file_system_does_not_have_fails_no_output(
    call: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Network and shared folders often can neither sync a folder nor keep a mode; the file is whole."""
    sync = os.fsync

    def refuse(descriptor: int, *_: object) -> None:
        if call == "fchmod" or stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(code, os.strerror(code))
        sync(descriptor)

    monkeypatch.setattr(os, call.split(maxsplit=1)[0], refuse)
    target = tmp_path / "out.txt"
    target.write_bytes(OLD)
    write(target)
    assert (target.read_bytes(), names(tmp_path)) == (NEW, ["out.txt"])


def test_a_writer_that_takes_little_at_a_time_gets_all(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = bytearray()

    def take_three(_: int, data: memoryview) -> int:
        taken.extend(data[:3])
        return len(data[:3])

    monkeypatch.setattr("os.write", take_three)
    assert Descriptor(1, "out").write(b"0123456789") == 10
    assert taken == b"0123456789"


def test_text_goes_out_in_blocks_and_on_flush() -> None:
    blocks: list[bytes] = []

    class Writer:
        def write(self, data: bytes | memoryview) -> None:
            blocks.append(bytes(data))

    output = Output(Writer())
    for _ in range(writing.BLOCK_BYTES + 1):
        output.write("é")
    assert [len(block) for block in blocks] == [2 * writing.BLOCK_BYTES]
    output.flush()
    output.flush()
    assert blocks[1:] == ["é".encode()]


@pytest.mark.parametrize("path", [None, "-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_stdout_by_any_name_is_written_where_it_stands(
    path: str | None, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Opened again, a redirected stdout would start over, and what is in it already would be lost."""
    os.write(1, b"header\n")
    check_output(path)
    with open_output(path) as output:
        output.write("data\n")
    assert capfdbinary.readouterr().out == b"header\ndata\n"


def test_stderr_by_its_name_is_written_where_it_stands(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    os.write(2, b"header\n")
    write("/dev/stderr", b"data\n")
    assert capfdbinary.readouterr().err == b"header\ndata\n"


def test_a_pipe_by_its_number_is_written_directly() -> None:
    """As the shell names it in `-o >(gzip > x.gz)`."""
    reader, writer = os.pipe()
    write(f"/dev/fd/{writer}")
    os.close(writer)
    assert os.read(reader, 1000) == NEW
    os.close(reader)


def test_a_fifo_is_written_directly(tmp_path: Path) -> None:
    path = tmp_path / "fifo.gz"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    check_output(str(path))
    write(path)
    assert gzip.decompress(os.read(reader, 1000)) == NEW
    os.close(reader)
    assert names(tmp_path) == ["fifo.gz"]


def test_a_full_device_names_itself() -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        write("/dev/full")
    assert caught.value.filename == "/dev/full"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("", IsADirectoryError),
        ("no/x", FileNotFoundError),
        ("file/x", NotADirectoryError),
        ("new/", IsADirectoryError),
    ],
)
def test_a_place_for_no_file_is_refused_at_once(path: str, error: type[OSError], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for attempt in (check_output, write):
        with pytest.raises(error) as caught:
            attempt(f"{tmp_path}/{path}")
        assert caught.value.filename == f"{tmp_path}/{path}"


def test_an_empty_name_is_refused_at_once() -> None:
    """As of a shell variable that is not set."""
    for attempt in (check_output, write):
        with pytest.raises(FileNotFoundError, match="empty name"):
            attempt("")


@pytest.mark.parametrize("refused", ["folder/x", "folder"])
def test_a_place_without_permission_is_refused_at_once(
    refused: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To replace a file takes the folder's permission, and its own: one made read-only is meant to stay."""
    target = tmp_path / "folder" / "x"
    target.parent.mkdir()
    target.write_bytes(OLD)
    check_output(str(target))
    monkeypatch.setattr("os.access", lambda path, _: Path(path) != tmp_path / refused)
    for attempt in (check_output, write):
        with pytest.raises(PermissionError) as caught:
            attempt(str(target))
        assert caught.value.filename == str(target)
    assert target.read_bytes() == OLD


def test_a_file_system_without_locks_takes_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    write(tmp_path / "x")
    assert names(tmp_path) == ["x"]
