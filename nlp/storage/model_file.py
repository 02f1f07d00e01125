"""The one model file format: an uncompressed `.npz` with JSON metadata, every array with its checksum.

A model is a zip archive of stored members, so `numpy.load(path, allow_pickle=False)` reads it too:

- `metadata.json`: format, version, kind, configuration, and for each array its type, shape and SHA-256;
- `metadata.sha256`: the SHA-256 of `metadata.json`, in hexadecimal;
- `NAME.npy` for each array, its data aligned to 64 bytes so that it can be memory-mapped.

It holds no clock, path or host name, and nothing in it is ever executed: no pickle, no object arrays.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import stat
import struct
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

import numpy as np

from nlp.errors import ModelError, NoModelError, blaming
from nlp.storage.zip_directory import may_be_archive, stored_members

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

FORMAT = "nlptool-model"
VERSION = 1
ALIGNMENT = 64
MAX_MEMBERS = 64
MAX_METADATA_BYTES = 1 << 20
MAX_DIMENSIONS = 8
MAX_ARRAY_BYTES = 1 << 60

_DTYPES = frozenset({"|u1", "|i1", "<i4", "<i8", "<f4", "<f8"})
_ARRAY_NAME = re.compile(r"[a-z][a-z0-9_.]{0,63}")
_NPY_MAGIC = b"\x93NUMPY\x01\x00"
_PADDING_FIELD = 0x4E50
_LOCAL_HEADER, _ZIP64_EXTRA, _FIELD_HEADER = 30, 20, 4  # bytes in a zip archive before a member's data


class BinaryWriter(Protocol):
    """Anything that takes bytes in order: a file, a pipe, a compressor."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""


def write_model(
    writer: BinaryWriter, kind: str, metadata: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write a model of `kind`. The bytes are a function of the arguments alone.

    Raises: ValueError for what the format has no place for: an array's name, type or number of dimensions,
    too many arrays, too much metadata; OSError from the writer.
    """
    for name, array in arrays.items():
        _check_place_for(name, array)
    members = {
        name: (_npy_header(array.dtype.str, array.shape), _bytes_of(array)) for name, array in arrays.items()
    }
    described = {
        name: {"dtype": array.dtype.str, "shape": list(array.shape), "sha256": _sha256(*members[name])}
        for name, array in arrays.items()
    }
    document = {"format": FORMAT, "version": VERSION, "kind": kind, **metadata, "arrays": described}
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1).encode()
    if len(text) > MAX_METADATA_BYTES or len(arrays) + 2 > MAX_MEMBERS:
        message = f"no place in a model for {len(arrays)} arrays and {len(text):,} bytes of metadata"
        raise ValueError(message)
    import zipfile  # readers, which have to start fast, do without it

    with zipfile.ZipFile(cast("IO[bytes]", _Sequential(writer)), "w") as archive:
        _write_member(archive, "metadata.json", text)
        _write_member(archive, "metadata.sha256", _sha256(text).encode())
        for name, (header, data) in members.items():
            _write_member(archive, f"{name}.npy", header, data)


@dataclass(frozen=True)
class ModelFile:
    """An opened model: its metadata, checked, and its arrays, each checked when it is first asked for."""

    path: str
    kind: str
    metadata: dict[str, Any]
    _arrays: dict[str, _Member]

    def array(self, name: str) -> NDArray[Any]:
        """The array `name`, read-only and memory-mapped.

        Raises: ModelError if it is absent or its bytes are not those that were written.
        """
        if name not in self._arrays:
            raise _damaged(self.path, f"it has no array {name!r}")
        member = self._arrays[name]
        if _sha256(member.data) != member.sha256:
            raise _damaged(self.path, f"the bytes of {name!r} are not those that were written")
        array: NDArray[Any] = member.data[member.header_bytes :].view(member.dtype).reshape(member.shape)
        return array

    def verify(self) -> None:
        """Read every byte of every array. Raises: ModelError naming the first damaged one."""
        for name in self._arrays:
            self.array(name)


def open_model(path: str, kind: str | None = None) -> ModelFile:
    """Map a model file into memory; nothing large is read or allocated before its size has been checked.

    Raises: ModelError if it is damaged, of a newer version, or not of `kind`; NoModelError if it is none at
    all; OSError if it can't be read.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116  the path is the user's string, errors show it
        message = f"{path}: not a regular file; a model is memory-mapped and cannot be read from a pipe"
        raise ModelError(message)
    with open(path, "rb") as file, blaming(path):  # noqa: PTH123  as above
        if not os.fstat(file.fileno()).st_size:
            raise _damaged(path, "it is empty")
        content: Bytes = np.memmap(file, np.uint8, "r")
    if not may_be_archive(content.data):
        made = "nlptool w2v-train, rnn-train and ngram-train make models, with -o MODEL"
        raise NoModelError(f"{path}: not a model of nlptool, nor a part of one; {made}")
    try:
        members = _members(content)
        document = _metadata(members)
        _check_kind(path, document, kind)
        arrays = {name: _member(members, name, entry) for name, entry in document["arrays"].items()}
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise _damaged(path, _reason(error)) from error
    metadata = {key: value for key, value in document.items() if key not in {"format", "version", "kind"}}
    return ModelFile(path, document["kind"], metadata, arrays)


@dataclass(frozen=True)
class _Member:
    """The bytes of an array's member, and what the metadata say of it."""

    data: Bytes
    header_bytes: int
    dtype: str
    shape: tuple[int, ...]
    sha256: str


class _Sequential:
    """A writer without `seek`: zipfile then writes the same bytes to a file, a pipe and a compressor."""

    def __init__(self, writer: BinaryWriter) -> None:
        self._writer = writer

    def write(self, data: bytes) -> int:
        self._writer.write(data)
        return len(data)

    def flush(self) -> None:
        """The writer's owner flushes it."""


def _write_member(archive: zipfile.ZipFile, name: str, *parts: Any) -> None:
    import zipfile

    info = zipfile.ZipInfo(name)
    info.file_size = sum(len(part) for part in parts)
    info.external_attr = 0o644 << 16
    large = info.file_size * 1.05 > zipfile.ZIP64_LIMIT  # as zipfile itself decides
    # Where the data would start with an empty padding field: behind header, name, and the extra fields.
    start = archive.start_dir + _LOCAL_HEADER + len(name) + (_ZIP64_EXTRA if large else 0) + _FIELD_HEADER
    info.extra = struct.pack("<HH", _PADDING_FIELD, -start % ALIGNMENT) + bytes(-start % ALIGNMENT)
    with archive.open(info, "w", force_zip64=large) as member:
        for part in parts:
            member.write(part)


def _check_place_for(name: str, array: NDArray[Any]) -> None:
    known = _ARRAY_NAME.fullmatch(name) and array.dtype.str in _DTYPES
    if not known or array.ndim > MAX_DIMENSIONS:
        message = f"no place in a model for the array {name!r}, {array.ndim}-D of type {array.dtype.str}"
        raise ValueError(message)


def _npy_header(dtype: str, shape: tuple[int, ...]) -> bytes:
    """What stands before the data in a `.npy` file of version 1.0; no version of NumPy has a say in it."""
    text = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape!r}, }}"
    text += " " * (-(len(_NPY_MAGIC) + 2 + len(text) + 1) % ALIGNMENT) + "\n"
    return _NPY_MAGIC + struct.pack("<H", len(text)) + text.encode("ascii")


