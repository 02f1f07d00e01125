"""The same bytes wherever a command runs: hash seed, locale, folder, clock, width, terminal or not."""

from __future__ import annotations

import os
import pty
import subprocess
import termios
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import NLPTOOL, SAMPLES, environment, run
from tests.torture.promises import IS_LONG

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Figure
    from tests.torture.conftest import Filled


def locales() -> list[str]:
    """The locales of this machine that treat letters or bytes as most others do not, C among them."""
    known = subprocess.run(["locale", "-a"], capture_output=True, check=True).stdout.decode().split()  # noqa: S607
    return ["C", *(name for name in known if name.startswith(("tr_", "az_", "zh_", "ja_", "C.")))]


LOCALES = locales()[: None if IS_LONG else 2]
DRAWN = {"gradients", "search"}
"""What a terminal is shown as a drawing, or in colours."""
SURROUNDINGS = [
    {"PYTHONHASHSEED": "1", "LC_ALL": locale, "TZ": "Asia/Tokyo", "COLUMNS": "40", "LINES": "9"}
    | ({"PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "TERM": "dumb"} if locale == "C" else {})
    for locale in LOCALES
]


def on_a_terminal(words: list[str], stdin: bytes, folder: Path) -> tuple[int, bytes]:
    """Run with stdout and stderr on a terminal of 80 columns; the status, and what stood on it."""
    master, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (26, 81))
    modes = termios.tcgetattr(terminal)
    modes[1] &= ~termios.OPOST  # line ends as they are
    termios.tcsetattr(terminal, termios.TCSANOW, modes)
    shown = bytearray()

    def watch() -> None:
        with suppress(OSError):  # how a terminal says that nobody holds it any more
            while data := os.read(master, 1 << 16):
                shown.extend(data)

    process = subprocess.Popen(
        [*NLPTOOL, *words],
        stdin=subprocess.PIPE,
        stdout=terminal,
        stderr=terminal,
        cwd=folder,
        env=environment(TERM="xterm-256color"),
    )
    os.close(terminal)
    watcher = threading.Thread(target=watch)
    watcher.start()
    process.communicate(stdin, timeout=120)
    watcher.join()
    os.close(master)
    return process.returncode, bytes(shown)


@pytest.mark.parametrize("name", SAMPLES)
def test_bytes_do_not_depend_on_the_surroundings(
    name: str, filled: Filled, tmp_path: Path, figure: Figure
) -> None:
    """What a file gets, and what a terminal is shown; a training may draw its progress there."""
    sample, folder, output = SAMPLES[name], tmp_path / "ünter 文", tmp_path / "output"
    folder.mkdir()
    words = [name, *filled(sample.arguments)]
    to_file = sample.writes == "file"
    results = []
    for where, changes in ((tmp_path, {"PYTHONHASHSEED": "2"}), *((folder, one) for one in SURROUNDINGS)):
        result = run(*words, stdin=sample.stdin, cwd=where, **changes)
        assert result.returncode == 0, result.stderr.decode()
        results.append(output.read_bytes() if to_file else result.stdout)
    more = ["-o", str(output)] if to_file or name in DRAWN else ["-q"]
    status, shown = on_a_terminal([*words, *more], sample.stdin, tmp_path)
    assert status == 0, shown
    results.append(shown if more == ["-q"] else output.read_bytes())
    assert results[0]
    assert results == results[:1] * len(results)
    told = f"{len(SURROUNDINGS) + 1} surroundings ({', '.join(LOCALES)}), on a terminal and off it"
    figure(16, f"{len(SAMPLES)} commands, {told}")
