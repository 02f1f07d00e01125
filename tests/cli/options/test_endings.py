"""Endings of outputs: those of formats that are not written are refused, by every command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.commands import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("ending", [".zst", ".kv.gz", ".Parquet", ".zip"])
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
        ("tokenize", ".xlsx", "give the file another ending"),
    ],
)
def test_the_remedy(command: str, ending: str, told: str, nlptool: Nlptool, tmp_path: Path) -> None:
    assert told in nlptool(command, "-o", str(tmp_path / f"x{ending}")).stderr


@pytest.mark.parametrize("name", ["x.v2", "zst", "x.zst.txt", "x.gz", "x.npz"])
def test_any_other_name_is_one(name: str, nlptool: Nlptool, tmp_path: Path) -> None:
    assert nlptool("onehot", "-o", str(tmp_path / name), stdin="a b\n").status == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]
