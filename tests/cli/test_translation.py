"""What is said in the language of the locale, and that the catalogue says nothing that the sources do not."""

from __future__ import annotations

import ast
import gettext
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from cli.commands import COMMANDS
from cli.translation import CATALOGUES, compiled, is_chinese, read_catalogue, translated
from tests.cli.running import run
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

CATALOGUE = CATALOGUES / "zh/LC_MESSAGES/nlptool.po"
MESSAGES = read_catalogue(CATALOGUE.read_text(encoding="utf-8"))


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")


def strings() -> Iterator[str]:
    """The strings of the sources, of click and of the system; parts of f-strings each by itself."""
    folder = Path(click.__file__ or "").parent
    for path in [*(ROOT / "cli").rglob("*.py"), *(ROOT / "nlp").rglob("*.py"), *folder.glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield " ".join(node.value.split())
    yield from (os.strerror(number) for number in range(1, 40))


def test_no_message_of_the_catalogue_is_stale() -> None:
    sources = "\n".join(strings())
    parts = {text: [part.strip(" ';:.,?()") for part in text.split("{}")] for text in MESSAGES}
    assert [text for text, pieces in parts.items() if any(piece not in sources for piece in pieces)] == []


def test_every_command_is_told_in_chinese() -> None:
    assert [told for told in COMMANDS.values() if told not in MESSAGES] == []


def test_translations_keep_what_is_filled_in() -> None:
    for text, translation in MESSAGES.items():
        if "{}" in text:
            filled = translation.format(*(f"<{number}>" for number in range(text.count("{}"))))
            assert all(f"<{number}>" in filled for number in range(text.count("{}")))


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    """`make translations` writes it anew."""
    written = CATALOGUE.with_suffix(".mo").read_bytes()
    assert written == compiled(MESSAGES)
    read = gettext.GNUTranslations(io.BytesIO(written))
    assert all(read.gettext(text) == translation for text, translation in MESSAGES.items())


def test_lines_of_a_catalogue_are_joined_and_comments_left_out() -> None:
    source = '# note\nmsgid "a "\n"b"\nmsgstr "甲"\n"\\n乙"\n\nmsgid "c"\nmsgstr ""\n'
    assert read_catalogue(source) == {"a b": "甲\n乙"}
    with pytest.raises(ValueError, match="no line of a catalogue: what"):
        read_catalogue("what")


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Commands", "命令"),
        ("'x' has no vector; did you mean 'y' or 'z'?", "'x' 没有向量；是不是想找 'y' 或 'z'？"),
        ("a.txt:1:4: byte 0xe9 is not UTF-8; what", "a.txt:1:4: 字节 0xe9 不是 UTF-8；what"),
        ("warning: --seed changes nothing with it", "警告：--seed 不起作用（with it）"),
        (
            "w2v-train: 2 is not a finite number; try 'nlptool w2v-train --help'",
            "w2v-train: 2 不是有限的数；参见 nlptool w2v-train --help",
        ),
        ("nobody has translated this: nor this", "nobody has translated this: nor this"),
    ],
)
def test_messages_are_translated_whole_or_by_their_parts(text: str, translation: str) -> None:
    assert translated(text) == translation


def test_without_a_catalogue_of_the_locale_messages_are_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "tlh")
    assert translated("Commands") == "Commands"
    assert not is_chinese()


@pytest.mark.usefixtures("chinese")
def test_the_locale_is_chinese() -> None:
    assert is_chinese()


def told(*arguments: str) -> tuple[str, str]:
    """What a run in a Chinese locale writes to stdout and to stderr."""
    done = run(*arguments, LANGUAGE="", LC_ALL="", LC_MESSAGES="", LANG="zh_CN.UTF-8")
    return done.stdout.decode(), done.stderr.decode()


def test_a_whole_run_in_chinese() -> None:
    page, _ = told("--help")
    assert page.startswith("用法：")
    assert all(f"{MESSAGES[summary]}\n" in page for summary in COMMANDS.values())
    _, missing = told("vocab", "no-such-file")
    assert missing == "nlptool: no-such-file: 没有这个文件或目录\n"
    _, wrong = told("w2v-train", "--dim", "0", "-o", "x")
    assert wrong.startswith("nlptool: w2v-train: '--dim' 的值不对：0 不在范围 1<=x<=4096 之内；参见 nlptool")
    _, logged = told("vocab", "--log-json", "no-such-file")
    assert "No such file" in logged
