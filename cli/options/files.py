"""Options and arguments that name files: what a shell completes there, and the names of bundled models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.options.completion import starting
from corpora import MODELS, path_or_bundled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from click.shell_completion import CompletionItem

_FILES = ("FILE", "MODEL")


class ModelFile(click.Path):
    """A model: a file or, where there is none of that name, a bundled model."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path of the file."""
        return super().convert(path_or_bundled(value), param, ctx)

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
