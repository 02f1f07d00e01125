"""What has to be alike on all machines that compute parts of one result, for its bytes to be the same."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from pathlib import Path

import numpy as np

_PACKAGES = Path(__file__).parents[1], Path(__file__).parents[2] / "cli"


@cache
def fingerprint() -> dict[str, str]:
    """Versions, and hashes of the sources and of what this processor computes of small products."""
    return {
        "nlptool": _sources(),
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "NumPy": np.__version__,
        "processor": f"{platform.machine()} {_arithmetic()}",
    }


def _sources() -> str:
    """Two installations of one version may still differ, while it is worked on."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted(package.rglob("*.py")):
            digest.update(path.read_bytes())
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
