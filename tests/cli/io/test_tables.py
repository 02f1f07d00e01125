"""CSV and TSV in: rows to records, whatever their fields hold, told by their place where they fit nothing."""

from __future__ import annotations

import csv
import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.io.printers import CSV, TSV
from cli.io.tables import Table
from nlp.errors import InputError


def of_blocks(form: str, *blocks: tuple[int, str], field: str = "text") -> list[list[dict[str, object]]]:
    table = Table(form, "f", field)
    return [[table.record(row, number) for number, row in rows] for rows in table.rows(blocks)]


@given(st.lists(st.tuples(st.text(), st.text(min_size=1)), min_size=1), st.data())
def test_what_another_writer_writes_is_read_wherever_blocks_are_cut(
    rows: list[tuple[str, str]], data: st.DataObject
) -> None:
    """A quote may open in one block and close in the next."""
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([("id", "text"), *rows])
    lines = written.getvalue().removesuffix("\n").split("\n")
    cuts = sorted(data.draw(st.sets(st.integers(1, len(lines)))) | {0, len(lines)})
    blocks = [
        (start + 1, "".join(f"{line}\n" for line in lines[start:end]))
        for start, end in itertools.pairwise(cuts)
    ]
    found = [record for batch in of_blocks(CSV, *blocks) for record in batch]
    assert [(one["id"], one["text"]) for one in found] == rows


def test_rows_come_with_the_number_of_their_first_line_as_soon_as_they_are_whole() -> None:
    table = Table(CSV, "f", "text")
    blocks = [(1, 'text\n"a\n'), (3, 'b"\nc\n'), (5, "d\n")]
    assert list(table.rows(blocks)) == [[(2, ["a\nb"]), (4, ["c"])], [(5, ["d"])], []]


def test_a_quote_in_tsv_is_a_character_like_any_other() -> None:
    assert of_blocks(TSV, (1, 'text\tn\nsay "hi\t1\n"\t2\n')) == [
        [{"text": 'say "hi', "n": "1"}, {"text": '"', "n": "2"}],
        [],
    ]


@pytest.mark.parametrize(
    ("form", "content", "message"),
    [
        (CSV, "a,b\n1,2\n", "f:1:1: of its columns none is called 'text'; there are 'a', 'b': name one"),
        (CSV, "text,text\n1,2\n", "f:1:1: of its columns two are called 'text'"),
        (CSV, "a;b\n1;2\n", "f:1:1: .*semicolons do not separate columns; convert it"),
        (CSV, "text,b\n1,2\n3\n", "f:3:1: 1 field, but the first row names 2"),
        (CSV, "text,b\n1,2,3\n", "f:2:1: 3 fields, but .* 2; one that holds a comma stands in quotes"),
        (CSV, 'text,b\n1,2\n"a"b,2\n', "f:3:1: not CSV: .*; close the quotes"),
        (CSV, 'text,b\n1,2\n"a,2\n3,4\n', "f:3:1: not CSV: unexpected end of data; close the quotes"),
        (TSV, "text\tb\n1\n", "f:2:1: 1 field, but the first row names 2"),
    ],
)
def test_what_is_no_table_is_told_by_its_place(form: str, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        of_blocks(form, (1, content))
