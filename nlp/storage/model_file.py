"""The one model file format: safetensors, with settings and checksums in its metadata.

A model file is a header and, from a multiple of 64 bytes on, the numbers of its arrays:

    bytes of the header (8, little-endian) | header: JSON, padded with spaces | array | array | …

The header gives each array its type, shape and place; the arrays are raw little-endian numbers in C order,
one after another without gaps, those of the widest items first, so that each is aligned to its items. Its
`__metadata__` are strings, as safetensors wants them:

- `format`: `nlptool-model`, `version`, and `kind`, what the model is;
- `header_sha256`: the SHA-256 of all bytes before the arrays, without these 64 digits;
- `sha256`: a JSON object, the SHA-256 of each array's bytes;
- `metadata`: a JSON object, what the writer tells of the model: settings, data, scores.

It holds no clock, path or host name, and nothing in it is ever executed: no pickle, no object arrays. Every
byte of it is under a checksum.

Source: https://github.com/huggingface/safetensors
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelError, NoModelError, blaming
from nlp.storage.temporary import let_go
from nlp.text.decompress import detect

FORMAT = "nlptool-model"
VERSION = 1
ALIGNMENT = 64
MAX_ARRAYS = 64
MAX_HEADER_BYTES = 1 << 20
MAX_DIMENSIONS = 8
MAX_ARRAY_BYTES = 1 << 60
_PIECE = 1 << 22  # bytes written at a time

_DTYPES = {"|u1": "U8", "|i1": "I8", "<i4": "I32", "<i8": "I64", "<f4": "F32", "<f8": "F64"}
_OF_DTYPES = {name: dtype for dtype, name in _DTYPES.items()}
_ARRAY_NAME = re.compile(r"[a-z][a-z0-9_.]{0,63}")
LENGTH_BYTES = 8
_MARK = b'"format":"%b"' % FORMAT.encode()
_START = b'{"__metadata__":{%b,"header_sha256":"' % _MARK
_DIGEST = slice(LENGTH_BYTES + len(_START), LENGTH_BYTES + len(_START) + 64)
START_BYTES = _DIGEST.stop

Bytes = NDArray[np.uint8]


class BinaryWriter(Protocol):
    """Anything that takes bytes in order: a file, a pipe, a compressor."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Take all of `data`."""


