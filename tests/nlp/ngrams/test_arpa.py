"""ARPA files of other tools are read, and give what KenLM gives."""

from __future__ import annotations

import gzip
import math
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.decoding.scoring import LineReader
from nlp.errors import InputError
from nlp.ngrams.arpa import about_arpa, is_arpa, read_arpa
from nlp.ngrams.predictor import NgramPredictor
from tests.files import write_anew
from tests.nlp.ngrams.arpa_cases import ARPA, BY_KENLM, BY_KENLM_WITHOUT_UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def scores(path: str, lines: list[str], *, by_line: bool = False) -> list[list[float]]:
    """log10 P of the tokens of each line, all read as one stream unless `by_line`."""
    reader = LineReader([NgramPredictor(read_arpa(path))], by_line=by_line)
    return [
        (read.by_model[0] / math.log(10)).tolist() for read in reader.read([one.split() for one in lines])
    ]


@pytest.mark.parametrize("by_line", [False, True])
def test_scores_are_those_of_kenlm(by_line: bool, tmp_path: Path) -> None:
    found = scores(written(tmp_path / "m.arpa", ARPA), list(BY_KENLM), by_line=by_line)
    for line, expected in zip(found, BY_KENLM.values(), strict=True):
        assert line == pytest.approx(expected, abs=1e-6)


def test_scores_are_those_of_kenlm_here(tmp_path: Path) -> None:
    kenlm = pytest.importorskip("kenlm", reason="KenLM is not installed")
    path = written(tmp_path / "m.arpa", ARPA)
    model = kenlm.Model(path)
    expected = [[score for score, _, _ in model.full_scores(line)] for line in BY_KENLM]
    for line, of_line in zip(scores(path, list(BY_KENLM)), expected, strict=True):
        assert line == pytest.approx(of_line, abs=1e-5)


def test_a_file_without_unk_gives_unknown_words_what_kenlm_gives_them(tmp_path: Path) -> None:
    lines = [line for line in ARPA.split("\n") if "<unk>" not in line]
    path = written(tmp_path / "m", "\n".join(lines).replace("1=6", "1=5").replace("2=6", "2=5"))
    assert scores(path, [list(BY_KENLM)[3]])[0] == pytest.approx(BY_KENLM_WITHOUT_UNKNOWN, abs=1e-5)


@pytest.mark.parametrize(
    "changed",
    [
        ARPA.replace("\t", "   "),
        ARPA.replace("\n", "\r\n"),
        ARPA.replace("<unk>", "<UNK>"),
        ARPA.replace("-99\t<s>", "0\t<s>").removesuffix("\n"),
        ARPA.replace("2=6", "2=8").replace(
            "-1.2\tthe the", "-1.2\tthe the\n-3\tthe <s>\t-0.1\n-2\t</s> king\t0.2"
        ),
    ],
    ids=["spaces", "CRLF", "<UNK>", "no line end", "outside of sentences"],
)
def test_what_tools_write_in_their_ways_is_the_same(changed: str, tmp_path: Path) -> None:
    lines = list(BY_KENLM)
    expected = scores(written(tmp_path / "m.arpa", ARPA), lines)
    assert scores(written(tmp_path / "n.arpa", changed), lines) == expected


def test_it_is_known_by_its_first_line_or_its_name(tmp_path: Path) -> None:
    assert is_arpa(written(tmp_path / "m", ARPA))
    assert is_arpa(written(tmp_path / "m.arpa", "what"))
    assert not is_arpa(written(tmp_path / "n", f"a {ARPA}"))
    assert not is_arpa(written(tmp_path / "empty", ""))
    assert is_arpa(str(tmp_path / "not-there.v2.ARPA.gz"))
    assert not is_arpa(str(tmp_path / "not-there"))
    (tmp_path / "z").write_bytes(gzip.compress(ARPA.encode()))
    assert is_arpa(str(tmp_path / "z"))


