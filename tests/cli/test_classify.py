"""`nlptool classify-train`, `classify` and `classify-eval`, as they work together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.nlp.classification.texts import texts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

LINES = [f"__label__{one.labels[0]} {one.text}" for one in texts()]
IN_COLUMNS = [f"{one.labels[0]}\t{one.text}" for one in texts()]
RECORDS = [json.dumps({"label": list(one.labels), "text": one.text}) for one in texts()]


def written(path: Path, lines: list[str]) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def model(nlptool: Nlptool, tmp_path: Path) -> str:
    path = str(tmp_path / "model")
    valid = written(tmp_path / "valid", [*LINES[:9], "__label__other x"])
    outcome = nlptool("classify-train", "-v", "-o", path, written(tmp_path / "text", LINES), "--valid", valid)
    assert outcome.status == 0, outcome.stderr
    assert "1 held-out text left out" in outcome.stderr
    return path


def test_texts_get_their_labels(nlptool: Nlptool, model: str) -> None:
    outcome = nlptool("classify", "-m", model, "-k", "2", "--threshold", "0.2", stdin="I saw horse\n\nmoss\n")
    first, _, last = (line.split("\t") for line in outcome.stdout.splitlines())
    assert first[0] == "animal"
    assert 0.2 <= float(first[1]) <= 1
    assert last[0] == "plant"
    record = nlptool("classify", "-m", model, "--format", "jsonl", stdin='{"text": "jade", "id": 1}\n').stdout
    assert json.loads(record)["labels"] == ["stone"]
    assert json.loads(record)["id"] == 1


def test_a_classifier_is_judged(nlptool: Nlptool, model: str) -> None:
    report = json.loads(nlptool("classify-eval", "-m", model, "-k", "3", stdin="\n".join(LINES)).stdout)
    assert report["accuracy"] == 1
    assert report["recall_at"] == {"1": 1, "3": 1}
    told = nlptool("info", model).stdout
    assert json.loads(told)["kind"] == "classifier"


def test_the_form_of_labels_changes_no_bit_of_the_weights(nlptool: Nlptool, tmp_path: Path) -> None:
    found = set()
    for name, lines in (("a", LINES), ("b", IN_COLUMNS), ("c.jsonl", RECORDS)):
        output = tmp_path / f"{name}.model"
        assert nlptool("classify-train", "-q", "-o", str(output), written(tmp_path / name, lines)).status == 0
        found.add(output.read_bytes())
    assert len(found) == 1


def test_classes_are_weighted(nlptool: Nlptool, tmp_path: Path) -> None:
    text, weights = written(tmp_path / "text", LINES), tmp_path / "weights"
    weights.write_text("animal\t1\nplant\t2.5\n")
    train = ("classify-train", "-q", "-o", str(tmp_path / "model"), text, "--class-weights")
    assert nlptool(*train, "balanced").status == 0
    outcome = nlptool(*train, str(weights))
    assert (outcome.status, "no weight of the label 'stone'" in outcome.stderr) == (1, True)
    weights.write_text("animal\tmuch\n")
    assert f"{weights}:1:1: 'animal\\tmuch' is no label" in nlptool(*train, str(weights)).stderr


def test_a_network_is_trained_saved_and_asked_like_any_classifier(nlptool: Nlptool, tmp_path: Path) -> None:
    path, text = str(tmp_path / "model"), written(tmp_path / "text", LINES)
    small = ("--method", "rnn", "--hidden", "6", "--embed-dim", "6", "--batch-size", "60", "--lr", "0.03")
    train = ("classify-train", "-v", *small, "--epochs", "12", "--vectors", "en-vectors", "-o", path, text)
    outcome = nlptool(*train, "--valid", text, "--ngrams", "3")
    assert outcome.status == 0, outcome.stderr
    assert "--ngrams changes nothing with --method rnn" in outcome.stderr
    assert "words start from a vector" in outcome.stderr
    assert "--embed-dim changes nothing with --vectors" in outcome.stderr
    assert "wrote" in outcome.stderr
    assert nlptool("classify", "-m", path, stdin="I saw horse\n").stdout.startswith("animal\t")
    assert json.loads(nlptool("classify-eval", "-m", path, stdin="\n".join(LINES)).stdout)["accuracy"] == 1
    assert json.loads(nlptool("info", path).stdout)["kind"] == "recurrent-classifier"
    other = nlptool("classify-train", "--pool", "max", "--dry-run", "-o", path, text)
    assert "--pool changes nothing with --method linear" in other.stderr


def test_a_model_can_be_small(nlptool: Nlptool, tmp_path: Path) -> None:
    text, outputs = written(tmp_path / "text", LINES), [tmp_path / name for name in "abc"]
    train = ("classify-train", "--quantize", text, "--no-progress", "--buckets", "4096")
    told = nlptool(*train, "-o", str(outputs[0]), "--workers", "1", "--valid", text).stderr
    assert "features kept; held-out accuracy 1.0000, 1.0000 before" in told
    assert json.loads(nlptool("info", str(outputs[0])).stdout)["quantized"]["accuracy"] == 1
    told = nlptool(*train, "-o", str(outputs[1]), "--workers", "2").stderr
    assert "features kept\n" in told
    assert nlptool("classify-train", "-q", text, "-o", str(outputs[2])).status == 0
    assert outputs[1].stat().st_size < outputs[2].stat().st_size / 2
    assert nlptool("classify", "-m", str(outputs[1]), stdin="jade\n").stdout.startswith("stone\t")


NOISY = [line.replace("cat", "dog") if number % 4 else line for number, line in enumerate(LINES)]


def test_settings_are_found_and_training_by_them_gives_the_same_bytes(
    nlptool: Nlptool, tmp_path: Path
) -> None:
    text, valid = written(tmp_path / "text", NOISY), written(tmp_path / "valid", LINES[:12])
    train = ("classify-train", text, "--valid", valid, "--buckets", "4096", "--workers", "1", "-o")
    tuned = ("--autotune", "0.3", "--autotune-metric", "macro-f1", "--no-progress")
    outcome = nlptool(*train, str(tmp_path / "tuned"), *tuned)
    assert outcome.status == 0, outcome.stderr
    assert "autotune: " in outcome.stderr or "no training ended within" in outcome.stderr
    found = json.loads(nlptool("info", str(tmp_path / "tuned")).stdout)["config"]
    words = [
        word
        for name, value in found.items()
        if name not in {"buckets", "cased", "subwords", "quantize", "method"}
        for word in (f"--{name}", str(value))
    ]
    words += [f"--{name}" for name in ("cased", "subwords") if found[name]]
    assert nlptool(*train, str(tmp_path / "plain"), "-q", *words).status == 0
    assert (tmp_path / "plain").read_bytes() == (tmp_path / "tuned").read_bytes()


def test_autotune_is_refused_where_it_makes_no_sense(nlptool: Nlptool, tmp_path: Path) -> None:
    text = written(tmp_path / "text", LINES)
    train = ("classify-train", "-o", str(tmp_path / "model"), text)
    assert "needs --valid" in nlptool(*train, "--autotune", "1").stderr
    tuned = (*train, "--autotune", "1", "--valid", text)
    for words, told in ((["--resume"], "a checkpoint"), (["--method", "rnn"], "--method rnn")):
        outcome = nlptool(*tuned, *words)
        assert (outcome.status, f"--autotune and {told} do not go together" in outcome.stderr) == (2, True)
    told = nlptool(*train, "--autotune-metric", "macro-f1").stderr
    assert "--autotune-metric changes nothing without --autotune" in told
    assert nlptool(*tuned, "--dry-run").status == 0


@pytest.mark.parametrize(
    ("words", "stdin", "status", "message"),
    [
        ("classify-train -o {model}", "no label here\n", 1, "<stdin>:1:1: no label; write __label__x"),
        ("classify-train -o {model}", "a\tx\n", 1, "all texts have the label 'a'"),
        ("classify-train -o {model} --method rnn", "a\tx\n", 1, "all texts have the label 'a'"),
        ("classify-train -o {model} --method rnn --loss hs", "", 2, "--loss 'hs' is for --method 'linear'"),
        ("classify-train -o {model}", '{"label": 1.5, "text": "x"}\n', 1, "no label"),
        (
            "classify-train -o {model} --input-format jsonl",
            '{"label": [], "text": "x"}\n',
            1,
            "`label` is neither",
        ),
        ("classify", "x\n", 2, "name a classifier with -m"),
        ("classify-eval -m {model}", "", 1, "no such file"),
    ],
)
def test_what_cannot_be_done_is_told(
    nlptool: Nlptool, tmp_path: Path, words: str, stdin: str, status: int, message: str
) -> None:
    outcome = nlptool(*words.format(model=tmp_path / "model").split(), stdin=stdin)
    assert outcome.status == status
    assert message.lower() in outcome.stderr.lower()
