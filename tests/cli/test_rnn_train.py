"""`nlptool rnn-train`: its defaults, its input, and what it says."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest

from nlp.storage.kinds import LANGUAGE_MODEL, load
from nlp.storage.model_file import open_model
from tests.cli.forking import run
from tests.cli.word_model import write_words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool, Outcome

LINES = "the king rode out at dawn\nthe queen rode out at noon\n" * 20
SMALL = (
    "--layers",
    "1",
    "--hidden",
    "8",
    "--embed-dim",
    "8",
    "--batch-size",
    "5",
    "--bptt",
    "10",
    "--epochs",
    "2",
)


@pytest.mark.parametrize("level", ["char", "word"])
def test_text_and_jsonl_give_the_same_model(level: str, tmp_path: Path, nlptool: Nlptool) -> None:
    lines = LINES.splitlines()
    texts = "".join(json.dumps({"text": line, "tokens": line.split()}) + "\n" for line in lines)
    text, jsonl = tmp_path / "text", tmp_path / "jsonl"
    assert nlptool("rnn-train", *SMALL, "--level", level, "-o", str(text), stdin=LINES).status == 0
    words = ("--format", "jsonl", "-o", str(jsonl))
    assert nlptool("rnn-train", *SMALL, "--level", level, *words, stdin=texts).status == 0
    assert text.read_bytes() == jsonl.read_bytes()


@pytest.mark.parametrize(
    "options",
    [
        ("--cell", "rnn", "--activation", "relu"),
        ("--cell", "gru", "--gru-reset", "after", "--dropout", "0.3"),
        ("--cell", "nnlm", "--context", "3", "--direct"),
        ("--tied", "--init-scale", "0.1", "--forget-bias", "0"),
        ("--norm", "batch"),
        ("--softmax", "adaptive", "--level", "word"),
        ("--bidirectional", "--level", "word"),
        (
            "--optimizer",
            "sgd",
            "--lr-decay",
            "0.5",
            "--decay-after",
            "2",
            "--clip",
            "0.25",
            "--clip-value",
            "1",
        ),
    ],
)
def test_every_kind_of_model_trains_to_the_same_bytes_with_two_workers(
    options: tuple[str, ...], tmp_path: Path, nlptool: Nlptool
) -> None:
    models, few = [], LINES[: len(LINES) // 2]
    for workers in ("1", "2"):
        path = tmp_path / workers
        outcome = nlptool("rnn-train", *SMALL, *options, "--workers", workers, "-o", str(path), stdin=few)
        assert outcome.status == 0, outcome.stderr
        models.append(path.read_bytes())
    assert models[0] == models[1]
    assert len(open_model(str(tmp_path / "1")).metadata["epoch_losses"]) == 2


def test_a_small_text_is_learnt_by_heart(tmp_path: Path, nlptool: Nlptool) -> None:
    path = tmp_path / "model"
    settings = (
        "--hidden",
        "32",
        "--layers",
        "1",
        "--epochs",
        "60",
        "--batch-size",
        "5",
        "--bptt",
        "20",
        "--lr",
        "0.02",
    )
    outcome = nlptool("rnn-train", *settings, "-o", str(path), stdin="the lazy dog sleeps in the sun\n" * 6)
    assert outcome.status == 0
    losses = load(str(path), LANGUAGE_MODEL).metadata["epoch_losses"]
    assert losses[0] > 2
    assert losses[-1] < 0.1


def test_the_model_tells_how_it_was_made(tmp_path: Path, nlptool: Nlptool) -> None:
    path, held_out = tmp_path / "model", tmp_path / "held-out"
    held_out.write_text("the king rode out at noon\n")
    words = ("--valid", str(held_out), "--level", "word", "--seed", "7", "--min-count", "21")
    outcome = nlptool("rnn-train", *SMALL, *words, "-o", str(path), stdin=LINES)
    assert outcome.status == 0, outcome.stderr
    loaded = load(str(path), LANGUAGE_MODEL)
    assert loaded.vocabulary.words == ["<eos>", "<unk>", "at", "out", "rode", "the"]
    about = loaded.metadata
    assert about["config"]["hidden"] == 8
    assert about["training"]["seed"] == 7
    assert about["training"]["min_count"] == 21
    assert (about["corpus"]["tokens"], about["corpus"]["unknown"]) == (280, 80)
    assert len(about["epoch_losses"]) == len(about["valid_losses"]) == 2
    assert about["valid_losses"][about["best_epoch"] - 1] == min(about["valid_losses"]) == about["valid_loss"]


def json_lines(outcome: Outcome) -> list[dict[str, object]]:
    records = [json.loads(line) for line in outcome.stderr.splitlines()]
    return [record for record in records if "warning" not in record]


def test_json_log_ends_with_done_and_the_figures(tmp_path: Path, nlptool: Nlptool) -> None:
    held_out = tmp_path / "held-out"
    held_out.write_text(LINES[:200])
    words = ("--log-json", "--valid", str(held_out), "-o", str(tmp_path / "model"))
    lines = json_lines(nlptool("rnn-train", *SMALL, *words, stdin=LINES))
    needed = {"epoch", "step", "loss", "tokens_per_second", "learning_rate", "elapsed_seconds", "eta_seconds"}
    assert all(needed <= line.keys() for line in lines)
    last = lines[-1]
    assert last["done"] is True
    assert last["valid_perplexity"] == pytest.approx(2.718281828 ** float(str(last["valid_loss"])), rel=1e-6)
    counted = str(tmp_path / "ngrams")
    assert nlptool("ngram-train", "--order", "5", "--level", "char", "-o", counted, stdin=LINES).status == 0
    scored = json.loads(nlptool("score", "-m", counted, "--summary", str(held_out)).stdout)
    assert last["ngram_perplexity"] == pytest.approx(scored["perplexity"], rel=1e-5)
    assert not any("done" in line for line in lines[:-1])


def test_a_network_that_is_worse_than_counting_is_told(tmp_path: Path, nlptool: Nlptool) -> None:
    held_out = tmp_path / "held-out"
    held_out.write_text(LINES[:200])
    words = ("--valid", str(held_out), "-o", str(tmp_path / "model"))
    told = nlptool("rnn-train", *SMALL, *words, stdin=LINES).stderr
    assert "warning: perplexity " in told
    assert "a 5-gram model has 1." in told
    assert "use nlptool ngram-train" in told
    assert "perplexity" in told.partition("epoch 1")[2].partition("\n")[0]


def test_patience_ends_the_training(tmp_path: Path, nlptool: Nlptool) -> None:
    held_out, path = tmp_path / "held-out", tmp_path / "model"
    held_out.write_text("".join(reversed(LINES))[:300])
    words = ("--valid", str(held_out), "--patience", "1", "--epochs", "200", "--lr", "0.05", "-o", str(path))
    assert nlptool("rnn-train", *SMALL, *words, stdin=LINES).status == 0
    about = load(str(path), LANGUAGE_MODEL).metadata
    assert len(about["valid_losses"]) == about["best_epoch"] + 1 < 200


def test_a_model_starts_from_word_vectors(tmp_path: Path, nlptool: Nlptool) -> None:
    vectors = write_words(tmp_path / "vectors", {"king": [1.0] * 8, "queen": [-1.0] * 8, "at": [0.5] * 8})
    path = tmp_path / "model"
    words = ("--level", "word", "--vectors", vectors, "--lr", "1e-9", "-v", "-o", str(path))
    outcome = nlptool("rnn-train", *SMALL, *words, stdin=LINES)
    assert outcome.status == 0
    assert "warning: 3 of 10 tokens start from a vector; are they tokenized alike" in outcome.stderr
    loaded = load(str(path), LANGUAGE_MODEL)
    E = loaded.model.parameters["E"]
    assert E[loaded.vocabulary.index["queen"]].tolist() == pytest.approx([-1.0] * 8)
    assert abs(E[loaded.vocabulary.index["rode"]]).max() < 0.11


def test_the_embedding_is_as_wide_as_the_vectors(tmp_path: Path, nlptool: Nlptool) -> None:
    vectors, path = write_words(tmp_path / "vectors", {"king": [1.0] * 3}), tmp_path / "model"
    options = ("--layers", "1", "--hidden", "4", "--epochs", "1", "--level", "word", "--vectors", vectors)
    assert nlptool("rnn-train", *options, "-o", str(path), stdin=LINES).status == 0
    assert load(str(path), LANGUAGE_MODEL).model.config.embed_dim == 3


def test_vectors_of_another_width_are_refused(tmp_path: Path, nlptool: Nlptool) -> None:
    vectors = write_words(tmp_path / "vectors", {"king": [1.0] * 3})
    outcome = nlptool("rnn-train", *SMALL, "--vectors", vectors, "-o", str(tmp_path / "model"), stdin=LINES)
    assert outcome.status == 2
    assert "vectors of 3 dimensions, but --embed-dim is 8; give --embed-dim 3" in outcome.stderr


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("earlier") / "model")
    assert run("rnn-train", *SMALL, "--norm", "batch", "-o", path, stdin=LINES.encode()).returncode == 0
    return path


def test_an_update_goes_on_from_the_weights_of_a_model(
    earlier: str, tmp_path: Path, nlptool: Nlptool
) -> None:
    path = tmp_path / "model"
    few = ("--epochs", "1", "--batch-size", "5", "--bptt", "10", "--lr", "1e-9", "--shards", "1")
    assert nlptool("rnn-train", *few, "--update", earlier, "-o", str(path), stdin=LINES).status == 0
    before, after = load(earlier, LANGUAGE_MODEL), load(str(path), LANGUAGE_MODEL)
    assert after.model.config == before.model.config
    assert after.vocabulary == before.vocabulary
    assert after.model.parameters.flat == pytest.approx(before.model.parameters.flat, abs=1e-6)
    assert after.metadata["updated_parameters"] == before.metadata["arrays"]["parameters"]["sha256"]
    words = ("--epochs", "10", "--lr", "0.01", "--update", earlier, "--dropout", "0.1", "-o", str(path))
    assert nlptool("rnn-train", *words, stdin=LINES).status == 0
    assert load(str(path), LANGUAGE_MODEL).model.config.dropout == 0.1
    scores = [
        json.loads(nlptool("score", "--summary", "-m", model, stdin=LINES).stdout)["perplexity"]
        for model in (earlier, str(path))
    ]
    assert scores[1] < 0.95 * scores[0]


def test_an_update_keeps_the_form_and_the_tokens_of_its_model(
    earlier: str, tmp_path: Path, nlptool: Nlptool
) -> None:
    path = tmp_path / "model"
    words = ("rnn-train", "--update", earlier, "-o", str(path))
    outcome = nlptool(*words, "--hidden", "9", stdin=LINES)
    assert outcome.status == 2
    assert f"--hidden is 9, but 8 in {earlier}, and stays so; leave it out" in outcome.stderr
    outcome = nlptool(*words, "--vectors", "none", stdin=LINES)
    assert (outcome.status, path.exists()) == (2, False)
    outcome = nlptool(
        *words, "--hidden", "8", "--min-count", "2", "--epochs", "1", stdin="the 王 rode\n" * 50
    )
    assert outcome.status == 0
    assert "--min-count changes nothing with --update" in outcome.stderr
    assert "<unk>" not in outcome.stderr
    outcome = nlptool(*words, "--epochs", "1", stdin="王与后 rode\n" * 50)
    assert "33% of the tokens are <unk> to" in outcome.stderr
    assert "without --grow" in outcome.stderr
    assert len(load(str(path), LANGUAGE_MODEL).vocabulary) == len(load(earlier, LANGUAGE_MODEL).vocabulary)


def test_a_model_of_adaptive_softmax_goes_on_but_cannot_grow(tmp_path: Path, nlptool: Nlptool) -> None:
    earlier, path = str(tmp_path / "earlier"), str(tmp_path / "model")
    adaptive = ("--level", "word", "--softmax", "adaptive", "--min-count", "1")
    assert nlptool("rnn-train", "-q", *SMALL, *adaptive, "-o", earlier, stdin=LINES).status == 0
    update = ("rnn-train", "-q", "--epochs", "1", "--lr", "1e-9", "--update", earlier, "-o", path)
    assert nlptool(*update, stdin=LINES) == (0, "", "")
    before, after = load(earlier, LANGUAGE_MODEL), load(path, LANGUAGE_MODEL)
    assert after.model.parameters.flat == pytest.approx(before.model.parameters.flat, abs=1e-6)
    grown = nlptool(*update, "--grow", stdin="王与后 rode\n" * 50)
    assert (grown.status, "cannot grow" in grown.stderr) == (1, True)


def test_the_tokens_of_a_model_may_grow(tmp_path: Path, nlptool: Nlptool) -> None:
    """At a rate of nothing they have an even share of what `<unk>` had; at one of use they are learnt."""
    text, earlier, path = "王与后 rode\n" * 50, str(tmp_path / "earlier"), str(tmp_path / "model")
    assert nlptool("rnn-train", "-q", *SMALL, "-o", earlier, stdin=LINES).status == 0
    update = (
        *("rnn-train", "-q", "--batch-size", "5", "--bptt", "10"),
        *("--update", earlier, "--grow", "-o", path),
    )
    assert nlptool(*update, "--epochs", "1", "--lr", "1e-9", stdin=text) == (0, "", "")
    before, after = load(earlier, LANGUAGE_MODEL), load(path, LANGUAGE_MODEL)
    assert set(after.vocabulary.words) == {*before.vocabulary.words, "王", "与", "后"}
    told = []
    for model in (earlier, path):
        score = nlptool("score", "--tokens", "--by-line", "-m", model, stdin="the king\n王\n").stdout
        told.append([json.loads(line)["surprisals"] for line in score.splitlines()])
    assert told[1][0] == pytest.approx(told[0][0], abs=1e-4)
    assert told[1][1][0] == pytest.approx(told[0][1][0] + math.log(4), abs=1e-4)
    assert nlptool(*update, "--epochs", "8", "--lr", "0.05", stdin=text) == (0, "", "")
    learnt = json.loads(nlptool("score", "--summary", "-m", path, stdin=text).stdout)
    assert learnt["unknown"] == 0
    assert learnt["perplexity"] < 3
    alone = nlptool("rnn-train", "--grow", "-o", path, stdin=text)
    assert (alone.status, alone.stdout) == (2, "")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--tied", "--hidden", "9"), "--embed-dim is 8 and --hidden is 9; make them equal"),
        (("--cell", "nnlm", "--norm", "batch"), "--norm is 'batch', which needs a recurrent --cell"),
        (("--cell", "nnlm", "--bidirectional"), "--bidirectional needs a recurrent --cell, not 'nnlm'"),
        (("--bidirectional", "--norm", "batch"), "--norm is 'batch', but batch normalisation averages over"),
        (
            ("--bidirectional", "--tied"),
            "--tied is for models that read in one direction, not --bidirectional",
        ),
        (("--direct",), "--direct is of --cell 'nnlm', not 'lstm'"),
        (("--tied", "--softmax", "adaptive"), "--tied needs --softmax 'full', not 'adaptive'"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(
    options: tuple[str, ...], message: str, tmp_path: Path, nlptool: Nlptool
) -> None:
    outcome = nlptool("rnn-train", *SMALL, *options, "-o", str(tmp_path / "model"), stdin=LINES)
    assert outcome.status == 2
    assert message in outcome.stderr.splitlines()[-1]
    assert "`" not in outcome.stderr


@pytest.mark.parametrize(
    ("options", "warning"),
    [
        (("--cell", "lstm", "--activation", "relu"), "--activation changes nothing with --cell lstm"),
        (("--cell", "lstm", "--gru-reset", "after"), "--gru-reset changes nothing with --cell lstm"),
        (("--cell", "gru", "--forget-bias", "2"), "--forget-bias changes nothing with --cell gru"),
        (("--cell", "rnn", "--context", "3"), "--context changes nothing with --cell rnn"),
        (("--cell", "nnlm", "--layers", "3"), "--layers changes nothing with --cell nnlm"),
        (("--cell", "nnlm", "--init", "orthogonal"), "--init changes nothing with --cell nnlm"),
        (("--decay-after", "3"), "--decay-after changes nothing with --lr-decay 1"),
    ],
)
def test_a_setting_without_effect_is_told(
    options: tuple[str, ...], warning: str, tmp_path: Path, nlptool: Nlptool
) -> None:
    plain, other = tmp_path / "plain", tmp_path / "other"
    words = ("rnn-train", "--hidden", "8", "--embed-dim", "8", "--epochs", "1")
    assert warning not in nlptool(*words, *options[:-2], "-o", str(plain), stdin=LINES).stderr
    assert f"nlptool: warning: {warning}\n" in nlptool(*words, *options, "-o", str(other), stdin=LINES).stderr
    before, after = (load(str(path), LANGUAGE_MODEL).model.parameters.flat for path in (plain, other))
    assert (before == after).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "only 0 distinct characters to learn from in 0 tokens"),
        ("aaaa\naa\n", "only 1 distinct character to learn from in 8 tokens; a language model needs two"),
    ],
)
def test_a_text_with_nothing_to_learn_says_what_to_change(
    text: str, message: str, tmp_path: Path, nlptool: Nlptool
) -> None:
    outcome = nlptool("rnn-train", *SMALL, "-o", str(tmp_path / "model"), stdin=text)
    assert outcome.status == 1
    assert message in outcome.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_empty_held_out_text_is_refused(tmp_path: Path, nlptool: Nlptool) -> None:
    words = ("--valid", "/dev/null", "-o", str(tmp_path / "model"))
    outcome = nlptool("rnn-train", *SMALL, *words, stdin=LINES)
    assert outcome.status == 1
    assert outcome.stderr == "nlptool: /dev/null: the held-out text is empty: nothing to evaluate on\n"


def test_a_held_out_text_of_other_tokens_is_told(tmp_path: Path, nlptool: Nlptool) -> None:
    """A perplexity over what a model does not know is low and means nothing."""
    held_out = tmp_path / "held-out"
    held_out.write_text("我很困。\n" * 20)
    words = ("--valid", str(held_out), "-o", str(tmp_path / "model"))
    told = nlptool("rnn-train", *SMALL, *words, stdin=LINES).stderr
    assert f"nlptool: warning: 80% of the tokens of {held_out} are <unk>, not in the text" in told
    held_out.write_text(LINES[:200])
    assert "<unk>" not in nlptool("rnn-train", *SMALL, *words, stdin=LINES).stderr


def test_a_short_text_is_read_in_fewer_columns_and_that_is_told(tmp_path: Path, nlptool: Nlptool) -> None:
    outcome = nlptool("rnn-train", "--hidden", "4", "-o", str(tmp_path / "model"), stdin=LINES[:220])
    assert outcome.status == 0
    assert "only 221 tokens: they are read as 4 columns instead of the 50 of --batch-size" in outcome.stderr
    assert "the training has only 20 steps; raise --epochs" in outcome.stderr


def test_a_dry_run_tells_sizes_and_writes_nothing(tmp_path: Path, nlptool: Nlptool) -> None:
    words = ("--dry-run", "--epochs", "400", "--workers", "2", "-o", str(tmp_path / "model"))
    told = nlptool("rnn-train", *SMALL, *words, stdin=LINES).stdout
    figures = dict(line.split("\t") for line in told.splitlines())
    real = nlptool("rnn-train", *SMALL, "-o", str(tmp_path / "model"), stdin=LINES)
    assert real.status == 0
    parameters = load(str(tmp_path / "model"), LANGUAGE_MODEL).model.parameters.flat
    assert int(figures["parameters"]) == parameters.size
    assert int(figures["model_bytes"]) == parameters.nbytes
    assert int(figures["tokens"]) == len(LINES)
    assert int(figures["steps"]) == 400 * 22
    assert int(figures["workers"]) == 2
    assert 0 < float(figures["seconds"]) < 1000
    assert int(figures["memory_bytes"]) > 10_000_000
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize(
    ("norm", "shards", "told"), [("batch", "2", 1), ("batch", "1", 0), ("batch-input", "2", 0)]
)
def test_statistics_of_few_columns_are_told(
    norm: str, shards: str, told: int, tmp_path: Path, nlptool: Nlptool
) -> None:
    options = ("--norm", norm, "--batch-size", "8", "--shards", shards, "--epochs", "1")
    outcome = nlptool("rnn-train", *SMALL, *options, "-o", str(tmp_path / "model"), stdin=LINES)
    assert outcome.status == 0
    assert outcome.stderr.count("the columns of a shard, which are only 4; raise --batch-size") == told


@pytest.mark.parametrize(("init", "told"), [(("--init", "identity"), True), ((), False)])
def test_a_relu_that_nothing_bounds_is_told(
    init: tuple[str, ...], told: bool, tmp_path: Path, nlptool: Nlptool
) -> None:
    options = ("--cell", "rnn", "--activation", "relu", *init, "--dry-run")
    outcome = nlptool("rnn-train", *SMALL, *options, "-o", str(tmp_path / "model"), stdin=LINES)
    assert outcome.status == 0
    assert ("give --init uniform, or --activation tanh" in outcome.stderr) is told


@pytest.mark.parametrize(
    ("option", "value"),
    [("--layers", "0"), ("--layers", "65"), ("--shards", "65"), ("--max-vocab", "3"), ("--min-count", "0")]
    + [(option, "none-such") for option in ("--cell", "--init", "--norm", "--optimizer", "--gru-reset")],
)
def test_a_value_out_of_range_is_usage(option: str, value: str, nlptool: Nlptool) -> None:
    outcome = nlptool("rnn-train", option, value, "-o", "model")
    assert outcome.status == 2
    assert f"'{option}'" in outcome.stderr


def test_a_time_between_checkpoints_is_a_number(tmp_path: Path, nlptool: Nlptool) -> None:
    options = ("--checkpoint-every", "nan", "-o", str(tmp_path / "model"))
    outcome = nlptool("rnn-train", *SMALL, *options, stdin=LINES)
    assert outcome.status == 2
    assert "nan is not a finite number" in outcome.stderr
