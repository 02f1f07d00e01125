"""The table of commands, and the group that imports a command only when it is run.

`--help` reads this table alone, so it starts as fast with fifty commands as with one.
"""

from __future__ import annotations

from importlib import import_module
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import click

import nlp
from cli.options.suggestions import command_hint, no_such
from cli.translation import translated

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "tokenize": "split text into words, characters or graphemes",
    "vocab": "count the distinct tokens",
    "onehot": "turn tokens into one-hot vectors",
    "w2v-train": "train word vectors (word2vec)",
    "similar": "find the nearest neighbours of words",
    "analogy": "answer: a is to b as c is to ?",
    "vectors": "write the vectors of words or of lines of text",
    "cluster": "divide words or lines of text into groups",
    "keywords": "tell which words each text is about",
    "summarize": "choose the most central sentences of texts",
    "dedupe": "leave out lines that repeat earlier ones, or nearly so",
    "index": "make a search index of texts, or change one",
    "search": "find what texts say by words, in a search index",
    "search-eval": "judge a search by queries with judged answers",
    "tag-train": "train a tagger of tokens or entities, or a segmenter of Chinese",
    "tag": "tag tokens, or find entities",
    "classify-train": "train a text classifier",
    "classify": "tell the labels of texts",
    "classify-eval": "judge a text classifier",
    "seq2seq-train": "train a model that translates or summarises, from pairs of texts",
    "translate": "write the translations of texts, or whatever a model has learnt from pairs",
    "tag-eval": "judge tags, entities or words",
    "w2v-eval": "judge word vectors by analogies and similarities",
    "rnn-train": "train a recurrent language model",
    "transformer-train": "train a Transformer, a language model of attention",
    "ngram-train": "train a Kneser-Ney n-gram language model",
    "generate": "make text with a language model",
    "score": "tell how probable text is to a language model",
    "fill": "fill gaps in text with a language model",
    "gradients": "measure how far back a recurrent network learns",
    "info": "show what is in a model",
    "export": "write word vectors or n-grams for other tools",
    "plot": "draw a map of word vectors, or loss curves",
    "lecture": "compute a page of the lecture, formula by formula",
    "doctor": "tell what is installed, how fast it is, what slows it",
    "corpus": "list and print the bundled texts",
    "completion": "print the completion for a shell",
}
"""Name → one line of help. `w2v-train` is the object `w2v_train` of the module `cli.commands.w2v_train`."""


class Commands(click.Group):
    """A group over the static table."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line, on which `help COMMAND` is `COMMAND --help`.

        Raises: NoSuchOption, which tells where the options of a command stand
        """
        if args[:1] == ["help"]:
            args = [*args[1:2], "--help"]
        command = next((word for word in args if word in COMMANDS), None)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if not command:
                raise
            name = error.option_name
            hint = f"Options stand behind the command: nlptool {command} {name}"
            raise click.NoSuchOption(name, no_such("option", name, hint), ctx=ctx) from None

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command called `cmd_name`, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that `args` begin with. Raises: NoSuchCommand, with suggestions."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            if hint := command_hint(args[0], COMMANDS):
                message = no_such("command", args[0], hint)
                raise click.exceptions.NoSuchCommand(args[0], message, ctx=ctx)
            raise click.exceptions.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands of the table, and the options of the group: click would import every command."""
        from click.shell_completion import CompletionItem

        commands = [
            CompletionItem(name, help=told) for name, told in COMMANDS.items() if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The text about all commands, in the language of the locale."""
        paragraphs = cleandoc(self.help or "").split("\n\n")
        told = (part if part.startswith("\b") else translated(part.replace("\n", " ")) for part in paragraphs)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text("\n\n".join(told))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The table as it stands: click would import every command for its first line."""
        with formatter.section(translated("Commands")):
            formatter.write_dl([(name, translated(told)) for name, told in COMMANDS.items()])


def _show_version(context: click.Context, _parameter: click.Parameter, wanted: Any) -> None:
    if wanted:
        click.echo(f"nlptool {nlp.__version__}")
        context.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help=translated("Show the version."),
)
def cli() -> None:
    """Text to tokens, vectors and neighbours: filters that pipe plain text or JSONL.

    Every command reads files or stdin and writes stdout.

    \b
    nlptool tokenize --lower book.txt | nlptool w2v-train -o book.model
    nlptool similar -m book.model king

    `nlptool help COMMAND`, as `nlptool COMMAND --help`, tells the options of a command.
    """
