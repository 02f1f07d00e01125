"""`nlptool completion`: what a shell needs to complete the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import SCRIPT
from cli.options.common import command, streams
from cli.options.completion import SHELLS, script

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(SCRIPT, reads="")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(*, streams: Streams, console: Console, shell: str) -> None:
    """Print the completion for a shell: commands, options, choices and file names.

    Have your shell read it when it starts: each of these lines goes into the file that is named behind it.

    \b
    eval "$(nlptool completion bash)"        # ~/.bashrc
    eval "$(nlptool completion zsh)"         # ~/.zshrc, after compinit
    nlptool completion fish | source         # ~/.config/fish/config.fish
    """
    from cli.commands import cli

    console.note(f"for {shell}")
    with streams.open_output() as output:
        output.write(streams.printer(SCRIPT)({"shell": shell, "script": script(shell, cli)}))
