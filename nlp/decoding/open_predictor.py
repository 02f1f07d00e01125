"""A predictor for whichever kind of language model a file holds."""

from __future__ import annotations

from nlp.decoding.network_predictor import NetworkPredictor, RecurrentPredictor
from nlp.decoding.predictor import Predictor
from nlp.errors import ModelError
from nlp.networks.encoders.recurrent import RecurrentEncoder
from nlp.networks.files import FILL_MODEL, LANGUAGE_MODEL, load_language_model
from nlp.ngrams.files import KIND as NGRAM_MODEL
from nlp.storage.model_file import open_model
from nlp.wording import Message


def open_predictor(path: str) -> Predictor:
    """The predictor of a model of `rnn-train` or `ngram-train`.

    Raises: ModelError if it is damaged or of another kind; OSError if it can't be read
    """
    kind = open_model(path).kind
    if kind == NGRAM_MODEL:
        from nlp.ngrams.predictor import open_ngram_predictor

        return open_ngram_predictor(path)
    if kind == FILL_MODEL:
        raise ModelError(
            Message(
                "{path}: a model of kind {kind!r} reads from both sides, but this command needs one of kind "
                "{language!r} or {ngrams!r}; use it with 'fill', or train one without `bidirectional`",
                path=path,
                kind=kind,
                language=LANGUAGE_MODEL,
                ngrams=NGRAM_MODEL,
            )
        )
    if kind != LANGUAGE_MODEL:
        raise of_wrong_kind(path, kind, LANGUAGE_MODEL, NGRAM_MODEL)
    return _of_network(path)


def of_wrong_kind(path: str, kind: str, *needed: str) -> ModelError:
    """The error that names the kind of a model, and those that would do."""
    kinds = " or ".join(map(repr, needed))
    return ModelError(f"{path}: a model of kind {kind!r}, but this command needs one of kind {kinds}")


def _of_network(path: str) -> Predictor:
    loaded = load_language_model(path)
    encoder = loaded.model.encoder
    if isinstance(encoder, RecurrentEncoder):
        return RecurrentPredictor(loaded.model, encoder, loaded.vocabulary)
    return NetworkPredictor(loaded.model, loaded.vocabulary)