def _bytes_of(array: NDArray[Any]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _sha256(*parts: Any) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _damaged(path: str, what: str) -> ModelError:
    return ModelError(f"{path}: not a whole nlptool model: {what}; copy or train it again")


def _reason(error: Exception) -> str:
    return "its metadata lack something" if isinstance(error, LookupError) else " ".join(str(error).split())


def _members(content: Bytes) -> dict[str, Bytes]:
    """The members of the archive. Raises: ValueError if it is none that `write_model` writes."""
    places = stored_members(content.data, MAX_MEMBERS)
    return {name: content[start:end] for name, (start, end) in places.items()}


def _metadata(members: Mapping[str, Bytes]) -> dict[str, Any]:
    if "metadata.json" not in members or "metadata.sha256" not in members:
        raise ValueError("it has no metadata")
    text = members["metadata.json"]
    if len(text) > MAX_METADATA_BYTES:
        raise ValueError(f"{len(text):,} bytes of metadata where {MAX_METADATA_BYTES:,} is the limit")
    digest = members["metadata.sha256"]
    if len(digest) != 64 or digest.tobytes() != _sha256(text).encode():
        raise ValueError("its metadata are not what was written")
    document: dict[str, Any] = json.loads(text.tobytes())
    return document


def _check_kind(path: str, document: dict[str, Any], kind: str | None) -> None:
    version = document["version"]
    if document["format"] != FORMAT or type(version) is not int or not isinstance(document["kind"], str):
        raise ValueError(f"its format is {document['format']!r}")
    if version > VERSION:
        found = f"model format version {version}, this nlptool reads up to {VERSION}"
        raise ModelError(f"{path}: {found}; upgrade nlptool")
    if kind is not None and document["kind"] != kind:
        message = f"{path}: a model of kind {document['kind']!r}, but this command needs one of kind {kind!r}"
        raise ModelError(message)


def _member(members: Mapping[str, Bytes], name: str, entry: dict[str, Any]) -> _Member:
    """Check that the metadata, the `.npy` header and the member's size say the same. Raises: ValueError."""
    dtype, shape = entry["dtype"], tuple(entry["shape"])
    if (
        dtype not in _DTYPES
        or len(shape) > MAX_DIMENSIONS
        or not all(type(length) is int and length >= 0 for length in shape)
        or math.prod(max(length, 1) for length in shape) > MAX_ARRAY_BYTES >> 3
    ):
        raise ValueError(f"the array {name!r} has an impossible type or shape")
    if f"{name}.npy" not in members:
        raise ValueError(f"it has no array {name!r}")
    data, header = members[f"{name}.npy"], _npy_header(dtype, shape)
    if len(data) != len(header) + math.prod(shape) * int(dtype[2]):
        raise ValueError(f"the array {name!r} is not of the size that its metadata say")
    if data[: len(header)].tobytes() != header:
        raise ValueError(f"the header of {name!r} is not the one that nlptool writes")
    return _Member(data, len(header), dtype, shape, entry["sha256"])
