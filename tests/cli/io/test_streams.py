"""What a line means, as text and as JSONL."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.console import Console
from cli.io.printers import JSONL, TEXT, TSV
from cli.io.reading import Block, Input
from cli.io.streams import TEXT_OF, Line, Streams
from nlp.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

FORMATS = [
    # --format, --input-format, file, format of the input
    (TEXT, None, "a.txt", TEXT),
    (TEXT, None, "a.jsonl", JSONL),
    (TEXT, None, "a.jsonl.gz", JSONL),
    (TEXT, None, "a.jsonl.xz", JSONL),
    (TEXT, None, "a.jsonl.bz2", JSONL),
    (TEXT, None, "jsonl", TEXT),
    (TEXT, None, "-", TEXT),
    (JSONL, None, "-", None),
    (JSONL, None, "a.txt", None),
    (TSV, None, "a.txt", TEXT),
    (TSV, None, "a.jsonl", JSONL),
    (JSONL, TEXT, "a.txt", TEXT),
    (JSONL, TEXT, "a.jsonl", TEXT),
    (TEXT, JSONL, "a.txt", JSONL),
]


@pytest.mark.parametrize(("given_format", "input_format", "path", "expected"), FORMATS)
def test_the_format_of_a_file(
    given_format: str, input_format: str | None, path: str, expected: str | None
) -> None:
    streams = Streams(Input((path,)), input_format=input_format, format=given_format)
    assert streams.form_of(path) == expected
    assert streams.is_plain == (given_format == expected == TEXT)


@pytest.mark.parametrize(
    ("content", "tokens"),
    [
        ("{a b}\n", None),
        (' \n\ufeff{"tokens":["a b"]}\n', None),
        ('\ufeff \n {"tokens":["a b"]}\n', ["a b"]),
        ('{"tokens":["a b"]}\n\n{"tokens":[]}\n', ["a b"]),
        ("[1] {\n", ["[1]", "{"]),
        ("\n\na {}\n", ["a", "{}"]),
        ("", []),
        ("\n \n", []),
    ],
)
def test_with_jsonl_out_the_first_character_tells_what_comes_in(
    content: str, tokens: list[str] | None, tmp_path: Path
) -> None:
    streams = replace(of_file(tmp_path, content, "a"), format=JSONL)
    for read in (streams.token_lists, streams.token_text, streams.batches, streams.text):
        if content.startswith("{a"):
            with pytest.raises(
                InputError, match=r"1:2: not a JSON record: .*, or input_format text if this is"
            ):
                list(read())
    if tokens is not None:
        assert [token for found in streams.token_lists() for token in found] == tokens
        assert [token for batch in streams.batches() for line in batch for token in line.tokens] == tokens


def test_each_file_is_looked_at_by_itself(tmp_path: Path) -> None:
    for name, content in (("a", "x y\n"), ("b", '{"tokens":["x y"]}\n'), ("c.jsonl", '{"tokens":["z"]}\n')):
        (tmp_path / name).write_text(content)
    streams = Streams(Input([str(tmp_path / name) for name in ("a", "b", "c.jsonl", "a")]), format=JSONL)
    assert [line.tokens for batch in streams.batches() for line in batch] == [
        ["x", "y"],
        ["x y"],
        ["z"],
        ["x", "y"],
    ]
    assert [line.plain for batch in streams.batches() for line in batch] == [True, False, False, True]


def test_a_long_line_of_text_is_cut_though_jsonl_goes_out_and_one_of_jsonl_is_not(tmp_path: Path) -> None:
    words = ["word"] * 400_000
    for content, blocks in ((" ".join(words), 2), (json.dumps({"tokens": words}), 1)):
        streams = replace(of_file(tmp_path, content, "a"), format=JSONL)
        found = list(streams.token_lists())
        assert sum(map(len, found)) == len(words)
        assert (len(found) >= 2) == (blocks == 2)


def of_file(tmp_path: Path, content: str, name: str = "a.jsonl", *, replace: bool = False) -> Streams:
    path = tmp_path / name
    path.write_bytes(content.encode())
    return Streams(Input((str(path),), replace))


def test_text_lines_are_records(tmp_path: Path) -> None:
    (batch,) = of_file(tmp_path, " a  b\t\n\n[1]\n", "a.txt").batches()
    assert [(line.text, line.tokens, line.number) for line in batch] == [
        (" a  b\t", ["a", "b"], 1),
        ("", [], 2),
        ("[1]", ["[1]"], 3),
    ]


def test_jsonl_lines_are_records_and_blank_ones_are_not(tmp_path: Path) -> None:
    batches = of_file(tmp_path, '{"text":"a"}\r\n\n  \n{"tokens":["b c"],"x":1}').batches()
    lines = [line for batch in batches for line in batch]
    assert [(line.record, line.number) for line in lines] == [
        ({"text": "a"}, 1),
        ({"tokens": ["b c"], "x": 1}, 4),
    ]
    assert lines[1].tokens == ["b c"]


@pytest.mark.parametrize(
    ("record", "field", "message"),
    [
        ({}, "text", "no string in `text`; name the field that holds it with --field"),
        ({"text": 1}, "text", "`text` is a number, where a string belongs"),
        ({"text": None}, "text", "`text` is null, where a string belongs; --errors replace leaves"),
        ({}, "tokens", "no `tokens`; run it through nlptool tokenize --format jsonl"),
        ({"text": "a"}, "tokens", "no `tokens`; run it through nlptool tokenize"),
        ({"tokens": "a"}, "tokens", "`tokens` is not a list of strings"),
        ({"tokens": ["a", 1]}, "tokens", "`tokens` is not a list of strings"),
        ({"tokens": {"a": 1}}, "tokens", "`tokens` is not a list of strings"),
    ],
)
def test_a_record_without_the_field_is_refused_with_its_place(
    record: dict[str, object], field: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        getattr(Line(record, "a.jsonl", 7), field)
    assert str(caught.value).startswith("a.jsonl:7:1: ")


def test_the_records_before_a_malformed_one_come_first(tmp_path: Path) -> None:
    batches = of_file(tmp_path, '{"text":"a"}\n{"text":}\n{"text":"b"}\n').batches()
    assert [line.text for line in next(batches)] == ["a"]
    with pytest.raises(InputError) as caught:
        next(batches)
    assert (caught.value.line, caught.value.column) == (2, 9)


def test_a_record_without_what_is_needed_is_malformed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = '{"text":"a"}\n{"text":null}\n{"text":"b"}\n{"x":1}\n'
    batches = of_file(tmp_path, content).batches(TEXT_OF)
    assert [line.text for line in next(batches)] == ["a"]
    with pytest.raises(InputError, match=r"a\.jsonl:2:1: `text` is null, where a string belongs"):
        next(batches)
    skipping = of_file(tmp_path, content, replace=True)
    assert [line.text for batch in skipping.batches(TEXT_OF) for line in batch] == ["a", "b"]
    assert list(skipping.text()) == ["a\nb\n"]
    told = capfd.readouterr().err.splitlines()
    assert len(told) == 2, "once each time that it is read"
    assert all("2 records are left out; the first: " in one for one in told)


@pytest.mark.parametrize("quiet", [False, True])
def test_replace_skips_malformed_records_and_says_so_unless_quiet(
    quiet: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = of_file(tmp_path, '{"text":"a"}\n{"text":}\n{"text":"b"}\n', replace=True)
    streams = Streams(source.input, console=Console(quiet=quiet))
    assert [line.text for batch in streams.batches() for line in batch] == ["a", "b"]
    assert ("a.jsonl:2:9: not a JSON record" in capfd.readouterr().err) != quiet


def test_what_is_skipped_is_told_by_flags(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert list(of_file(tmp_path, "a b\n", replace=True).batches()) == []
    assert "or --input-format text if this is plain text" in capfd.readouterr().err


def test_ndjson_is_another_name_of_jsonl(tmp_path: Path) -> None:
    (batch,) = of_file(tmp_path, '{"text":"a"}\n', "a.NDJSON").batches()
    assert [line.text for line in batch] == ["a"]


WHITE = [chr(code) for code in range(0x3001) if chr(code).isspace() and chr(code) != "\n"]


def test_every_white_space_separates_tokens(tmp_path: Path) -> None:
    text = "a" + "".join(f"{space}b" for space in WHITE) + "\nc\n"
    (pieces,) = of_file(tmp_path, text, "a.txt").token_text()
    assert pieces == "a" + " b" * len(WHITE) + "\nc\n"


@settings(max_examples=200)
@given(lines=st.lists(st.text(st.sampled_from(["a", "é", " ", *WHITE])), max_size=5))
def test_text_and_jsonl_hold_the_same_tokens(
    lines: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("streams", numbered=True)
    tokens = [line.split() for line in lines]
    flat = [token for line in tokens for token in line]
    text = of_file(folder, "".join(f"{line}\n" for line in lines), "a.txt")
    jsonl = of_file(folder, "".join(json.dumps({"tokens": line}) + "\n" for line in tokens))
    assert [token for found in text.token_lists() for token in found] == flat
    assert [token for found in jsonl.token_lists() for token in found] == flat
    for streams in (text, jsonl):
        read = "".join(streams.token_text())
        assert [line.split() for line in read.splitlines()] == tokens
        assert set(read) <= {"a", "é", " ", "\n"}


def test_white_space_in_a_token_never_ends_a_sentence(tmp_path: Path) -> None:
    streams = of_file(tmp_path, '{"tokens":["New York","a\\nb\\tc"]}\n')
    assert "".join(streams.token_text()) == "New York a b c\n"
    assert list(streams.token_lists()) == [["New York", "a\nb\tc"]]


def test_batches_are_what_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [Block("a\nb\n", "-", 1), Block("c\n", "-", 3)]
    monkeypatch.setattr(Input, "files", lambda *_: iter([(TEXT, iter(blocks))]))
    batches = Streams(Input(())).batches()
    assert [[line.number for line in batch] for batch in batches] == [[1, 2], [3]]


COMMENTS = 'id,text,stars\n1,"Great, ""really"" good.\r\nLoved it",5\n2,awful,1\n\n3,,2\n'


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


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_other_fields_pass_on_to_each_token_but_not_the_whole_text(form: str, nlptool: Nlptool) -> None:
    stdin = {"jsonl": '{"page":"7","tokens":["a","b"],"body":"a b"}\n', "csv": "page,body\n7,a b\n"}[form]
    words = ("onehot", "--format", "jsonl", "--input-format", form, "--field", "body")
    records = [json.loads(line) for line in nlptool(*words, stdin=stdin).stdout.splitlines()]
    assert [(record["page"], record["token"]) for record in records] == [("7", "a"), ("7", "b")]
    assert not any({"body", "text"} & record.keys() for record in records)


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
