"""Each kind of language model has the predictor and the filler that are made for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import nlp
from nlp.decoding.filling import BayesFiller
from nlp.decoding.language_model import LanguageModel
from nlp.decoding.network_predictor import NetworkPredictor, RecurrentPredictor
from nlp.decoding.opening import load_ngrams, open_filler, open_predictor
from nlp.decoding.two_sided import TwoSidedFiller
from nlp.errors import ModelError
from nlp.networks.files import save_language_model
from nlp.ngrams.files import save_ngrams
from nlp.ngrams.model import train_ngrams
from nlp.ngrams.predictor import NgramPredictor
from nlp.storage.model_file import write_model
from tests.nlp.decoding.predictor_cases import TOKENS, two_sided
from tests.nlp.networks.network_cases import CASES, made
from tests.nlp.ngrams.arpa_cases import ARPA

if TYPE_CHECKING:
    from pathlib import Path


def saved(path: Path, kind: str) -> str:
    """A small model, called as in `CASES`, "two-sided" or "ngrams"."""
    with path.open("wb") as file:
        if kind == "ngrams":
            save_ngrams(file, train_ngrams(np.arange(9, dtype=np.int32) % len(TOKENS), TOKENS, 2))
        else:
            network = two_sided() if kind == "two-sided" else made(CASES[kind])
            save_language_model(file, network, TOKENS, {})
    return str(path)


@pytest.mark.parametrize(
    ("kind", "predictor"),
    [("lstm", RecurrentPredictor), ("nnlm", NetworkPredictor), ("ngrams", NgramPredictor)],
)
def test_what_reads_from_left_to_right_predicts_and_fills_by_bayes_rule(
    kind: str, predictor: type, tmp_path: Path
) -> None:
    path = saved(tmp_path / "m", kind)
    assert type(open_predictor(path)) is predictor
    filler = open_filler(path)
    assert isinstance(filler, BayesFiller)
    assert type(filler.predictor) is predictor
    assert filler.vocabulary == TOKENS


def test_what_reads_from_both_sides_only_fills(tmp_path: Path) -> None:
    path = saved(tmp_path / "m", "two-sided")
    assert isinstance(open_filler(path), TwoSidedFiller)
    with pytest.raises(
        ModelError, match=r"'fill-model', .* 'language-model'.* or 'ngram-model'; use it with fill$"
    ):
        open_predictor(path)


def test_word_vectors_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "m").open("wb") as file:
        write_model(file, "word-vectors", {}, {"x": np.zeros(3, np.float32)})
    for opened in (open_predictor, open_filler):
        with pytest.raises(
            ModelError, match=r"'word-vectors', but .* 'language-model'.* or 'ngram-model'; use"
        ):
            opened(str(tmp_path / "m"))


def test_an_arpa_file_predicts_and_fills(tmp_path: Path) -> None:
    (tmp_path / "m").write_text(ARPA)
    assert type(open_predictor(str(tmp_path / "m"))) is NgramPredictor
    assert isinstance(open_filler(str(tmp_path / "m")), BayesFiller)
    assert load_ngrams(str(tmp_path / "m")).order == 3
    assert isinstance(nlp.load(tmp_path / "m"), LanguageModel)
