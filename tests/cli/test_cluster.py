"""`nlptool cluster`: words of the vectors, of a list, and lines of text."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.cli.forking import run
from tests.cli.word_model import write_words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool, Outcome

# Two groups, of three and of two.
WORDS = {"king": (5, 0.1), "queen": (4, 0), "prince": (9, -0.1), "New York": (0, 2), "paris": (0.1, 3)}
ALL = "king\t0\nqueen\t0\nprince\t0\nNew York\t1\nparis\t1\n"


@pytest.fixture
def model(tmp_path: Path) -> str:
    return write_words(tmp_path / "words.model", WORDS)


@pytest.fixture
def cluster(nlptool: Nlptool, model: str) -> Nlptool:
    def run(*arguments: str, stdin: str = "") -> Outcome:
        return nlptool("cluster", "-m", model, "-k", "2", *arguments, stdin=stdin)

    return run


def test_without_input_all_words_of_the_vectors(cluster: Nlptool) -> None:
    assert cluster() == (0, ALL, "")
    assert cluster("--format", "tsv") == (0, ALL, "")
    limited = cluster("--limit", "2").stdout.splitlines()
    assert [line.split("\t")[0] for line in limited] == ["king", "queen"]


def test_an_empty_list_is_no_model_and_has_no_words(cluster: Nlptool, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    for ending in ([], ["--nearest", "2"]):
        assert cluster("-k", "2", *ending, str(tmp_path / "empty")) == (0, "", "")


def test_at_a_terminal_nothing_is_waited_for(model: str) -> None:
    leader, terminal = os.openpty()
    result = run("cluster", "-m", model, "-k", "2", stdin=terminal)
    os.close(terminal)
    os.close(leader)
    assert (result.returncode, result.stdout.decode(), result.stderr) == (0, ALL, b"")


def test_words_of_a_list(cluster: Nlptool, tmp_path: Path) -> None:
    listed = "paris\nNew York\nnowhere\nking queen\n"
    result = cluster(stdin=listed)
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [word for word, _ in rows] == ["paris", "New York", "nowhere", "king", "queen"]
    assert [int(number) for _, number in rows] == [0, 0, -1, 1, 1]
    assert result.status == 0
    assert result.stderr == ("nlptool: warning: 1 of 5 words has no vector; the first is 'nowhere'\n")
    (tmp_path / "vocab.tsv").write_text("paris\t7\nNew York\t5\nnowhere\t4\nking\t3\nqueen\t3\n")
    assert cluster("-q", str(tmp_path / "vocab.tsv")).stdout == result.stdout


def test_jsonl_keeps_fields_and_tells_how_near(cluster: Nlptool) -> None:
    records = '{"word":"king","id":1}\n{"word":"nowhere"}\n{"word":"paris"}\n{"word":"king","id":2}\n'
    result = cluster("-q", "--format", "jsonl", stdin=records)
    first, unknown, other, again = map(json.loads, result.stdout.splitlines())
    assert unknown == {"word": "nowhere", "cluster": None, "score": None}
    assert first == {"word": "king", "id": 1, "cluster": first["cluster"], "score": 1.0}
    assert again == {**first, "id": 2}
    assert {first["cluster"], other["cluster"]} == {0, 1}


def test_the_words_nearest_to_each_centre(cluster: Nlptool) -> None:
    assert cluster("--nearest", "2") == (0, "0\t3\tqueen prince\n1\t2\tNew York paris\n", "")
    result = cluster("--nearest", "1", "--format", "jsonl")
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["size"], [one["word"] for one in first["words"]]) == (3, ["queen"])
    assert second["words"][0]["score"] > 0.99


def test_near_means_by_direction_or_by_distance(nlptool: Nlptool, tmp_path: Path) -> None:
    """Of b and c the one points where a does, the other is as short."""
    model = write_words(tmp_path / "m", {"a": (1, 0), "b": (99, 0), "c": (1, 2)})
    options = ("cluster", "-m", model, "-k", "2", "--format", "jsonl")
    by_metric = [
        {one["word"]: one for one in map(json.loads, nlptool(*options, *metric).stdout.splitlines())}
        for metric in ((), ("--metric", "euclidean"))
    ]
    cosine, euclidean = ({word: one["cluster"] for word, one in found.items()} for found in by_metric)
    assert cosine == {"a": 0, "b": 0, "c": 1}
    assert euclidean == {"a": 0, "b": 1, "c": 0}
    assert [one["score"] for one in by_metric[1].values()] == pytest.approx([1, 0, 1])


def test_lines(cluster: Nlptool, tmp_path: Path) -> None:
    lines = ["a king and a queen", "", "to Paris", "The prince.", "zzz", "king\tqueen"]
    text = "".join(f"{line}\n" for line in lines)
    result = cluster("--lines", "--remove-common", "0", stdin=text)
    expected = [0, -1, 1, 0, -1, 0]
    rows = [line.rsplit("\t", 1) for line in result.stdout.splitlines()]
    assert rows == [[line.replace("\t", " "), str(n)] for line, n in zip(lines, expected, strict=True)]
    assert result.stderr.count("\n") == 1
    assert "1 of 6 lines has no word with a vector" in result.stderr
    (tmp_path / "lines.txt").write_text(text)
    again = cluster("-q", "--lines", "--remove-common", "0", str(tmp_path / "lines.txt"))
    assert again == (0, result.stdout, "")
    near = cluster("-q", "--lines", "--remove-common", "0", "--nearest", "2", stdin=text)
    assert near.stdout == "0\t3\tking queen\n1\t1\tparis\n"


def test_lines_of_segmented_chinese_are_of_its_words(nlptool: Nlptool, tmp_path: Path) -> None:
    words = {"上海": (5, 0.1), "中国": (4, 0), "城市": (0, 2), "上": (0, 9), "国": (0, 9)}
    options = ("-m", write_words(tmp_path / "han.model", words), "-k", "2", "--lines", "--remove-common", "0")
    segmented = nlptool("tokenize", "--han", "words", stdin="上海\n上海中国\n城市\n").stdout
    result = nlptool("cluster", *options, stdin=segmented)
    assert result == (0, "上海\t0\n上海 中国\t0\n城市\t1\n", "")


def test_lines_of_jsonl_keep_their_fields(cluster: Nlptool) -> None:
    records = '{"text":"the king","id":1}\n{"tokens":["paris"]}\n'
    result = cluster("--lines", "--remove-common", "0", "--format", "jsonl", stdin=records)
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["text"], first["id"], second["text"]) == ("the king", 1, "paris")
    assert {first["cluster"], second["cluster"]} == {0, 1}


def test_fewer_different_vectors_than_clusters_are_told(nlptool: Nlptool, model: str) -> None:
    result = nlptool("cluster", "-m", model, "--lines", stdin="king\nking\nparis\n")
    assert sorted(line.split("\t")[1] for line in result.stdout.splitlines()) == ["0", "0", "1"]
    told = "2 clusters instead of 20: 2 different vectors cannot make more"
    assert result.stderr == f"nlptool: warning: {told}\n"
    assert nlptool("cluster", "-m", model, "--lines") == (0, "", "")
    assert nlptool("cluster", "-m", model, "--lines", "--nearest", "2", stdin="zzz\n").stdout == ""


def test_the_same_seed_gives_the_same_bytes(nlptool: Nlptool) -> None:
    found = [nlptool("cluster", "-k", "9", "--limit", "3000", "--seed", seed).stdout for seed in "112"]
    assert found[0] == found[1]
    assert found[0] != found[2]
