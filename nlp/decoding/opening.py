"""From a file to a predictor, or to a filler of gaps, whichever kind of language model it holds."""

from __future__ import annotations

from nlp.decoding.filling import BayesFiller
from nlp.decoding.gaps import Filler
from nlp.decoding.network_predictor import NetworkPredictor, RecurrentPredictor
from nlp.decoding.predictor import Predictor
from nlp.decoding.two_sided import TwoSidedFiller
from nlp.networks.encoders.recurrent import RecurrentEncoder
from nlp.networks.files import LoadedLanguageModel
from nlp.ngrams.model import NgramModel
from nlp.ngrams.predictor import NgramPredictor
from nlp.storage.kinds import FILL_MODEL, LANGUAGE_MODEL, NGRAM_MODEL, load


def open_predictor(path: str) -> Predictor:
    """The predictor of a model of `rnn-train` or `ngram-train`.

    Raises: ModelError if it is damaged or of another kind; OSError if it can't be read
    """
    return _predictor_of(load(path, LANGUAGE_MODEL, NGRAM_MODEL))


def open_filler(path: str) -> Filler:
    """The filler of any language model. Raises: as `open_predictor`."""
    return filler_of(load(path, FILL_MODEL, LANGUAGE_MODEL, NGRAM_MODEL))


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
