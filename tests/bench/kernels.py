"""The kernels that libraries compute with: the best of this processor, or those of most processors.

AVX-512 may double the speed of a product of matrices, and most processors have AVX2 only. So on one that has
both, whatever lives by products is measured twice. Variables hold libraries to AVX2: OpenBLAS, in NumPy and
in SciPy, where gensim gets its products; NumPy's own loops; PyTorch's own loops, oneDNN and MKL. MKL obeys on
Intel's processors alone, and on others goes its own way. What a package has compiled for this processor
(word2vec.c), or for any (fastText, gensim's loops, tokenizers), stays as it is. The clock and the caches stay
this processor's too: these are AVX2 kernels, not another machine.

`python -m tests.bench.kernels` prints, as JSON, what NumPy computes with.

Source: oneDNN, "CPU dispatcher control"; oneMKL Developer Guide, "Instruction set specific dispatching";
        what OpenBLAS and NumPy make of their variables is read back from them, and told under the table.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .harness import module, run_child

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .harness import Setting

OWN, AVX2 = "own", "avx2"
HELD_TO_AVX2 = {
    "OPENBLAS_CORETYPE": "Haswell",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
}


def settings_by_kernels(own: Setting, names: Sequence[str] | None) -> dict[str, Setting]:
    """The setting for each of the kernels `names`; else the own ones, and AVX2 where those go beyond it."""
    beyond = [name for name in _report(own)["extensions"] if name == "X86_V4" or name.startswith("AVX512")]
    held = HELD_TO_AVX2 | ({"NPY_DISABLE_CPU_FEATURES": " ".join(beyond)} if beyond else {})
    known = {OWN: own, AVX2: replace(own, variables=held)}
    return {name: known[name] for name in names or (known if beyond else [OWN])}


def described(setting: Setting) -> str:
    """The library of NumPy's products and its kernels, and the instructions of NumPy's loops."""
    told = _report(setting)
    return f"{told['blas']}, NumPy {' '.join(told['extensions'])}"


def _report(setting: Setting) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run_child(setting, module("kernels")).stdout)
    return found


def report() -> dict[str, Any]:
    """What this process computes with."""
    import numpy as np

    configuration: Any = np.show_config(mode="dicts")
    blas = configuration["Build Dependencies"]["blas"]["name"]
    with suppress(ImportError):
        from threadpoolctl import threadpool_info

        for library in threadpool_info():
            if library["user_api"] == "blas":
                blas = f"{library['internal_api']} {library['version']} {library.get('architecture', '')}"
    return {"blas": blas.strip(), "extensions": configuration["SIMD Extensions"].get("found", [])}


if __name__ == "__main__":
    print(json.dumps(report()))
