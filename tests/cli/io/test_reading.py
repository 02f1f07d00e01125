"""Bytes in, text out: what a record is depends on the bytes alone, never on how they arrived."""

from __future__ import annotations

import gzip
import os
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.io import reading
from cli.io.reading import STDIN, Block, Input
from nlp.errors import InputError
from nlp.text.tokenize import MODES, tokenizer

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator
    from pathlib import Path

MARK = b"\xef\xbb\xbf"

SPLITS: dict[str, tuple[bytes, list[str]]] = {
    "empty input": (b"", []),
    "one line": (b"a\n", ["a"]),
    "no final newline": (b"a\nb", ["a", "b"]),
    "empty lines": (b"\n\na\n\n", ["", "", "a", ""]),
    "CRLF keeps its CR": (b"a\r\nb\r\n", ["a\r", "b\r"]),
    "a lone CR is no line end": (b"a\rb\n", ["a\rb"]),
    "nor are U+2028, U+0085 and VT": ("a\u2028b\x85c\vd\n".encode(), ["a\u2028b\x85c\vd"]),
    "NUL": (b"a\0b\n\0\n", ["a\0b", "\0"]),
    "a mark is dropped": (MARK + b"a\n", ["a"]),
    "a mark alone": (MARK, []),
    "only the first mark": (MARK + MARK + b"a\n" + MARK, ["\ufeffa", "\ufeff"]),
    "half a mark is an error elsewhere": ("\ufef0\n".encode(), ["\ufef0"]),
}


def records(blocks: Iterator[Block]) -> list[tuple[str, int]]:
    """The lines and their numbers; a cut line is put together again."""
    lines: list[tuple[str, int]] = []
    continues = False
    for block in blocks:
        for number, text in enumerate(block.text.removesuffix("\n").split("\n"), block.line):
            if continues:
                lines[-1] = (lines[-1][0] + text, number)
            else:
                lines.append((text, number))
            continues = block.is_cut
    return lines


def from_pieces(
    pieces: list[bytes], *, replace: bool = False, cut: re.Pattern[bytes] = reading._AFTER_SPACE
) -> Iterator[Block]:
    """The blocks of a stream that arrives in `pieces`, without a file."""
    waiting = list(pieces)
    chunks = reading._chunks(STDIN, lambda _: waiting.pop(0) if waiting else b"")
    return Input((), replace)._lines(STDIN, chunks, cut)


def pieces_of(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("name", SPLITS)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_lines_end_at_newlines_alone(name: str, size: int) -> None:
    data, expected = SPLITS[name]
    assert records(from_pieces(pieces_of(data, size))) == [(text, n) for n, text in enumerate(expected, 1)]


@settings(max_examples=200)
@given(data=st.lists(st.sampled_from([b"a", b"\n", b" ", b"\xef\xbb\xbf", "语".encode(), b"\xff", b"\xe8"])))
def test_chunks_do_not_matter(data: list[bytes]) -> None:
    whole = b"".join(data)
    if whole.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    expected = records(from_pieces([whole] if whole else [], replace=True))
    for size in (1, 2, 3, 5, 64):
        assert records(from_pieces(pieces_of(whole, size), replace=True)) == expected


@pytest.mark.parametrize("size", range(1, 65))
def test_a_file_read_in_small_chunks_is_the_same(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(f"line {n} 我爱 é\n" for n in range(40))
    path = tmp_path / "text"
    path.write_text(text)
    read = os.read
    monkeypatch.setattr("os.read", lambda descriptor, _: read(descriptor, size))
    assert "".join(block.text for block in Input((str(path),)).blocks()) == text


@pytest.mark.parametrize("mark", [b"", MARK])
def test_bad_utf8_is_named_at_every_offset(mark: bytes) -> None:
    """2 KB of ASCII lines, one byte of which is wrong: line and byte are exact, what came before is out."""
    clean = b"".join(b"%d words on this line\n" % n for n in range(100))[:2048]
    for offset in range(len(clean)):
        data = mark + clean[:offset] + b"\xff" + clean[offset + 1 :]
        blocks = from_pieces(pieces_of(data, 300))
        seen = ""
        with pytest.raises(InputError) as caught:  # noqa: PT012  the blocks before the error count too
            for block in blocks:
                seen += block.text
        line_start = clean.rfind(b"\n", 0, offset) + 1
        column = offset - line_start + 1 + (0 if line_start else len(mark))
        assert (caught.value.line, caught.value.column) == (clean.count(b"\n", 0, offset) + 1, column)
        assert seen == clean[:line_start].decode()


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"a\xc3", 1, 2),
        (b"a\n\xe8\xaf\n", 2, 1),
        ("é".encode() + b"\x80", 1, 3),
        (b"\xed\xa0\x80", 1, 1),
        (b"\xf4\x90\x80\x80", 1, 1),
        (b"\xc0\xaf", 1, 1),
    ],
    ids=["truncated", "truncated at a line end", "stray", "surrogate", "beyond Unicode", "overlong"],
)
def test_bad_utf8_of_every_kind(data: bytes, line: int, column: int) -> None:
    with pytest.raises(InputError, match="is not UTF-8") as caught:
        list(from_pieces([data]))
    assert (caught.value.path, caught.value.line, caught.value.column) == (STDIN, line, column)


