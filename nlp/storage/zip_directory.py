"""Where the members of an uncompressed zip archive stand, read without trust and without copying them.

`zipfile` believes what an archive says of its size, and takes the memory, before it looks.
"""

from __future__ import annotations

import struct

_END = struct.Struct("<4s6xHIIH")  # members, bytes and offset of the directory, bytes of the comment
_END_64 = struct.Struct("<4s28xQQQ")  # as above, without a comment
_LOCATOR_64 = struct.Struct("<4s16x")
_ENTRY = struct.Struct(
    "<4s4xHH8xIIHHH8xI"
)  # flags, method; stored and true size; name, extra, comment; offset
_LOCAL = struct.Struct("<4s22xHH")  # name, extra
_FIELD = struct.Struct("<HH")  # kind, size

_LOCAL_MAGIC, _END_MAGIC = b"PK\x03\x04", b"PK\x05\x06"
_IN_ZIP64 = 0xFFFFFFFF
_ZIP64_FIELD = 1
_ENCRYPTED = 1


def may_be_archive(data: memoryview) -> bool:
    """Whether it starts as an archive does, or ends so: it may be damaged, or be cut short at its end."""
    start, end = data[: len(_LOCAL_MAGIC)], data[-_END.size :][: len(_END_MAGIC)]
    return _LOCAL_MAGIC.startswith(start.tobytes()) or end == _END_MAGIC


def stored_members(archive: memoryview, most: int) -> dict[str, tuple[int, int]]:
    """Name → [start, end) in `archive`, of at most `most` members, none compressed, none there twice.

    Raises: ValueError for any other archive; the message says what is wrong with it.
    """
    try:
        return _stored_members(archive, most)
    except (struct.error, IndexError) as error:
        raise ValueError("its directory is damaged") from error


def _stored_members(archive: memoryview, most: int) -> dict[str, tuple[int, int]]:
    count, position, end = _directory(archive)
    if count > most:
        raise ValueError(f"it claims {count:,} members where {most} is the limit")
    members: dict[str, tuple[int, int]] = {}
    for _ in range(count):
        magic, flags, method, *sizes, name_bytes, extra_bytes, comment_bytes, offset = _ENTRY.unpack_from(
            archive, position
        )
        extra = position + _ENTRY.size + name_bytes
        name = archive[extra - name_bytes : extra].tobytes().decode("ascii")
        if magic != b"PK\x01\x02" or extra + extra_bytes + comment_bytes > end:
            raise ValueError("its directory is damaged")
        size, stored, offset = _wide([sizes[1], sizes[0], offset], archive[extra : extra + extra_bytes])
        if method or flags & _ENCRYPTED or size != stored or name in members:
            raise ValueError(f"the member {name!r} is compressed, encrypted or there twice")
        members[name] = _place(archive, name, offset, size)
        position = extra + extra_bytes + comment_bytes
    return members


def _directory(archive: memoryview) -> tuple[int, int, int]:
    """How many members the directory has, and where it starts and ends."""
    end = len(archive) - _END.size
    magic, count, size, offset, comment_bytes = _END.unpack_from(archive, max(end, 0))
    if magic != _END_MAGIC or comment_bytes:
        raise ValueError("its end is missing")
    locator = end - _LOCATOR_64.size
    if locator >= 0 and _LOCATOR_64.unpack_from(archive, locator)[0] == b"PK\x06\x07":
        end = max(locator - _END_64.size, 0)
        magic, count, size, offset = _END_64.unpack_from(archive, end)
        if magic != b"PK\x06\x06":
            raise ValueError("its end is damaged")
    if offset + size != end:
        raise ValueError("its directory is not where its end says")
    return count, offset, end


def _wide(values: list[int], extra: memoryview) -> list[int]:
    """Size, stored size and offset; those that have no place in 32 bits stand in a field of their own."""
    if _IN_ZIP64 not in values:
        return values
    position = 0
    while True:
        kind, size = _FIELD.unpack_from(extra, position)
        position += _FIELD.size
        if kind == _ZIP64_FIELD:
            wide = [value for (value,) in struct.iter_unpack("<Q", extra[position : position + size])]
            return [wide.pop(0) if value == _IN_ZIP64 else value for value in values]
        position += size


def _place(archive: memoryview, name: str, offset: int, size: int) -> tuple[int, int]:
    """Where a member's bytes stand, behind the header at `offset`."""
    if offset + _LOCAL.size > len(archive):
        raise ValueError(f"the member {name!r} reaches outside the file")
    magic, name_bytes, extra_bytes = _LOCAL.unpack_from(archive, offset)
    start = offset + _LOCAL.size + name_bytes + extra_bytes
    if magic != _LOCAL_MAGIC or start + size > len(archive):
        raise ValueError(f"the member {name!r} reaches outside the file")
    return start, start + size
