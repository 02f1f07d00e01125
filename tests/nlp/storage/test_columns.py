"""Columns: the same numbers in memory and in storage, however many are read at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.storage.columns import IN_MEMORY, Room, spans

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("columns")


@given(blocks=st.lists(st.lists(st.integers(-9, 9), max_size=5), max_size=5), data=st.data())
def test_a_column_is_what_was_put_into_it(blocks: list[list[int]], data: st.DataObject, folder: Path) -> None:
    expected = [number for block in blocks for number in block]
    start = data.draw(st.integers(0, len(expected)))
    more = [7] * data.draw(st.integers(0, len(expected) - start))
    for room in (IN_MEMORY, Room(3, folder)):
        column = room.column(np.int32, *(np.array(block, np.int64) for block in blocks))
        assert (len(column), column.array().tolist()) == (len(expected), expected)
        assert column[start : start + 2].tolist() == expected[start : start + 2]
        assert column[2:1].tolist() == []
        column.write(start, np.array(more, np.int32))
        column.append(np.array([5], np.int32))
        changed = [*expected[:start], *more, *expected[start + len(more) :], 5]
        assert column.array().tolist() == column[:].tolist() == changed
        assert [number for block in room.blocks(column) for number in block.tolist()] == changed
        assert column.array().dtype == column[0:0].dtype == np.int32
    assert list(folder.iterdir()) == []


@given(size=st.integers(0, 20), at_once=st.integers(1, 25))
def test_spans_cover_all_in_order(size: int, at_once: int) -> None:
    found = list(spans(size, at_once))
    assert [place for start, end in found for place in range(start, end)] == list(range(size))
    assert all(0 < end - start <= at_once for start, end in found)
    assert sum(end - start < at_once for start, end in found) <= 1
