"""`nlptool corpus`: the bundled texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import corpora
from cli.io.printers import BUNDLED_TEXTS, PARAGRAPHS, TEXT
from cli.options.common import command, streams
from cli.options.completion import starting

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(BUNDLED_TEXTS, reads="")
@click.argument(
    "names",
    nargs=-1,
    metavar="[NAME]...",
    shell_complete=lambda _context, _parameter, incomplete: starting(corpora.TEXTS, incomplete),
)
def corpus(*, streams: Streams, console: Console, names: tuple[str, ...]) -> None:
    """List the bundled texts as `name<TAB>bytes<TAB>description`, or print those named.

    A folder's name stands for all of its texts. They were written for this project and are free (CC0).

    \b
    nlptool corpus
    nlptool corpus english | nlptool tokenize --lower | nlptool vocab | head
    """
    from nlp.wording import number_of

    chosen = [text for name in names for text in _select(name)]
    console.note(number_of(len(chosen or corpora.TEXTS), "text"))
    with streams.open_output() as output:
        for name in chosen:
            text = corpora.read_text(name)
            if streams.format == TEXT:
                output.write(text)
                continue
            write = streams.printer(PARAGRAPHS)
            for paragraph in text.splitlines():
                output.write(write({"text": paragraph, "source": name}))
        write = streams.printer(BUNDLED_TEXTS)
        for name, description in [] if names else corpora.TEXTS.items():
            size = corpora.path_of(name).stat().st_size
            output.write(write({"name": name, "bytes": size, "description": description}))


def _select(name: str) -> list[str]:
    texts = corpora.select(name)
    if not texts:
        import difflib

        folders = sorted({text.split("/")[0] for text in corpora.TEXTS})
        near = difflib.get_close_matches(name, [*corpora.TEXTS, *folders], 1, 0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"the folders are {', '.join(folders)}"
        message = f"no bundled text is called {name!r}; {hint}"
        raise click.BadParameter(message, param_hint="NAME")
    return texts
