"""`nlptool w2v-train`: workers, text held out, phrases, updates, dry runs and warnings."""

from __future__ import annotations

import json
import math
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from corpora import model_path
from nlp.storage.model_file import open_model, write_model
from nlp.vectors.files import load_vectors
from tests.cli import running
from tests.cli.word_model import write_words
from tests.torture.peak import peak_memory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tests.cli.inside import Nlptool

SMALL = ("--min-count", "1", "--dim", "8", "--window", "2", "--subsample", "0", "--no-progress")


def text(lines: int, seed: int = 0, words: int = 60) -> str:
    rng = random.Random(seed)  # noqa: S311
    return "".join(" ".join(f"w{rng.randrange(words)}" for _ in range(12)) + "\n" for _ in range(lines))


def records(stderr: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stderr.splitlines()]


@pytest.mark.parametrize(("workers", "told"), [("1", "1"), ("3", "1 (3 allowed)")])
def test_no_more_workers_start_than_a_step_has_work_for(
    workers: str, told: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    words = ("--epochs", "1", "-v", "--workers", workers, "-o", str(tmp_path / "model"))
    result = nlptool("w2v-train", *SMALL, *words, stdin=text(10))
    assert f"nlptool: workers: {told}, for steps of 1 × 64 words\n" in result.stderr


def test_held_out_text_is_evaluated_and_the_best_epoch_kept(nlptool: Nlptool, tmp_path: Path) -> None:
    held_out, model = tmp_path / "held", tmp_path / "model"
    held_out.write_text(text(20, 1) + "unseen words only\n")
    options = ("--valid", str(held_out), "--patience", "2", "--epochs", "60", "--lr", "0.5", "--log-json")
    result = nlptool("w2v-train", *SMALL, *options, "-o", str(model), stdin=text(60))
    assert result.status == 0
    lines = [record for record in records(result.stderr) if "warning" not in record]
    last = lines[-1]
    assert last["done"] is True
    losses = last["valid_losses"]
    best = losses.index(min(losses))
    assert last["best_epoch"] == best + 1 == len(losses) - 2
    assert last["valid_loss"] == losses[best]
    assert last["valid_perplexity"] == pytest.approx(math.exp(losses[best]))
    assert [line["valid_loss"] for line in lines[:-1]] == pytest.approx(losses, abs=1e-6)
    metadata = load_vectors(str(model)).metadata
    assert (metadata["best_epoch"], metadata["valid_losses"]) == (best + 1, losses)
    until_best = ("--valid", str(held_out), "--epochs", "60", "--lr", "0.5", "--patience", "1")
    assert nlptool("w2v-train", *SMALL, *until_best, "-o", str(tmp_path / "x"), stdin=text(60)).status == 0


def test_held_out_text_without_known_words_is_refused(nlptool: Nlptool, tmp_path: Path) -> None:
    held_out = tmp_path / "held"
    held_out.write_text("nothing known here\n")
    model = tmp_path / "model"
    result = nlptool("w2v-train", *SMALL, "--valid", str(held_out), "-o", str(model), stdin=text(60))
    assert result.status == 1
    assert "no line of the held-out text has two words of the vocabulary" in result.stderr


def test_phrases_become_words(nlptool: Nlptool, tmp_path: Path) -> None:
    corpus = text(150).replace("w7 ", "new york ")
    model = tmp_path / "model"
    options = ("--phrases", "--phrase-threshold", "20", "--epochs", "1", "-o", str(model))
    assert nlptool("w2v-train", *SMALL, *options, stdin=corpus).status == 0
    vectors = load_vectors(str(model))
    assert "new_york" in vectors.vocabulary
    assert "new" not in vectors.vocabulary
    assert vectors.metadata["phrase_threshold"] == 20


@pytest.fixture
def earlier(nlptool: Nlptool, tmp_path: Path) -> Path:
    model = tmp_path / "earlier"
    assert nlptool("w2v-train", *SMALL, "--epochs", "2", "-o", str(model), stdin=text(60)).status == 0
    return model


def test_an_update_keeps_old_words_and_adds_new_ones(nlptool: Nlptool, earlier: Path, tmp_path: Path) -> None:
    more = "w1 w2 fresh w3 fresh\n" * 30 + "once\n"
    model, before = tmp_path / "later", load_vectors(str(earlier))
    options = ("--update", str(earlier), "--min-count", "2", "--epochs", "1", "--lr", "1e-9")
    result = nlptool("w2v-train", "-q", *options, "--subsample", "0", "-o", str(model), stdin=more)
    assert (result.status, result.stderr) == (0, "")
    after = load_vectors(str(model))
    assert set(after.vocabulary.words) == {*before.vocabulary.words, "fresh"}
    assert after.vocabulary.counts[after.vocabulary.index["fresh"]] == 60
    old, new = ([v.vocabulary.index[w] for w in before.vocabulary.words] for v in (before, after))
    counts = dict(zip(before.vocabulary.words, before.vocabulary.counts, strict=True))
    assert after.vocabulary.counts[after.vocabulary.index["w1"]] == counts["w1"] + 30
    assert after.vocabulary.counts[after.vocabulary.index["w9"]] == counts["w9"]
    np.testing.assert_allclose(
        after.matrix[new], before.matrix[old], atol=1e-6
    )  # the rate was next to nothing
    outputs = [open_model(str(path)).array("output_vectors") for path in (earlier, model)]
    np.testing.assert_allclose(outputs[1][new], outputs[0][old], atol=1e-6)


def test_an_update_in_place_learns(nlptool: Nlptool, earlier: Path) -> None:
    before = load_vectors(str(earlier)).matrix.copy()
    assert (
        nlptool("w2v-train", "--update", str(earlier), "-q", "-o", str(earlier), stdin=text(60, 2)).status
        == 0
    )
    after = load_vectors(str(earlier)).matrix
    assert after.shape == before.shape
    assert not np.array_equal(after, before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--dim", "9"), "--dim is 9, but 8 in "),
        (("--arch", "cbow"), "--arch is cbow, but skipgram in "),
        (("--loss", "softmax"), "--loss is softmax, but ns in "),
        (("--subwords",), "--subwords is True, but False in "),
        (("--max-vocab", "5"), "--max-vocab is 5, but "),
    ],
)
def test_an_update_of_another_shape_is_refused(
    options: tuple[str, ...], message: str, nlptool: Nlptool, earlier: Path
) -> None:
    update = ("--update", str(earlier), "-o", str(earlier))
    result = nlptool("w2v-train", *update, *options, stdin=text(60))
    assert result.status == 2
    assert message in result.stderr


