"""One JSON object a line: strict in what it reads, valid JSON in what it writes (RFC 8259)."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from nlp.errors import InputError
from nlp.wording import Message

Record = dict[str, Any]

MAX_DEPTH = 200
"""Deeper nesting is refused before it can exceed the parser's recursion limit; real records are flat."""

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
# It also matches a string without an end. Otherwise each quote in it would start another search for the end,
# which takes quadratic time.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?')
_KEYS_AND_BRACES = re.compile(rf"(?P<text>{_STRING.pattern})(?P<is_key>\s*:)?|[{{}}]")
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>\\u[dD][89a-fA-F])|\\."
)


class _DuplicateKeyError(ValueError):
    """Two members of one object have the same name."""


def parse_record(line: str, path: str | None = None, number: int | None = None) -> Record:
    """The object on one line of JSONL.

    Raises: InputError with `path`, the line `number` and the column for anything that is not one JSON
    object with distinct keys, finite numbers and whole characters.
    """

    def refuse(message: str, column: int = 1) -> NoReturn:
        raise InputError(message, path=path, line=number, column=column)

    if _depth_column(line):
        refuse(f"JSON nested deeper than {MAX_DEPTH} levels; flatten the record", _depth_column(line))
    try:
        value = _DECODER.decode(line)
    except json.JSONDecodeError as error:
        hint = "expected one object a line, or `input_format` text if this is plain text"
        refuse(Message(f"not a JSON record: {{what}}; {hint}", what=error.msg), error.colno)
    except _DuplicateKeyError:
        key, column = _first_duplicate(line)
        refuse(f"duplicate key {key!r}; a record has each field once", column)
    except ValueError as error:
        literal = str(error)
        refuse(_number_message(literal), _number_column(line, literal))
    if not isinstance(value, dict):
        remedy = "; write its objects one a line, as jq -c '.[]' does" if isinstance(value, list) else ""
        refuse(
            f"expected a JSON object, found {json_type(value)}{remedy}", len(line) - len(line.lstrip()) + 1
        )
    if "\\u" in line and _LONE_SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        column = next(escape.start() + 1 for escape in _ESCAPE.finditer(line) if escape["lone"])
        refuse("a lone surrogate is half a character; write the pair", column)
    return value


def format_record(record: Record) -> str:
    """One line of JSONL with its line end: compact, characters as they are, no NaN."""
    return json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def _object(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _DuplicateKeyError
    return record


def _integer(literal: str) -> int:
    if len(literal) > 400:  # int() itself refuses 4,300 digits, and a double ends at 309
        raise ValueError(literal)
    return int(literal)


def _finite(literal: str) -> float:
    value = float(literal)
    if value in (float("inf"), float("-inf")):
        raise ValueError(literal)
    return value


def _constant(literal: str) -> NoReturn:
    raise ValueError(literal)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_finite, parse_constant=_constant
)


def _number_message(literal: str) -> str:
    if literal in {"NaN", "Infinity", "-Infinity"}:
        return f"{literal} is not JSON; write null"
    return f"a number out of range ({len(literal)} characters); write it as a string"


def _number_column(line: str, literal: str) -> int:
    outside = _STRING.sub(lambda string: " " * len(string.group()), line)
    return outside.find(literal) + 1 or 1


def _depth_column(line: str) -> int:
    """The column at which the nesting passes MAX_DEPTH, or 0."""
    if line.count("[") + line.count("{") <= MAX_DEPTH:
        return 0
    depth = 0
    for bracket in re.finditer(r"[\[\]{}]", _STRING.sub(lambda string: " " * len(string.group()), line)):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > MAX_DEPTH:
            return bracket.start() + 1
    return 0


def _first_duplicate(line: str) -> tuple[str, int]:
    """The first key of `line` that its object has already, and its column. The line must have one."""
    keys_of_open: list[set[str]] = []
    for found in _KEYS_AND_BRACES.finditer(line):
        if found.group() == "{":
            keys_of_open.append(set())
        elif found.group() == "}":
            keys_of_open.pop()
        elif found["is_key"]:
            key: str = json.loads(found["text"])
            if key in keys_of_open[-1]:
                return key, found.start() + 1
            keys_of_open[-1].add(key)
    raise AssertionError(line)


def json_type(value: Any) -> str:
    """What a value is called in JSON, with its article."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
