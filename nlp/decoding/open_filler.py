"""A filler of gaps for whichever kind of language model a file holds."""

from __future__ import annotations

from nlp.decoding.filling import BayesFiller
from nlp.decoding.gaps import Filler
from nlp.decoding.open_predictor import of_wrong_kind, open_predictor
from nlp.decoding.two_sided import TwoSidedFiller
from nlp.networks.files import FILL_MODEL, LANGUAGE_MODEL, load_language_model
from nlp.ngrams.files import KIND as NGRAM_MODEL
from nlp.storage.model_file import open_model


def open_filler(path: str) -> Filler:
    """The filler of a bidirectional model, or by Bayes' rule of any that reads from left to right.

    Raises: ModelError if the file is damaged or holds no language model; OSError if it can't be read
    """
    kind = open_model(path).kind
    if kind == FILL_MODEL:
        loaded = load_language_model(path, FILL_MODEL)
        return TwoSidedFiller(loaded.model, loaded.vocabulary)
    if kind not in {LANGUAGE_MODEL, NGRAM_MODEL}:
        raise of_wrong_kind(path, kind, FILL_MODEL, LANGUAGE_MODEL, NGRAM_MODEL)
    return BayesFiller(open_predictor(path))
