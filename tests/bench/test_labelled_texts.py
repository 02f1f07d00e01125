from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import labelled_texts, texts
from .harness import Skipped

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(texts, "DATA", tmp_path / "data")
    return tmp_path / "data"


def test_what_is_absent_is_told_and_skipped(data: Path) -> None:
    with pytest.raises(Skipped, match=r"shared/data/zh/sxu/train\.txt is not here"):
        labelled_texts.sxu()


def test_the_last_tenth_of_the_sentences_is_for_judging(data: Path, tmp_path: Path) -> None:
    (data / "en/wikigold").mkdir(parents=True)
    sentences = "".join(f"word{number} O\n\n" for number in range(11))
    (data / "en/wikigold/wikigold.conll.txt").write_text(sentences)
    train, test, _ = labelled_texts.wikigold(tmp_path)
    assert train.read_text().splitlines()[-1] == "word8 O"
    assert test.read_text() == "word9 O\n\nword10 O\n"


def test_questions_have_their_coarse_class(data: Path, tmp_path: Path) -> None:
    (data / "en/trec").mkdir(parents=True)
    for name in ("train_5500", "TREC_10"):
        (data / f"en/trec/{name}.label").write_text("HUM:desc Who was Café ?\n", encoding="latin-1")
    parts = labelled_texts.trec(tmp_path)
    assert parts.valid is None
    assert parts.train.read_text(encoding="utf-8") == "__label__HUM Who was Café ?\n"


def test_reviews_have_a_part_to_choose_settings_by(data: Path, tmp_path: Path) -> None:
    (data / "en/sst2").mkdir(parents=True)
    for part in ("train", "dev", "test"):
        (data / f"en/sst2/stsa.binary.{part}").write_text(f"1 a {part}\n")
    train, test, valid = labelled_texts.sst2(tmp_path)
    assert (train.read_text(), test.read_text()) == ("__label__1 a train\n", "__label__1 a test\n")
    assert valid is not None
    assert valid.read_text() == "__label__1 a dev\n"


def test_made_texts_alternate_and_none_is_learnt_and_judged(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "en").mkdir(parents=True)
    (data / "en/mix100m.txt").write_text("x" + "".join(f" {number}" for number in range(100_000)))
    for name, value in (("_NEWS", 0), ("_REVIEWS", 300_000), ("MADE_BYTES", 4000), ("MADE_TEST_BYTES", 999)):
        monkeypatch.setattr(labelled_texts, name, value)
    train, test, _ = labelled_texts.made(tmp_path)
    learnt, judged = ([line.split() for line in path.read_text().splitlines()] for path in (train, test))
    assert train.stat().st_size > 3500
    assert {line[0] for line in learnt[::2]} == {"__label__news"}
    assert {line[0] for line in learnt[1::2]} == {"__label__reviews"}
    assert {len(line) for line in learnt + judged} == {21}
    assert not {word for line in learnt for word in line[1:]} & {word for line in judged for word in line[1:]}
