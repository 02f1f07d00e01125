"""What is no text is known by its first bytes, and text is never taken for it."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.text.not_text import undecided, what_else

if TYPE_CHECKING:
    from pathlib import Path


def test_archives_are_known() -> None:
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a.txt", "hello\n")
    with tarfile.open(fileobj=tarred, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("a.txt"), io.BytesIO())
    assert what_else(zipped.getvalue()) == ("a zip archive", "unpack it first: unzip")
    assert what_else(tarred.getvalue()) == ("a tar archive", "unpack it first: tar xf")
    assert undecided(tarred.getvalue()[:200])
    assert not undecided(tarred.getvalue()[:300])


def test_arrays_and_models_are_known(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros(3))
    assert what_else((tmp_path / "x.npy").read_bytes()) == ("an array of NumPy", "name a text")
    written = what_else((1080).to_bytes(8, "little") + b'{"__metadata__":{}}')
    assert written == ("a model", "nlptool info tells of what kind; name a text")


@pytest.mark.parametrize(
    "text", [b"", b"8", b"PK", b"Rar! said the crow\n", b"%\n", b'{"a": 1}\n', b"a\0b\n"]
)
def test_text_is_text(text: bytes) -> None:
    assert what_else(text) is None


def test_more_is_read_only_while_it_could_tell() -> None:
    assert [undecided(text) for text in (b"P", b"PK", b"PKs", b"hi\n", b"")] == [
        True,
        True,
        False,
        False,
        True,
    ]