def write_model(
    writer: BinaryWriter,
    kind: str,
    metadata: Mapping[str, Any],
    arrays: Mapping[str, NDArray[Any]],
    sums: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write a model of `kind`. The bytes are a function of the arguments alone.

    `sums` are the SHA-256 of arrays that are copied from another model and need not be read for them: where
    that is damaged, the copy is found to be.

    Raises: ValueError for what the format has no place for: an array's name, type or number of dimensions,
    too many arrays, too much metadata; OSError from the writer.
    """
    arrays = _in_order(arrays)
    strings = {
        "format": FORMAT,
        "header_sha256": "0" * 64,
        "version": str(VERSION),
        "kind": kind,
        "sha256": _json({name: sums.get(name) or _sha256(_pieces(array)) for name, array in arrays.items()}),
        "metadata": _json(metadata),
    }
    header = bytearray(_header(strings, arrays))
    if len(header) > MAX_HEADER_BYTES or len(arrays) > MAX_ARRAYS:
        message = f"no place in a model for {len(arrays)} arrays and {len(header):,} bytes of metadata"
        raise ValueError(message)
    header[_DIGEST] = _header_sha256(memoryview(header))
    writer.write(bytes(header))
    for array in arrays.values():
        for piece in _pieces(array):
            writer.write(piece.data)


def write_tensors(
    writer: BinaryWriter, strings: Mapping[str, str], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write arrays with `strings` for `__metadata__`, as other tools read them; it is no model.

    Raises: ValueError as `write_model`; OSError from the writer.
    """
    arrays = _in_order(arrays)
    writer.write(_header(strings, arrays))
    for array in arrays.values():
        for piece in _pieces(array):
            writer.write(piece.data)


@dataclass(frozen=True)
class ModelFile:
    """An opened model: its metadata, checked, and its arrays, each checked when it is first asked for.

    `metadata` is what its writer told of it, and `arrays`: the `dtype`, `shape` and `sha256` of each.
    """

    path: str
    kind: str
    metadata: dict[str, Any]
    _mapped: dict[str, NDArray[Any]]
    _checked: set[str] = field(default_factory=set)

    def array(self, name: str) -> NDArray[Any]:
        """The array `name`, read-only and memory-mapped.

        Raises: ModelError if it is absent or its bytes are not those that were written.
        """
        array = self.unchecked(name)
        if name not in self._checked:
            if _sha256(_pieces(array)) != self.metadata["arrays"][name]["sha256"]:
                raise self.changed(name)
            self._checked.add(name)
        return array

    def unchecked(self, name: str) -> NDArray[Any]:
        """The array `name`, of which nothing has been read: who reads it checks it. Raises: as `array`."""
        if name not in self._mapped:
            raise _damaged(self.path, f"it has no array {name!r}")
        return self._mapped[name]

    def changed(self, name: str) -> ModelError:
        """The error that an array is not what was written."""
        return _damaged(self.path, f"the bytes of {name!r} are not those that were written")

    def verify(self) -> None:
        """Read every byte of every array. Raises: ModelError naming the first damaged one."""
        for name in self._mapped:
            self.array(name)

    def unusable(self, what: object) -> ModelError:
        """The error for a file that is whole, but makes no sense; `what` may be an exception."""
        told = " ".join(str(what).split())
        return ModelError(f"{self.path}: not a usable model of kind {self.kind!r}: {told}; train it again")


def open_model(path: str) -> ModelFile:
    """Map a model file into memory; nothing large is read or allocated before its size has been checked.

    Raises: ModelError if it is damaged or of a newer version; NoModelError if it is none at all, or no plain
            file; OSError if it can't be read.
    """
    mode = os.stat(path).st_mode  # noqa: PTH116  the path is the user's string, errors show it
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "Is a directory; name a model in it", path)
    if not stat.S_ISREG(mode):
        raise NoModelError(cannot_be_mapped(path))
    with open(path, "rb") as file, blaming(path):  # noqa: PTH123  as above
        if not os.fstat(file.fileno()).st_size:
            raise _damaged(path, "it is empty")
        content: Bytes = np.memmap(file, np.uint8, "r")
    if not may_be_model(content[:START_BYTES].tobytes()):
        if compression := detect(content[:START_BYTES].tobytes()):
            raise NoModelError(
                f"{path}: compressed ({compression}); decompress it first, a model is mapped into memory"
            )
        made = "commands that end in -train make models, nlptool index a search index"
        raise NoModelError(f"{path}: not a model of nlptool, nor a part of one; {made}")
    try:
        entries, start = _read_header(content)
        strings = entries.pop("__metadata__")
        _check_version(path, strings)
        mapped = _map_arrays(content[start:], entries)
        metadata, sums = _object(strings["metadata"]), _object(strings["sha256"])
        metadata["arrays"] = {
            name: {"dtype": array.dtype.str, "shape": list(array.shape), "sha256": sums[name]}
            for name, array in mapped.items()
        }
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise _damaged(path, _reason(error)) from error
    return ModelFile(path, strings["kind"], metadata, mapped)


def cannot_be_mapped(path: str) -> str:
    """The message that a file is no plain one."""
    return f"{path}: not a regular file; a model is memory-mapped and cannot be read from a pipe"


def may_be_model(start: bytes) -> bool:
    """Whether a file that begins with `start` is a model, or is damaged or cut short and was one.

    `start` is its first `START_BYTES`, or all that the file has.
    """
    length, text = start[:LENGTH_BYTES], start[LENGTH_BYTES:]
    is_length = all((byte + LENGTH_BYTES) % ALIGNMENT == 0 for byte in length[:1]) and not any(length[3:])
    return _MARK in start or (is_length and _START.startswith(text))