def test_what_is_told_without_reading_it_whole(tmp_path: Path) -> None:
    (tmp_path / "z").write_bytes(gzip.compress(ARPA.encode()))
    about = about_arpa(str(tmp_path / "z"))
    assert about == {
        "format": "arpa",
        "compression": "gzip",
        "config": {"order": 3, "level": "word"},
        "ngrams": [6, 6, 3],
    }
    model = read_arpa(str(tmp_path / "z"))
    assert model.about == about
    assert list(model.vocabulary.words) == ["<eos>", "<unk>", "the", "king", "rode"]


def test_an_impossible_word_stays_a_number(tmp_path: Path) -> None:
    path = written(tmp_path / "m", ARPA.replace("-1.3\trode", "-inf\trode"))
    assert np.isfinite(scores(path, ["rode rode"])).all()


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        (r"\data" + "\\", "what", 2, r"expected \data\, with which an ARPA file begins"),
        ("ngram 1=6\n", "", 3, "expected the number of 1-grams, found that of 2-grams"),
        ("ngram 2=6", "ngram 2=many", 4, r"expected \1-grams:, found 'ngram 2=many'"),
        (
            "-1.3\trode",
            "-1.3",
            12,
            "expected 2 more 1-grams (log10 P, 1 word, perhaps log10 b), found 1 field",
        ),
        ("-1.3\trode", "-1.3x\trode", 12, "'-1.3x' is no logarithm of a probability"),
        ("-1.3\trode", "nan\trode", 12, "'nan' is no logarithm of a probability"),
        ("-1.3\trode", "1.3\trode", 12, "'1.3' is no logarithm of a probability"),
        ("-1.3\trode", "-1.3\trode\tinf", 12, "'inf' is no logarithm"),
        ("-1.3\trode", "-1.3\tking", 12, "the word 'king' is there twice"),
        ("-1.3\trode", "-1.3\t<eos>", 12, "the word <eos> is what a line end is called here"),
        ("</s>\n", "</t>\n", 7, "<s> or </s> is not among the 1-grams"),
        ("king rode\n", "king red\n", 18, "the word 'red' is not among the 1-grams"),
        ("2=6", "2=7", 22, "expected 1 more 2-gram (log10 P, 2 words, perhaps log10 b), found 0 fields"),
        ("2=6", "2=5", 21, r"expected \3-grams:"),
        ("3=3", "3=2", 26, r"expected \end" + "\\"),
        ("-1.2\tthe the", "-1.2\tthe king", 21, "this n-gram is there twice"),
        ("\n\\end\\\n", "", 26, "the file ends here"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    old: str, new: str, line: int, told: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "m.arpa", ARPA.replace(old, new, 1))
    with pytest.raises(InputError, match=re.escape(f"{path}:{line}: {told}")) as caught:
        read_arpa(path)
    assert ";" in str(caught.value)


def test_bytes_that_are_not_utf8_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(ARPA.encode().replace(b"rode", b"r\xf6de"))
    with pytest.raises(InputError, match=r"m:12: 'r.de' is not UTF-8; convert the file first"):
        read_arpa(str(tmp_path / "m"))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_gives_a_model_or_a_line(tmp_path: Path, data: st.DataObject) -> None:
    damaged = bytearray(ARPA.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(damaged)))
        end = min(start + data.draw(st.integers(0, 30)), len(damaged))
        damaged[start:end] = data.draw(
            st.sampled_from([b"", b"\n", b" ", b"-", b"9", b"\\", b"<s>", b"\xff", b"\0"])
        )
    write_anew(tmp_path / "m", bytes(damaged))
    error, model = None, None
    try:
        model = read_arpa(str(tmp_path / "m"))
    except InputError as raised:
        error = raised
    if error:
        assert 1 <= (error.line or 0) <= damaged.count(b"\n") + 1
        assert "\n" not in str(error)
    if model:
        predictor = NgramPredictor(model)
        ids = np.arange(len(model.vocabulary), dtype=np.int32)
        assert not np.isnan(predictor.score(predictor.start(1), ids, ids[::-1].copy())).any()
