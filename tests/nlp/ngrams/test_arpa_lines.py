"""The lines of an ARPA file, however the bytes come."""

from __future__ import annotations

import pytest

from nlp.errors import InputError
from nlp.ngrams.arpa_lines import ArpaLines


def lines_of(text: bytes, at_once: int = 1 << 20) -> ArpaLines:
    parts = [text[start : start + at_once] for start in range(0, len(text), at_once)]
    return ArpaLines("m", lambda _: parts.pop(0) if parts else b"")


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_columns_however_the_bytes_come(at_once: int) -> None:
    lines = lines_of(b"\n title \n-1\ta b\t0.5\n-2 a\tc\n", at_once)
    assert lines.next() == b"title"
    assert lines.number == 2
    rows = list(lines.rows(2, 2))
    assert [number for one in rows for number in one.log_p] == [-1.0, -2.0]
    assert [number for one in rows for number in one.log_b] == [0.5, 0.0]
    assert [words for one in rows for words in zip(*one.words, strict=True)] == [(b"a", b"b"), (b"a", b"c")]
    assert rows[0].first_line == 3


def test_no_rows_are_asked_for_and_none_come() -> None:
    assert list(lines_of(b"").rows(1, 0)) == []


def test_the_end_is_told_with_what_is_to_come() -> None:
    rows = lines_of(b"-1\ta\n").rows(1, 3)
    first = next(rows)
    assert (first.first_line, first.words) == (1, [[b"a"]])
    assert (first.log_p.tolist(), first.log_b.tolist()) == ([-1.0], [0.0])
    with pytest.raises(InputError, match=r"^m:1: the file ends here, with 2 1-grams to come; "):
        next(rows)


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(InputError, match=r"^m:1: a line of over 1 MiB; "):
        lines_of(b"a" * (5 << 20)).next()
