"""What every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real corpora; tests that measure on it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real corpora, ../shared/data, is not here")
    return SHARED
