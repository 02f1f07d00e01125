"""Running `nlptool` as users do: as a process, with real descriptors and signals."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NLPTOOL = [sys.executable, "-W", "error", "-m", "cli.main"]
TIMEOUT = 60


def environment(**changes: str) -> dict[str, str]:
    """The environment of a run: nothing of the user's models or terminal, warnings are errors."""
    left = ("NLPTOOL", "_NLPTOOL", "COLUMNS", "LINES")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(left)}
    return {**kept, "PYTHONPATH": str(ROOT), **changes}


def run(
    *arguments: str, stdin: bytes = b"", cwd: Path | None = None, **changes: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end; everything it wrote is in the result."""
    return subprocess.run(
        [*NLPTOOL, *arguments],
        input=stdin,
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
        cwd=cwd,
        env=environment(**changes),
    )


def shell(line: str, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `line` in a shell in which "$@" is the nlptool command line; for redirections."""
    return subprocess.run(
        ["/bin/bash", "-c", line, "bash", *NLPTOOL, *arguments],
        input=stdin,
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
        env=environment(),
    )


def start(*arguments: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """Start a command with its stdin open."""
    return subprocess.Popen(
        [*NLPTOOL, *arguments],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=environment(),
    )


def answers(*arguments: str, lines: Iterable[bytes]) -> list[bytes]:
    """What a command writes on each line of a stdin that stays open until the last has been answered."""
    found = []
    with start(*arguments) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in lines:
            process.stdin.write(line)
            process.stdin.flush()
            assert select.select([process.stdout], [], [], TIMEOUT)[0], f"nothing came out for {line!r}"
            found.append(os.read(process.stdout.fileno(), 1 << 16))
        rest, stderr = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, rest, stderr) == (0, b"", b"")
    return found


def litter(folder: Path) -> list[Path]:
    """What a run has left beside its output."""
    return [path for path in folder.iterdir() if "nlptool" in path.name]


@dataclass(frozen=True)
class Sample:
    """A run of a command that succeeds: the contract's tests vary it.

    `arguments` may name {model}, {language_model}, {classifier}, {translator}, {tag_model}, {index} with its
    {qrels}, and {output}; `stdin` is repeated for large inputs. `writes` is "stdout" or "file", for commands
    that need -o; `reads` is whether stdin matters.
    """

    arguments: tuple[str, ...] = ()
    stdin: bytes = b""
    writes: str = "stdout"
    reads: bool = True
    takes_files: bool = True


_TEXT = b"The king rode out at dawn; the queen said 3.14.\n\xe6\x88\x91\xe7\x88\xb1\xe8\xaf\xad\xe8\xa8\x80\n"
TAGGED = b"the/D king/N rode/V out/P at/P dawn/N\nthe/D queen/N ate/V bread/N\n"
_TOKENS = b"the king rode out at dawn\nthe queen rode out at noon\nthe king and the queen ate bread\n"

_LABELLED = b"__label__out the king rode out\n__label__in the king ate bread\n__label__out the queen rode\n"
_PAIRS = (
    b"the king rode out\tder K\xc3\xb6nig ritt aus\nthe queen ate bread\tdie K\xc3\xb6nigin a\xc3\x9f Brot\n"
)
_COMPARED = b"The DT DT\nking NN NN\nrode VBD NN\n\nout RP IN\n\n"

SAMPLES = {
    "tokenize": Sample(stdin=_TEXT),
    "vocab": Sample(stdin=_TOKENS),
    "onehot": Sample(stdin=_TOKENS),
    "w2v-train": Sample(
        ("--min-count", "1", "--dim", "8", "--epochs", "2", "-o", "{output}"),
        stdin=_TOKENS * 5,
        writes="file",
    ),
    "similar": Sample(("-m", "{model}", "-k", "2"), stdin=b"king\nqueen\n", takes_files=False),
    "analogy": Sample(
        ("-m", "{model}", "-k", "2"), stdin=b"king queen dawn\nat out rode\n", takes_files=False
    ),
    "vectors": Sample(("-m", "{model}", "--lines"), stdin=_TOKENS),
    "cluster": Sample(("-m", "{model}", "--lines", "-k", "2"), stdin=_TOKENS),
    "keywords": Sample(stdin=_TOKENS),
    "summarize": Sample(("--unit", "line"), stdin=_TOKENS),
    "dedupe": Sample(stdin=_TOKENS),
    "index": Sample(("-o", "{output}"), stdin=_TEXT, writes="file"),
    "search-eval": Sample(
        ("-m", "{index}", "--queries", "-", "--qrels", "{qrels}"),
        stdin=b"1\tking\n2\tqueen\n",
        takes_files=False,
    ),
    "search": Sample(("-m", "{index}", "-k", "2"), stdin=b"king\nqueen\n", takes_files=False),
    "classify-train": Sample(("--epochs", "2", "-o", "{output}"), stdin=_LABELLED, writes="file"),
    "classify": Sample(("-m", "{classifier}"), stdin=_TOKENS),
    "classify-eval": Sample(("-m", "{classifier}"), stdin=_LABELLED),
    "seq2seq-train": Sample(
        ("--hidden", "8", "--subword-vocab", "20", "--epochs", "2", "-o", "{output}"),
        stdin=_PAIRS,
        writes="file",
    ),
    "translate": Sample(("-m", "{translator}", "--beam", "2"), stdin=b"the king\nthe queen\n"),
    "tag-eval": Sample(stdin=_COMPARED, takes_files=False),
    "tag-train": Sample(
        ("--task", "segment", "--bits", "12", "--epochs", "2", "-o", "{output}"), stdin=_TOKENS, writes="file"
    ),
    "tag": Sample(("-m", "{tag_model}"), stdin=_TOKENS),
    "w2v-eval": Sample(
        ("-m", "{model}", "--analogies", "-"), stdin=b": kin\nking queen dawn noon\n", takes_files=False
    ),
    "rnn-train": Sample(
        ("--hidden", "8", "--embed-dim", "8", "--epochs", "2", "-o", "{output}"), stdin=_TOKENS, writes="file"
    ),
    "transformer-train": Sample(
        (
            *("--layers", "1", "--heads", "1", "--dim", "8", "--ffn", "8", "--context", "8", "--epochs", "2"),
            *("-o", "{output}"),
        ),
        stdin=_TOKENS,
        writes="file",
    ),
    "ngram-train": Sample(("-o", "{output}"), stdin=_TOKENS, writes="file"),
    "generate": Sample(
        ("-m", "{language_model}", "--seed", "1", "-n", "20"),
        stdin=b"the king\nthe queen\n",
        takes_files=False,
    ),
    "score": Sample(("-m", "{language_model}"), stdin=_TOKENS),
    "fill": Sample(
        ("-m", "{language_model}", "--max-gap", "2"),
        stdin=b"the ___ rode out at dawn\nthe queen ate ___\n",
    ),
    "gradients": Sample(("--hidden", "8", "--lags", "5"), reads=False, takes_files=False),
    "info": Sample(("{model}",), reads=False, takes_files=False),
    "export": Sample(("{model}",), reads=False, takes_files=False),
    "plot": Sample(("-m", "{model}", "king", "queen", "dawn", "noon"), reads=False, takes_files=False),
    "lecture": Sample(("cbow",), reads=False, takes_files=False),
    "doctor": Sample(("--no-speed",), reads=False, takes_files=False),
    "corpus": Sample(("english",), reads=False, takes_files=False),
    "completion": Sample(("fish",), reads=False, takes_files=False),
}
"""Every command has a sample here; the contract runs over all of them."""
