"""What the user may have meant by the name of an option or command that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_OF_OTHER_TOOLS = {
    "alpha": "--lr",
    "cbow": "--arch",
    "epoch": "--epochs",
    "iter": "--epochs",
    "iterations": "--epochs",
    "learning-rate": "--lr",
    "mincount": "--min-count",
    "neg": "--negatives",
    "negative": "--negatives",
    "num": "-k",
    "sample": "--subsample",
    "sg": "--arch",
    "size": "--dim",
    "thread": "--workers",
    "threads": "--workers",
    "topn": "-k",
    "vector-size": "--dim",
    "ws": "--window",
}
"""The name of an option in gensim, fastText or word2vec.c, in lower case with hyphens → its name here."""


def option_meant(name: str, words: Iterable[str], known: Collection[str]) -> tuple[str, str] | None:
    """The name the user wrote, and the option of `known` that it means in other tools or spellings, if any.

    `name` is what click refused: of `-size`, the style of word2vec.c, only `-s`. `words`, the command line,
    hold the whole.
    """
    if not name.startswith("--"):
        single = (word for word in words if word.startswith("-") and not word.startswith("--"))
        name = next((word.split("=")[0] for word in single if name[-1] in word), name)
    plain = name.lstrip("-").lower().replace("_", "-")
    meant = _OF_OTHER_TOOLS.get(plain, f"--{plain}")
    return (name, meant) if meant in known else None


def commands_meant(words: Sequence[str], known: Iterable[str]) -> list[str]:
    """The commands that start with the first word; for `help COMMAND`, how to get that help."""
    first = words[0]
    if first == "help" and words[1:2] and words[1] in known:
        return [f"nlptool {words[1]} --help"]
    return [command for command in known if first and command.startswith(first)]


def no_such(kind: str, name: str, meant: Sequence[str]) -> str:
    """The message on `name`, a `kind` that does not exist, in click's words."""
    return f"No such {kind} {name!r}. Did you mean {' or '.join(map(repr, meant))}?"