def _in_order(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The widest items first, so that all are aligned; else as they were given.

    Raises: ValueError for arrays that have no place in a file.
    """
    for name, array in arrays.items():
        known = _ARRAY_NAME.fullmatch(name) and array.dtype.str in _DTYPES
        if not known or array.ndim > MAX_DIMENSIONS:
            message = f"no place in a model for the array {name!r}, {array.ndim}-D of type {array.dtype.str}"
            raise ValueError(message)
    return dict(sorted(arrays.items(), key=lambda named: -named[1].itemsize))


def _header(strings: Mapping[str, str], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """All bytes before the arrays, which stand in the order of their mapping."""
    entries: dict[str, Any] = {"__metadata__": strings}
    end = 0
    for name, array in arrays.items():
        start, end = end, end + array.nbytes
        place = {"shape": array.shape, "data_offsets": [start, end]}
        entries[name] = {"dtype": _DTYPES[array.dtype.str], **place}
    text = _json(entries).encode()
    text += b" " * (-(LENGTH_BYTES + len(text)) % ALIGNMENT)
    return len(text).to_bytes(LENGTH_BYTES, "little") + text


def _bytes_of(array: NDArray[Any]) -> Bytes:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _pieces(array: NDArray[Any]) -> Iterator[Bytes]:
    """The bytes of an array, some at a time: one in temporary storage need not be in memory as a whole."""
    data = _bytes_of(array)
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]
        let_go(array)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _sha256(parts: Iterable[Any]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _header_sha256(header: memoryview) -> bytes:
    return _sha256((header[: _DIGEST.start], header[_DIGEST.stop :])).encode()


def _damaged(path: str, what: str) -> ModelError:
    return ModelError(f"{path}: not a whole nlptool model: {what}; copy or train it again")


def _reason(error: Exception) -> str:
    return "its metadata lack something" if isinstance(error, LookupError) else " ".join(str(error).split())


def _read_header(content: Bytes) -> tuple[dict[str, Any], int]:
    """The header and where the arrays begin. Raises: ValueError if it is not as `write_model` wrote it."""
    end = LENGTH_BYTES + int.from_bytes(content[:LENGTH_BYTES].tobytes(), "little")
    if end > min(len(content), MAX_HEADER_BYTES):
        raise ValueError("its header is not as long as it says")
    header = content[:end].data
    is_whole = header[LENGTH_BYTES : _DIGEST.start] == _START and not end % ALIGNMENT
    if not is_whole or header[_DIGEST] != _header_sha256(header):
        raise ValueError("its metadata are not what was written")
    return _object(header[LENGTH_BYTES:].tobytes()), end


def _object(text: str | bytes) -> dict[str, Any]:
    """A JSON object. Raises: ValueError for other JSON, and for an object that has a key twice."""
    found = json.loads(text, object_pairs_hook=_unique)
    if not isinstance(found, dict):
        raise TypeError("its metadata are no JSON object")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("its metadata have a name twice")
    return found


def _check_version(path: str, strings: Mapping[str, Any]) -> None:
    version, kind = strings["version"], strings["kind"]
    if strings["format"] != FORMAT or not re.fullmatch("[0-9]{1,9}", version) or not isinstance(kind, str):
        raise ValueError(f"its format is {strings['format']!r}")
    if int(version) > VERSION:
        message = f"model format version {version}, this nlptool reads up to {VERSION}"
        raise ModelError(f"{path}: {message}; upgrade nlptool")


def _map_arrays(data: Bytes, entries: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """The arrays that fill `data`, as their entries in the header tell. Raises: ValueError."""
    if len(entries) > MAX_ARRAYS:
        raise ValueError(f"it has {len(entries):,} arrays where {MAX_ARRAYS} is the limit")
    arrays: dict[str, NDArray[Any]] = {}
    end, widest = 0, MAX_DIMENSIONS
    for name, entry in entries.items():
        dtype, shape = _OF_DTYPES.get(entry["dtype"], ""), tuple(entry["shape"])
        if (
            not dtype
            or not _ARRAY_NAME.fullmatch(name)
            or len(shape) > MAX_DIMENSIONS
            or not all(type(length) is int and length >= 0 for length in shape)
            or math.prod(max(length, 1) for length in shape) > MAX_ARRAY_BYTES >> 3
        ):
            raise ValueError(f"the array {name!r} has an impossible name, type or shape")
        width = int(dtype[2])
        start, end = end, end + math.prod(shape) * width
        if entry["data_offsets"] != [start, end] or end > len(data) or width > widest:
            raise ValueError(f"the array {name!r} is not where it should be")
        arrays[name] = data[start:end].view(dtype).reshape(shape)
        widest = width
    if end != len(data):
        raise ValueError("it goes on after its arrays")
    return arrays
