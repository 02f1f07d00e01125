"""From a file to a predictor, or to a filler of gaps, whichever kind of language model it holds."""

from __future__ import annotations

from typing import Any

from nlp.decoding.filling import BayesFiller
from nlp.decoding.gaps import Filler
from nlp.decoding.network_predictor import NetworkPredictor, RecurrentPredictor
from nlp.decoding.predictor import Predictor
from nlp.decoding.two_sided import TwoSidedFiller
from nlp.errors import NoModelError
from nlp.networks.encoders.recurrent import RecurrentEncoder
from nlp.networks.files import LoadedLanguageModel
from nlp.ngrams.arpa import is_arpa, read_arpa
from nlp.ngrams.model import NgramModel
from nlp.ngrams.predictor import NgramPredictor
from nlp.storage.kinds import FILL_MODEL, LANGUAGE_MODEL, NGRAM_MODEL, TRANSFORMER, load


def open_predictor(path: str) -> Predictor:
    """The predictor of a model of `rnn-train`, `transformer-train` or `ngram-train`, or of an ARPA file.

    Raises: ModelError if it is damaged or of another kind; InputError for a bad ARPA file; OSError if it
            can't be read
    """
    return _predictor_of(_loaded(path, LANGUAGE_MODEL, TRANSFORMER, NGRAM_MODEL))


def open_filler(path: str) -> Filler:
    """The filler of any language model. Raises: as `open_predictor`."""
    return filler_of(_loaded(path, FILL_MODEL, LANGUAGE_MODEL, NGRAM_MODEL))


def load_ngrams(path: str) -> NgramModel:
    """The n-gram model of a file of `ngram-train`, or of an ARPA file. Raises: as `open_predictor`."""
    loaded: NgramModel = _loaded(path, NGRAM_MODEL)
    return loaded


def filler_of(loaded: LoadedLanguageModel | NgramModel) -> Filler:
    """The filler of a bidirectional model, or by Bayes' rule of one that reads from left to right."""
    if isinstance(loaded, LoadedLanguageModel) and loaded.model.config.bidirectional:
        return TwoSidedFiller(loaded.model, loaded.vocabulary)
    return BayesFiller(_predictor_of(loaded))


def _predictor_of(loaded: LoadedLanguageModel | NgramModel) -> Predictor:
    if isinstance(loaded, NgramModel):
        return NgramPredictor(loaded)
    if isinstance(loaded.model.encoder, RecurrentEncoder):
        return RecurrentPredictor(loaded.model, loaded.model.encoder, loaded.vocabulary)
    return NetworkPredictor(loaded.model, loaded.vocabulary)


def _loaded(path: str, *kinds: str) -> Any:
    """What a model of one of these kinds holds, or an ARPA file. Raises: as `open_predictor`."""
    try:
        return load(path, *kinds)
    except NoModelError:
        if not is_arpa(path):
            raise
        return read_arpa(path)
