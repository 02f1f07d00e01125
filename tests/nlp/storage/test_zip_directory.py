"""The directory of an archive: the same as `zipfile` reads, and never more than the limit."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.storage.zip_directory import stored_members

contents = st.dictionaries(st.text("abc.", min_size=1, max_size=8), st.binary(max_size=40), max_size=6)


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return buffer.getvalue()


def lying(offset: int, kind: str, *values: int) -> bytes:
    """An archive of one member whose entry in the directory holds `values` at `offset`."""
    data = bytearray(archive({"a": b"1"}))
    struct.pack_into(kind, data, data.index(b"PK\x01\x02") + offset, *values)
    return bytes(data)


def read(data: bytes, most: int = 64) -> dict[str, bytes]:
    return {name: data[start:end] for name, (start, end) in stored_members(memoryview(data), most).items()}


@given(members=contents)
def test_the_members_are_those_written(members: dict[str, bytes]) -> None:
    assert read(archive(members)) == members


@pytest.mark.parametrize("limit", [0, 10, 60])
def test_the_members_of_an_archive_with_64_bit_sizes(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As zipfile writes it beyond 2 GiB: with sizes, offsets and the directory in the wide fields."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
    members = {"a": b"x" * 5, "b": b"y" * 50, "c": b""}
    data = archive(members)
    assert b"PK\x06\x06" in data
    assert read(data) == members


@settings(max_examples=300)
@given(members=contents, data=st.data())
def test_damage_is_a_value_error(members: dict[str, bytes], data: st.DataObject) -> None:
    damaged = bytearray(archive(members))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    for hostile in (damaged, damaged[:cut]):
        try:
            members = read(bytes(hostile))
        except ValueError as error:
            assert str(error)  # noqa: PT017  either outcome is fine
        else:
            assert sum(map(len, members.values())) <= 6 * len(hostile)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "directory is damaged"),
        (b"PK\x03\x04", "directory is damaged"),
        (archive({"a": b"1"}) + b"x", "its end is missing"),
        (b"x" + archive({"a": b"1"}), "not where its end says"),
        (archive({"a": b"1" * 99}, zipfile.ZIP_DEFLATED), "compressed"),
        (lying(8, "<H", 1), "encrypted"),
        (lying(10, "<H", 8), "compressed"),
        (lying(20, "<I", 2), "compressed"),
        (lying(0, "<I", 0), "directory is damaged"),
        (lying(32, "<H", 1), "directory is damaged"),
        (archive({"a": b"1", "b": b"2"}).replace(b"b", b"a"), "there twice"),
        (lying(20, "<II", 1000, 1000), "outside the file"),
        (lying(20, "<II", 2**32 - 1, 2**32 - 1), "directory is damaged"),
        (lying(42, "<I", 2**31), "outside the file"),
        (lying(42, "<I", 1), "outside the file"),
        (archive({str(number): b"" for number in range(65)}), "65 members where 64 is the limit"),
        (archive({"é": b""}), "ascii"),
    ],
)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(data)
