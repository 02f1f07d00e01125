"""`nlptool tokenize`: records out as they come in, with tokens that index their own text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nlp.text.tokenize import MODES, tokenizer
from tests.cli.running import answers

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

JSONL_FROM_TEXT = ["--format", "jsonl", "--input-format", "text"]


def records(stdout: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stdout.removesuffix("\n").split("\n")]


@pytest.mark.parametrize(
    ("options", "stdin", "expected"),
    [
        ([], "Don't panic: 3.14 是圆周率\n", "Don't panic : 3.14 是 圆 周 率\n"),
        ([], "a\n\n  \nb", "a\n\n\nb\n"),
        (["--lower"], "ΟΔΟΣ A\n", "οδος a\n"),
        (["--mode", "chars"], "ab c\n", "a b c\n"),
        (["--mode", "graphemes"], "e\u0301a\n", "e\u0301 a\n"),
        (["--mode", "chars", "--normalize", "NFC"], "e\u0301a\n", "é a\n"),
        (["--mode", "chars", "--normalize", "NFKC"], "ﬁ\n", "f i\n"),
        (["--sentences"], "One two. Three!\n\nFour.\n", "One two .\nThree !\n\nFour .\n"),
        (["--sentences", "--lower"], "One. Two.\n", "one .\ntwo .\n"),
        (["--input-format", "jsonl"], '{"text":"a,b"}\n', "a , b\n"),
    ],
)
def test_text(options: list[str], stdin: str, expected: str, nlptool: Nlptool) -> None:
    assert nlptool("tokenize", *options, stdin=stdin) == (0, expected, "")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("options", [[], ["--lower"], ["--normalize", "NFKC"], ["--sentences"]])
def test_spans_index_the_text_of_the_record(mode: str, options: list[str], nlptool: Nlptool) -> None:
    text = "İstanbul ﬁne. e\u0301  我爱AI！\n\nA\u00a0b\u2028c"
    result = nlptool("tokenize", "--mode", mode, *options, *JSONL_FROM_TEXT, stdin=text)
    found = records(result.stdout)
    assert len(found) >= 3
    for record in found:
        assert [record["text"][start:end] for start, end in record["spans"]] == record["tokens"]
    plain = nlptool("tokenize", "--mode", mode, *options, stdin=text).stdout
    assert plain == "".join(" ".join(record["tokens"]) + "\n" for record in found)


def test_the_record_has_the_fields_of_the_contract(nlptool: Nlptool) -> None:
    result = nlptool("tokenize", *JSONL_FROM_TEXT, "--lower", stdin="Ab, c\n")
    assert records(result.stdout) == [
        {"text": "ab, c", "tokens": ["ab", ",", "c"], "spans": [[0, 2], [2, 3], [4, 5]]}
    ]


@pytest.mark.parametrize("options", [[], ["--sentences"]])
def test_other_fields_pass_through_unchanged(options: list[str], nlptool: Nlptool) -> None:
    others = {"id": 7, "ids": [1, 2], "big": 12345678901234567890, "x": {"é": None, "f": 1.5}}
    stdin = json.dumps({**others, "text": "A b.", "tokens": "old"}) + "\n"
    (record,) = records(nlptool("tokenize", "--format", "jsonl", *options, stdin=stdin).stdout)
    assert {key: record[key] for key in others} == others
    assert record["tokens"] == ["A", "b", "."]


def test_sentences_tell_where_they_start_in_the_original(nlptool: Nlptool) -> None:
    text = "İ ﬁne. One ﬁsh!  Three?"
    result = nlptool(
        "tokenize", "--sentences", "--lower", "--normalize", "NFKC", *JSONL_FROM_TEXT, stdin=text
    )
    found = records(result.stdout)
    assert [record["start"] for record in found] == [0, 7, 17]
    assert [text[record["start"]] for record in found] == ["İ", "O", "T"]
    assert [record["text"] for record in found] == ["i̇ fine.", "one fish!", "three?"]


def test_an_empty_line_is_an_empty_record(nlptool: Nlptool) -> None:
    (record,) = records(nlptool("tokenize", "--sentences", *JSONL_FROM_TEXT, stdin="\n").stdout)
    assert record == {"text": "", "tokens": [], "spans": [], "start": 0}


@pytest.mark.parametrize("mode", MODES)
def test_a_long_line_is_tokenized_as_a_whole(mode: str, nlptool: Nlptool) -> None:
    """A line beyond a megabyte is read in pieces; no token is lost, joined or split between two of them."""
    line = " " * 1_200_000 + "x" * 400_000 + " " + "foo bar, 我爱 é " * 100_000
    expected = " ".join(tokenizer(mode).tokens(line)) + "\n"
    assert nlptool("tokenize", "--mode", mode, stdin=line).stdout == expected


@pytest.mark.parametrize("options", [[], JSONL_FROM_TEXT, ["--sentences"]])
def test_a_record_is_out_while_stdin_stays_open(options: list[str]) -> None:
    first, second = answers("tokenize", *options, lines=[b"first\n", b"second\n"])
    assert b"first" in first
    assert b"second" in second


def test_a_long_line_of_chinese_is_cut_without_a_trace(nlptool: Nlptool) -> None:
    text = "我爱语言，" * 300_000
    assert nlptool("tokenize", stdin=text) == (0, " ".join(text) + "\n", "")


HIDDEN = "one\u200b two\u200bthree \ufefffour fi\u00adve\ufeff \ufeff x\u200e\u200b \u200by 👩‍👩‍👧 می‌خواهم"
SEEN = "one two three four five x y 👩‍👩‍👧 می‌خواهم"


@pytest.mark.parametrize("options", [[], ["--sentences"], ["--tweets"], ["--lower", "--normalize", "NFC"]])
def test_what_nobody_sees_is_no_token_and_no_part_of_one(options: list[str], nlptool: Nlptool) -> None:
    assert nlptool("tokenize", *options, stdin=f"{HIDDEN}\n").stdout == f"{SEEN}\n"
    (record,) = records(nlptool("tokenize", *options, *JSONL_FROM_TEXT, stdin=f"{HIDDEN}\n").stdout)
    assert record["tokens"] == SEEN.split()
    assert [record["text"][start:end] for start, end in record["spans"]] == record["tokens"]
    assert record["original"] == HIDDEN


def test_a_text_of_visible_characters_has_no_original_beside_it(nlptool: Nlptool) -> None:
    (record,) = records(nlptool("tokenize", *JSONL_FROM_TEXT, stdin="我爱 👩‍👩‍👧\n").stdout)
    assert list(record) == ["text", "tokens", "spans"]


@pytest.mark.parametrize("mode", ["uax29", "graphemes"])
def test_the_modes_of_unicode_leave_every_character_in_place(mode: str, nlptool: Nlptool) -> None:
    (record,) = records(nlptool("tokenize", "--mode", mode, *JSONL_FROM_TEXT, stdin="a\u00adb c\n").stdout)
    assert record["text"] == "a\u00adb c"
    assert "original" not in record


def test_sentences_start_where_they_stood_before_the_invisible_was_taken_out(nlptool: Nlptool) -> None:
    text = "\ufeff\ufeffIt ra\u00adins. \u200bWe stay."
    found = records(nlptool("tokenize", "--sentences", *JSONL_FROM_TEXT, stdin="x\n" + text).stdout)[1:]
    assert [record["text"] for record in found] == ["It rains.", "We stay."]
    assert [text[record["start"] :][:2] for record in found] == ["It", "We"]


def test_tweets_are_of_words_mode(nlptool: Nlptool) -> None:
    assert nlptool("tokenize", "--tweets", stdin="#nlp @ann :-)").stdout == "#nlp @ann :-)\n"
    status, _, stderr = nlptool("tokenize", "--tweets", "--mode", "chars", stdin="x")
    assert status == 2
    assert "--tweets is of --mode words" in stderr


def test_an_encoding_is_named_by_the_user_and_by_the_error(nlptool: Nlptool) -> None:
    latin = "café naïve".encode("latin-1")
    assert nlptool("tokenize", "--encoding", "Latin-1", stdin=latin) == (0, "café naïve\n", "")
    status, _, stderr = nlptool("tokenize", stdin=latin)
    assert status == 1
    assert "<stdin>:1:4: byte 0xe9 is not UTF-8; name what it is, such as --encoding gb18030" in stderr
    for name in ("no-such", "hex"):
        status, _, stderr = nlptool("tokenize", "--encoding", name, stdin=latin)
        assert (status, f"'{name}' is no encoding of text" in stderr) == (2, True)


def test_words_of_han_text_need_no_segmenter_of_the_users(
    nlptool: Nlptool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, words = "上海是中国最大的城市之一。\n", ("tokenize", "--han", "words")
    outcome = nlptool(*words, stdin=text)
    assert outcome == (0, "上海 是 中国 最大 的 城市 之 一 。\n", "")
    assert nlptool(*words, "--model", "zh-words", stdin=text) == outcome
    monkeypatch.setenv("NLPTOOL_SEGMENTER", str(tmp_path / "none"))
    assert nlptool(*words, stdin=text).status == 1


def test_pieces_of_words_of_a_model(tmp_path: Path, nlptool: Nlptool) -> None:
    model, text = str(tmp_path / "x.model"), "the king rode\n\nthe  queen: 我\n" * 3
    words = ("--level", "subword", "--subword-vocab", "20", "-q", "-o", model)
    assert nlptool("ngram-train", *words, stdin=text).status == 0
    told = nlptool("tokenize", "--mode", "bpe", "--model", model, stdin=text).stdout
    back = "\n".join(line.replace(" ", "").replace("▁", " ").removeprefix(" ") for line in told.split("\n"))
    assert back == text
    record = json.loads(
        nlptool("tokenize", "--mode", "bpe", "--model", model, "--format", "jsonl", stdin="the 你\n").stdout
    )
    assert record["tokens"] == ["▁the", "▁", "<0xE4>", "<0xBD>", "<0xA0>"]
    assert record["spans"] == [[0, 3], [3, 4], [4, 5], [4, 5], [4, 5]]
    assert nlptool("tokenize", "--mode", "bpe", stdin=text).status == 2
    plain = str(tmp_path / "plain.model")
    assert nlptool("ngram-train", "-q", "-o", plain, stdin=text).status == 0
    outcome = nlptool("tokenize", "--mode", "bpe", "-m", plain, stdin=text)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.endswith("a model without pieces of words; name one of --level subword\n")
