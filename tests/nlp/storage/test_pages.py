"""Arrays whose pages are checked as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.errors import ModelError
from nlp.storage.model_file import open_model, write_model
from nlp.storage.pages import PAGE_BYTES, paged_arrays, sums_of_pages

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = np.arange(3 * PAGE_BYTES // 8 + 5)


def written(path: Path, *summed: np.ndarray) -> str:
    arrays: dict[str, np.ndarray] = {"numbers": NUMBERS, "nothing": np.zeros(0, np.int32)}
    with path.open("wb") as file:
        write_model(file, "x", {}, {**arrays, "sums": sums_of_pages(summed or arrays.values())})
    return str(path)


def test_items_are_read_and_what_is_not_read_is_not_checked(tmp_path: Path) -> None:
    path = written(tmp_path / "model")
    data = bytearray((tmp_path / "model").read_bytes())
    first = data.index(NUMBERS[:9].tobytes())
    data[first + 2 * PAGE_BYTES] ^= 1
    (tmp_path / "model").write_bytes(data)
    found = paged_arrays(open_model(path), ["numbers", "nothing"], "sums")
    assert len(found["nothing"].all()) == 0
    assert (found["numbers"].read(5, 9000) == NUMBERS[5:9000]).all()
    with pytest.raises(ModelError, match="the bytes of 'numbers' are not those that were written"):
        found["numbers"].read(2 * PAGE_BYTES // 8 - 1, 2 * PAGE_BYTES // 8 + 1)
    with pytest.raises(ModelError, match="its numbers have no items from 3 to 2"):
        found["numbers"].read(3, 2)


def test_sums_of_other_arrays_are_refused(tmp_path: Path) -> None:
    file = open_model(written(tmp_path / "model", NUMBERS[:5]))
    with pytest.raises(ModelError, match="its sums are those of other arrays"):
        paged_arrays(file, ["numbers", "nothing"], "sums")
    with pytest.raises(ModelError, match="its numbers are int64 of shape"):
        paged_arrays(file, ["nothing"], "numbers")
