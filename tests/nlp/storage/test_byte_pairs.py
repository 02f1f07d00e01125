"""Pieces of words come back from a file, or are refused in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.errors import ModelError
from nlp.storage.byte_pairs import byte_pair_arrays, read_byte_pairs
from nlp.storage.model_file import open_model, write_model
from nlp.text.byte_pairs import BytePairs

if TYPE_CHECKING:
    from pathlib import Path

LEARNT = BytePairs.learn({" cat": 3, " cats": 2, "我们": 2}, 10)


def stored(path: Path, arrays: dict[str, Any]) -> BytePairs:
    with path.open("wb") as file:
        write_model(file, "test", {}, arrays)
    return read_byte_pairs(open_model(str(path)))


@pytest.mark.parametrize("pieces", [LEARNT, BytePairs(" ", [])], ids=["some", "none"])
def test_pieces_come_back(pieces: BytePairs, tmp_path: Path) -> None:
    assert stored(tmp_path / "model", byte_pair_arrays(pieces)) == pieces


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"characters": np.zeros(3, np.int32)}, "not of the types"),
        ({"pairs": np.zeros(4, np.int32)}, "not of the types"),
        ({"pairs": np.zeros((1, 2), np.int64)}, "not of the types"),
        ({"pairs": np.zeros((1, 2), np.int32)}, "not there before"),
        ({"characters": np.frombuffer(b" \xff", np.uint8)}, "can't decode"),
    ],
)
def test_what_is_none_is_refused(changed: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=message):
        stored(tmp_path / "model", byte_pair_arrays(LEARNT) | changed)
