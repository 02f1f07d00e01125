"""The kinds of models: one table tells of each what loads it, and which command it is made for.

What loads a model stands above the storage that it is read from; so the table has names, of which one is
imported when a model of its kind is loaded, and no other.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from nlp.errors import ModelError
from nlp.storage.model_file import ModelFile, open_model
from nlp.wording import Message


class Kind(NamedTuple):
    """What loads a model: the `function`, of a `ModelFile`, in a `module`. And a `command` that reads it."""

    module: str
    function: str
    command: str


WORD_VECTORS, LANGUAGE_MODEL = "word-vectors", "language-model"
FILL_MODEL, NGRAM_MODEL = "fill-model", "ngram-model"
TRANSFORMER = "transformer"
SEGMENTER, TAGGER, CLASSIFIER = "segmenter", "tagger", "classifier"
RECURRENT_TAGGER, RECURRENT_SEGMENTER = "recurrent-tagger", "recurrent-segmenter"
RECURRENT_CLASSIFIER = "recurrent-classifier"
SEARCH_INDEX = "search-index"
TRANSLATOR = "translator"
CHECKPOINT = "-checkpoint"
"""How the kinds of checkpoints end: what comes before it and `-train` is the command that goes on."""

KINDS = {
    WORD_VECTORS: Kind("nlp.vectors.files", "vectors_of", "similar"),
    LANGUAGE_MODEL: Kind("nlp.networks.files", "language_model_of", "generate"),
    TRANSFORMER: Kind("nlp.networks.files", "language_model_of", "generate"),
    FILL_MODEL: Kind("nlp.networks.files", "language_model_of", "fill"),
    NGRAM_MODEL: Kind("nlp.ngrams.files", "ngrams_of", "generate"),
    CLASSIFIER: Kind("nlp.classification.files", "classifier_of", "classify"),
    RECURRENT_CLASSIFIER: Kind("nlp.classification.recurrent.files", "recurrent_classifier_of", "classify"),
    SEGMENTER: Kind("nlp.tagging.files", "segmenter_of", "tokenize"),
    TAGGER: Kind("nlp.tagging.files", "tagger_of", "tag"),
    RECURRENT_TAGGER: Kind("nlp.tagging.recurrent.files", "recurrent_tagger_of", "tag"),
    TRANSLATOR: Kind("nlp.translation.files", "translator_of", "translate"),
    RECURRENT_SEGMENTER: Kind("nlp.tagging.recurrent.files", "recurrent_segmenter_of", "tokenize"),
    SEARCH_INDEX: Kind("nlp.search.files", "index_of", "search"),
}


def open_kind(path: str, *kinds: str) -> ModelFile:
    """Open a model of one of these kinds. Raises: as `open_model`; ModelError if it is of another kind."""
    file = open_model(path)
    if file.kind not in kinds:
        needed = " or ".join(map(repr, kinds))
        refused = f"{path}: a model of kind {file.kind!r}, but this command needs one of kind {needed}"
        raise ModelError(Message("{refused}{use}", refused=refused, use=use_of(file.kind)))
    return file


def use_of(kind: str) -> str:
    """What a model of this kind is for, after a semicolon; nothing where that is not known."""
    return f"; use it with {KINDS[kind].command}" if kind in KINDS else unfinished(kind)


def unfinished(kind: str) -> Message:
    """What to do with the checkpoint of a training that was stopped, after a semicolon; else nothing."""
    if not kind.endswith(CHECKPOINT):
        return Message("")
    train = f"{kind.removesuffix(CHECKPOINT)}-train"
    told = "; its training was stopped: the same {train} with `resume` goes on and writes the model"
    return Message(told, train=train)


def load(path: str, *kinds: str) -> Any:
    """What a model of one of these kinds holds, by the table. Raises: ModelError; OSError."""
    return loaded(open_kind(path, *kinds))


def loaded(file: ModelFile) -> Any:
    """What a model of a kind of the table holds. Raises: ModelError if it is damaged."""
    row = KINDS[file.kind]
    return getattr(import_module(row.module), row.function)(file)
