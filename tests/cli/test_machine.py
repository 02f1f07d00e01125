"""The machine: read from the files in which Linux tells it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cli.machine import _kernels, _loaded_libraries, blas, memory, processor, slowing_variables

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_processor_is_named_as_linux_names_it(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text("processor\t: 0\nmodel name\t: A Fast One: 2\n", encoding="utf-8")
    assert processor(tmp_path) == "A Fast One: 2"


def test_elsewhere_the_processor_is_that_of_the_platform(tmp_path: Path) -> None:
    assert processor(tmp_path)


def test_memory_is_that_of_the_machine() -> None:
    assert memory() > 100_000_000


def test_the_library_of_products_is_named() -> None:
    assert re.fullmatch(r"\S+( [\d.]+)?( \(\w+\))?", blas())


def test_libraries_that_are_loaded_are_found_by_name(tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    line = "7f00-7f01 r-xp 00000000 00:1f 12    /usr/lib/a folder/libopenblas64.so.0\n"
    maps.write_text(f"{line}{line}7f00-7f01 r--p 0 00:1f 3 /usr/lib/libc.so\n", encoding="utf-8")
    (found,) = _loaded_libraries(maps)
    assert str(found) == "/usr/lib/a folder/libopenblas64.so.0"
    assert _loaded_libraries(tmp_path / "none") == []


def test_a_library_that_cannot_be_opened_names_no_kernel(tmp_path: Path) -> None:
    (tmp_path / "libblas.so").write_bytes(b"no library")
    assert _kernels([tmp_path / "libblas.so"]) == []


def test_variables_that_slow_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_L2_SIZE", raising=False)
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert slowing_variables() == {"OPENBLAS_CORETYPE": "Haswell"}
