from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.parallel.fingerprint import fingerprint
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TELL = "import json; from nlp.parallel.fingerprint import fingerprint; print(json.dumps(fingerprint()))"


def elsewhere(root: Path, **changes: str) -> dict[str, str]:
    """The fingerprint of a process with its sources below `root`."""
    variables = {**os.environ, "PYTHONPATH": str(root), **changes}
    told = subprocess.run(
        [sys.executable, "-c", TELL], env=variables, cwd=root, capture_output=True, check=True
    )
    found: dict[str, str] = json.loads(told.stdout)
    return found


def unlike(other: dict[str, str]) -> set[str]:
    return {name for name, value in fingerprint().items() if other[name] != value}


def test_it_names_what_has_to_be_alike() -> None:
    assert fingerprint().keys() == {"nlptool", "Python", "NumPy", "regex", "processor"}
    assert fingerprint()["NumPy"] == np.__version__
    assert fingerprint()["Python"] == f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The sources at another place, as on another machine, without what was compiled of them."""
    for package in ("nlp", "cli", "corpora"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_it_is_that_of_the_sources_wherever_they_are(copied: Path) -> None:
    assert unlike(elsewhere(copied)) == set()


@pytest.mark.parametrize("name", ["nlp/text/counting.py", "corpora/models/en-pos.model"])
def test_a_source_or_bundled_model_that_differs_shows(name: str, copied: Path) -> None:
    with (copied / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert unlike(elsewhere(copied)) == {"nlptool"}


def test_a_source_that_has_another_name_shows(copied: Path) -> None:
    (copied / "nlp/text/counting.py").rename(copied / "nlp/text/countings.py")
    assert unlike(elsewhere(copied)) == {"nlptool"}


def test_a_processor_that_rounds_otherwise_shows() -> None:
    """OpenBLAS computes as on an old processor, where its build has the kernels of several."""
    kinds = ("Prescott", "Nehalem", "Haswell", "SkylakeX")
    found = {elsewhere(ROOT, OPENBLAS_CORETYPE=kind)["processor"] for kind in kinds}
    if len(found) == 1:
        pytest.skip("this build of OpenBLAS has kernels of one kind of processor")
    assert all(one.split()[0] == fingerprint()["processor"].split()[0] for one in found)
