"""`nlptool index` and `search`, as they work together."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

NOTES = "The king rode out at dawn.\nThe queen ate bread.\n\n国王爱面包\nThe king ate bread, too.\n"


@pytest.fixture
def index(nlptool: Nlptool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text(NOTES, encoding="utf-8")
    outcome = nlptool("index", "-o", "notes.index", "notes.txt")
    assert (outcome.status, "5 documents" in outcome.stderr) == (0, True)
    return "notes.index"


def test_one_query_gives_score_id_and_text(nlptool: Nlptool, index: str) -> None:
    outcome = nlptool("search", "-m", index, "king bread")
    assert outcome.status == 0
    rows = [line.split("\t") for line in outcome.stdout.splitlines()]
    assert [row[1:] for row in rows] == [
        ["notes.txt:5", "The king ate bread, too."],
        ["notes.txt:2", "The queen ate bread."],
        ["notes.txt:1", "The king rode out at dawn."],
    ]
    assert float(rows[0][0]) > float(rows[1][0]) > 0


def test_several_queries_are_told_apart_and_grep_gives_the_status(nlptool: Nlptool, index: str) -> None:
    outcome = nlptool("search", "-m", index, "-k", "1", "dawn", "nothing", "国王")
    assert outcome.status == 0
    assert [line.split("\t")[0] for line in outcome.stdout.splitlines()] == ["dawn", "国王"]
    nothing = nlptool("search", "-m", index, "nothing")
    assert (nothing.status, nothing.stdout, nothing.stderr) == (1, "", "")
    assert "has no word to look for" in nlptool("search", "-m", index, "--", "-king").stderr


def test_records_tell_where_the_words_stand(nlptool: Nlptool, index: str) -> None:
    stdin = '{"query": "面包", "n": 1}\n{"text": "queen"}\n'
    outcome = nlptool("search", "-m", index, "--format", "jsonl", stdin=stdin)
    first, second = map(json.loads, outcome.stdout.splitlines())
    [hit] = first["hits"]
    assert (first["query"], first["n"], hit["id"]) == ("面包", 1, "notes.txt:4")
    assert [hit["text"][start:end] for start, end in hit["spans"]] == ["面包"]
    assert second["hits"][0]["spans"] == [[4, 9]]


def test_documents_are_lines_paragraphs_files_or_records(
    nlptool: Nlptool, index: str, tmp_path: Path
) -> None:
    (tmp_path / "b.gz").write_bytes(gzip.compress(b"bread\n\n\nking\nof bread"))
    records = '{"id": 7, "text": "bread", "who": "me", "score": 1}\n{"text": "bread and bread"}\n'
    (tmp_path / "c.jsonl").write_text(records)
    for unit, ids in (
        ("line", ["b.gz:1", "b.gz:5", "notes.txt:2", "notes.txt:5", "c.jsonl:2", "7"]),
        ("paragraph", ["b.gz:1", "b.gz:4", "notes.txt:1", "notes.txt:4", "c.jsonl:2", "7"]),
        ("file", ["b.gz", "notes.txt", "c.jsonl", "7"]),
    ):
        assert nlptool("index", "--unit", unit, "-o", index, "notes.txt", "b.gz", "c.jsonl").status == 0
        told = nlptool("search", "-m", index, "--format", "jsonl", "bread")
        hits = {hit["id"]: hit for hit in json.loads(told.stdout)["hits"]}
        assert sorted(hits) == sorted(ids)
        assert (hits["7"]["who"], hits["7"]["text"]) == ("me", "bread")
        assert hits["7"]["score"] < 1
    assert "king of bread" not in nlptool("search", "-m", index, "bread").stdout
    assert "\tof bread\n" in nlptool("search", "-m", index, "of bread").stdout


def test_documents_of_stdin_are_numbered(nlptool: Nlptool, tmp_path: Path) -> None:
    path = str(tmp_path / "index")
    assert nlptool("index", "-o", path, stdin="a\n\nb\n").status == 0
    assert nlptool("search", "-m", path, "b").stdout.split("\t")[1] == "3"


@pytest.mark.parametrize(
    ("stdin", "told"),
    [
        ('{"id": 1, "text": "a"}\n{"id": "1", "text": "b"}\n', "<stdin>:2:1: the id '1' comes a second time"),
        ('{"id": 1.5, "text": "a"}\n', "<stdin>:1:1: `id` is neither a string nor a whole number"),
    ],
)
def test_ids_that_are_none_are_refused(stdin: str, told: str, nlptool: Nlptool, tmp_path: Path) -> None:
    path = str(tmp_path / "index")
    outcome = nlptool("index", "-o", path, "--input-format", "jsonl", stdin=stdin)
    assert outcome.status == 1
    assert told in outcome.stderr
    (tmp_path / "a").write_text("a\n")
    assert (
        "comes a second time" in nlptool("index", "-o", path, str(tmp_path / "a"), str(tmp_path / "a")).stderr
    )


def test_stop_words_are_those_of_a_file(nlptool: Nlptool, index: str, tmp_path: Path) -> None:
    (tmp_path / "stop").write_text("The\nking\n")
    assert nlptool("index", "--stopwords", "stop", "-o", index, "notes.txt").status == 0
    assert nlptool("search", "-m", index, "the king").status == 1
    assert nlptool("search", "-m", index, "bread").status == 0


def test_han_text_is_found_by_words_too(nlptool: Nlptool, index: str) -> None:
    for han, query, status in (
        ("words", "面包", 0),
        ("words", "面", 1),
        ("chars", "面", 0),
        ("bigrams", "包", 0),
    ):
        assert nlptool("index", "--han", han, "-o", index, "notes.txt").status == 0
        assert nlptool("search", "-m", index, query).status == status


def test_an_index_is_named(nlptool: Nlptool, index: str) -> None:
    outcome = nlptool("search", "king")
    assert outcome.status == 2
    assert "name a search index with -m" in outcome.stderr
    assert "did you mean -m" in nlptool("search", index, "king").stderr
    assert "needs one of kind 'search-index'" in nlptool("search", "-m", "en-vectors", "king").stderr


def test_the_same_texts_give_the_same_bytes(nlptool: Nlptool, index: str, tmp_path: Path) -> None:
    before = (tmp_path / index).read_bytes()
    assert nlptool("index", "-o", "again", "notes.txt").status == 0
    assert (tmp_path / "again").read_bytes() == before


def test_an_index_is_changed_in_place_and_compacted_to_the_bytes_of_one_build(
    nlptool: Nlptool, index: str, tmp_path: Path
) -> None:
    (tmp_path / "more.txt").write_text("bread for the king\n")
    assert nlptool("index", "--add", index, "more.txt").status == 0
    assert nlptool("search", "-m", index, "-k", "1", "bread king").stdout.split("\t")[1] == "more.txt:1"
    assert nlptool("index", "--compact", index).status == 0
    assert nlptool("index", "-o", "one", "notes.txt", "more.txt").status == 0
    assert (tmp_path / index).read_bytes() == (tmp_path / "one").read_bytes()
    assert (
        nlptool("index", "--remove", "more.txt:1", "--remove", "notes.txt:4", "-o", "less", index).status == 0
    )
    assert "国王" not in nlptool("search", "-m", "less", "国王").stdout
    assert "国王" in nlptool("search", "-m", index, "国王").stdout
    outcome = nlptool("index", "--remove", "no", index)
    assert (outcome.status, "no document has the id 'no'" in outcome.stderr) == (1, True)


def test_what_comes_from_stdin_is_numbered_on_and_an_id_is_there_once(
    nlptool: Nlptool, tmp_path: Path
) -> None:
    path = str(tmp_path / "index")
    assert nlptool("index", "-o", path, stdin="a one\nb\n").status == 0
    assert nlptool("index", "--add", path, stdin="a two\n").status == 0
    assert nlptool("search", "-m", path, "two").stdout.split("\t")[1] == "3"
    assert (
        nlptool("index", "--add", path, "--input-format", "jsonl", stdin='{"id": 1, "text": "new"}').status
        == 0
    )
    assert nlptool("search", "-m", path, "one").status == 1
    assert nlptool("search", "-m", path, "new").stdout.split("\t")[1] == "1"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--add", "notes.index", "--drop-marks", "notes.txt"), "--drop-marks is of a new index"),
        (("--compact",), "name the one index to change"),
        (("--remove", "1", "a", "b"), "name the one index to change"),
        (("notes.txt",), "-o"),
    ],
)
@pytest.mark.usefixtures("index")
def test_what_does_not_go_together_is_usage(words: tuple[str, ...], told: str, nlptool: Nlptool) -> None:
    outcome = nlptool("index", *words)
    assert outcome.status == 2
    assert told in outcome.stderr


def test_the_help_tells_of_no_option_that_is_not_there(nlptool: Nlptool) -> None:
    told = nlptool("index", "--help").stdout
    assert "[required]" not in told
    assert "index that is changed" in " ".join(told.split())
    for command in ("index", "ngram-train"):
        assert "--dry-run" not in nlptool(command, "--help").stdout


def test_a_search_is_judged(nlptool: Nlptool, index: str, tmp_path: Path) -> None:
    (tmp_path / "queries.tsv").write_text("q1\tking rode\nq2\tbread\nq3\tnobody judged\n")
    (tmp_path / "qrels").write_text("q1 0 notes.txt:1 2\nq2 0 notes.txt:5 1\nq9 0 x 1\n")
    judge = ("search-eval", "-m", index, "--qrels", "qrels", "--queries")
    outcome = nlptool(*judge, "queries.tsv")
    report = json.loads(outcome.stdout)
    assert (report["queries"], report["documents"], report["recall_100"]) == (2, 5, 1)
    assert report["mrr_10"] == 0.75
    assert "1 judged query has no text; 'q9' for one" in outcome.stderr
    (tmp_path / "more").write_text("q1 0 notes.txt:1 2\nq8 0 x 1\nq9 0 x 1\n")
    told = nlptool("search-eval", "-m", index, "--qrels", "more", "--queries", "queries.tsv").stderr
    assert "2 judged queries have no text; 'q8' for one" in told
    (tmp_path / "queries.jsonl").write_text(
        '{"_id": "q1", "text": "king rode"}\n{"_id": "q2", "text": "bread"}\n'
    )
    (tmp_path / "qrels").write_text("query-id\tcorpus-id\tscore\nq1\tnotes.txt:1\t2\nq2\tnotes.txt:5\t1\n")
    assert json.loads(nlptool(*judge, "queries.jsonl").stdout) == report


@pytest.mark.parametrize(
    ("queries", "qrels", "told"),
    [
        ("q1 king\n", "q1 0 a 1\n", "queries:1:1: expected id<TAB>text"),
        ("q1\ta\nq1\tb\n", "q1 0 a 1\n", "queries:2:1: the query 'q1' comes a second time"),
        ("q1\ta\n", "q1 0 a\nx 0 a b\n", "qrels:2:1: the grade 'b' is not a whole number"),
        ("q1\ta\n", "q1 a\n", "qrels:1:1: expected query, 0, document, grade"),
        ("q1\ta\n", "q2 0 a 1\n", "none of the queries has a judgement"),
    ],
)
def test_judgements_that_are_none_are_told(
    queries: str, qrels: str, told: str, nlptool: Nlptool, index: str, tmp_path: Path
) -> None:
    (tmp_path / "queries").write_text(queries)
    (tmp_path / "qrels").write_text(qrels)
    outcome = nlptool("search-eval", "-m", index, "--queries", "queries", "--qrels", "qrels")
    assert outcome.status == 1
    assert told in outcome.stderr


def test_the_lines_around_are_shown_as_grep_shows_them(nlptool: Nlptool, index: str, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("king of b\n")
    assert nlptool("index", "-o", index, "notes.txt", "b.txt").status == 0
    found = nlptool("search", "-m", index, "-k", "2", "--context", "1", "king b").stdout.splitlines()
    assert [line.split("\t")[1:2] for line in found][:2] == [["b.txt:1"], []]
    assert [line.split("\t")[1] for line in found[2:]] == ["notes.txt:1", "notes.txt:2"]
    assert [bool(line.split("\t")[0]) for line in found[2:]] == [True, False]
    told = nlptool("search", "-m", index, "--context", "1", "--format", "jsonl", "queen")
    [hit] = json.loads(told.stdout)["hits"]
    assert [one["id"] for one in hit["before"] + hit["after"]] == ["notes.txt:1", "notes.txt:3"]
    assert nlptool("index", "--unit", "file", "-o", index, "notes.txt").status == 0
    found = nlptool("search", "-m", index, "--context", "1", "queen").stdout.splitlines()
    assert [line.split("\t")[2] for line in found] == NOTES.splitlines()[:3]


def test_an_answer_is_one_sentence_with_its_place(nlptool: Nlptool, index: str, tmp_path: Path) -> None:
    text = "Nobody came. The king rode out at dawn! He ate bread and rode on and on. 国王吃面包。我爱水。"
    (tmp_path / "a.txt").write_text(text)
    assert nlptool("index", "--unit", "file", "-o", index, "a.txt").status == 0
    outcome = nlptool("search", "-m", index, "--answer", "when did the king ride out")
    assert outcome.stdout.split("\t")[1:] == ["a.txt", "The king rode out at dawn!\n"]
    [hit] = json.loads(nlptool("search", "-m", index, "--answer", "--format", "jsonl", "水").stdout)["hits"]
    assert text[hit["start"] : hit["end"]] == hit["text"] == "我爱水。"
    assert nlptool("search", "-m", index, "--answer", "zebra").status == 1
    assert nlptool("search", "-m", index, "--answer", "--context", "1", "a").status == 2


def test_misspelt_words_are_found_where_that_is_asked_for(nlptool: Nlptool, index: str) -> None:
    for query in ("quen", '"the quen"', "+quen"):
        assert nlptool("search", "-m", index, query).status == 1
        assert "notes.txt:2" in nlptool("search", "-m", index, "--fuzzy", query).stdout
    assert nlptool("search", "-m", index, "--fuzzy", "zzzzzzz").status == 1


def test_word_vectors_find_more_and_rank_anew(nlptool: Nlptool, index: str) -> None:
    assert nlptool("search", "-m", index, "prince").status == 1
    found = nlptool("search", "-m", index, "--expand", "5", "prince", "xyzzy").stdout
    assert "king" in found

    def rows(*words: str) -> list[list[str]]:
        return [line.split("\t") for line in nlptool("search", "-m", index, *words).stdout.splitlines()]

    plain, again = rows("queen dawn"), rows("--rerank", "queen dawn")
    assert [row[1] for row in plain] == ["notes.txt:2", "notes.txt:1"]
    assert [row[1] for row in again] == ["notes.txt:1", "notes.txt:2"]
    assert all(float(row[0]) <= 1 for row in again)
    assert nlptool("search", "-m", index, "--rerank", "nothing").status == 1
    assert "changes nothing" in nlptool("search", "-m", index, "--vectors", "en-vectors", "king").stderr


def test_documents_are_near_by_their_vectors(nlptool: Nlptool, index: str) -> None:
    outcome = nlptool("similar", "--lines", "-m", index, "-k", "2", "a queen eats")
    assert [line.split("\t")[1] for line in outcome.stdout.splitlines()] == ["notes.txt:2", "notes.txt:5"]
    told = nlptool("similar", "--lines", "-m", index, "--format", "jsonl", stdin="morning\nzzzzqq\n")
    first, second = map(json.loads, told.stdout.splitlines())
    assert first["hits"][0]["id"] == "notes.txt:1"
    assert (second["hits"], told.status) == ([], 1)
    assert "no word of 'zzzzqq' has a vector" in told.stderr
    assert nlptool("similar", "--lines", "king").status == 2
    assert nlptool("index", "-o", "empty.index", stdin="").status == 0
    told = nlptool("similar", "--lines", "-m", "empty.index", "king")
    assert (told.status, told.stderr) == (1, "nlptool: no document has a vector\n")
    assert "--vectors changes nothing" in nlptool("similar", "--vectors", "en-vectors", "king").stderr


def test_documents_are_drawn(nlptool: Nlptool, index: str) -> None:
    outcome = nlptool("plot", "--lines", "-m", index)
    assert outcome.status == 0
    assert "The king rode out …" in outcome.stdout
    named = nlptool("plot", "--lines", "-m", index, "notes.txt:1", "notes.txt:2", "notes.txt:5", "no")
    assert "no document with a vector has the id 'no'" in named.stderr
    assert "The queen ate bread." in named.stdout
    assert (
        nlptool("plot", "--lines").status == nlptool("plot", "--lines", "--losses", "-m", index).status == 2
    )
    assert nlptool("index", "--unit", "file", "-o", index, "notes.txt").status == 0
    assert "at least 3" in nlptool("plot", "--lines", "-m", index, "--words", "3").stderr
