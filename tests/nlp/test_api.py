"""`import nlp`: the examples of its docstrings, and that it costs nothing before it is used."""

from __future__ import annotations

import doctest
import importlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

import nlp
from nlp.classification.recurrent.classifier import RecurrentClassifier
from nlp.classification.recurrent.files import save_recurrent_classifier
from nlp.decoding.language_model import FillModel, LanguageModel
from nlp.errors import NlpError
from nlp.storage.model_file import write_model
from nlp.translation.files import save_translator
from nlp.translation.translator import Translator
from nlp.vectors.word_vectors import WordVectors
from tests.cli.running import environment, run
from tests.conftest import ROOT
from tests.nlp.classification.recurrent import small as classification
from tests.nlp.search.small_indexes import index_of_texts
from tests.nlp.translation import small as translation

if TYPE_CHECKING:
    from pathlib import Path


DOCUMENTED = ("nlp", "nlp.vectors.word_vectors", "nlp.decoding.language_model")


@pytest.fixture(scope="module")
def tales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `tales.ngrams` is, a model of the bundled tales."""
    folder: Path = tmp_path_factory.mktemp("tales")
    line = "corpus english | $T ngram-train -q --level char --order 6 -o tales.ngrams"
    command = f'T="{sys.executable} -m cli.main"; $T {line}'
    subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=environment(), check=True, timeout=60)
    return folder


@pytest.mark.parametrize("module", DOCUMENTED)
def test_the_examples_of_the_docstrings_are_true(
    module: str, tales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tales)
    failed, tried = doctest.testmod(importlib.import_module(module))
    assert (failed, tried > 3) == (0, True)


def test_the_readme_shows_what_python_shows(tales: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tales)
    failed, tried = doctest.testfile(str(ROOT / "docs/python.md"), module_relative=False, encoding="utf-8")
    assert (failed, tried > 3) == (0, True)


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import nlp, sys; print(nlp.__version__, *sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    version, *modules = result.stdout.split()
    assert version == nlp.__version__
    assert not {"numpy", "regex", "click", "typing"} & set(modules)


def test_it_answers_as_the_commands_do(tales: Path) -> None:
    model = nlp.load(tales / "tales.ngrams")
    assert isinstance(model, LanguageModel)
    options = ("-m", str(tales / "tales.ngrams"))
    made = run("generate", *options, "--prompt", "the king", "-n", "30", "--seed", "3").stdout.decode()
    assert made == f"the king{model.generate('the king', 30, seed=3)}\n"
    lines = b"the king rode out\nand the queen stayed\n"
    told = json.loads(run("score", *options, "--summary", "--format", "jsonl", stdin=lines).stdout)
    score = model.score(lines.decode())
    assert (told["tokens"], told["unknown"]) == (score.tokens, score.unknown)
    assert told["logprob"] == pytest.approx(score.logprob)
    vectors = nlp.load("en-vectors")
    assert isinstance(vectors, WordVectors)
    shown = [line.split("\t")[0] for line in run("similar", "king").stdout.decode().splitlines()]
    assert [word for word, _ in vectors.most_similar("king")] == shown


def test_tokens_are_those_of_the_command() -> None:
    text = "x\ufeff Soft\u00adware №1: 我爱 #nlp :-) naïve"
    for mode in ("words", "uax29", "chars", "graphemes"):
        told = run("tokenize", "--mode", mode, "--lower", stdin=text.encode()).stdout.decode()
        assert " ".join(nlp.tokenize(text, mode, lower=True)) == told.removesuffix("\n")
    assert "#nlp" in nlp.tokenize(text, tweets=True)
    with pytest.raises(ValueError, match="unknown mode"):
        nlp.tokenize(text, "word")


def test_vectors_of_other_tools_and_unknown_words(tmp_path: Path) -> None:
    (tmp_path / "v.vec").write_text("2 2\nking 1 0\nqueen 1 1\n")
    vectors = nlp.load(tmp_path / "v.vec")
    assert isinstance(vectors, WordVectors)
    assert (len(vectors), vectors.words, "man" in vectors) == (2, ["king", "queen"], False)
    assert np.array_equal(vectors["queen"], [1, 1])
    assert vectors.similarity("king", "queen") == pytest.approx(2**-0.5)
    assert (list(vectors), repr(vectors)) == (["king", "queen"], "<WordVectors: 2 words, 2 dimensions>")
    with pytest.raises(ValueError, match="topn is 0"):
        vectors.most_similar("king", topn=0)
    for ask in (vectors.__getitem__, vectors.most_similar):
        with pytest.raises(KeyError, match="'quen' has no vector; did you mean 'queen'"):
            ask("quen")


def test_a_bidirectional_model_fills(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("the king ate bread\nthe queen ate bread\n" * 20)
    words = ("rnn-train", "-q", "--bidirectional", "--level", "word", "--hidden", "8", "--epochs", "2")
    assert run(*words, "-o", str(tmp_path / "m"), str(tmp_path / "text")).returncode == 0
    model = nlp.load(tmp_path / "m")
    assert isinstance(model, FillModel)
    assert not isinstance(model, LanguageModel)
    (gap,) = model.fill("the ___ ate bread", 3, max_gap=1)
    assert len(gap) == 3
    assert model.fill("no gap") == []


def test_a_translator_translates(tmp_path: Path) -> None:
    model = translation.translator("gru")
    with (tmp_path / "m").open("wb") as file:
        save_translator(file, model, {})
    loaded = nlp.load(tmp_path / "m")
    assert isinstance(loaded, Translator)
    assert loaded.translate(["ab cd", "abc"], beam=2) == model.translate(["ab cd", "abc"], beam=2)


def test_a_classifier_tells_probabilities(tmp_path: Path) -> None:
    model = classification.classifier("attention")
    with (tmp_path / "m").open("wb") as file:
        save_recurrent_classifier(file, model, {})
    loaded = nlp.load(tmp_path / "m")
    assert isinstance(loaded, RecurrentClassifier)
    assert loaded.labels == model.labels
    assert np.array_equal(loaded.probabilities(["I saw a horse"]), model.probabilities(["I saw a horse"]))


def test_what_commands_alone_can_ask_is_told(tmp_path: Path) -> None:
    index_of_texts(tmp_path)
    with (tmp_path / "stopped").open("wb") as file:
        write_model(file, "rnn-checkpoint", {}, {})
    told = {
        str(tmp_path / "index"): "'search-index', which Python cannot ask; use it with search",
        "zh-words": "'segmenter', which Python cannot ask; use it with tokenize",
        str(tmp_path / "stopped"): "which Python cannot ask; its training was stopped: the same rnn-train",
    }
    for model, message in told.items():
        with pytest.raises(NlpError, match=message):
            nlp.load(model)


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello there\n")
    with pytest.raises(NlpError, match="not word vectors"):
        nlp.load(tmp_path / "x")
    with pytest.raises(FileNotFoundError):
        nlp.load("none")
