from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

import fsspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.io.parts import (
    Part,
    anywhere,
    files_of,
    folder_of,
    identity_of,
    line_ends_before,
    open_anywhere,
    parts_of,
    write_anywhere,
)
from nlp.errors import InputError
from tests.files import write_anew

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LEAST = 1 << 18
"""So many bytes a part has, at the least, if it is not the last."""

LINE_END, EMPTY_LINE = b"\n", b"\n\n"


def behind(mark: bytes | None) -> Callable[[Part], bytes | None]:
    return lambda _: mark


def content(part: Part, size: int = 1 << 16) -> bytes:
    with part.opened() as (name, read):
        assert name == part.name
        return b"".join(iter(lambda: read(size), b""))


def of_lines(lengths: list[int], *, is_ended: bool = True) -> bytes:
    data = b"".join(b"x" * length + b"\n" for length in lengths)
    return data if is_ended else data.removesuffix(b"\n")


LENGTHS = st.one_of(st.just(0), st.integers(0, 200), st.integers(0, 100_000), st.just(LEAST + 10))
FILES = st.lists(
    st.builds(of_lines, st.lists(LENGTHS, max_size=12), is_ended=st.booleans()), min_size=1, max_size=3
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("parts")
    return made


@given(FILES, st.sampled_from([LINE_END, EMPTY_LINE]))
@settings(deadline=None)
def test_parts_joined_are_the_files(folder: Path, files: list[bytes], mark: bytes) -> None:
    names = [str(folder / f"{number}.txt") for number in range(len(files))]
    for name, data in zip(names, files, strict=True):
        write_anew(folder / name, data)
    parts = parts_of(names, behind(mark))
    assert parts == parts_of(names, behind(mark))
    for name, data in zip(names, files, strict=True):
        of_file = [part for part in parts if part.name == name]
        assert b"".join(map(content, of_file)) == data
        starts = [part.start for part in of_file]
        assert starts == sorted(set(starts))
        assert starts[0] == 0
        for part in of_file[:-1]:
            assert content(part).endswith(mark)
            assert len(content(part)) >= LEAST
        assert all(
            data[:start].count(b"\n") == line_ends_before(part)
            for start, part in zip(starts, of_file, strict=True)
        )
    assert [part.name for part in parts] == sorted((part.name for part in parts), key=names.index)


@given(st.integers(1, 5000), st.sampled_from([LINE_END, EMPTY_LINE]))
@settings(deadline=None, max_examples=20)
def test_where_a_file_is_cut_does_not_depend_on_how_much_is_read_at_a_time(
    folder: Path, place: int, mark: bytes
) -> None:
    """The mark may stand at the very end of a part, or on both sides of it."""
    data = b"x" * (LEAST - 2500 + place) + mark + b"y" * LEAST
    write_anew(folder / "one", data)
    first, *rest = map(content, parts_of([str(folder / "one")], behind(mark)))
    assert first + b"".join(rest) == data
    if place <= 2500 - len(mark):
        assert rest == []
    else:
        assert first == data[: data.index(mark) + len(mark)]


def many(folder: Path, name: str = "many", mark: bytes = LINE_END) -> Path:
    path: Path = folder / name
    path.write_bytes(b"".join(b"line %d" % number + mark for number in range(80_000)))
    return path


def test_an_odd_end_and_a_beginning_that_is_empty(folder: Path) -> None:
    write_anew(folder / "empty", b"")
    empty, whole = parts_of([str(folder / "empty"), str(many(folder))], behind(None))
    assert (empty.start, empty.end, content(empty)) == (0, None, b"")
    assert (whole.start, whole.end) == (0, None)


def test_a_text_of_gigabytes_has_some_64_parts_of_at_most_32_mib(folder: Path) -> None:
    with (folder / "sparse").open("wb") as file:
        file.write(b"text\n")
        file.truncate(1 << 26)
        file.seek(1 << 25)
        file.write(b"\n")
    sizes = [
        part.end - part.start for part in parts_of([str(folder / "sparse")], behind(LINE_END)) if part.end
    ]
    assert sizes == [(1 << 25) + 1, (1 << 25) - 1]


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(bytes(range(256)) * 4000, compresslevel=0),
        b"PK\3\4" + b"\n" * (1 << 20),
    ],
    ids=["compressed", "an archive"],
)
def test_what_is_no_plain_text_is_not_cut(data: bytes, folder: Path) -> None:
    write_anew(folder / "other", data)
    (part,) = parts_of([str(folder / "other")], behind(LINE_END))
    assert (part.start, part.end) == (0, None)
    assert content(part) == data


def test_the_form_of_a_whole_file_decides(folder: Path) -> None:
    """Of each by itself: what it is told is the file, with its first lines."""
    path, asked = many(folder), []

    def between(whole: Part) -> bytes | None:
        asked.append(whole)
        return LINE_END if whole.name == str(path) else None

    write_anew(folder / "table.csv", path.read_bytes())
    parts = parts_of([str(path), str(folder / "table.csv")], between)
    assert [part.name for part in parts].count(str(folder / "table.csv")) == 1
    assert len(parts) > 3
    assert [whole.name for whole in asked] == [str(path), str(folder / "table.csv")]
    assert {part.head for part in parts} == {asked[0].head}
    assert asked[0].first_lines.startswith("line 0\nline 1\n")
    assert asked[0].first_lines.endswith("\n")


