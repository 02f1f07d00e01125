"""`nlptool keywords`: what each text is about."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

TEXT = "The king saw the old king.\nThe queen saw a fox!\n\n"


def test_a_line_has_the_words_that_others_lack(nlptool: Nlptool) -> None:
    rows = [line.split("\t") for line in nlptool("keywords", stdin=TEXT).stdout.split("\n")]
    assert [row[::2] for row in rows[:2]] == [["king", "old", "saw"], ["fox", "queen", "saw"]]
    assert float(rows[0][1]) == pytest.approx(2 / 7 * math.log(3), abs=1e-4)
    assert rows[2:] == [[""], [""]]
    assert nlptool("keywords", "-k", "1", stdin=TEXT).stdout.split("\n")[0].count("\t") == 1


def test_units_are_texts_and_one_alone_wants_other_means(nlptool: Nlptool, tmp_path: Path) -> None:
    alone = nlptool("keywords", "--unit", "file", stdin=TEXT)
    told = "one text alone has nothing to tell its words from; give --vocab FILE, or --method textrank"
    assert alone == (1, "", f"nlptool: {told}\n")
    assert nlptool("keywords", stdin="") == (0, "", "")
    ranked = nlptool("keywords", "--unit", "file", "--method", "textrank", stdin=TEXT).stdout
    assert ranked.split("\t")[0] in {"king", "saw"}
    path = tmp_path / "words.tsv"
    path.write_text("saw\t900\nking\t9\n")
    found = nlptool("keywords", "--unit", "paragraph", "--vocab", str(path), stdin=TEXT).stdout.split("\t")
    assert found[::2] == ["king", "fox", "old", "queen", "saw"]
    refused = nlptool("keywords", "--vocab", str(path), "--method", "textrank", stdin=TEXT)
    assert (refused.status, "--vocab is of --method tfidf" in refused.stderr) == (2, True)


@pytest.mark.parametrize("counts", ["", "fox\nking\n"])
def test_a_vocabulary_without_counts_is_refused(counts: str, nlptool: Nlptool, tmp_path: Path) -> None:
    vocab = tmp_path / "vocab"
    vocab.write_text(counts)
    outcome = nlptool("keywords", "--vocab", str(vocab), stdin="the fox\n")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr == f"nlptool: {vocab}: it counts no words; nlptool vocab writes such a file\n"


def test_records_keep_their_fields_and_may_have_tokens(nlptool: Nlptool) -> None:
    records = '{"id":1,"tokens":["King","rode"]}\n{"text":"a king\u2028ate"}\n'
    result = nlptool("keywords", "--format", "jsonl", stdin=records).stdout
    first, second = (json.loads(line) for line in result.removesuffix("\n").split("\n"))
    assert first["keywords"] == [{"word": "rode", "weight": round(math.log(2) / 2, 6)}]
    assert (first["id"], first["text"], second["text"]) == (1, "King rode", "a king\u2028ate")


def test_words_of_chinese_are_found_by_the_segmenter(nlptool: Nlptool) -> None:
    text = "上海是中国最大的城市之一。\n北京是中国的首都。\n"
    first, second = nlptool("keywords", stdin=text).stdout.splitlines()
    assert {"上海", "城市"} <= set(first.split("\t"))
    assert "中国" not in second.split("\t")
