"""The machine that nlptool runs on: its processor, its memory, and the library that multiplies matrices."""

from __future__ import annotations

import ctypes
import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TELL_KERNEL = ("scipy_openblas_get_corename64_", "openblas_get_corename64_", "openblas_get_corename")
_SLOWING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "NPY_DISABLE_CPU_FEATURES", "MKL_ENABLE_INSTRUCTIONS")


def processor(system: Path = Path("/")) -> str:
    """The name of the processor; `system` is the root folder."""
    with suppress(OSError):
        for line in (system / "proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def memory() -> int:
    """Bytes of memory that the machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def blas() -> str:
    """What multiplies matrices for NumPy: a library, its version and, if known, its kernel."""
    import numpy as np

    built = np.show_config(mode="dicts")
    found = built.get("Build Dependencies", {}).get("blas", {}) if isinstance(built, dict) else {}
    told = [str(found[key]) for key in ("name", "version") if found.get(key)] or ["unknown"]
    return " ".join([*told, *(f"({kernel})" for kernel in _kernels(_loaded_libraries())[:1])])


def slowing_variables() -> dict[str, str]:
    """Variables of the environment by which a library computes with less than the processor can do."""
    return {name: os.environ[name] for name in _SLOWING if os.environ.get(name)}


def _loaded_libraries(maps: Path = Path("/proc/self/maps")) -> list[Path]:
    """The files of this process in whose names `blas` stands. Linux only; elsewhere there are none."""
    with suppress(OSError):
        lines = maps.read_text(encoding="utf-8", errors="replace").splitlines()
        paths = {Path(line.split(maxsplit=5)[-1]) for line in lines if "blas" in line}
        return sorted(path for path in paths if ".so" in path.name)
    return []


def _kernels(libraries: Iterable[Path]) -> list[str]:
    """The kernels that these libraries of OpenBLAS name. They are loaded already, so nothing new is run."""
    kernels = []
    for path in libraries:
        with suppress(OSError):
            library = ctypes.CDLL(str(path))
            tell = next((getattr(library, name) for name in _TELL_KERNEL if hasattr(library, name)), None)
            if tell:
                tell.restype = ctypes.c_char_p
                kernels.append(tell().decode())
    return kernels
