"""JSONL records: what is written comes back; what is no record is told with its column."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import InputError
from nlp.text.records import MAX_DEPTH, format_record, parse_record

characters = st.characters(exclude_categories=["Cs"])
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    scalars | st.text(characters),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(characters), inner, max_size=3),
    max_leaves=8,
)
records = st.dictionaries(st.text(characters), values, max_size=4)

REFUSED = {
    "not JSON": ('{"text": }', 10, "not a JSON record"),
    "empty": ("", 1, "not a JSON record"),
    "cut short": ('{"a": "b', 7, "not a JSON record"),
    "two objects": ('{"a": 1} {}', 10, "not a JSON record"),
    "an array": (" [1]", 2, "expected a JSON object, found an array; write its objects one a line, as jq"),
    "a string": ('"a"', 1, "found a string"),
    "a number": ("  1", 3, "found a number"),
    "null": ("null", 1, "found null"),
    "true": ("true", 1, "found a boolean"),
    "a key twice": ('{"a": 1, "é": 2, "é": 3}', 18, "duplicate key 'é'"),
    "a key twice, inside": ('{"x": [{"a": 1, "a": 1}]}', 17, "duplicate key 'a'"),
    "a key twice, once more inside": ('{"x": {"a": 1}, "a": 2, "a": 3}', 25, "duplicate key 'a'"),
    "a key twice, and in a string": (r'{"t": "\"t\": ", "t": 5}', 18, "duplicate key 't'"),
    "a key twice, once as a value": ('{"a": "b", "b": 1, "b" \t: 2}', 20, "duplicate key 'b'"),
    "a key twice, once escaped": (r'{"a": 1, "\u0061": 2}', 10, "duplicate key 'a'"),
    "two keys twice": ('{"a": 1, "a": {"b": 1, "b": 2}}', 10, "duplicate key 'a'"),
    "NaN": ('{"NaN": NaN}', 9, "NaN is not JSON"),
    "-Infinity": ('{"a": -Infinity}', 7, "-Infinity is not JSON"),
    "beyond a double": ('{"1e999": 1e999}', 11, "a number out of range"),
    "5000 digits": ('{"a": ' + "9" * 5000 + "}", 7, "a number out of range (5000 characters)"),
    "a lone surrogate": (r'{"a": "\ud800"}', 8, "a lone surrogate"),
    "a lone low surrogate": (r'{"a": "\uDC00"}', 8, "a lone surrogate"),
    "one behind a pair": (r'{"a": "\ud83d\ude00\ud83d"}', 20, "a lone surrogate"),
    "one behind a backslash": (r'{"a": "\\ud800 \udfff"}', 16, "a lone surrogate"),
    "one in a key": (r'{"\ud800": 1}', 3, "a lone surrogate"),
    "a control character": ('{"a": "\x01"}', 8, "not a JSON record"),
    "depth 100,000": ('{"a":' * 100_000, MAX_DEPTH * 5 + 1, "nested deeper than 200"),
    "depth of both brackets": ('{"a":[' * 101, 100 * 6 + 1, "nested deeper than 200"),
    "depth behind brackets in strings": (
        '{"[[": "' + "[" * 300 + '\\"]", "a": ' + "[" * 300,
        len('{"[[": "') + 300 + len('\\"]", "a": ') + 200,
        "nested deeper than 200",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_its_column(name: str) -> None:
    line, column, message = REFUSED[name]
    with pytest.raises(InputError) as caught:
        parse_record(line, "x.jsonl", 3)
    assert (caught.value.path, caught.value.line, caught.value.column) == ("x.jsonl", 3, column)
    assert message in caught.value.message
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("line", ["To be", "", ' {"text": }', '{"text": 1} {'])
def test_who_gives_plain_text_is_told_how(line: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_record(line)
    assert caught.value.message.endswith("one object a line, or input_format text if this is plain text")


@settings(max_examples=200)
@given(record=records)
def test_what_is_written_comes_back(record: dict[str, Any]) -> None:
    line = format_record(record)
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert parse_record(line) == record
    assert parse_record(json.dumps(record)) == record


@settings(max_examples=300)
@given(line=st.text(st.sampled_from('{}[]":,\\u d8a01eNaN-.\u2028é'), max_size=30))
def test_any_line_is_a_record_or_an_error_in_place(line: str) -> None:
    try:
        record = parse_record(line)
    except InputError as error:
        assert 1 <= (error.column or 0) <= len(line) + 1  # noqa: PT017  either outcome is fine
    else:
        assert json.loads(line) == record


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r'{"a":"\ud83d\ude00"}', {"a": "😀"}),
        (r'{"a":"\\ud800"}', {"a": r"\ud800"}),
        ('{"a":"' + "[" * 500 + '"}', {"a": "[" * 500}),
        ('{"a":' + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "}", None),
        ('{"a":[' + "[]," * 500 + "[]]}", {"a": [[]] * 501}),
        (' {"a":1}\r', {"a": 1}),
        ('{"a":' + "9" * 400 + "}", {"a": int("9" * 400)}),
    ],
    ids=["a pair", "a backslash", "brackets in a string", "deep enough", "wide", "white space", "400 digits"],
)
def test_unusual_but_right(line: str, expected: dict[str, Any] | None) -> None:
    record = parse_record(line)
    assert record == (expected or record)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_no_nan_is_written(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        format_record({"a": value})


@pytest.mark.parametrize("unit", ['\\"', "\\", '"', '["'])
def test_hostile_quotes_take_linear_time(unit: str) -> None:
    """Quadratic would be minutes here."""
    line = "[" * (MAX_DEPTH + 1) + '"' + unit * 100_000
    before = time.process_time()
    with pytest.raises(InputError):
        parse_record(line)
    assert time.process_time() - before < 2
