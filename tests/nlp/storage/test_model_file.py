"""The model file: the same bytes for the same model, and no other bytes pass for one."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import time
import tracemalloc
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nlp.errors import ModelError, NoModelError
from nlp.storage.model_file import ALIGNMENT, MAX_METADATA_BYTES, VERSION, open_model, write_model
from nlp.storage.zip_directory import stored_members
from tests.torture.promises import IS_LONG

if TYPE_CHECKING:
    from collections.abc import Mapping
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


def model_bytes(arrays: Mapping[str, NDArray[Any]] = ARRAYS, kind: str = "test", **metadata: Any) -> bytes:
    buffer = BytesIO()
    write_model(buffer, kind, metadata, arrays)
    return buffer.getvalue()


def open_bytes(data: bytes, folder: Path) -> dict[str, NDArray[Any]]:
    """The arrays of the model in `data`, all of them read. Raises: ModelError, told in one line."""
    path = folder / "model"
    path.write_bytes(data)
    try:
        model = open_model(str(path), "test")
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


@settings(max_examples=60, deadline=None)
@given(
    array=st.sampled_from(TYPES).flatmap(lambda kind: arrays(kind, array_shapes(min_dims=0, min_side=0))),
    order=st.sampled_from("CF"),
)
def test_arrays_come_back_and_numpy_reads_them_too(
    array: NDArray[Any], order: Literal["C", "F"], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = model_bytes({"a": np.asarray(array, order=order)})
    found = open_bytes(data, tmp_path_factory.getbasetemp())
    assert same(found, {"a": array})
    assert not found["a"].flags.writeable
    with np.load(BytesIO(data), allow_pickle=False) as loaded:
        assert same({"a": loaded["a"]}, {"a": array})


def test_mapped_arrays_are_aligned(tmp_path: Path) -> None:
    for name, array in open_bytes(model_bytes(note="x" * 7), tmp_path).items():
        assert array.ctypes.data % ALIGNMENT == 0 or not array.size, name


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
    assert hashlib.sha256(data).hexdigest()[:16] == "00e244078d0f30d9"
    assert same(open_bytes(data, tmp_path), {"a": np.array([[1, 2]], np.int32)})


def test_a_model_beyond_32_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 40)
    found = open_bytes(model_bytes(), tmp_path)
    assert same(found, ARRAYS)
    assert all(array.ctypes.data % ALIGNMENT == 0 for array in found.values() if array.size)


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
    with pytest.raises(ValueError, match="63 arrays"):
        model_bytes({f"a{n}": np.zeros(1) for n in range(63)})
    with pytest.raises(ValueError, match="bytes of metadata"):
        model_bytes(note="x" * MAX_METADATA_BYTES)


def test_every_truncation_is_refused(tmp_path: Path, figure: Figure) -> None:
    data = model_bytes()
    for size in range(len(data)):
        with pytest.raises(ModelError, match="not a whole nlptool model"):
            open_bytes(data[:size], tmp_path)
    figure(8, f"{len(data):,} truncations")


def test_a_model_without_its_beginning_is_damaged_and_a_text_is_none(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a whole nlptool model"):
        open_bytes(model_bytes()[9:], tmp_path)
    for text in (b"It was a dark night.\n", b"PKZIP\n", b"\0" * 99):
        with pytest.raises(NoModelError, match=r"not a model of nlptool, nor a part of one; .* make models"):
            open_bytes(text, tmp_path)


def test_every_flipped_bit_is_refused_or_changes_nothing(tmp_path: Path, figure: Figure) -> None:
    """Bits that no reader uses (dates, padding) give the same arrays; all those of a member are used."""
    data = model_bytes({"vectors": ARRAYS["vectors"]})
    members = stored_members(memoryview(data), 64).values()
    refused = set()
    for bit in range(len(data) * 8):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            assert same(open_bytes(bytes(damaged), tmp_path), {"vectors": ARRAYS["vectors"]}), bit
        except ModelError:
            refused.add(bit)
    assert refused >= {bit for start, end in members for bit in range(start * 8, end * 8)}
    figure(8, f"{len(data) * 8:,} flipped bits, {len(refused):,} refused")


def test_random_mutants_are_refused_or_change_nothing(tmp_path: Path, figure: Figure) -> None:
    data = model_bytes()
    generator = np.random.default_rng(0)
    refused = 0
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
        try:
            assert same(open_bytes(bytes(mutant), tmp_path), ARRAYS)
        except ModelError:
            refused += 1
    assert refused > 0.6 * MUTANTS
    figure(8, f"{MUTANTS:,} mutants, {refused:,} refused, 0 wrong answers")


# Archives by hand: well-formed ones whose content lies.


def npy(array: NDArray[Any]) -> bytes:
    buffer = BytesIO()
    np.save(buffer, array, allow_pickle=array.dtype == object)
    return buffer.getvalue()


def npy_with(header: str) -> bytes:
    padded = header + " " * (-(11 + len(header)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode()


def hostile(
    entry: Any = None,
    *,
    member: bytes = b"",
    method: int = zipfile.ZIP_STORED,
    extra: int = 0,
    document: Any = None,
    text: bytes | None = None,
) -> bytes:
    """An archive with the array `a`, whose description is `entry` and whose bytes are `member`."""
    described = {"dtype": "<f4", "shape": [2], "sha256": hashlib.sha256(member).hexdigest()}
    whole = {
        "format": "nlptool-model",
        "version": VERSION,
        "kind": "test",
        "arrays": {"a": {**described, **(entry or {})}},
        **(document or {}),
    }
    metadata = json.dumps(whole).encode() if text is None else text
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("metadata.json", metadata)
        archive.writestr("metadata.sha256", hashlib.sha256(metadata).hexdigest())
        if member:
            archive.writestr("a.npy", member)
        for number in range(extra):
            archive.writestr(f"{number}.npy", b"")
    return buffer.getvalue()


TWO = np.array([1, 2], np.float32)


def shaped(*shape: int, data: bytes = b"") -> bytes:
    """An archive whose metadata and header agree on a shape, if on nothing else."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    return hostile({"shape": shape}, member=npy_with(header) + data)


