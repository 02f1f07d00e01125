"""CSV and TSV in: rows to records, whatever their fields hold, told by their place where they fit nothing."""

from __future__ import annotations

import csv
import io
import itertools
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.io.printers import CSV, TSV
from cli.io.tables import Table
from nlp.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

COMMENTS = 'id,text,stars\n1,"Great, ""really"" good.\r\nLoved it",5\n2,awful,1\n\n3,,2\n'


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


@pytest.mark.parametrize("how", ["name", "option"])
def test_a_column_is_tokenized_and_the_others_pass(how: str, nlptool: Nlptool, tmp_path: Path) -> None:
    (tmp_path / "comments.csv").write_text(COMMENTS)
    path = str(tmp_path / "comments.csv")
    words, stdin = ([path], "") if how == "name" else (["--input-format", "csv"], COMMENTS)
    status, out, err = nlptool("tokenize", *words, stdin=stdin)
    assert (status, out, err) == (0, 'Great , " really " good . Loved it\nawful\n\n', "")
    out = nlptool("tokenize", "--format", "jsonl", *words, stdin=stdin).stdout
    records = [json.loads(line) for line in out.splitlines()]
    assert [(record["id"], record["stars"], len(record["tokens"])) for record in records] == [
        ("1", "5", 9),
        ("2", "1", 1),
        ("3", "2", 0),
    ]
    assert nlptool("vocab", *words, stdin=stdin).stdout.splitlines()[-1] == "it\t1"


def test_rows_that_do_not_fit_are_left_out_where_that_is_asked_for(nlptool: Nlptool) -> None:
    words = ("vocab", "--input-format", "csv", "--errors", "replace")
    status, out, err = nlptool(*words, stdin="text,n\na,1\nb\nc,2\n")
    assert (status, out) == (0, "a\t1\nc\t1\n")
    assert "1 record is left out: <stdin>:3:1: 1 field, but" in err


@pytest.mark.parametrize(
    ("words", "stdin", "expected"),
    [
        (("--input-format", "jsonl", "--field", "body"), '{"body":"a b","text":3}\n', "a b\n"),
        (("--field", "body"), '{"body":"a b"}\n', "a b\n"),
        (("--input-format", "tsv", "--field", "body"), "n\tbody\n1\ta b\n", "a b\n"),
    ],
)
def test_a_field_holds_the_text(words: tuple[str, ...], stdin: str, expected: str, nlptool: Nlptool) -> None:
    assert nlptool("tokenize", *words, stdin=stdin) == (0, expected, "")


@pytest.mark.parametrize(
    ("words", "stdin", "message"),
    [
        (("--field", "body"), "a b\n", "<stdin>:1:1: --field is of JSONL, CSV and TSV, but this is text"),
        (
            ("--input-format", "jsonl"),
            '{"body":"a"}\n',
            "holds it with --field; there is `body`",
        ),
        (("--input-format", "jsonl", "--field", "x"), '{"body":"a"}\n', "no text in `x`; name the field"),
    ],
)
def test_a_field_that_is_not_there_is_told(
    words: tuple[str, ...], stdin: str, message: str, nlptool: Nlptool
) -> None:
    status, out, err = nlptool("tokenize", *words, stdin=stdin)
    assert (status, out) == (1, "")
    assert message in err


def test_a_list_in_the_field_is_tokens(nlptool: Nlptool) -> None:
    words = ("vocab", "--input-format", "jsonl", "--field", "words")
    assert nlptool(*words, stdin='{"words":["New York","x"]}\n').stdout == "New York\t1\nx\t1\n"


def test_language_models_and_vectors_are_trained_on_a_column(nlptool: Nlptool, tmp_path: Path) -> None:
    rows = "".join(f'{n},"the king, ate bread {n % 3}"\n' for n in range(60))
    plain = "".join(f"the king, ate bread {n % 3}\n" for n in range(60))
    for command, options in (
        ("ngram-train", ()),
        ("w2v-train", ("--min-count", "1", "--dim", "4", "--epochs", "1")),
        ("rnn-train", ("--hidden", "4", "--embed-dim", "4", "--epochs", "1")),
    ):
        made = {}
        for name, words, text in (
            ("csv", ("--input-format", "csv", "--field", "said"), "n,said\n" + rows),
            ("text", (), plain),
        ):
            path = tmp_path / f"{command}.{name}.model"
            assert nlptool(command, "-q", *options, *words, "-o", str(path), stdin=text).status == 0
            made[name] = path.read_bytes()
        assert made["csv"] == made["text"]
