"""Rows on disk are those that were put there, whichever are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.storage.spooled_rows import SpooledRows

if TYPE_CHECKING:
    from pathlib import Path


def test_rows_come_back(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    spooled = SpooledRows(tmp_path, 3)
    assert len(spooled) == 0
    assert spooled[0:5].shape == (0, 3)
    for more in (rows[:2], rows[2:2], rows[2:].copy(order="F")):
        spooled.append(more)
    assert len(spooled) == 7
    for part in (slice(0, 7), slice(2, 3), slice(5, 99), slice(6, 2), slice(None, -1)):
        assert spooled[part].tobytes() == rows[part].tobytes()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as caught:
        SpooledRows(tmp_path / "none", 3)
    assert caught.value.filename == str(tmp_path / "none")
