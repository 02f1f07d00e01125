"""`nlptool seq2seq-train` and `translate`, as they work together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.forking import run
from tests.nlp.translation.small import pairs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

SMALL = ("--hidden", "6", "--subword-vocab", "8", "--epochs", "2", "--batch-size", "60", "--workers", "1")
LINES = "".join(f"{source}\t{target}\n" for source, target in pairs(60))
HELD_OUT = "".join(f"{source}\t{target}\n" for source, target in pairs(9, 2))


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("pairs")
    written(made / "pairs.tsv", LINES)
    written(made / "valid.tsv", HELD_OUT)
    for place, name in enumerate(("sources", "targets")):
        written(made / name, "".join(f"{pair[place]}\n" for pair in pairs(60)))
        written(made / f"valid.{name}", "".join(f"{pair[place]}\n" for pair in pairs(9, 2)))
    records = [json.dumps({"source": pair.source, "target": pair.target}) for pair in pairs(60)]
    written(made / "pairs.jsonl", "\n".join(records))
    return made


def trained(nlptool: Nlptool, output: Path, *words: str) -> bytes:
    outcome = nlptool("seq2seq-train", "-q", *SMALL, "-o", str(output), *words)
    assert outcome.status == 0, outcome.stderr
    return output.read_bytes()


def test_pairs_may_come_in_three_forms(nlptool: Nlptool, folder: Path, tmp_path: Path) -> None:
    valid = ("--valid", str(folder / "valid.tsv"))
    apart = ("--valid", f"{folder}/valid.sources", "--valid-targets", f"{folder}/valid.targets")
    forms = {
        "columns": (*valid, f"{folder}/pairs.tsv"),
        "objects": (*valid, f"{folder}/pairs.jsonl"),
        "files": (*apart, f"{folder}/sources", "--targets", f"{folder}/targets"),
    }
    models = {trained(nlptool, tmp_path / name, *words) for name, words in forms.items()}
    assert len(models) == 1
    about = json.loads(nlptool("info", str(tmp_path / "columns")).stdout)
    assert about["kind"] == "translator"
    assert about["bleu_tokenizer"] == "13a"
    assert 0 <= about["valid_bleu"] <= 100


def test_the_bleu_of_held_out_pairs_is_told(nlptool: Nlptool, folder: Path, tmp_path: Path) -> None:
    words = ("--valid", str(folder / "valid.tsv"), str(folder / "pairs.tsv"), "-o", str(tmp_path / "m"))
    plain = nlptool("seq2seq-train", *SMALL, "-v", *words)
    assert "  held out " in plain.stderr
    assert "  BLEU " in plain.stderr
    lines = nlptool("seq2seq-train", *SMALL, "--log-json", *words).stderr.splitlines()
    last = json.loads(lines[-1])
    assert last["done"]
    assert last["valid_bleu"] >= 0
    assert last["valid_perplexity"] > 1


@pytest.fixture(scope="module")
def model(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("model") / "m")
    assert run("seq2seq-train", *SMALL, "-o", path, str(folder / "pairs.tsv")).returncode == 0
    return path


def test_lines_stay_lines(nlptool: Nlptool, model: str) -> None:
    text = nlptool("translate", "-m", model, stdin="ab cd\n\nabc\n").stdout
    assert text.count("\n") == 3
    assert text.split("\n")[1] == ""


def test_jsonl_tells_more(nlptool: Nlptool, model: str) -> None:
    words = ("translate", "-m", model, "--format", "jsonl", "--beam", "3", "-n", "2", "--alignment")
    outcome = nlptool(*words, "--input-format", "jsonl", stdin='{"id": 7, "text": "ab cd"}\n')
    record = json.loads(outcome.stdout)
    assert (record["id"], record["text"]) == (7, "ab cd")
    assert record["best"][0] == {"target": record["target"], "logprob": record["logprob"]}
    assert record["best"][1]["logprob"] < 0
    alignment = record["alignment"]
    assert len(alignment["weights"]) == len(alignment["target"])
    assert len(alignment["weights"][0]) == len(alignment["source"])
    assert "number" not in record


@pytest.mark.parametrize(("attention", "looks"), [("additive", True), ("none", False)])
def test_forms_of_attention_tell_where_they_looked(
    nlptool: Nlptool, folder: Path, tmp_path: Path, attention: str, looks: bool
) -> None:
    model = str(tmp_path / "m")
    trained(nlptool, tmp_path / "m", "--attention", attention, str(folder / "pairs.tsv"))
    assert json.loads(nlptool("info", model).stdout)["config"]["attention"] == attention
    words = ("translate", "-m", model, "--format", "jsonl", "--alignment")
    alignments = {
        beam: json.loads(nlptool(*words, "--beam", beam, stdin="ab cd\n").stdout)["alignment"]
        for beam in ("1", "4")
    }
    for told in alignments.values():
        assert (told["weights"] is not None) == looks
        for row in told["weights"] or ():
            assert sum(row) == pytest.approx(1, abs=1e-3)


def test_an_alignment_is_drawn(nlptool: Nlptool, model: str, tmp_path: Path) -> None:
    """In text a line for each piece of the target; in SVG a cell for each two pieces."""
    told = nlptool("translate", "-m", model, "--alignment", "--format", "jsonl", stdin="ab cd\nab\n").stdout
    file = written(tmp_path / "told", told)
    alignment = json.loads(told.splitlines()[0])["alignment"]
    drawn = nlptool("plot", "--alignment", file)
    assert len(drawn.stdout.splitlines()) == len(alignment["target"]) + 1
    assert "only the first record is drawn" in drawn.stderr
    assert nlptool("plot", "--alignment", file, "-q", "-o", str(tmp_path / "a.svg")).status == 0
    cells = (tmp_path / "a.svg").read_text(encoding="utf-8").count('class="cell"')
    assert cells == len(alignment["target"]) * len(alignment["source"])


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ("{}", "<stdin>:1: no alignment; records of translate --alignment"),
        ('{"alignment": {"source": ["a"], "target": ["b"], "weights": [[1, 2]]}}', "no alignment"),
        ('{"alignment": {"source": ["a"], "target": ["b"], "weights": ["a"]}}', "no alignment"),
        ('{"alignment": {"source": ["a"], "target": ["b"], "weights": null}}', "has no attention"),
        ("", "there is no alignment to draw"),
    ],
)
def test_what_is_no_alignment_is_told(nlptool: Nlptool, record: str, told: str) -> None:
    outcome = nlptool("plot", "--alignment", "-", stdin=f"{record}\n")
    assert (outcome.status, told in outcome.stderr) == (1, True), outcome.stderr


def test_a_long_alignment_is_cut(nlptool: Nlptool) -> None:
    many = ["x"] * 90
    alignment = {"source": many, "target": many, "weights": [[0] * 90] * 90}
    outcome = nlptool("plot", "--alignment", "-", stdin=json.dumps({"alignment": alignment}))
    assert outcome.stdout.count("\n") == 81
    assert "the first 80 pieces are drawn" in outcome.stderr
    assert nlptool("plot", "--alignment", "-", "--losses").status == 2


def test_several_are_told_with_their_numbers(nlptool: Nlptool, model: str) -> None:
    text = nlptool("translate", "-m", model, "-n", "2", stdin="ab cd\nabc\n").stdout
    rows = [line.split("\t") for line in text.splitlines()]
    assert [row[0] for row in rows] == ["1", "1", "2", "2"]
    assert all(float(row[1]) < 0 for row in rows)


def test_what_is_cut_is_told(nlptool: Nlptool, model: str) -> None:
    outcome = nlptool("translate", "-m", model, "--beam", "1", stdin="x " * 1001)
    assert "of 1 line the first 1,000 pieces are translated" in outcome.stderr


@pytest.mark.parametrize(
    ("words", "stdin", "status", "told"),
    [
        ("seq2seq-train -o {model}", "a\tb\nno tab\n", 1, "<stdin>:2:1: no tab; write source, tab, target"),
        ("seq2seq-train -o {model}", "", 1, "there is no pair of texts"),
        ("seq2seq-train -o {model}", "a\t\n", 1, "no pair of texts of up to 100 pieces; raise --longest"),
        (
            "seq2seq-train -o {model} --input-format jsonl",
            '{"text": "a"}\n',
            1,
            "<stdin>:1:1: the record is no pair; give it `source` and `target`",
        ),
        (
            "seq2seq-train -o {model} --input-format jsonl",
            '{"source": "a"}\n',
            1,
            "<stdin>:1:1: `target` is no string",
        ),
        (
            "seq2seq-train -o {model} --targets {folder}/targets",
            "a\n",
            1,
            "targets: it has more lines than the sources, which have 1",
        ),
        (
            "seq2seq-train -o {model} --targets {folder}/valid.targets {folder}/sources",
            "",
            1,
            "valid.targets: it has 9 lines, and the sources have more",
        ),
        ("seq2seq-train -o {model} --cell transformer --hidden 12", "", 2, "--hidden is 12; with --heads 4"),
        ("seq2seq-train -o {model} --valid-targets x", "a\tb\n", 2, "--valid-targets needs --valid"),
        ("translate", "a\n", 2, "name a model with -m"),
        ("translate -m {model} --alignment", "a\n", 2, "--alignment is told in JSONL"),
        ("translate -m {model} -n 6", "a\n", 2, "give --beam 6 or more"),
        ("translate -m en-pos", "a\n", 1, "needs one of kind 'translator'; use it with tag"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_line(
    nlptool: Nlptool, folder: Path, tmp_path: Path, words: str, stdin: str, status: int, told: str
) -> None:
    filled = words.format(model=tmp_path / "m", folder=folder)
    outcome = nlptool(*filled.split(), stdin=stdin)
    assert (outcome.status, told in outcome.stderr) == (status, True), outcome.stderr
    assert not (tmp_path / "m").exists()


def test_pairs_that_cannot_be_used_are_counted(nlptool: Nlptool, folder: Path, tmp_path: Path) -> None:
    text = "a\tb\textra\n\n\tb\na\t\n"
    outcome = nlptool("seq2seq-train", *SMALL, "-o", str(tmp_path / "m"), stdin=text)
    assert "2 pairs left out: a text is empty, or has more than 100 pieces" in outcome.stderr
