"""The bundled texts: as much as is promised, in the form that is promised, free."""

from __future__ import annotations

from pathlib import Path

import pytest

import corpora
from corpora import TEXTS, path_of, read_text, select

FOLDER = Path(corpora.__file__).parent

every_text = pytest.mark.parametrize("name", TEXTS)


def test_the_table_and_the_folder_hold_the_same_texts() -> None:
    files = {path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.txt")}
    assert files == set(TEXTS)


@pytest.mark.parametrize(("folder", "least"), [("english", 60_000), ("chinese", 30_000)])
def test_there_is_as_much_as_promised(folder: str, least: int) -> None:
    assert sum(path_of(name).stat().st_size for name in select(folder)) >= least


@every_text
def test_a_paragraph_is_a_line_of_clean_text(name: str) -> None:
    data = path_of(name).read_bytes()
    text = data.decode()
    assert text == read_text(name)
    assert text.endswith("\n")
    lines = text.removesuffix("\n").split("\n")
    assert [line for line in lines if line != line.strip()] == []
    assert "" not in (lines[0], lines[-1])
    assert "\n\n\n" not in text, "one empty line stands between two pieces"
    assert text.splitlines() == lines, "no line end but \\n"
    assert not set("\0\r\t\ufeff\ufffd") & set(text)
    assert TEXTS[name]
    assert "\t" not in TEXTS[name]


@pytest.mark.parametrize(("folder", "is_chinese"), [("english", False), ("chinese", True)])
def test_a_text_is_in_its_language(folder: str, is_chinese: bool) -> None:
    for name in select(folder):
        letters = [letter for letter in read_text(name) if letter.isalpha()]
        han = sum("\u4e00" <= letter <= "\u9fff" for letter in letters) / len(letters)
        assert (han > 0.95) if is_chinese else (han == 0), name


@pytest.mark.parametrize("folder", ["english", "chinese"])
def test_no_paragraph_comes_twice(folder: str) -> None:
    paragraphs = [line for name in select(folder) for line in read_text(name).splitlines() if len(line) > 40]
    assert len(set(paragraphs)) == len(paragraphs)


def test_the_texts_are_free() -> None:
    licence = (FOLDER / "LICENSE").read_text()
    assert "CC0 1.0 Universal" in licence
    assert "https://creativecommons.org/publicdomain/zero/1.0/" in licence


def test_select_takes_a_text_or_a_folder() -> None:
    assert select("english/court") == ["english/court"]
    assert select("chinese") == [name for name in TEXTS if name.startswith("chinese/")]
    assert {name.split("/")[0] for name in TEXTS} == {"english", "chinese", "lecture"}
    assert [select(name) for name in ("", "engl", "english/", "english/co", "../LICENSE")] == [[]] * 5


@pytest.mark.parametrize("name", ["", "english", "../nlp/__init__", "LICENSE"])
def test_there_is_no_other_text(name: str) -> None:
    with pytest.raises(KeyError):
        read_text(name)


def test_the_lecture_words() -> None:
    assert read_text("lecture/onehot").split() == ["apple", "bag", "cat", "dog", "elephant"]


def test_the_analogies_are_in_googles_format() -> None:
    lines = read_text("lecture/analogies").splitlines()
    assert lines[0].startswith(": ")
    assert all(line.startswith(": ") or len(line.split(" ")) == 4 for line in lines)