@pytest.mark.parametrize(("loss", "message"), [("hs", "hierarchical softmax is a tree"), ("ns", "subwords")])
def test_a_model_that_cannot_take_new_words_says_why(
    loss: str, message: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    model = str(tmp_path / "model")
    options = ("--loss", loss, *(["--subwords"] if loss == "ns" else []))
    assert nlptool("w2v-train", *SMALL, *options, "-q", "-o", model, stdin=text(20)).status == 0
    result = nlptool("w2v-train", "--update", model, "-o", model, stdin=text(20))
    assert result.status == 1
    assert message in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dim", None),
        ("dim", 9),
        ("arch", None),
        ("loss", None),
        ("subwords", None),
        ("loss", []),
        ("arch", "x"),
    ],
)
def test_settings_that_do_not_tell_of_the_vectors_are_refused(
    name: str, value: object, nlptool: Nlptool, earlier: Path
) -> None:
    opened = open_model(str(earlier))
    arrays = {array: np.array(opened.array(array)) for array in opened.metadata["arrays"]}
    document = {key: content for key, content in opened.metadata.items() if key != "arrays"}
    config = {key: content for key, content in document["config"].items() if key != name}
    document["config"] = config if value is None else config | {name: value}
    with earlier.open("wb") as file:
        write_model(file, opened.kind, document, arrays)
    result = nlptool("w2v-train", "--update", str(earlier), "-o", str(earlier), stdin=text(20))
    assert result.status == 1
    untold = f"its settings do not tell the {name} of its vectors"
    impossible = f"not a usable model of kind 'word-vectors': {name} is {value!r}; choose"
    assert (untold if value in (None, 9) else impossible) in result.stderr


