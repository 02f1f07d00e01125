"""Options and arguments that name files: what a shell completes there, and the names of bundled models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.io.streams import ending_of
from cli.options.completion import starting
from corpora import MODELS, path_or_bundled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from click.shell_completion import CompletionItem

STDIN_FILE = "/dev/stdin"
"""What stdin is called by readers of files, such as vectors."""

_FILES = ("FILE", "MODEL")
_OF_VECTORS = (".vec", ".bin", ".npy", ".safetensors", ".txt")


class ModelFile(click.Path):
    """A model: a file or, where there is none of that name, a bundled model; - is stdin."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path of the file."""
        return super().convert(STDIN_FILE if value == "-" else path_or_bundled(value), param, ctx)

    def split_envvar_value(self, rv: str) -> list[str]:
        """One name, spaces and all."""
        return [rv]

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The files or, where none goes on from what is typed, the bundled models."""
        import glob

        names = [] if glob.glob(f"{glob.escape(incomplete)}*") else starting(MODELS, incomplete)  # noqa: PTH207
        return names or super().shell_complete(ctx, param, incomplete)


def know_files(parameters: Iterable[click.Parameter]) -> None:
    """Let those parameters complete file names whose help says that they take a FILE or a MODEL."""
    for parameter in parameters:
        named = parameter.metavar or ""
        if parameter.type is click.STRING and any(word in named for word in _FILES):
            is_model = named.strip("[].") == "MODEL"
            parameter.type = ModelFile() if is_model else click.Path()


def refuse_models(parameters: Iterable[click.Parameter], values: Mapping[str, Any]) -> None:
    """See that no argument of a command with -m is a model: no text looks like one, and no word is called so.

    Raises: UsageError, with the hint
    """
    if "model" not in values or values.get("losses"):
        return
    for parameter in parameters:
        if isinstance(parameter, click.Argument) and not isinstance(parameter.type, ModelFile):
            metavar = parameter.metavar or ""
            are_words = not values.get("lines") and ("WORD" in metavar or "FILE" not in metavar)
            for argument in values.get(parameter.name or "") or ():
                if is_model(argument, by_ending=are_words):
                    raise click.UsageError(f"{argument} is a model; {model_hint(argument)}")


def model_hint(path: str) -> str:
    """What to say to who names a model as an argument."""
    return f"did you mean -m {path}?"


def is_model(path: str, *, by_ending: bool = False) -> bool:
    """Whether it is a model, bundled or in a file; `by_ending` too, what seems to be another tool's."""
    if not Path(path).is_file():
        return path in MODELS
    from contextlib import suppress

    from nlp.text.not_text import is_safetensors

    with suppress(OSError), open(path, "rb") as file:  # noqa: PTH123  the path is the user's string
        if is_safetensors(file.read(16)):
            return True
    return by_ending and ending_of(path) in _OF_VECTORS
