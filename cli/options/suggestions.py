"""What the user may have meant by the name of an option or command that does not exist."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

FILES = "[FILES]..."
"""What help calls the argument for the text of a command."""

_OPTIONS_OF_OTHER_TOOLS: dict[str, tuple[str, ...]] = {
    "alpha": ("--lr",),
    "arpa": ("--output",),
    "bptt-length": ("--bptt",),
    "corpus": (FILES,),
    "corpus-file": (FILES,),
    "decay-rate": ("--lr-decay",),
    "embedding-dim": ("--embed-dim", "--dim"),
    "emsize": ("--embed-dim",),
    "epoch": ("--epochs",),
    "grad-clip": ("--clip",),
    "hidden-size": ("--hidden",),
    "input": (FILES,),
    "iter": ("--epochs",),
    "iterations": ("--epochs",),
    "k": ("-k",),
    "learning-rate": ("--lr",),
    "learning-rate-decay": ("--lr-decay",),
    "max-epochs": ("--epochs",),
    "max-final-vocab": ("--max-vocab",),
    "max-length": ("--length",),
    "max-new-tokens": ("--length",),
    "max-tokens": ("--length",),
    "max-vocab-size": ("--max-vocab",),
    "mincount": ("--min-count",),
    "n-layers": ("--layers",),
    "neg": ("--negatives",),
    "negative": ("--negatives", "--minus"),
    "nhid": ("--hidden",),
    "nlayers": ("--layers",),
    "num": ("-k",),
    "num-layers": ("--layers",),
    "num-return-sequences": ("--count",),
    "num-samples": ("--count",),
    "num-workers": ("--workers",),
    "optim": ("--optimizer",),
    "positive": ("--plus",),
    "pretrained-vectors": ("--vectors", "--update"),
    "pretrainedvectors": ("--vectors", "--update"),
    "primetext": ("--prompt",),
    "rnn-size": ("--hidden",),
    "sample": ("--subsample",),
    "sentences": (FILES,),
    "seq-length": ("--bptt",),
    "size": ("--dim",),
    "start": ("--prompt",),
    "t": ("--subsample",),
    "text": (FILES,),
    "thread": ("--workers",),
    "threads": ("--workers",),
    "topn": ("-k",),
    "train": (FILES,),
    "train-file": (FILES,),
    "vector-size": ("--dim",),
    "ws": ("--window",),
}
"""An option in gensim, fastText, word2vec.c, KenLM or char-rnn, in lower case with hyphens → what it is here.

