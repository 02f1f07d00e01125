"""The model file: the same bytes for the same model, and no other bytes pass for one."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import importlib.util
import json
import lzma
import os
import time
import tracemalloc
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nlp.errors import ModelError, NoModelError
from nlp.storage.model_file import (
    ALIGNMENT,
    MAX_HEADER_BYTES,
    VERSION,
    open_model,
    write_model,
    write_tensors,
)
from tests.files import write_anew
from tests.torture.promises import IS_LONG

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.conftest import Figure

MUTANTS = 100_000 if IS_LONG else 10_000
TYPES = ["|u1", "|i1", "<i4", "<i8", "<f4", "<f8"]
ARRAYS: dict[str, NDArray[Any]] = {
    "words": np.frombuffer("a\nb\n语".encode(), np.uint8),
    "vectors": np.arange(6, dtype=np.float32).reshape(2, 3),
    "empty": np.zeros((0, 3), np.int64),
    "scalar": np.array(7.0),
}


TWO = np.array([1, 2], np.float32)
DIGEST = b"@" * 64

needs_safetensors = pytest.mark.skipif(
    importlib.util.find_spec("safetensors") is None, reason="the extra [export] is not installed"
)


def model_bytes(arrays: Mapping[str, NDArray[Any]] = ARRAYS, kind: str = "test", **metadata: Any) -> bytes:
    buffer = BytesIO()
    write_model(buffer, kind, metadata, arrays)
    return buffer.getvalue()


def open_bytes(data: bytes, folder: Path) -> dict[str, NDArray[Any]]:
    """The arrays of the model in `data`, all of them read. Raises: ModelError, told in one line."""
    path = folder / "model"
    write_anew(path, data)
    try:
        model = open_model(str(path))
        model.verify()
        return {name: model.array(name) for name in model.metadata["arrays"]}
    except ModelError as error:
        assert str(error).startswith(f"{path}: ")  # noqa: PT017  raised again
        assert "\n" not in str(error)  # noqa: PT017  as above
        raise


def same(found: Mapping[str, NDArray[Any]], expected: Mapping[str, NDArray[Any]]) -> bool:
    def facts(arrays: Mapping[str, NDArray[Any]]) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
        return {name: (array.dtype.str, array.shape, array.tobytes()) for name, array in arrays.items()}

    return facts(found) == facts(expected)


several_arrays = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_.]{0,20}", fullmatch=True),
    st.sampled_from(TYPES).flatmap(lambda kind: arrays(kind, array_shapes(min_dims=0, min_side=0))),
    max_size=5,
)


@settings(max_examples=60)
@given(several=several_arrays, order=st.sampled_from("CF"))
def test_arrays_come_back(
    several: dict[str, NDArray[Any]], order: Literal["C", "F"], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = model_bytes({name: np.asarray(array, order=order) for name, array in several.items()})
    found = open_bytes(data, tmp_path_factory.getbasetemp())
    assert same(found, several)
    assert not any(array.flags.writeable for array in found.values())


@needs_safetensors
@settings(max_examples=60)
@given(several=several_arrays, note=st.text())
def test_the_safetensors_library_opens_a_model(
    several: dict[str, NDArray[Any]], note: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from safetensors import safe_open

    path = tmp_path_factory.getbasetemp() / "library"
    write_anew(path, model_bytes(several, note=note))
    with safe_open(path, framework="numpy") as opened:
        assert same({name: opened.get_tensor(name) for name in opened.keys()}, several)  # noqa: SIM118  no mapping
        strings = opened.metadata()
    assert [strings[name] for name in ("format", "version", "kind")] == [
        "nlptool-model",
        str(VERSION),
        "test",
    ]
    assert json.loads(strings["metadata"]) == {"note": note}
    sums = {name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in several.items()}
    assert json.loads(strings["sha256"]) == sums


def test_the_layout_is_that_of_safetensors() -> None:
    """A header padded with spaces to a multiple of 64, and arrays without gaps, the widest items first."""
    data = model_bytes()
    length = int.from_bytes(data[:8], "little")
    assert (8 + length) % ALIGNMENT == 0
    header, numbers = data[8 : 8 + length], data[8 + length :]
    assert header.rstrip(b" ").endswith(b"}}")
    entries = json.loads(header)
    strings = entries.pop("__metadata__")
    assert all(isinstance(text, str) for text in strings.values())
    assert entries == {
        "empty": {"dtype": "I64", "shape": [0, 3], "data_offsets": [0, 0]},
        "scalar": {"dtype": "F64", "shape": [], "data_offsets": [0, 8]},
        "vectors": {"dtype": "F32", "shape": [2, 3], "data_offsets": [8, 32]},
        "words": {"dtype": "U8", "shape": [7], "data_offsets": [32, 39]},
    }
    assert numbers == b"".join(ARRAYS[name].tobytes() for name in entries)


def test_mapped_arrays_are_aligned(tmp_path: Path) -> None:
    for name, array in open_bytes(model_bytes(note="x" * 7), tmp_path).items():
        assert array.ctypes.data % array.itemsize == 0, name
        assert array.flags.aligned, name


def test_metadata_come_back(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(model_bytes(config={"é": [1, 0.5, None]}))
    model = open_model(str(tmp_path / "m"))
    assert model.kind == "test"
    assert model.metadata["config"] == {"é": [1, 0.5, None]}
    with pytest.raises(ModelError, match="no array 'other'"):
        model.array("other")


def test_the_bytes_depend_on_the_arguments_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = model_bytes(config={"a": 1})
    monkeypatch.setattr("time.time", lambda: 1e9)
    assert model_bytes(config={"a": 1}) == before


def test_the_bytes_of_version_1_are_these(tmp_path: Path) -> None:
    """A model once written is read for ever, so the format does not move with a version of NumPy."""
    data = model_bytes({"a": np.array([[1, 2]], np.int32)})
    assert hashlib.sha256(data).hexdigest()[:16] == "5d36994de93a99e4"
    assert same(open_bytes(data, tmp_path), {"a": np.array([[1, 2]], np.int32)})


def test_each_array_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m"
    path.write_bytes(model_bytes())
    model = open_model(str(path))
    hashing = Mock(wraps=hashlib.sha256)
    monkeypatch.setattr(hashlib, "sha256", hashing)
    model.array("vectors")
    model.array("vectors")
    assert hashing.call_count == 1
    model.verify()
    assert hashing.call_count == len(ARRAYS)


def test_an_opened_model_outlives_its_name(tmp_path: Path) -> None:
    """A training that replaces the file does not change, nor break, the model that is in use."""
    path = tmp_path / "m"
    path.write_bytes(model_bytes())
    model = open_model(str(path))
    path.unlink()
    assert model.array("vectors").tolist() == ARRAYS["vectors"].tolist()


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("a", np.array(["x"])),
        ("a", np.array([None])),
        ("a", np.zeros(2, ">f4")),
        ("a", np.zeros(2, np.float16)),
        ("a", np.zeros(2, bool)),
        ("a", np.zeros(2, [("x", "<f4")])),
        ("a", np.zeros([1] * 9)),
        ("A", np.zeros(2)),
        ("../a", np.zeros(2)),
        ("", np.zeros(2)),
    ],
)
def test_what_would_not_be_read_is_not_written(name: str, array: NDArray[Any]) -> None:
    with pytest.raises(ValueError, match="no place in a model"):
        model_bytes({name: array})


def test_too_much_is_not_written() -> None:
    with pytest.raises(ValueError, match="65 arrays"):
        model_bytes({f"a{n}": np.zeros(1) for n in range(65)})
    with pytest.raises(ValueError, match="bytes of metadata"):
        model_bytes(note="x" * MAX_HEADER_BYTES)


def test_every_truncation_is_refused(tmp_path: Path, figure: Figure) -> None:
    data = model_bytes()
    for size in range(len(data)):
        with pytest.raises(ModelError, match="not a whole nlptool model"):
            open_bytes(data[:size], tmp_path)
    figure(8, f"{len(data):,} truncations")


def test_a_model_without_its_beginning_is_damaged_and_a_text_is_none(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a whole nlptool model"):
        open_bytes(model_bytes()[9:], tmp_path)
    other = BytesIO()
    write_tensors(other, {"words": "a\nb"}, {"vectors": np.zeros((2, 3), np.float32)})
    for data in (b"It was a dark night.\n", b"so 1 2\n", b"\0" * 99, other.getvalue()):
        with pytest.raises(
            NoModelError, match=r"not a model of nlptool, nor a part of one; .*-train make models"
        ):
            open_bytes(data, tmp_path)


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_model_is_told_as_such(compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    with pytest.raises(NoModelError, match=r"compressed \(\w+\); decompress it first"):
        open_bytes(compress(model_bytes()), tmp_path)


def test_every_flipped_bit_is_refused(tmp_path: Path, figure: Figure) -> None:
    """There is no byte that has no checksum, not even the spaces behind the header."""
    data = model_bytes({"vectors": ARRAYS["vectors"]})
    for bit in range(len(data) * 8):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ModelError):
            open_bytes(bytes(damaged), tmp_path)
    figure(8, f"{len(data) * 8:,} flipped bits, all refused")


def test_random_mutants_are_refused(tmp_path: Path, figure: Figure) -> None:
    data = model_bytes()
    generator = np.random.default_rng(0)
    same_bytes = 0
    for _ in range(MUTANTS):
        mutant = bytearray(data)
        start = int(generator.integers(len(data)))
        match generator.integers(3):
            case 0:
                mutant[start] = int(generator.integers(256))
            case 1:
                del mutant[start : start + int(generator.integers(1, 50))]
            case _:
                mutant[start:start] = mutant[: int(generator.integers(1, 50))]
        if mutant == data:
            same_bytes += 1
            continue
        with pytest.raises(ModelError):
            open_bytes(bytes(mutant), tmp_path)
    assert same_bytes < MUTANTS / 100
    figure(8, f"{MUTANTS - same_bytes:,} mutants, all refused")


# Files by hand, with right checksums: well-formed ones whose content lies.


def sealed(header: bytes) -> bytes:
    """`header` with its length before it and the checksum in its place."""
    header += b" " * (-(8 + len(header)) % ALIGNMENT)
    whole = len(header).to_bytes(8, "little") + header
    digest = hashlib.sha256(whole.replace(DIGEST, b"", 1)).hexdigest()
    return whole.replace(DIGEST, digest.encode(), 1)


def hostile(
    entry: Any = None,
    *,
    data: bytes = TWO.tobytes(),
    strings: Any = None,
    entries: Any = None,
    text: str | None = None,
) -> bytes:
    """A file with the array `a`, whose description is `entry`; or whose header goes on with `text`."""
    whole = {
        "format": "nlptool-model",
        "header_sha256": DIGEST.decode(),
        "version": str(VERSION),
        "kind": "test",
        "sha256": json.dumps({"a": hashlib.sha256(data).hexdigest()}),
        "metadata": "{}",
        **(strings or {}),
    }
    described = {"dtype": "F32", "shape": [2], "data_offsets": [0, len(data)], **(entry or {})}
    document = {"__metadata__": whole, "a": described, **(entries or {})}
    header = json.dumps(document, separators=(",", ":"))
    if text is not None:
        header = header[: header.index(DIGEST.decode()) + 64] + text
    return sealed(header.encode(errors="surrogateescape")) + data


def two_arrays(first: list[int], second: list[int], **changes: Any) -> bytes:
    """A file with the arrays `a` and `b` of two numbers each, at these places."""
    b = {"dtype": "F32", "shape": [2], "data_offsets": second, **changes}
    sums = dict.fromkeys("ab", hashlib.sha256(TWO.data).hexdigest())
    return hostile(
        {"data_offsets": first},
        entries={"b": b},
        data=TWO.tobytes() * 2,
        strings={"sha256": json.dumps(sums)},
    )


def many_arrays(count: int) -> bytes:
    empty = {"dtype": "F32", "shape": [0], "data_offsets": [8, 8]}
    names = [f"b{number}" for number in range(count)]
    sums = {"a": hashlib.sha256(TWO.data).hexdigest(), **dict.fromkeys(names, hashlib.sha256().hexdigest())}
    return hostile(entries=dict.fromkeys(names, empty), strings={"sha256": json.dumps(sums)})


HOSTILE = {
    "empty": b"",
    "text": b"some text\n",
    "only a length": b"\x38" + bytes(7),
    "only a beginning": (100).to_bytes(8, "little") + b'{"__metadata__":{"format":"nlptool-model"',
    "a header of 2^63 bytes": b"\xf8" + b"\xff" * 7 + hostile()[8:],
    "a header of 2^40 bytes": (2**40 - 8).to_bytes(8, "little") + hostile()[8:],
    "a header of nothing": bytes(8) + hostile()[8:],
    "a header that ends anywhere": (len(hostile()) - 8 - 9).to_bytes(8, "little") + hostile()[8:],
    "many arrays": many_arrays(64),
    "a huge shape": hostile({"shape": [10**12]}),
    "a huge shape and its place": hostile({"shape": [10**12], "data_offsets": [0, 4 * 10**12]}),
    "a huge empty shape": hostile({"shape": [0, 10**30], "data_offsets": [0, 0]}, data=b""),
    "a product that wraps": hostile({"shape": [2**32, 2**32, 4]}),
    "a negative shape": hostile({"shape": [-2]}),
    "two negative lengths": hostile({"shape": [-1, -2]}),
    "a fractional shape": hostile({"shape": [2.0]}),
    "a shape of true": hostile({"shape": [True, 2]}),
    "a shape of text": hostile({"shape": "2"}),
    "no shape": hostile({"shape": None}),
    "a shape of 70 dimensions": hostile({"shape": [2] + [1] * 69}),
    "an unknown type": hostile({"dtype": "F128"}),
    "a type of NumPy": hostile({"dtype": "<f4"}),
    "big-endian": hostile({"dtype": ">f4"}),
    "a type that is a list": hostile({"dtype": ["F32"]}),
    "another type": hostile({"dtype": "F64"}),
    "a place beyond the end": hostile({"shape": [4], "data_offsets": [0, 16]}),
    "a place before the end": hostile({"data_offsets": [0, 4]}),
    "a place that begins late": hostile({"shape": [1], "data_offsets": [4, 8]}),
    "a negative place": hostile({"data_offsets": [-8, 0]}),
    "a place of 2^64": hostile({"data_offsets": [2**64, 2**64 + 8]}),
    "a place that is text": hostile({"data_offsets": "08"}),
    "no place": hostile({"data_offsets": None}),
    "one array over another": two_arrays([0, 8], [0, 8]),
    "arrays that overlap": two_arrays([0, 8], [4, 12]),
    "a gap": two_arrays([0, 8], [9, 17]),
    "arrays in another order": two_arrays([8, 16], [0, 8]),
    "narrow items first": two_arrays([0, 8], [8, 16], dtype="F64", shape=[1]),
    "too short": hostile()[:-1],
    "too long": hostile() + b"\0",
    "a wrong checksum": hostile(strings={"sha256": json.dumps({"a": "0" * 64})}),
    "a number for a checksum": hostile(strings={"sha256": '{"a": 5}'}),
    "no checksum": hostile(strings={"sha256": "{}"}),
    "checksums that are a list": hostile(strings={"sha256": "[]"}),
    "checksums that are no text": hostile(strings={"sha256": {"a": hashlib.sha256(TWO.data).hexdigest()}}),
    "an entry that is text": hostile(entries={"a": "x"}),
    "a path": hostile(entries={"../../etc/passwd": {"dtype": "U8", "shape": [0], "data_offsets": [8, 8]}}),
    "no version": hostile(strings={"version": ""}),
    "a version that is text": hostile(strings={"version": "one"}),
    "a version that is a number": hostile(strings={"version": 1}),
    "a version in other digits": hostile(strings={"version": "١"}),
    "a version that is null": hostile(strings={"version": None}),
    "a kind that is a list": hostile(strings={"kind": ["test"]}),
    "metadata that are a list": hostile(strings={"metadata": "[]"}),
    "metadata that are text": hostile(strings={"metadata": '"x"'}),
    "metadata that are an object": hostile(strings={"metadata": {}}),
    "metadata that are no JSON": hostile(strings={"metadata": "{"}),
    "metadata that are there twice": hostile(strings={"metadata": '{"a": 1, "a": 2}'}),
    "metadata without end": hostile(strings={"metadata": "[" * 100_000}),
    "metadata of 100,000 levels": hostile(strings={"metadata": '{"a":' * 100_000 + "1" + "}" * 100_000}),
    "a number of 5000 digits": hostile(strings={"metadata": '{"a":' + "9" * 5000 + "}"}),
    "too much metadata": hostile(strings={"metadata": " " * MAX_HEADER_BYTES}),
    "a header that is no JSON": hostile(text='"'),
    "a header of bad UTF-8": hostile(text='","\udcff":1}}'),
    "a header without end": hostile(text='","a":' + "[" * 100_000),
    "a header of 100,000 levels": hostile(text='","a":' + '{"a":' * 100_000 + "1" + "}" * 100_002),
    "a header that goes on": hostile()[:-8].rstrip() + b"{}" + TWO.tobytes(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_models_are_refused_at_once(name: str, tmp_path: Path) -> None:
    """In one line, in little more memory than the file has, in less than a second of processor time."""
    data = HOSTILE[name]
    tracemalloc.start()
    before = time.process_time()
    try:
        with pytest.raises(ModelError):
            open_bytes(data, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 3 * len(data) + 1_000_000
    finally:
        tracemalloc.stop()
    assert time.process_time() - before < 1


@pytest.mark.parametrize("name", ["a", "__metadata__"])
def test_the_same_name_twice_is_refused(name: str, tmp_path: Path) -> None:
    header = hostile()[8:-8].rstrip()
    start = header.index(f'"{name}":'.encode())
    digest = json.loads(header)["__metadata__"]["header_sha256"].encode()
    entry = header[start:] if name == "a" else header[start : header.index(b',"a"')] + b"}"
    doubled = header[:-1].replace(digest, DIGEST, 1) + b"," + entry
    with pytest.raises(ModelError, match="a name twice"):
        open_bytes(sealed(doubled) + TWO.tobytes(), tmp_path)


def test_the_files_by_hand_are_refused_for_what_they_lie_about(tmp_path: Path) -> None:
    """Without a lie they open; so each refusal above has its own reason."""
    assert same(open_bytes(hostile(), tmp_path), {"a": TWO})
    assert same(open_bytes(hostile({"shape": [1, 2]}), tmp_path), {"a": TWO[None]})
    assert same(open_bytes(two_arrays([0, 8], [8, 16]), tmp_path), {"a": TWO, "b": TWO})
    assert len(open_bytes(many_arrays(63), tmp_path)) == 64


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
lengths = st.lists(st.integers(-3, 5) | st.integers(), max_size=4)
entries_of_arrays = st.fixed_dictionaries(
    {"dtype": st.sampled_from(["U8", "I32", "F32", "F64", "F16"]), "shape": lengths},
    optional={"data_offsets": lengths},
)
names_of_strings = st.sampled_from(["version", "kind", "sha256", "metadata"])


@settings(max_examples=150)
@given(
    entry=json_values | entries_of_arrays,
    strings=st.dictionaries(names_of_strings, json_values, max_size=1),
    raw=st.binary(max_size=40),
)
def test_headers_that_lie_in_any_way_are_refused(
    entry: Any, strings: dict[str, Any], raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever a header with a right checksum says, the file is refused or its arrays lie within it."""
    file = hostile(entry if isinstance(entry, dict) else None, data=raw, strings=strings)
    if not isinstance(entry, dict):
        file = hostile(entries={"a": entry}, data=raw, strings=strings)
    try:
        found = open_bytes(file, tmp_path_factory.getbasetemp())
    except ModelError:
        return
    assert sum(array.nbytes for array in found.values()) == len(raw)


def test_a_newer_version_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="version 99, this nlptool reads up to 1; upgrade"):
        open_bytes(hostile(strings={"version": "99"}), tmp_path)


def test_only_regular_files_are_models(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(ModelError, match="not a regular file"):
        open_model(str(tmp_path / "fifo"))
    with pytest.raises(IsADirectoryError, match="Is a directory; name a model in it"):
        open_model(str(tmp_path))
    with pytest.raises(FileNotFoundError) as caught:
        open_model(str(tmp_path / "missing"))
    assert caught.value.filename == str(tmp_path / "missing")