def test_replaced_bytes_keep_the_lines() -> None:
    assert records(from_pieces([b"a\xff\n\xc3", b"\nb\xe8"], replace=True)) == [
        ("a�", 1),
        ("�", 2),
        ("b�", 3),
    ]


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize("encoding", ["utf-32-be", "utf-32-le"])
def test_utf32_is_not_taken_for_utf16(encoding: str, size: int) -> None:
    """Its mark begins with that of UTF-16; converted as such, each letter would be followed by a NUL."""
    with pytest.raises(
        InputError, match="this is UTF-32, not UTF-8; give --encoding utf-32, or convert it: iconv -f UTF-32"
    ):
        list(from_pieces(pieces_of("\ufeffhello\n".encode(encoding), size)))


@pytest.mark.parametrize(("encoding", "name"), [("utf-16-be", "UTF-16BE"), ("utf-16-le", "UTF-16LE")])
def test_utf16_without_a_mark_is_refused_by_name(encoding: str, name: str) -> None:
    """As bytes it is good UTF-8, with a NUL beside each letter: words that nobody would find again."""
    with pytest.raises(InputError, match=f"this is {name}, not UTF-8; give --encoding {name.lower()}, or"):
        list(from_pieces(["hello\n".encode(encoding)]))
    assert records(from_pieces([b"a\0b\0c\0de\n"])) == [("a\0b\0c\0de", 1)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
@pytest.mark.parametrize("size", [1, 100])
def test_utf16_is_refused_by_name(encoding: str, size: int) -> None:
    data = ("" if encoding == "utf-16" else "\ufeff").encode(encoding) + "hello\n".encode(encoding)
    with pytest.raises(InputError, match="this is UTF-16"):
        list(from_pieces(pieces_of(data, size), replace=True))


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_what_is_no_text_is_called_what_it_is(
    encoding: str, compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    path = str(tmp_path / "x")
    (tmp_path / "x").write_bytes(compress(b"%PDF-1.7\n%\xe2\xe3\n"))
    wanted = "this is a PDF, not text; take its text out first: pdftotext"
    with pytest.raises(InputError, match=wanted) as caught:
        list(Input((path,), replace=True, encoding=encoding).blocks())
    assert (caught.value.path, caught.value.line, caught.value.column) == (path, 1, 1)


def test_several_files_are_one_stream(tmp_path: Path) -> None:
    contents = {"a": b"1\n2", "empty": b"", "b": MARK + b"3\n"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    blocks = Input([str(tmp_path / name) for name in contents]).blocks()
    assert [(b.text, b.path.rpartition("/")[2], b.line) for b in blocks] == [
        ("1\n", "a", 1),
        ("2\n", "a", 2),
        ("3\n", "b", 1),
    ]


def test_an_error_of_the_system_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    path = tmp_path / "a"
    path.touch()
    monkeypatch.setattr("os.read", fail)
    with pytest.raises(OSError, match="Input/output error") as caught:
        list(Input((str(path),)).blocks())
    assert caught.value.filename == str(path)


LONG_LINES = {
    "english": "The quick brown fox, don't panic: 3.14 is ΟΔΟΣ ΣΑΣ! ",
    "chinese": "我爱 语言 模型，de é\u0301 \u0301x  ",
    "spaces": " " * 50 + "x",
    "prefixed": "\u0600 12 \u0600  a\u200d b 👩‍ 🇨🇳 c ",
}


@pytest.mark.parametrize("name", LONG_LINES)
def test_a_long_line_is_cut_where_no_tokenizer_sees(name: str) -> None:
    """A 3 MB line arrives in pieces; their concatenation is the line, and so are their tokens."""
    unit = LONG_LINES[name]
    line = unit * (3_000_000 // len(unit.encode()))
    blocks = list(from_pieces(pieces_of(f"first\n{line}\nlast\n".encode(), 1 << 16)))
    assert "".join(block.text for block in blocks) == f"first\n{line}\nlast\n"
    assert len(blocks) >= 4
    assert max(len(block.text.encode()) for block in blocks) <= reading.LONG_LINE_BYTES + (1 << 17)
    cuts = [block for block in blocks if block.is_cut]
    assert {(block.line, block.text[-1]) for block in cuts} == {(2, " ")}
    check_junctions(blocks)


@pytest.mark.parametrize("unit", ["我爱语言模型", "模型，x中文。㍻1一\u0301日本語のテスト國家"])
def test_a_long_chinese_line_may_be_cut_between_two_characters(unit: str) -> None:
    """Where tokens need no space between them; chunks of every length modulo three bytes end anywhere."""
    line = unit * (3_000_000 // len(unit.encode()))
    pieces = pieces_of(f"{line}\n".encode(), (1 << 16) + 1)
    blocks = list(from_pieces(pieces, cut=reading._ALSO_BETWEEN_HAN))
    assert "".join(block.text for block in blocks) == f"{line}\n"
    assert max(len(block.text.encode()) for block in blocks) <= reading.LONG_LINE_BYTES + (1 << 17)
    check_junctions(blocks)
    assert len(list(from_pieces(pieces))) == 1


def check_junctions(blocks: list[Block]) -> None:
    """No token, in any mode, and no normal form reaches from one block into the next."""
    for before, after in ((before.text[-100:], after.text[:100]) for before, after in pairwise(blocks)):
        for mode in MODES:
            tokens = tokenizer(mode).tokens
            assert tokens(before + after) == tokens(before) + tokens(after), mode
        for form in ("NFC", "NFKC"):
            whole = unicodedata.normalize(form, before + after)
            assert whole == unicodedata.normalize(form, before) + unicodedata.normalize(form, after)


def test_a_cut_is_found_where_one_chunk_ends_and_the_next_begins() -> None:
    """A space may be the last byte that has come: only the next one tells whether a cut is safe there."""
    line = b"x" * (reading.LONG_LINE_BYTES + (1 << 16) - 1) + b" " + b"y" * (1 << 17)
    first, second = from_pieces(pieces_of(line + b"\n", 1 << 16))
    assert (first.text[-2:], second.text[:1]) == ("x ", "y")


def test_bad_utf8_behind_a_cut_is_counted_from_the_line_start() -> None:
    data = b"ab " * 700_000
    with pytest.raises(InputError) as caught:
        list(from_pieces(pieces_of(data + b"\xff\n", 1 << 18)))
    assert (caught.value.line, caught.value.column) == (1, len(data) + 1)


def test_a_line_beyond_the_limit_is_refused() -> None:
    good = b"a\n" + b"x" * (1 << 26)
    assert len(records(from_pieces(pieces_of(good + b"\n", 1 << 18)))) == 2
    with pytest.raises(InputError, match="a line of over 64 MiB") as caught:
        list(from_pieces(pieces_of(good + b"x" * (1 << 18) + b"\n", 1 << 18)))
    assert caught.value.line == 2


def test_a_line_without_spaces_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte of a line that cannot be cut is looked at once or twice, not once a chunk."""
    looked_at = 0
    last_cut = reading._last_cut

    def counting(cut: re.Pattern[bytes], data: bytearray, searched: int) -> int:
        nonlocal looked_at
        looked_at += len(data) - searched
        return last_cut(cut, data, searched)

    monkeypatch.setattr(reading, "_last_cut", counting)
    data = b"x" * 8_000_000
    assert len(list(from_pieces(pieces_of(data, 1 << 16)))) == 1
    assert looked_at < 2 * len(data)


def test_an_endless_line_takes_no_memory() -> None:
    waiting = (b"word " * 10_000 for _ in range(200))
    chunks = reading._chunks(STDIN, lambda _: next(waiting, b""))
    blocks = Input(())._lines(STDIN, chunks, reading._AFTER_SPACE)
    assert max(len(block.text) for block in blocks) <= reading.LONG_LINE_BYTES + 50_000


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-le", "utf-8-sig", "big5", "utf-32"])
def test_other_encodings_are_read_as_if_they_were_utf8(encoding: str, tmp_path: Path) -> None:
    text = "我們去河邊\n\n" * 60_000 + "the end"
    path = tmp_path / "text"
    path.write_bytes(gzip.compress(text.encode(encoding)))
    found = "".join(block.text for block in Input((str(path),), encoding=encoding).blocks())
    assert found == text + "\n"


@pytest.mark.parametrize(("encoding", "order"), [("utf-16", "le"), ("utf-16", "be"), ("utf-32", "le")])
def test_without_a_byte_order_mark_its_order_is_asked_for(encoding: str, order: str, tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes("hello there\n".encode(f"{encoding}-{order}"))
    with pytest.raises(InputError, match=rf"text:1:1: no byte order mark .*{encoding}-le or {encoding}-be"):
        list(Input((str(path),), encoding=encoding).blocks())
    (block,) = Input((str(path),), encoding=f"{encoding}-{order}").blocks()
    assert block.text == "hello there\n"


def test_bytes_of_another_encoding_than_the_one_named_have_their_place(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes("好\n我们".encode("gb18030") + b"\xff\n")
    blocks = Input((str(path),), encoding="gb18030").blocks()
    assert next(blocks).text == "好\n"
    with pytest.raises(InputError, match=r"text:2:3: byte 0xff is not gb18030; name another --encoding"):
        list(blocks)
    replaced = Input((str(path),), encoding="gb18030", replace=True).blocks()
    assert "".join(block.text for block in replaced) == "好\n我们\ufffd\n"