Of several a command has at most one, or they are told in this order.
"""

_SWITCHES_OF_OTHER_TOOLS = {
    "cbow": ("--arch skipgram", "--arch cbow"),
    "hs": ("--loss ns", "--loss hs"),
    "sg": ("--arch cbow", "--arch skipgram"),
}
"""A switch of those tools → what its values 0 and 1 are here."""

_ARGUMENTS_MEANT = {
    "export": "one file is read; -o names the one to write",
    "generate": "--prompt gives the text to continue, or each line of stdin",
    "gradients": "-m names a model to measure",
    "w2v-eval": "--analogies or --similarity names the file to judge by, -m the vectors",
}
"""What to say of an argument to a command that takes none, or no more."""

_COMMANDS_OF_OTHER_TOOLS: dict[str, tuple[str, ...]] = {
    "accuracy": ("w2v-eval",),
    "analogies": ("analogy",),
    "build-binary": ("ngram-train",),
    "cbow": ("w2v-train --arch cbow",),
    "classes": ("cluster",),
    "compute-accuracy": ("w2v-eval --analogies",),
    "convert": ("export",),
    "count": ("vocab",),
    "distance": ("similar",),
    "dump": ("info",),
    "evaluate": ("w2v-eval", "score"),
    "glove": ("w2v-train",),
    "kmeans": ("cluster",),
    "gpt": ("transformer-train",),
    "lm": ("rnn-train", "transformer-train", "ngram-train"),
    "lmplz": ("ngram-train",),
    "most-similar": ("similar",),
    "neighbors": ("similar",),
    "neighbours": ("similar",),
    "nn": ("similar",),
    "perplexity": ("score",),
    "ppl": ("score",),
    "predict": ("classify", "score", "generate"),
    "predict-prob": ("classify",),
    "print-sentence-vectors": ("vectors --lines",),
    "print-word-vectors": ("vectors",),
    "query": ("score",),
    "sample": ("generate",),
    "sentence-vectors": ("vectors --lines",),
    "segment": ("tokenize",),
    "supervised": ("classify-train",),
    "similarity": ("similar --pair",),
    "skipgram": ("w2v-train --arch skipgram",),
    "test": ("classify-eval",),
    "tokenizer": ("tokenize",),
    "train": ("w2v-train", "rnn-train", "transformer-train", "ngram-train"),
    "tsne": ("plot --method tsne",),
    "vector": ("vectors",),
    "version": ("--version",),
    "visualize": ("plot",),
    "word-analogy": ("analogy",),
    "word2phrase": ("w2v-train --phrases",),
    "word2vec": ("w2v-train",),
    "wordcount": ("vocab",),
}
"""A command of those tools, or what people call the task, in lower case with hyphens → the commands here."""

_TASKS_OF_OTHER_TOOLS = {
    "quantize": "classify-train --quantize makes small classifiers, --dim or --max-vocab smaller vectors",
}
"""A command of those tools that has no counterpart here → what to know instead."""

_GLUED = re.compile(r"-[A-Za-z][A-Za-z_-]+(?==|$)")


def option_meant(name: str, words: Iterable[str], known: Collection[str]) -> tuple[str, str] | None:
    """The name the user wrote, and what it means in other tools or spellings, among `known`, if anything.

    `name` is what click refused: of `-size`, the style of word2vec.c, only `-s`. `words`, the command line,
    hold the whole and the value. `known` are options, and `FILES` where the command takes them.
    """
    words = list(words)
    if not name.startswith("--"):
        single = (word for word in words if word.startswith("-") and not word.startswith("--"))
        name = next((word.split("=")[0] for word in single if name[-1] in word), name)
    plain = _plain(name)
    meant = _OPTIONS_OF_OTHER_TOOLS.get(plain, (f"--{plain}",))
    if plain in _SWITCHES_OF_OTHER_TOOLS:
        off, on = _SWITCHES_OF_OTHER_TOOLS[plain]
        meant = (off if _value(name, words) == "0" else on,)
    return next(((name, one) for one in meant if one.split()[0] in known), None)


def glued_option(words: Sequence[str], known: Collection[str], taking: Collection[str]) -> str | None:
    """The first long name behind a single dash, which would be read as a short option and its value.

    `-output m` would write a file called utput. `taking` are the options whose next word is their value.
    """
    for before, word in pairwise(("", *words)):
        if word == "--":
            return None
        found = _GLUED.match(word)
        if found and before not in taking and option_meant(found[0], words, known):
            return found[0]
    return None


def _value(name: str, words: Sequence[str]) -> str:
    """The value that the command line gives to an option, behind = or as the next word."""
    for word, following in pairwise((*words, "")):
        if word.split("=")[0] == name:
            return word.partition("=")[2] or following
    return ""


def _plain(name: str) -> str:
    return name.lstrip("-").lower().replace("_", "-")


def command_hint(name: str, known: Mapping[str, object]) -> str:
    """What to say of a command that does not exist: those that it means elsewhere or is the beginning of."""
    plain = _plain(name)
    if plain in _TASKS_OF_OTHER_TOOLS:
        return _TASKS_OF_OTHER_TOOLS[plain]
    return did_you_mean(list(_commands_meant(plain, known)))


def _commands_meant(plain: str, known: Mapping[str, object]) -> Iterator[str]:
    if not plain:
        return
    if plain in known:
        yield plain
    elif plain in _COMMANDS_OF_OTHER_TOOLS:
        of_other = _COMMANDS_OF_OTHER_TOOLS[plain]
        yield from (one for one in of_other if one.split()[0] in {*known, "--version"})
    else:
        yield from (command for command in known if command.startswith(plain))


def argument_hint(command: str | None) -> str:
    """What to say of an argument that `command` does not take."""
    return _ARGUMENTS_MEANT.get(command or "", "leave it out, or quote what belongs together")


def did_you_mean(names: Sequence[str]) -> str:
    """The question in click's words; nothing without names."""
    return f"Did you mean {' or '.join(map(repr, names))}?" if names else ""


def option_hint(meant: str) -> str:
    """What to say of an option that means `meant` here."""
    return "Files are named without an option" if meant == FILES else did_you_mean([meant])


def no_such(kind: str, name: str, hint: str) -> str:
    """The message on `name`, a `kind` that does not exist, in click's words."""
    return f"No such {kind} {name!r}. {hint}"
