from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import kernels, multiplying, suite
from .figures import Figure
from .harness import Setting
from .kernels import AVX2, OWN, settings_by_kernels
from .report import as_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

WIDE, NARROW = ["X86_V3", "X86_V4", "AVX512_ICL"], ["AVX2", "FMA3"]


@pytest.mark.parametrize(
    ("extensions", "asked", "names"),
    [
        (WIDE, None, [OWN, AVX2]),
        (NARROW, None, [OWN]),
        (WIDE, [OWN], [OWN]),
        (NARROW, [AVX2, OWN], [AVX2, OWN]),
    ],
)
def test_a_processor_beyond_avx2_is_measured_twice_unless_told_otherwise(
    extensions: Sequence[str],
    asked: Sequence[str] | None,
    names: Sequence[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernels, "_report", lambda _: {"blas": "", "extensions": extensions})
    assert list(settings_by_kernels(Setting(tmp_path), asked)) == names


def test_numpy_is_held_to_avx2(tmp_path: Path) -> None:
    held = settings_by_kernels(Setting(tmp_path, repeats=3, only="word"), [AVX2])[AVX2]
    assert (held.repeats, held.only) == (3, "word")
    assert held.environment()["OPENBLAS_CORETYPE"] == "Haswell"
    found = kernels._report(held)
    assert found["blas"]
    assert not [name for name in found["extensions"] if "AVX512" in name or name == "X86_V4"]
    assert kernels.described(held).startswith(f"{found['blas']}, NumPy")
    assert kernels.report()["extensions"]


def test_what_depends_on_kernels_has_rows_by_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def figures(setting: Setting) -> Iterator[Figure]:
        yield Figure("b", f"words {setting.variables}")
        yield Figure("b", "characters")

    monkeypatch.setattr(suite, "BENCHMARKS", {"rnn": figures, "startup": figures})
    settings = {name: Setting(tmp_path, only="words", variables={"of": name}) for name in ("own", "avx2")}
    found = suite.run_all(["rnn", "startup"], settings)
    told = [(figure.kernels, figure.subject) for figure in found]
    assert told == [
        ("own", "words {'of': 'own'}"),
        ("avx2", "words {'of': 'avx2'}"),
        ("", "words {'of': 'own'}"),
    ]
    assert "| b, avx2 | words" in as_markdown(found, {})


def test_a_product_counts_a_multiplication_and_an_addition_a_term(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0

    def process_time() -> float:
        nonlocal clock
        clock += 0.25
        return clock

    monkeypatch.setattr(multiplying, "process_time", process_time)
    assert multiplying.speed("numpy", [(8, 5, 20), (8, 20, 10)]) == pytest.approx(
        2 * 8 * 5 * 20 * 10 / 0.25 / 1e9
    )
