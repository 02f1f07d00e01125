"""The bundled texts: as much as is promised, in the form that is promised, free."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

import corpora
from corpora import (
    DEFAULT_VECTORS,
    MODELS,
    TEXTS,
    model_path,
    path_of,
    path_or_bundled,
    read_text,
    select,
)
from nlp.storage.model_file import open_model

FOLDER = Path(corpora.__file__).parent

every_text = pytest.mark.parametrize("name", TEXTS)
english_text = pytest.mark.parametrize("name", select("english"))
chinese_text = pytest.mark.parametrize("name", [*select("chinese"), "lecture/fill-blank"])


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


@pytest.mark.parametrize(("folder", "longest"), [("english", 40), ("chinese", 12)])
def test_no_sentence_comes_twice(folder: str, longest: int) -> None:
    """Longer ones, that is: a refrain may come again."""
    text = "\n".join(read_text(name) for name in select(folder))
    sentences = [part.strip('"“” ') for part in re.split(r"(?<=[.?!。？！])[\"”]?\s*|\n", text)]
    long = [sentence for sentence in sentences if len(sentence) > longest]
    assert len(set(long)) == len(long)


@english_text
def test_english_is_typed_as_english(name: str) -> None:
    text = read_text(name)
    assert text.isascii()
    assert [line for line in text.splitlines() if line.count('"') % 2] == [], "a quotation is closed"
    assert re.findall(r"\b(\w+) \1\b|  | [,.;:?!]|[,.;:?!]\w", text) == [], "a word or mark too many"


@chinese_text
def test_chinese_is_typed_as_chinese(name: str) -> None:
    """Simplified characters (GB 2312 has no others), full-width marks, and quotations that are closed."""
    text = read_text(name)
    text.encode("gb2312")
    assert set(re.sub(r"[\u4e00-\u9fff\n]", "", text)) <= set("，。：；、？！“”")
    assert re.findall(r"[，。：；、？！]{2}", text) == []
    for line in text.splitlines():
        assert re.fullmatch(r"[^“”]*(“[^“”]+”[^“”]*)*", line), line


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


def test_a_model_of_word_order_has_not_read_what_it_is_asked() -> None:
    """Every pair of neighbours in the lecture's sentence is there, the sentence is not."""
    text, asked = read_text("lecture/word-order"), "we love working on deep learning"
    words = asked.split()
    assert asked not in text
    assert all(f"{one} {next_one}" in text for one, next_one in pairwise(words))


@pytest.mark.parametrize("name", ["lecture/word-order", "lecture/fill-blank"])
def test_the_lectures_sentences_differ(name: str) -> None:
    lines = read_text(name).splitlines()
    assert len(set(lines)) == len(lines) > 100


def test_the_analogies_are_in_googles_format() -> None:
    lines = read_text("lecture/analogies").splitlines()
    assert lines[0].startswith(": ")
    assert all(line.startswith(": ") or len(line.split(" ")) == 4 for line in lines)


def test_the_analogies_can_be_asked_of_the_english_texts() -> None:
    told = {word for name in select("english") for word in re.findall(r"[a-z]+", read_text(name).lower())}
    asked = [line for line in read_text("lecture/analogies").splitlines() if not line.startswith(":")]
    assert {word for line in asked for word in line.split()} <= told


def test_the_table_and_the_folder_hold_the_same_models() -> None:
    assert {path.stem for path in (FOLDER / "models").glob("*.model")} == set(MODELS)
    with pytest.raises(KeyError):
        model_path("none")


def test_a_bundled_model_goes_by_its_name_unless_a_file_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert path_or_bundled("en-vectors") == str(model_path("en-vectors"))
    assert path_or_bundled("none") == "none"
    (tmp_path / "en-vectors").touch()
    assert path_or_bundled("en-vectors") == "en-vectors"


@pytest.mark.parametrize(
    ("name", "task", "score", "least", "data", "licence"),
    [
        ("zh-words", "segment", "f1", 0.94, "GSDSimp", "CC BY-SA 4.0"),
        ("en-pos", "tag", "accuracy", 0.95, "EWT", "CC BY-SA 4.0"),
        ("zh-entities", "entities", "f1", 0.66, "GSDSimp", "CC BY-SA 4.0"),
        ("en-entities", "entities", "f1", 0.61, "WikiGold", "CC BY-SA 4.0"),
    ],
)
def test_a_bundled_tagger_tells_its_data_and_scores(
    name: str, task: str, score: str, least: float, data: str, licence: str
) -> None:
    model = open_model(str(model_path(name)))
    model.verify()
    about = model.metadata
    assert (about["config"]["task"], about["config"]["method"]) == (task, "linear")
    assert about["data"]["licence"].startswith(f"{licence}, ")
    assert data in about["data"]["description"]
    assert least < about["scores"]["test_part"][score] < least + 0.01
    told = (FOLDER / "LICENSE").read_text()
    assert all(text in told for text in (f"models/{name}.model", data, licence))


def test_the_bundled_taggers_are_small() -> None:
    sizes = {name: model_path(name).stat().st_size for name in MODELS if name != DEFAULT_VECTORS}
    assert len(sizes) == 4
    assert sum(sizes.values()) < 6_000_000
