"""Compressed input: recognised by its bytes, whole or refused, however it arrives."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
from typing import TYPE_CHECKING

import pytest

from cli.io.reading import STDIN, Input, _bytes_of, _chunks
from nlp.errors import InputError
from nlp.text.decompress import Decompressed, detect, undecided

if TYPE_CHECKING:
    from collections.abc import Callable

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
TEXT = "".join(f"line {n} of the 文本\n" for n in range(500)).encode()

every_kind = pytest.mark.parametrize("kind", COMPRESSORS)


def read_all(data: bytes, size: int = 1 << 18) -> bytes:
    waiting = [data[start : start + size] for start in range(0, len(data), size)]
    read = _bytes_of(STDIN, lambda _: waiting.pop(0) if waiting else b"")
    blocks = Input(())._lines(STDIN, _chunks(STDIN, read), None)
    return b"".join(block.text.encode() for block in blocks)


@every_kind
@pytest.mark.parametrize("size", [1, 2, 7, 1000, 1 << 18])
def test_members_are_one_stream_in_any_chunks(kind: str, size: int) -> None:
    compress = COMPRESSORS[kind]
    empty = compress(b"")
    assert read_all(empty, size) == b""
    members = empty + compress(TEXT[:3000]) + empty + compress(TEXT[3000:]) + bytes(512)
    assert read_all(members, size) == TEXT


@every_kind
def test_thousands_of_members(kind: str) -> None:
    assert read_all(COMPRESSORS[kind](b"a\n") * 3000) == b"a\n" * 3000


@every_kind
def test_every_truncation_is_an_error(kind: str) -> None:
    data = COMPRESSORS[kind](b"a few words\n" * 3)
    for size in range(6 if kind != "bzip2" else 10, len(data)):
        with pytest.raises(InputError, match=f"truncated {kind} data") as caught:
            read_all(data[:size])
        assert caught.value.path == STDIN


@every_kind
def test_damage_is_an_error_or_harmless(kind: str) -> None:
    """Formats with a checksum: a flipped bit is found, or stands where nothing is read (a time, a name)."""
    data = COMPRESSORS[kind](b"a few words\n" * 3)
    refused = 0
    for bit in range(10 * 8, len(data) * 8):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            assert read_all(bytes(damaged)) == b"a few words\n" * 3
        except InputError as error:
            refused += 1
            assert kind in error.message  # noqa: PT017  not every flip is an error
    assert refused > 0.9 * (len(data) - 10) * 8


@every_kind
def test_what_follows_a_member_must_be_one(kind: str) -> None:
    with pytest.raises(InputError, match=f"damaged {kind} data"):
        read_all(COMPRESSORS[kind](b"a\n") + b"no member, just text that follows")


@every_kind
def test_damage_is_told_with_the_line_that_it_breaks(kind: str) -> None:
    whole = COMPRESSORS[kind](b"a\n" * 100_000)
    for data in (whole + COMPRESSORS[kind](TEXT)[:-9], whole + b"no member"):
        with pytest.raises(InputError, match=r"damaged|truncated") as caught:
            read_all(data)
        assert caught.value.line is not None
        assert caught.value.line > 100_000


@every_kind
def test_a_bomb_comes_in_bounded_pieces(kind: str) -> None:
    waiting = [COMPRESSORS[kind](bytes(20_000_000))]
    stream = Decompressed(kind, lambda _: waiting.pop() if waiting else b"", STDIN)
    sizes = []
    while piece := stream.read(1 << 16):
        sizes.append(len(piece))
    assert sum(sizes) == 20_000_000
    assert max(sizes) <= 1 << 16


@every_kind
def test_detection_takes_as_many_bytes_as_it_needs(kind: str) -> None:
    data = COMPRESSORS[kind](TEXT)
    size = next(size for size in range(len(data)) if detect(data[:size]))
    assert detect(data) == kind
    assert all(undecided(data[:some]) for some in range(size))
    assert not undecided(data[:size])


@pytest.mark.parametrize("data", [b"B", b"BZ", b"BZh9 is text\n", b"\x1f\n", b"text"])
def test_what_only_looks_compressed_is_text(data: bytes) -> None:
    assert detect(data) is None
    assert read_all(data, 1) == data.removesuffix(b"\n") + b"\n"


def test_random_bytes_are_text_or_an_error_in_one_line() -> None:
    generator = random.Random(0)  # noqa: S311  no secret
    for kind in COMPRESSORS.values():
        start = kind(TEXT)[:12]
        for _ in range(50):
            with pytest.raises(InputError) as caught:
                read_all(start + generator.randbytes(100))
            assert "\n" not in str(caught.value)
