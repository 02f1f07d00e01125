"""Where and with what the figures were made."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from cli.machine import processor

from .harness import THREADS

PEERS = [
    "gensim",
    "fasttext-wheel",
    "word2vec",
    "spacy",
    "nltk",
    "tokenizers",
    "sacremoses",
    "jieba",
    "scikit-learn",
    "torch",
    "ufal-kenlm",
]
OF_LIBRARIES = ("OPENBLAS_", "MKL_", "NPY_", "ATEN_", "ONEDNN_", "DNNL_")
"""How variables begin by which a user tells a library the instructions or the cache to compute with."""


def machine() -> dict[str, str]:
    """The date, the processor and the versions of all that takes part."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "load at the start": f"{os.getloadavg()[0]:.2f}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        **{name: _version(name) for name in ("nlptool", "numpy", *PEERS)},
        **_set_by_the_user(),
    }


def _set_by_the_user() -> dict[str, str]:
    """Variables that make a library slower or faster than it is by itself; the harness sets the threads."""
    return {
        name: f"{value} (set by the user)"
        for name, value in sorted(os.environ.items())
        if name.startswith(OF_LIBRARIES) and name not in THREADS
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
