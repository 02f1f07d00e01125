"""Every learner, small: what the contract of learners runs over."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.classification.config import HINGE, ClassifierConfig
from nlp.classification.config import LOSSES as OF_CLASSIFIERS
from nlp.classification.learner import ClassifierLearner
from nlp.data.corpus import Corpus, encode, encode_by
from nlp.networks.config import LanguageModelConfig
from nlp.networks.learner import NetworkLearner
from nlp.networks.network import Network
from nlp.parallel.engine import ForkedEngine
from nlp.text.vocabulary import CHARACTERS
from nlp.training.language_settings import ADAM, SGD, LanguageSettings
from nlp.training.row_updates import StepPlan
from nlp.training.transformer_settings import ADAMW, MUON, TransformerSettings
from nlp.word2vec.config import ARCHITECTURES, LOSSES, Word2VecConfig
from nlp.word2vec.learner import EarlierModel, WordVectorLearner
from nlp.word2vec.slice_settings import SliceSettings
from nlp.word2vec.slices import SlicedLearner
from tests.files import TMP
from tests.nlp.classification import texts as classified
from tests.nlp.classification.recurrent import small as networks
from tests.nlp.networks import network_cases
from tests.nlp.tagging import segmented, tagged
from tests.nlp.tagging.recurrent import small
from tests.nlp.translation import small as translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlp.classification.recurrent.learner import RecurrentClassifierLearner
    from nlp.networks.network import NetworkConfig
    from nlp.tagging.config import TaggerConfig
    from nlp.tagging.learner import TaggerLearner
    from nlp.tagging.recurrent.learner import RecurrentTaggerLearner
    from nlp.training.language_settings import WindowSettings
    from nlp.training.learner import Learner
    from nlp.translation.learner import TranslationLearner

TEXT = "the king rode out at dawn\nthe queen ate bread at noon\n"
HELD_OUT = "the queen rode at dawn\nthe king ate\n"
SENTENCES = 20  # some four steps of a tagger
LANGUAGE = LanguageSettings(epochs=2, lr=0.05, batch_size=5, bptt=5, shards=2)
ATTENDING = TransformerSettings(epochs=2, batch_size=5, bptt=5, shards=2)
VECTORS = Word2VecConfig(dim=8, window=2, min_count=1, subsample=0.05, epochs=2, lr=0.1, buckets=500)


@cache
def texts(level: str) -> tuple[Corpus, Corpus]:
    """A text to learn and one held out, which no learner changes."""
    text = encode([TEXT * (1 if level == CHARACTERS else 2)], TMP, level, subword_vocab=9)
    return text, encode_by([HELD_OUT], TMP, text.vocabulary)


def of_network(
    config: NetworkConfig, settings: WindowSettings = LANGUAGE, *, valid: bool = True
) -> NetworkLearner:
    """The learner of a language model."""
    text, held_out = texts(config.level)
    model = Network(config, len(text.vocabulary))
    return NetworkLearner(model, text, settings, valid=held_out if valid else None)


@cache
def corpus() -> Corpus:
    """Some words that are frequent, and many that are not."""
    rng = np.random.default_rng(1)
    return encode((" ".join(f"w{n}" for n in rng.zipf(1.6, 9) if n < 50) + "\n" for _ in range(50)), TMP)


def of_vectors(config: Word2VecConfig, *, valid: bool = True, goes_on: bool = False) -> WordVectorLearner:
    """The learner of word vectors, which may go on from those of an earlier training."""
    text, earlier = corpus(), None
    held_out = encode_by(["w1 w2 w3 unseen w1 w2\nw4 w1 w9\n"], TMP, text.vocabulary) if valid else None
    if goes_on:
        rows = np.random.default_rng(2).uniform(-0.3, 0.3, (2, len(text.vocabulary), config.dim))
        inputs, outputs = rows.astype(np.float32)
        earlier = EarlierModel(text.vocabulary, inputs, outputs, sha256="")
    return WordVectorLearner(text, config, earlier=earlier, valid=held_out, plan=StepPlan(16, 3))


def of_slices(*, valid: bool = True, goes_on: bool = False) -> SlicedLearner:
    """The learner of word vectors in slices."""
    whole = of_vectors(VECTORS, valid=valid, goes_on=goes_on)
    return SlicedLearner(whole, SliceSettings(3, 6), ForkedEngine(1))


def of_segmenter(config: TaggerConfig, *, valid: bool = True) -> TaggerLearner:
    """The learner of a segmenter."""
    return segmented.training(valid=valid, config=config, count=SENTENCES).learner


def of_tagger(kind: str, *, valid: bool = True) -> TaggerLearner:
    """The learner of tags or entities."""
    return tagged.training(kind, valid=valid, count=SENTENCES).learner


def of_recurrent_tagger(kind: str, *, valid: bool = True) -> RecurrentTaggerLearner:
    """The learner of the network that is a tagger."""
    return small.training(kind, valid=valid, count=SENTENCES).learner


def of_hybrid(kind: str, *, valid: bool = True) -> RecurrentTaggerLearner:
    """The learner of the network and of hashed features together."""
    if kind == "words":
        return small.segmenter_training(valid=valid, count=SENTENCES).learner
    return small.training(kind, small.HASHED, valid=valid, count=SENTENCES).learner


def of_classifier(config: ClassifierConfig, *, valid: bool = True) -> ClassifierLearner:
    """The learner of a classifier of texts."""
    held_out = classified.encoded(config, classified.texts(20)) if valid else None
    return ClassifierLearner(classified.encoded(config, classified.texts(40)), config, valid=held_out)


def of_recurrent_classifier(form: str, *, valid: bool = True) -> RecurrentClassifierLearner:
    """The learner of the network that is a classifier of texts."""
    return networks.training(form, valid=valid, count=24).learner


def of_translation(form: str, *, valid: bool = True) -> TranslationLearner:
    """The learner of a model that translates."""
    return translated.training(form, valid=valid, count=24).learner


_OF_NETWORKS = (
    "gru",
    "tied",
    "transformer",
    "adaptive dropout",
    "batch-input",
    "batch rnn",
    "batch-input gru after",
    "nnlm dropout",
    "nnlm adaptive",
    "nnlm tied",
)
CONFIGS: dict[str, NetworkConfig] = {
    **{name: network_cases.CASES[name] for name in _OF_NETWORKS},  # what differs for a learner
    "bidirectional": LanguageModelConfig(cell="gru", hidden=5, embed_dim=4, bidirectional=True),
    "orthogonal": replace(network_cases.SMALL, init="orthogonal"),
    "identity": replace(network_cases.OF_CELLS["relu"], init="identity"),
    "words": replace(network_cases.SMALL, level="word"),
    "transformer words": replace(network_cases.TRANSFORMER, level="word"),
    "transformer pieces": replace(network_cases.TRANSFORMER, level="subword"),
    "pieces": replace(network_cases.SMALL, level="subword"),
    "adaptive words": replace(network_cases.OF_CELLS["adaptive dropout"], level="word"),
}
LANGUAGE_SETTINGS = {
    "by adam": replace(LANGUAGE, optimizer=ADAM, clip=0.5),
    "by sgd": replace(LANGUAGE, optimizer=SGD, lr=4.0, lr_decay=0.5, clip_value=0.1, shards=3),
}
ATTENDING_SETTINGS = {
    f"by {optimizer}": replace(ATTENDING, optimizer=optimizer) for optimizer in (ADAMW, MUON)
}
VECTOR_CONFIGS = {
    **{
        f"{arch} {loss}": replace(VECTORS, arch=arch, loss=loss)
        for arch, loss in product(ARCHITECTURES, LOSSES)
    },
    **{f"{arch} subwords": replace(VECTORS, arch=arch, subwords=True) for arch in ARCHITECTURES},
}
TAGGER_CONFIGS = {
    "segmenter": segmented.CONFIG,
    "segmenter with all features": replace(segmented.CONFIG, dropout=0.0),
}
CLASSIFIER_CONFIGS = {
    f"classifier by {loss} of dim {dim}": ClassifierConfig(loss=loss, dim=dim, buckets=512, epochs=2)
    for loss, dim in product(OF_CLASSIFIERS, (0, 3))
    if loss != HINGE or not dim
}
CASES: dict[str, Callable[..., Learner[Any]]] = {
    **{name: partial(of_segmenter, config) for name, config in TAGGER_CONFIGS.items()},
    **{name: partial(of_classifier, config) for name, config in CLASSIFIER_CONFIGS.items()},
    **{f"tagger of {kind}": partial(of_tagger, kind) for kind in tagged.TEXTS},
    **{f"recurrent tagger of {kind}": partial(of_recurrent_tagger, kind) for kind in small.FORMS},
    **{f"hybrid of {kind}": partial(of_hybrid, kind) for kind in ("tags", "characters", "words")},
    **{f"recurrent classifier by {form}": partial(of_recurrent_classifier, form) for form in networks.FORMS},
    **{f"translation by {form}": partial(of_translation, form) for form in translated.FORMS},
    **{name: partial(of_network, config) for name, config in CONFIGS.items()},
    **{
        f"lstm {name}": partial(of_network, network_cases.CASES["dropout"], settings)
        for name, settings in LANGUAGE_SETTINGS.items()
    },
    **{
        f"transformer {name}": partial(of_network, network_cases.CASES["transformer dropout"], settings)
        for name, settings in ATTENDING_SETTINGS.items()
    },
    **{name: partial(of_vectors, config) for name, config in VECTOR_CONFIGS.items()},
    **{
        f"{name} going on": partial(of_vectors, VECTOR_CONFIGS[name], goes_on=True)
        for name in ("skipgram ns", "cbow ns")
    },
    "skipgram ns in slices": of_slices,
    "skipgram ns in slices going on": partial(of_slices, goes_on=True),
}