@pytest.mark.parametrize("format_", ["text", "jsonl"])
def test_a_dry_run_tells_and_writes_nothing(format_: str, nlptool: Nlptool, tmp_path: Path) -> None:
    options = ("--dry-run", "--format", format_, "--input-format", "text", "--epochs", "50")
    result = nlptool("w2v-train", *SMALL, *options, "-o", str(tmp_path / "model"), stdin=text(500))
    assert result.status == 0
    lines = result.stdout.splitlines()
    figures = json.loads(lines[0]) if format_ == "jsonl" else dict(line.split("\t") for line in lines)
    assert int(figures["vocabulary"]) == 60
    assert int(figures["words"]) == 6000
    assert int(figures["parameters"]) == 2 * 60 * 8
    assert float(figures["seconds"]) > 0
    assert int(figures["memory_bytes"]) > 10_000_000
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("json_log", [True, False])
def test_warnings_come_with_their_remedy(nlptool: Nlptool, tmp_path: Path, *, json_log: bool) -> None:
    options = ("--min-count", "1", "--epochs", "1", "--no-progress", *(["--log-json"] if json_log else []))
    result = nlptool("w2v-train", *options, "-o", str(tmp_path / "model"), stdin="t h e k i n g\n" * 100)
    assert result.status == 0
    if json_log:
        warnings = [record["warning"] for record in records(result.stderr) if "warning" in record]
    else:
        start = "nlptool: warning: "
        warnings = [line.removeprefix(start) for line in result.stderr.splitlines() if line.startswith(start)]
    remedies = ["nlptool tokenize", "--subsample 0", "--epochs ", "have collapsed"]
    assert all(any(remedy in warning for warning in warnings) for remedy in remedies[:3])


def test_a_large_text_has_no_warnings(nlptool: Nlptool, tmp_path: Path) -> None:
    corpus = text(1700, words=1000)
    options = ("-o", str(tmp_path / "model"), "--epochs", "10", "--lr", "0.5")
    result = nlptool("w2v-train", *SMALL, *options, stdin=corpus)
    assert (result.status, result.stderr) == (0, "")


@pytest.mark.parametrize("options", [(), ("--subwords",), ("--loss", "hs"), ("--valid", "held-out")])
def test_a_dry_run_tells_the_memory_of_the_training(options: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "text").write_text("".join(f"a b w{n} w{n + 1}\n" for n in range(0, 20_000, 2)))
    (tmp_path / "held-out").write_text("a w1 w2 b\n" * 100)
    words = ("w2v-train", "--min-count", "1", "--dim", "200", "--epochs", "1", "-q", *options)
    told = running.run(*words, "--dry-run", "-o", "model", "text", cwd=tmp_path).stdout.decode()
    figures = dict(line.split("\t") for line in told.splitlines())
    command = [*running.NLPTOOL, *words, "-o", "model", "text"]
    with subprocess.Popen(command, cwd=tmp_path, env=running.environment()) as real:
        peak = peak_memory(real)
    assert real.returncode == 0
    assert int(figures["memory_bytes"]) == pytest.approx(peak, rel=0.15)


def test_a_small_update_is_not_told_that_it_is_small(nlptool: Nlptool, earlier: Path) -> None:
    """Its old words are learnt already: so many epochs of a few lines would forget what they mean."""
    words = ("w2v-train", "--no-progress", "--subsample", "0", "-o", str(earlier))
    assert "to learn from, all epochs together" in nlptool(*words, stdin=text(60)).stderr
    result = nlptool(*words, "--update", str(earlier), stdin=text(60))
    assert result.status == 0
    assert "all epochs together" not in result.stderr


def test_n_grams_have_the_lengths_that_were_asked_for(nlptool: Nlptool, tmp_path: Path) -> None:
    usual, short = tmp_path / "usual", tmp_path / "short"
    words = ("w2v-train", "-q", "--min-count", "1", "--dim", "8", "--epochs", "1", "--subwords")
    lines = "kingdom queendom\n" * 20
    assert nlptool(*words, "-o", str(usual), stdin=lines).status == 0
    assert nlptool(*words, "--minn", "2", "--maxn", "3", "-o", str(short), stdin=lines).status == 0
    lengths = [open_model(str(path)).metadata["subwords"] for path in (usual, short)]
    assert [(one["shortest"], one["longest"]) for one in lengths] == [(3, 6), (2, 3)]
    unseen = [nlptool("similar", "-m", str(path), "xo", "-k", "1").status for path in (usual, short)]
    assert unseen == [1, 1]
    assert nlptool("similar", "-m", str(short), "do", "-k", "1").status == 0
    assert nlptool("similar", "-m", str(usual), "do", "-k", "1").status == 1