def twice() -> bytes:
    buffer = BytesIO(hostile(member=npy(TWO)))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.npy", npy(TWO))
    return buffer.getvalue()


HOSTILE = {
    "empty": b"",
    "text": b"some text\n",
    "only a magic": b"PK\x03\x04",
    "an archive of nothing": b"PK\x05\x06" + bytes(18),
    "compressed": hostile(member=npy(TWO), method=zipfile.ZIP_DEFLATED),
    "many members": hostile(member=npy(TWO), extra=70),
    "no such member": hostile(),
    "a huge shape": shaped(10**12),
    "a huge empty shape": shaped(0, 10**30),
    "a product that wraps": shaped(2**32, 2**32, 4),
    "a negative shape": shaped(-2),
    "two negative lengths": shaped(-1, -2, data=bytes(8)),
    "a fractional shape": hostile({"shape": [2.0]}, member=npy(TWO)),
    "a shape of true": hostile({"shape": [True, 2]}, member=npy(TWO.reshape(1, 2))),
    "a shape of text": hostile({"shape": "2"}, member=npy(TWO)),
    "no shape": hostile({"shape": None}, member=npy(TWO)),
    "a shape of 70 dimensions": shaped(*[1] * 70, data=bytes(4)),
    "objects": hostile({"dtype": "|O", "shape": [1]}, member=npy(np.array([[1]], object)[0])),
    "big-endian": hostile({"dtype": ">f4"}, member=npy(TWO.astype(">f4"))),
    "a type that is a list": hostile({"dtype": ["<f4"]}, member=npy(TWO)),
    "fields for a type": hostile({"dtype": [["x", "<f4"]]}, member=npy(TWO)),
    "Fortran order": hostile({"shape": [2, 2]}, member=npy(np.asfortranarray(np.ones((2, 2), np.float32)))),
    "a header of another shape": hostile({"shape": [2, 1]}, member=npy(TWO)),
    "a header that is code": hostile(member=npy_with("__import__('os').abort()") + bytes(8)),
    "a header without end": hostile(member=npy_with("{'descr': (((") + bytes(8)),
    "no header": hostile(member=bytes(136)),
    "too short": hostile(member=npy(TWO)[:-1]),
    "too long": hostile(member=npy(TWO) + b"\0"),
    "a wrong checksum": hostile({"sha256": "0" * 64}, member=npy(TWO)),
    "a number for a checksum": hostile({"sha256": 5}, member=npy(TWO)),
    "an entry that is text": hostile(member=npy(TWO), document={"arrays": {"a": "x"}}),
    "arrays that are a list": hostile(member=npy(TWO), document={"arrays": ["a"]}),
    "a path": hostile(
        document={"arrays": {"../../etc/passwd": {"dtype": "|u1", "shape": [1], "sha256": ""}}}
    ),
    "another format": hostile(member=npy(TWO), document={"format": "other"}),
    "a version that is text": hostile(member=npy(TWO), document={"version": "1"}),
    "a version that is null": hostile(member=npy(TWO), document={"version": None}),
    "version true": hostile(member=npy(TWO), document={"version": True}),
    "a kind that is a list": hostile(member=npy(TWO), document={"kind": ["test"]}),
    "metadata that are a list": hostile(text=b"[]"),
    "metadata that are text": hostile(text=b'"x"'),
    "metadata that are no JSON": hostile(text=b"{"),
    "metadata of bad UTF-8": hostile(text=b'{"\xff": 1}'),
    "metadata without end": hostile(text=b"[" * 100_000),
    "metadata of 100,000 levels": hostile(text=b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "a number of 5000 digits": hostile(text=b'{"version":' + b"9" * 5000 + b"}"),
    "too much metadata": hostile(text=b" " * (MAX_METADATA_BYTES + 1)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_models_are_refused_at_once(name: str, tmp_path: Path) -> None:
    """In one line, in less memory than the file, in less than a second of processor time."""
    data = HOSTILE[name]
    tracemalloc.start()
    before = time.process_time()
    try:
        with pytest.raises(ModelError):
            open_bytes(data, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < len(data) + 1_000_000
    finally:
        tracemalloc.stop()
    assert time.process_time() - before < 1


def test_the_same_member_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there twice"):
        open_bytes(twice(), tmp_path)


def test_the_archives_by_hand_are_refused_for_what_they_lie_about(tmp_path: Path) -> None:
    """Without a lie it opens; so each refusal above has its own reason."""
    assert same(open_bytes(hostile(member=npy(TWO)), tmp_path), {"a": TWO})
    assert same(open_bytes(shaped(1, 2, data=TWO.tobytes()), tmp_path), {"a": TWO[None]})


@pytest.mark.parametrize(("field", "value"), [(24, 2**40), (32, 2**40), (40, 2**62), (48, 2**62)])
def test_wide_fields_that_lie_are_refused(
    field: int, value: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts, size and offset of the 64-bit end record: each alone is enough, or is not looked at."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 40)
    data = bytearray(model_bytes())
    start = data.rindex(b"PK\x06\x06")
    struct.pack_into("<Q", data, start + field, value)
    if field == 24:  # members on this disk: no reader uses it
        assert same(open_bytes(bytes(data), tmp_path), ARRAYS)
        return
    with pytest.raises(ModelError):
        open_bytes(bytes(data), tmp_path)


def test_a_newer_version_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="version 99, this nlptool reads up to 1; upgrade"):
        open_bytes(hostile(member=npy(TWO), document={"version": 99}), tmp_path)


def test_another_kind_is_refused_by_both_names(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="'tagger', but this command needs one of kind 'test'"):
        open_bytes(model_bytes(kind="tagger"), tmp_path)


def test_only_regular_files_are_models(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "fifo"):
        with pytest.raises(ModelError, match="not a regular file"):
            open_model(str(path))
    with pytest.raises(FileNotFoundError) as caught:
        open_model(str(tmp_path / "missing"))
    assert caught.value.filename == str(tmp_path / "missing")
