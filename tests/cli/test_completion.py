"""`nlptool completion`: what the real shells make of its scripts when somebody types Tab."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from cli.commands import COMMANDS
from cli.options.completion import SHELLS
from tests.cli.running import environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

START = {
    "bash": ("bash --norc --noprofile -i", 'eval "$(nlptool completion bash)"'),
    "zsh": ("zsh -f -i", 'autoload -U compinit; compinit -u -D; eval "$(nlptool completion zsh)"'),
}
SECONDS = 20
_CONTROL = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|[\x00-\x08\x0b-\x1f]")

# What is typed before Tab → the last word afterwards.
TYPED = {
    "nlptool tokeni": "tokenize",
    "nlptool tokenize --sent": "--sentences",
    "nlptool tokenize --mode graph": "graphemes",
    "nlptool tokenize re": "re ad.txt",
    "nlptool w2v-train --valid re": "re ad.txt",
    "nlptool similar -m re": "re ad.txt",
    "nlptool corpus english/coo": "english/cookbook",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where there is one file, whose name has a space, and an `nlptool` that is found."""
    folder: Path = tmp_path_factory.mktemp("typing")
    (folder / "re ad.txt").write_text("a b\n")
    tool = folder / "nlptool"
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m cli.main "$@"\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    return folder


def test_every_shell_has_its_script(nlptool: Nlptool) -> None:
    for shell in SHELLS:
        outcome = nlptool("completion", shell)
        assert (outcome.status, outcome.stderr) == (0, "")
        assert f"_NLPTOOL_COMPLETE={shell}_complete" in outcome.stdout


def test_a_shell_that_is_none_is_usage(nlptool: Nlptool) -> None:
    status, stdout, stderr = nlptool("completion", "tcsh")
    assert (status, stdout) == (2, "")
    assert "'bash', 'zsh', 'fish'" in stderr


def needed(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")


def around(folder: Path) -> dict[str, str]:
    path = f"{folder}:{os.environ['PATH']}"
    return environment(PATH=path, PS1="> ", TERM="xterm", HOME=str(folder), COLUMNS="200")


def test_fish_completes_what_is_typed(folder: Path) -> None:
    """It tells by itself what it would offer."""
    needed("fish")
    lines = "".join(f"complete --do-complete '{typed}'; " for typed in TYPED)
    result = subprocess.run(
        [shutil.which("fish") or "", "--no-config", "-c", f"nlptool completion fish | source; {lines}"],
        capture_output=True,
        cwd=folder,
        env=around(folder),
        check=True,
        text=True,
        timeout=60,
    )
    offered = [line.split("\t")[0] for line in result.stdout.splitlines()]
    assert offered == list(TYPED.values())


@pytest.mark.parametrize("shell", START)
def test_tab_completes_what_is_typed(shell: str, folder: Path) -> None:
    command, setup = START[shell]
    needed(shell)
    leader, follower = pty.openpty()
    with subprocess.Popen(
        command.split(),
        cwd=folder,
        env=around(folder),
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    ) as process:
        try:
            _say(leader, f"{setup}; echo rea''dy\n", "ready")
            for typed, expected in TYPED.items():
                shown = _say(leader, f"{typed}\t", expected)
                assert expected in shown, (typed, shown)
                os.write(leader, b"\x15")  # ^U: away with the line
        finally:
            process.kill()
            os.close(leader)
            os.close(follower)


def _say(terminal: int, typed: str, expected: str) -> str:
    """Type, and return what the terminal has shown when `expected` is there, without backslashes."""
    os.write(terminal, typed.encode())
    shown, deadline = b"", time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 1 << 16)
        text = _CONTROL.sub(b"", shown).decode(errors="replace").replace("\\", "")
        if expected in text:
            return text
    return text


def test_commands_are_completed_without_loading_them() -> None:
    code = (
        "import os, sys; sys.argv = ['nlptool']; from cli.main import main\n"
        "try: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    asked = environment(_NLPTOOL_COMPLETE="fish_complete", COMP_WORDS="nlptool ", COMP_CWORD="")
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=asked, text=True, timeout=60
    )
    assert all(f"plain,{name}\t" in result.stdout for name in COMMANDS)
    assert "cli.commands.tokenize" not in result.stderr.split()
