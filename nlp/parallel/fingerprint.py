"""What has to be alike on all machines that compute parts of one result, for its bytes to be the same."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from pathlib import Path

import numpy as np
import regex

from nlp.parallel.team import signals_held_back

_ROOT = Path(__file__).parents[2]
_FILES = "cli/**/*.py", "nlp/**/*.py", "corpora/*.py", "corpora/**/*.model"  # as they are installed


@cache
def fingerprint() -> dict[str, str]:
    """Versions, and hashes of sources, bundled models and what this processor computes of small products."""
    return {
        "nlptool": _sources(),
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "NumPy": np.__version__,
        "regex": regex.__version__,
        "processor": f"{platform.machine()} {_arithmetic()}",
    }


def _sources() -> str:
    """Two installations of one version may still differ, while it is worked on."""
    digest = hashlib.sha256()
    with signals_held_back():  # for a tenth of a second: each file is closed by whom it was opened
        for files in _FILES:
            for path in sorted(_ROOT.glob(files)):
                source = path.read_bytes()
                digest.update(f"{path.relative_to(_ROOT).as_posix()} {len(source)}\n".encode())
                digest.update(source)
    return digest.hexdigest()[:16]


def _arithmetic() -> str:
    """Sums in another order, or a fused product, show in the last bits of sums of products of odd numbers."""
    matrix = (np.arange(1, 97 * 128 + 1, dtype=np.float32).reshape(97, 128) % np.float32(1.7)) - np.float32(
        0.8
    )
    product = matrix.T @ matrix
    functions = (
        np.exp(-np.abs(product)),
        np.tanh(product),
        np.log1p(np.abs(product)),
        np.linalg.eigh(product)[0],
    )
    digest = hashlib.sha256(product.tobytes())
    for values in functions:
        digest.update(values.tobytes())
    return digest.hexdigest()[:16]