@pytest.mark.parametrize(
    ("head", "lines"),
    [
        (b"a\nb\nc", "a\nb\n"),
        (b"abc", "abc"),
        (b"", ""),
        (b"\xef\xbb\xbfa\n", "a\n"),
        (b"a\xff\n", "a\N{REPLACEMENT CHARACTER}\n"),
    ],
)
def test_first_lines_are_whole(head: bytes, lines: str) -> None:
    assert Part("a", "a", 0, None, head).first_lines == lines


def test_a_part_ends_where_the_file_does_that_became_shorter(folder: Path) -> None:
    path = many(folder)
    *_, last = parts_of([str(path)], behind(LINE_END))
    with path.open("r+b") as file:
        file.truncate(last.start + 3)
    assert len(content(last)) == 3
    assert content(replace(last, start=last.start + 10)) == b""


def test_patterns_name_files_in_order(folder: Path) -> None:
    for name in ("b.txt", "a.txt", "c.tsv", "[x].txt", "sub/d.txt"):
        (folder / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "p" / name).write_bytes(b"")
    place = folder / "p"

    def found(*patterns: str) -> list[str]:
        return [name.removeprefix(f"{place}/") for name in files_of([f"{place}/{one}" for one in patterns])]

    assert found("*.txt") == ["[x].txt", "a.txt", "b.txt"]
    assert found("?.t?[vt]", "a.txt") == ["a.txt", "b.txt", "c.tsv", "a.txt"]
    assert found("[x].txt") == ["[x].txt"]
    assert found("**/*.txt") == ["[x].txt", "a.txt", "b.txt", "sub/d.txt"]
    assert found("none.txt") == ["none.txt"]  # who opens it says that it is not there
    with pytest.raises(FileNotFoundError) as caught:
        found("*.none")
    assert caught.value.filename == f"{place}/*.none"


@pytest.mark.parametrize("name", ["none", ""])
def test_no_such_file_is_told_by_the_name_that_the_user_gave(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises((FileNotFoundError, IsADirectoryError)) as caught:
        parts_of([name], behind(LINE_END))
    assert caught.value.filename == name


def test_a_folder_is_no_file(folder: Path) -> None:
    with pytest.raises(IsADirectoryError) as caught:
        parts_of([str(folder)], behind(LINE_END))
    assert caught.value.filename == str(folder)


@pytest.fixture
def memory() -> Iterator[str]:
    """A folder of a file system that is no machine's."""
    yield "memory://parts"
    fsspec.filesystem("memory").rm("/parts", recursive=True)


def test_urls_are_read_in_parts_as_files_are(memory: str, folder: Path) -> None:
    path = many(folder)
    for name in ("b", "a"):
        write_anywhere(f"{memory}/{name}.txt", path.read_bytes())
    for pattern, count in ((f"{memory}/*.txt", 2), (f"{memory}/a.txt", 1), (f"file://{path}", 1)):
        names = files_of([pattern])
        parts = parts_of(names, behind(LINE_END))
        assert b"".join(map(content, parts)) == path.read_bytes() * count
        of_path = parts_of([str(path)] * count, behind(LINE_END))
        assert [(part.start, part.end) for part in parts] == [(part.start, part.end) for part in of_path]
        assert list(map(line_ends_before, parts)) == list(map(line_ends_before, of_path))
        assert [size for _, size, _ in identity_of(names)] == [path.stat().st_size] * count
    assert files_of([f"{memory}/*.txt"]) == [f"memory:///parts/{name}.txt" for name in "ab"]
    assert files_of([f"file://{folder}/man?"]) == [f"file://{path}"]


def test_what_no_url_names_is_told_by_the_url(memory: str) -> None:
    write_anywhere(f"{memory}/a", b"")
    with pytest.raises(FileNotFoundError) as caught:
        parts_of([f"{memory}/none"], behind(LINE_END))
    assert caught.value.filename == f"{memory}/none"
    with pytest.raises(FileNotFoundError):
        files_of([f"{memory}/*.none"])
    with pytest.raises(InputError, match=r"^odd://a: no file system of this name can be read \(.*\)$"):
        parts_of(["odd://a"], behind(LINE_END))


def test_folders_are_made_and_listed_wherever_they_are(memory: str, folder: Path) -> None:
    for place in (f"{memory}/new", str(folder / "new")):
        assert folder_of(f"{place}/") == []
        write_anywhere(f"{place}/one", b"1")
        write_anywhere(f"{place}/one", b"2")
        assert folder_of(f"{place}/") == ["one"]
        with open_anywhere(f"{place}/one") as file:
            assert file.read() == b"2"


def test_any_machine_knows_a_file_by_its_whole_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert anywhere("a.txt") == str(folder / "a.txt")
    assert anywhere("memory://a.txt") == "memory://a.txt"
    write_anew(folder / "a.txt", b"text")
    (part,) = parts_of(["a.txt"], behind(LINE_END))
    assert (part.name, part.path) == ("a.txt", str(folder / "a.txt"))


def test_another_file_of_the_same_name_is_known(folder: Path) -> None:
    path = folder / "known"
    write_anew(path, b"one")
    before = identity_of([str(path)])
    assert before == identity_of([str(path)])
    write_anew(path, b"two")
    assert identity_of([str(path)]) != before