def test_the_shortest_n_gram_is_no_longer_than_the_longest(nlptool: Nlptool) -> None:
    status, _, stderr = nlptool("w2v-train", "--subwords", "--minn", "7", "-o", "none", stdin="a b\n")
    assert status == 2
    assert "--minn is 7, but --maxn 6" in stderr


STARTS = {"w1": (1, 2, 3, 4), "w2": (-1, 0, 1, 0.5), "absent": (5, 5, 5, 5), "gone": (0, 1, 0, 1)}
STILL = ("--min-count", "1", "--epochs", "1", "--lr", "1e-9", "--subsample", "0", "-q")


@pytest.fixture(params=["glove.txt", "w2v.vec.gz", "w2v.bin", "words.npy", "words.model"])
def starts(request: pytest.FixtureRequest, nlptool: Nlptool, tmp_path: Path) -> str:
    """Word vectors in a format that people have."""
    path = str(tmp_path / request.param)
    model = write_words(tmp_path / "words.model", STARTS)
    if path.endswith("glove.txt"):
        rows = (f"{word} {' '.join(map(str, vector))}\n" for word, vector in STARTS.items())
        (tmp_path / "glove.txt").write_text("".join(rows))
    elif path != model:
        assert nlptool("export", model, "-q", "-o", path).status == 0
    return path


def two_worlds(lines: int, seed: int = 0) -> str:
    """Lines of words that begin with w, and lines of words that begin with v."""
    return text(lines, seed, words=30) + text(lines, seed + 1, words=30).replace("w", "v")


def rows_of(path: Path, words: Iterable[str]) -> NDArray[np.float32]:
    vectors = load_vectors(str(path))
    return np.array([vectors[word] for word in words], np.float32)


Starting = Callable[[str, str], tuple[list[str], Path]]


@pytest.fixture
def started(starts: str, nlptool: Nlptool, tmp_path: Path) -> Starting:
    """Train so that nothing moves, by an option that names the vectors: the words that come out."""

    def run(option: str, corpus: str) -> tuple[list[str], Path]:
        model = tmp_path / "model"
        result = nlptool("w2v-train", *STILL, option, starts, "-o", str(model), stdin=corpus)
        assert (result.status, result.stderr) == (0, "")
        return sorted(load_vectors(str(model)).words), model

    return run


def test_the_words_of_the_text_start_from_vectors_of_any_tool(started: Starting) -> None:
    """Others start as usual; words that the text lacks are left out; the dimensions are taken over."""
    words, model = started("--vectors", "w1 w2 new\n" * 9)
    assert words == ["new", "w1", "w2"]
    np.testing.assert_allclose(rows_of(model, ["w1", "w2"]), [STARTS["w1"], STARTS["w2"]], atol=1e-6)
    assert 0 < np.abs(rows_of(model, ["new"])).max() <= 0.5 / 4


def test_an_update_of_vectors_of_any_tool_keeps_all_words(
    started: Starting, nlptool: Nlptool, tmp_path: Path
) -> None:
    words, model = started("--update", "w2 new w1\n" * 9)
    assert words == sorted([*STARTS, "new"])
    np.testing.assert_allclose(rows_of(model, STARTS), list(STARTS.values()), atol=1e-6)
    again = tmp_path / "again"
    result = nlptool("w2v-train", *STILL, "--update", str(model), "-o", str(again), stdin="w2 gone\n" * 9)
    assert result.status == 0, "what comes out is a model like any other"
    np.testing.assert_allclose(rows_of(again, STARTS), list(STARTS.values()), atol=1e-6)


