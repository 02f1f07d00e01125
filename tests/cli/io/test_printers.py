"""Every kind of record in every format that it has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cli.commands import COMMANDS
from cli.io import printers
from cli.io.printers import JSONL, TEXT, TSV, Form
from nlp.errors import InputError
from tests.cli.running import SAMPLES

if TYPE_CHECKING:
    from tests.cli.conftest import Arguments
    from tests.cli.inside import Nlptool

_FOUND = [{"word": "b", "score": -0.00001}, {"word": "c", "score": 0.123456}]
_HIT = {"id": "a:1", "score": 1.5, "text": "c\na\tb", "spans": [[2, 3]]}
_HITS = {"query": "a\tb", "hits": [_HIT]}
_GAPS = [{"candidates": [{"text": "x y", "probability": 0.5}]}, {"candidates": []}]
_SCORE = {"tokens": 2, "unknown": 0, "logprob": None, "perplexity": None}
_LOST = "[1,2]"

CASES: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "KEYWORDS": (
        {"text": "x", "keywords": [{"word": "a", "weight": 0.5}, {"word": "b", "weight": 0.25}]},
        "a\t0.5000\tb\t0.2500\n",
        "a\t0.5000\tb\t0.2500\n",
    ),
    "SUMMARY": (
        {"text": "A\nb. C.", "summary": [{"text": "A\nb.", "start": 0, "end": 4, "score": 0.5}]},
        "A b.\n\n",
        None,
    ),
    "TEXTS": ({"text": "a\tb\nc", "id": 1}, "a\tb c\n", None),
    "GROUPED": ({"text": "a b", "group": 3}, "3\ta b\n", "3\ta b\n"),
    "TOKENS": ({"text": "ab", "tokens": ["a", "b"], "spans": [[0, 1], [1, 2]]}, "a b\n", None),
    "COUNTS": ({"token": "a", "count": 3}, "a\t3\n", "a\t3\n"),
    "SPARSE": ({"token": "a", "index": None, "size": 2}, "a\t-1\t2\n", "a\t-1\t2\n"),
    "NEIGHBOURS": ({"word": "a", "neighbours": _FOUND}, "b\t0.0000\nc\t0.1235\n", "b\t0.0000\nc\t0.1235\n"),
    "OF_QUERIES": (
        {"word": "a", "neighbours": _FOUND[1:]},
        "a\tc\t0.1235\n",
        "a\tc\t0.1235\n",
    ),
    "CLUSTERED_WORDS": ({"word": "a b", "cluster": 3, "score": 0.5}, "a b\t3\n", "a b\t3\n"),
    "CLUSTERED_LINES": ({"text": "a\tb", "cluster": None, "score": None}, "a b\t-1\n", "a b\t-1\n"),
    "CLUSTERS": ({"cluster": 0, "size": 2, "words": _FOUND}, "0\t2\tb c\n", "0\t2\tb c\n"),
    "COSINE": ({"pair": ["a", "b"], "score": -0.00001}, "0.0000\n", "0.0000\n"),
    "OF_PAIRS": ({"pair": ["a", "b c"], "score": 0.5}, "a\tb c\t0.5000\n", "a\tb c\t0.5000\n"),
    "HITS": (_HITS, "1.5000\ta:1\ta b\n", "1.5000\ta:1\ta b\n"),
    "HITS_OF_QUERIES": (_HITS, "a b\t1.5000\ta:1\ta b\n", "a b\t1.5000\ta:1\ta b\n"),
    "WORD_VECTORS": ({"word": "a b", "vector": [0, -0.5]}, "a b\t0 -0.5\n", "a b\t0\t-0.5\n"),
    "LINE_VECTORS": ({"text": "a\tb", "vector": [1, 1e-9]}, "a b\t1 1e-09\n", "a b\t1\t1e-09\n"),
    "GAPS": ({"text": "___", "gaps": _GAPS}, "1\tx y\t0.5000\n", "1\tx y\t0.5000\n"),
    "LABELS": (
        {"text": "x", "labels": ["a\tb", "c"], "scores": [0.75, 1e-9]},
        "a b\t0.7500\tc\t0.0000\n",
        "a b\t0.7500\tc\t0.0000\n",
    ),
    "TRANSLATIONS": (
        {"text": "x", "target": "a\tb\nc", "logprob": -1.0},
        "a\tb c\n",
        None,
    ),
    "SCORES": ({"text": "a b", **_SCORE}, _LOST, "a b\t2\t0\t\t\n"),
    "SURPRISALS": (
        {"pieces": ["a", "\n"], "surprisals": [0.5, None], "known": [True, False]},
        _LOST,
        "a\t0.5\ttrue\n\\n\t\tfalse\n",
    ),
    "BUNDLED_TEXTS": ({"name": "a", "bytes": 1, "description": "b c"}, "a\t1\tb c\n", "a\t1\tb c\n"),
    "PARAGRAPHS": ({"text": "b c", "source": "a"}, "a\tb c\n", "a\tb c\n"),
    "ESTIMATE": ({"words": 1, "seconds": 0.5}, "words\t1\nseconds\t0.5\n", "words\t1\nseconds\t0.5\n"),
    "ENTITIES": (
        {"entities": [{"start": 0, "end": 2, "label": "PER", "text": "Li"}]},
        "PER\tLi\t0\t2\n\n",
        None,
    ),
    "LECTURE_TOPICS": ({"topic": "gru", "title": "GRU"}, "gru\tGRU\n", "gru\tGRU\n"),
    "LECTURE_STEPS": (
        {
            "title": "GRU",
            "about": "b",
            "step": 2,
            "told": "c",
            "equation": "d",
            "values": {"z": [1]},
            "shapes": {"z": [1]},
            "code": "e",
        },
        f"2. c\n   d{' ' * 68}e\n\n   z (1)  1\n\n",
        None,
    ),
    "FINDINGS": (
        {"name": "cores", "value": "2 cores", "advice": None},
        "cores\t2 cores\n",
        "cores\t2 cores\n",
    ),
    "SCRIPT": ({"shell": "zsh", "script": "a b\n"}, "a b\n", None),
    "REPORT": ({"a": [1], "é": None}, '{\n  "a": [\n    1\n  ],\n  "é": null\n}\n', None),
    "RECORDS": ({"a": 1}, _LOST, None),
}


def test_every_form_has_a_case() -> None:
    forms = {name for name, value in vars(printers).items() if isinstance(value, Form)}
    assert forms == {*CASES, "ONE_HOT"}


@pytest.mark.parametrize("name", CASES)
def test_a_record_in_each_format(name: str) -> None:
    record, text, tsv = CASES[name]
    form: Form = getattr(printers, name)
    jsonl = form.printer(JSONL)(record)
    assert json.loads(jsonl) == record
    assert jsonl.count("\n") == 1
    assert form.printer(TEXT)(record) == (jsonl if text is _LOST else text)
    assert form.formats == ((TEXT, JSONL) if tsv is None else (TEXT, JSONL, TSV))
    if tsv is not None:
        assert form.printer(TSV)(record) == tsv


def test_a_one_hot_vector_comes_as_digits() -> None:
    record = {"source": "x", "token": "a", "id": 1, "vector": "0 1 0"}
    form = printers.ONE_HOT
    assert form.printer(TEXT)(record) == form.printer(TSV)(record) == "a\t0 1 0\n"
    assert form.printer(JSONL)(record) == '{"source":"x","token":"a","id":1,"vector":[0,1,0]}\n'


@pytest.mark.parametrize("name", ["COSINE", "OF_PAIRS", "WORD_VECTORS", "LINE_VECTORS"])
def test_a_question_without_an_answer_is_a_record_and_no_row(name: str) -> None:
    form: Form = getattr(printers, name)
    record = {"word": "x", "error": "none"}
    assert json.loads(form.printer(JSONL)(record)) == record
    assert form.printer(TEXT)(record) == form.printer(TSV)(record) == ""


@pytest.mark.parametrize("token", ["a\tb", "a\nb"])
def test_what_does_not_fit_a_column_is_refused_with_its_remedy(token: str) -> None:
    write = printers.COUNTS.printer(TSV)
    with pytest.raises(InputError, match="does not fit a column of TSV; write --format jsonl"):
        write({"token": token, "count": 1})


@pytest.mark.parametrize("token", ["", "a\nb"])
def test_a_token_that_no_line_holds_is_refused(token: str) -> None:
    write = printers.COUNTS.printer(TEXT)
    with pytest.raises(InputError, match="does not fit a line of text; write --format jsonl"):
        write({"token": token, "count": 1})


WITHOUT_RECORDS = {"export", "plot"}


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - WITHOUT_RECORDS))
def test_every_command_that_writes_records_takes_format(name: str, nlptool: Nlptool) -> None:
    shown = " ".join(nlptool(name, "--help").stdout.split())
    assert "--format [text|jsonl" in shown


@pytest.mark.parametrize(
    "name", ["vocab", "onehot", "similar", "analogy", "vectors", "cluster", "score", "fill"]
)
def test_tsv_has_as_many_fields_on_each_line(name: str, arguments: Arguments, nlptool: Nlptool) -> None:
    outcome = nlptool(*arguments(name), "--format", "tsv", stdin=SAMPLES[name].stdin)
    assert outcome.status == 0, outcome.stderr
    assert len({line.count("\t") for line in outcome.stdout.splitlines()}) == 1
    if name not in {"score", "vectors"}:
        assert outcome.stdout == nlptool(*arguments(name), stdin=SAMPLES[name].stdin).stdout


@pytest.mark.parametrize("name", ["info", "w2v-eval"])
def test_a_report_is_one_line_of_jsonl(name: str, arguments: Arguments, nlptool: Nlptool) -> None:
    indented, line = (
        nlptool(*arguments(name), "--format", form, stdin=SAMPLES[name].stdin).stdout
        for form in (TEXT, JSONL)
    )
    assert line.count("\n") == 1
    assert json.loads(line) == json.loads(indented)


def test_gradients_are_the_same_records_in_both_formats(nlptool: Nlptool) -> None:
    options = ("gradients", "--hidden", "4", "--lags", "2")
    plain = nlptool(*options).stdout
    assert plain == nlptool(*options, "--format", "jsonl").stdout
    assert "norm" in json.loads(plain.splitlines()[0])
