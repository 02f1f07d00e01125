"""No command replaces what it reads, and none reads what it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.running import shell

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

TEXT = "a b c\nb c d\n"
READS = [
    "tokenize -o {text} {text}",
    "vocab -o {text} - {text}",
    "onehot --vocab {vocab} -o {vocab} {text}",
    "ngram-train -o {text} {text}",
    "ngram-train -o {link} {text}",
    "w2v-train --valid {text} -o {text} {vocab}",
    "rnn-train --vectors {vectors} -o {vectors} {text}",
    "score -m {counted} -o {text} {text}",
    "score -m {counted} -o {counted} {text}",
    "fill -m {counted} -o {text} {text}",
    "generate -m {counted} --novelty {text} -o {text} --prompt a",
    "similar -m {vectors} -o {vectors} a",
    "w2v-eval -m {vectors} --similarity {text} -o {text}",
    "export -o {vectors} {vectors}",
    "info -o {counted} {counted}",
    "plot --losses -o {counted} {counted}",
]


@pytest.fixture
def files(nlptool: Nlptool, tmp_path: Path) -> dict[str, Path]:
    found = {name: tmp_path / name for name in ("text", "vocab", "vectors", "counted", "link")}
    found["text"].write_text(TEXT)
    found["vocab"].write_text("a\t1\nb\t2\n")
    found["vectors"].write_text("2 2\na 1 0\nb 1 1\n")
    found["link"].symlink_to(found["text"])
    nlptool("ngram-train", "-o", str(found["counted"]), str(found["text"]))
    return found


@pytest.mark.parametrize("line", READS)
def test_an_output_does_not_replace_what_is_read(line: str, nlptool: Nlptool, files: dict[str, Path]) -> None:
    before = {path: path.read_bytes() for path in files.values()}
    status, stdout, stderr = nlptool(*line.format(**files).split())
    assert (status, stdout) == (2, "")
    assert "--output would replace" in stderr
    assert {path: path.read_bytes() for path in files.values()} == before


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('"$@" {text} >> {text}', "{text}"),
        ('"$@" < {text} >> {text}', "<stdin>"),
        ('"$@" - < {text} >> {text}', "<stdin>"),
        ('"$@" < {text} 1<> {text}', "<stdin>"),
        ('"$@" -o - {text} {link} >> {text}', "{text}"),
    ],
)
@pytest.mark.parametrize("command", ["tokenize", "score"])
def test_a_file_that_is_appended_to_is_not_read(
    line: str, named: str, command: str, files: dict[str, Path]
) -> None:
    words = [command, *(["-m", str(files["counted"])] if command == "score" else [])]
    result = shell(line.format(**files), *words)
    assert (result.returncode, result.stdout) == (2, b"")
    assert (
        f"{named.format(**files)} is read and, as standard output, written at once" in result.stderr.decode()
    )
    assert files["text"].read_text() == TEXT


def test_the_output_of_a_pipe_may_replace_what_another_process_read(
    nlptool: Nlptool, files: dict[str, Path]
) -> None:
    text = str(files["text"])
    assert nlptool("tokenize", "-o", text, stdin="Don't!\n").status == 0
    assert nlptool("tokenize", "-o", text, str(files["vocab"])).status == 0
    assert nlptool("tokenize", "-o", "/dev/null", "/dev/null").status == 0