@pytest.mark.parametrize("loss", ["ns", "hs", "softmax"])
@pytest.mark.parametrize("option", ["--vectors", "--update"])
def test_what_starts_from_vectors_learns(option: str, loss: str, nlptool: Nlptool, tmp_path: Path) -> None:
    """With words that the text never has, held out too: each loss is finite, and falls."""
    words = {
        f"{world}{n}": np.random.default_rng(n).normal(size=8).tolist() for n in range(40) for world in "wv"
    }
    vectors, held_out = write_words(tmp_path / "v", words), tmp_path / "held"
    assert nlptool("export", vectors, "-o", str(tmp_path / "v.txt")).status == 0
    held_out.write_text(two_worlds(20, 5) + "w38 w1 v39\n")
    model = tmp_path / "model"
    options = (option, str(tmp_path / "v.txt"), "--loss", loss, "--valid", str(held_out), "--epochs", "4")
    result = nlptool("w2v-train", "--min-count", "1", "-q", *options, "-o", str(model), stdin=two_worlds(200))
    assert (result.status, result.stderr) == (0, "")
    losses = load_vectors(str(model)).metadata["valid_losses"]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]


def test_n_grams_start_from_vectors_too(nlptool: Nlptool, tmp_path: Path) -> None:
    """So an unseen word is near those that it is like, before anything is learnt."""
    vectors = write_words(tmp_path / "v", {"kingdom": (1, 0, 0), "kingdoms": (1, 0.1, 0), "bread": (0, 0, 1)})
    model = tmp_path / "model"
    options = ("--subwords", "--vectors", vectors, "-o", str(model))
    corpus = "kingdom kingdoms bread other\n" * 9
    assert nlptool("w2v-train", *STILL, *options, stdin=corpus).status == 0
    found = rows_of(model, ["kingdom", "kingdoms", "bread"])
    np.testing.assert_allclose(found, [(1, 0, 0), (1, 0.1, 0), (0, 0, 1)], atol=1e-5)
    (unseen,) = rows_of(model, ["kingdomz"])
    assert unseen[0] / np.linalg.norm(unseen) > 0.9


def test_dimensions_that_differ_are_refused(nlptool: Nlptool, tmp_path: Path) -> None:
    vectors, model = write_words(tmp_path / "v", STARTS), str(tmp_path / "model")
    options = ("--dim", "9", "--min-count", "1", "-o", model)
    result = nlptool("w2v-train", "--vectors", vectors, *options, stdin=text(20))
    assert (result.status, "vectors of 4 dimensions, but --dim is 9; give --dim 4" in result.stderr) == (
        2,
        True,
    )
    result = nlptool("w2v-train", "--update", vectors, *options, stdin=text(20))
    assert (result.status, "--dim is 9, but 4 in " in result.stderr) == (2, True)
    result = nlptool("w2v-train", "--update", vectors, "--vectors", vectors, "-o", model, stdin=text(20))
    assert result.status == 2
    assert "--update and --vectors both say what to start from" in result.stderr


def test_vectors_of_other_words_are_told(nlptool: Nlptool, tmp_path: Path) -> None:
    vectors = write_words(tmp_path / "v", {"w1": (1, 2), "W2": (3, 4)})
    words = (
        "w2v-train",
        "--min-count",
        "1",
        "--vectors",
        vectors,
        "--no-progress",
        "-o",
        str(tmp_path / "m"),
    )
    told = "1 of 60 words starts from a vector; are they tokenized alike, and in the same case?"
    assert told in nlptool(*words, stdin=text(200)).stderr
    result = nlptool(*words, stdin="x y\n" * 20)
    assert result.status == 1
    assert f"{vectors}: none of the words of the text has a vector, 'x' for one" in result.stderr


def test_what_is_odd_about_vectors_is_a_warning(nlptool: Nlptool, tmp_path: Path) -> None:
    path = tmp_path / "v.vec"
    path.write_text("4 2\nw1 1 2\nw2 nan nan\nw3 1 3\n")
    for option in ("--update", "--vectors"):
        words = ("w2v-train", "--min-count", "1", option, str(path), "--no-progress")
        result = nlptool(*words, "-o", str(tmp_path / "m"), stdin=text(60))
        assert result.status == 0
        assert "v.vec: 1 row left out, with numbers that are not finite" in result.stderr


def test_bundled_vectors_are_a_start_by_their_name(nlptool: Nlptool, tmp_path: Path) -> None:
    model = tmp_path / "model"
    words = (*STILL, "--vectors", "en-vectors", "-o", str(model))
    assert nlptool("w2v-train", *words, stdin="king queen prince\n" * 9).status == 0
    bundled = load_vectors(str(model_path()))
    np.testing.assert_allclose(rows_of(model, ["king"])[0], bundled["king"], atol=1e-6)
