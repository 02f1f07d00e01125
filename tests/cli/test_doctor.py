"""`nlptool doctor`: what it finds, and what it advises."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

import nlp
from cli.jobs import doctor
from cli.jobs.speed_test import Speed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool


def found(nlptool: Nlptool, *arguments: str) -> dict[str, tuple[str, str | None]]:
    outcome = nlptool("doctor", *arguments, "--format", "jsonl")
    assert (outcome.status, outcome.stderr) == (0, "")
    records = [json.loads(line) for line in outcome.stdout.splitlines()]
    return {record["name"]: (record["value"], record["advice"]) for record in records}


def test_versions_and_the_machine(nlptool: Nlptool) -> None:
    report = found(nlptool, "--no-speed")
    assert report["nlptool"] == (nlp.__version__, None)
    assert report["Python"] == (sys.version.split()[0], None)
    assert {"click", "numpy", "rich", "regex", "system", "processor", "cores", "memory"} <= set(report)
    assert "matrix products" in report


def test_a_variable_that_slows_is_named(nlptool: Nlptool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    value, advice = found(nlptool, "--no-speed")["OPENBLAS_CORETYPE"]
    assert value == "Prescott"
    assert advice
    assert advice.startswith("unset OPENBLAS_CORETYPE")


def test_cores_that_may_not_be_used_are_told(nlptool: Nlptool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "usable_cores", lambda: 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    report = found(nlptool, "--no-speed")
    assert report["cores"][0] == "2 cores of 8, as affinity and quotas allow"
    assert "load" not in report  # which changes from run to run


@pytest.mark.parametrize(
    ("load", "advice"), [(1.5, "other work takes the cores: speeds are lower"), (0.5, None)]
)
def test_load_stands_beside_the_speeds(
    nlptool: Nlptool, monkeypatch: pytest.MonkeyPatch, load: float, advice: str | None
) -> None:
    monkeypatch.setattr(doctor, "speeds", list)
    monkeypatch.setattr(doctor, "usable_cores", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0, 0))
    assert found(nlptool)["load"] == (f"{load:.2f}", advice)


def test_an_extra_that_is_missing_comes_with_the_command_that_installs_it() -> None:
    name, value, advice = doctor._extra("no-such-library", "to fly")
    assert (name, value) == ("no-such-library", "not installed")
    assert advice
    assert advice.startswith("to fly: ")
    assert advice.endswith("install no-such-library")
    assert doctor._extra("numpy", "").advice is None


@pytest.mark.parametrize(
    ("shell", "rc_file"), [("bash", ".bashrc"), ("zsh", ".zshrc"), ("fish", ".config/fish/config.fish")]
)
def test_completion_is_looked_for_where_the_shell_reads_it(shell: str, rc_file: str, tmp_path: Path) -> None:
    missing = doctor._completion(shell, tmp_path)
    assert missing.value == f"not read by {shell}"
    assert missing.advice
    path = tmp_path / rc_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(missing.advice.split("'")[1], encoding="utf-8")
    assert doctor._completion(shell, tmp_path) == ("completion", f"read by ~/{rc_file}", None)


def test_a_shell_without_completion(tmp_path: Path) -> None:
    assert doctor._completion("tcsh", tmp_path) == ("completion", "none for tcsh", None)
    assert doctor._completion("", tmp_path).value == "none for this shell"


@pytest.mark.parametrize("name", ["nlptool.1", "nlptool.1.gz"])
@pytest.mark.parametrize(("variable", "folder"), [("MANPATH", "share/man"), ("PATH", "bin")])
def test_the_manual_is_looked_for_where_man_looks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, variable: str, folder: str
) -> None:
    for other in ("MANPATH", "PATH"):
        monkeypatch.setenv(other, str(tmp_path / "nowhere"))
    assert doctor._manual().value == "man does not find it"
    monkeypatch.setenv(variable, str(tmp_path / folder))
    page = tmp_path / "share/man/man1" / name
    page.parent.mkdir(parents=True)
    page.touch()
    assert doctor._manual().value == str(page.with_name("nlptool.1"))


def test_speeds_stand_beside_the_documented_ones(nlptool: Nlptool, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = [Speed("tokenize", 12.0, "MB/s", 10.0), Speed("rnn-train", 6_000.0, "characters/s", 10_000.0)]
    monkeypatch.setattr(doctor, "speeds", lambda: measured)
    report = found(nlptool)
    assert report["speed: tokenize"][0].startswith("12.0 MB/s, 1.20 of ")
    assert report["speed: tokenize"][1] is None
    value, advice = report["speed: rnn-train"]
    assert value.startswith("6,000 characters/s, 0.60 of ")
    assert advice == "is other work running, or a variable above set?"
