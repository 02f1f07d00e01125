"""What a shell completes: its script runs `nlptool` anew to ask what a word may be, as click has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click
    from click.shell_completion import CompletionItem

VARIABLE = "_NLPTOOL_COMPLETE"
"""The environment variable by which the script in a shell asks what a word may be."""

SHELLS = ("bash", "zsh", "fish")


def script(shell: str, group: click.Group) -> str:
    """What a shell reads to complete the commands, options, choices and file names of `group`."""
    from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

    kinds: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    # Not the `source` of the kind: that of bash starts it to look at its version.
    return ShellComplete.source(kinds[shell](group, {}, "nlptool", VARIABLE)) + "\n"


def starting(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """The names that go on from what is typed."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
