"""Endings of outputs: those of formats that are not written are refused, by every command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.commands import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("ending", [".zst", ".kv.gz", ".Parquet", ".zip", ".docx"])
def test_an_ending_that_would_mislead_is_refused(
    command: str, ending: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    result = nlptool(command, "-o", str(tmp_path / f"x{ending}"), stdin="a b\n")
    assert (result.status, result.stdout) == (2, "")
    assert f"{ending.removesuffix('.gz').lower()} is not written here; " in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "ending", "told"),
    [
        ("vocab", ".npz", "only nlptool onehot does"),
        ("similar", ".npy", "only nlptool export and vectors do"),
        ("tokenize", ".tar", "write .gz, .bz2 or .xz, or compress it afterwards"),
        ("tokenize", ".pdf", "x.pdf: .pdf is not written here; give the file another ending"),
        ("plot", ".pdf", "figures are .svg, .html, .png or text, not .pdf"),
        ("tokenize", ".xlsx", "give the file another ending"),
        ("vocab", ".svg.gz", "only nlptool gradients and plot do"),
        ("score", ".csv", "give the file another ending"),
        ("tokenize", ".jsonl", "what is written is not .jsonl; give --format jsonl, or another ending"),
        ("vocab", ".json.gz", "what is written is not .json; give --format jsonl"),
        ("w2v-train", ".json", "a model is binary; give it another ending"),
    ],
)
def test_the_remedy(command: str, ending: str, told: str, nlptool: Nlptool, tmp_path: Path) -> None:
    assert told in nlptool(command, "-o", str(tmp_path / f"x{ending}")).stderr


def test_an_ending_in_capitals_compresses_too(nlptool: Nlptool, tmp_path: Path) -> None:
    for ending, magic in {".GZ": b"\x1f\x8b", ".Bz2": b"BZh", ".XZ": b"\xfd7zXZ"}.items():
        path = tmp_path / f"x{ending}"
        assert nlptool("tokenize", "-o", str(path), stdin="a b\n").status == 0
        assert path.read_bytes().startswith(magic)


@pytest.mark.parametrize("name", ["x.v2", "zst", "x.zst.txt", "x.gz", "x.npz"])
def test_any_other_name_is_one(name: str, nlptool: Nlptool, tmp_path: Path) -> None:
    assert nlptool("onehot", "-o", str(tmp_path / name), stdin="a b\n").status == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "line",
    [
        "tokenize --format jsonl -o {}.jsonl",
        "vocab --format jsonl -o {}.json.gz",
        "gradients --lags 1 --hidden 2 -o {}.jsonl",
        "info -o {}.json",
        "vocab --format tsv -o {}.tsv",
    ],
)
def test_json_has_its_ending_where_it_is_written(line: str, nlptool: Nlptool, tmp_path: Path) -> None:
    assert nlptool(*line.format(tmp_path / "x").split(), stdin="a b\n").status == 0
    assert len(list(tmp_path.iterdir())) == 1
