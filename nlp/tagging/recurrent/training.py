"""Labelled text made ready to train a network that labels it, and the model made of what was learnt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.data.labelled.schemes import Scheme
from nlp.networks.tagger import TaggerNetwork
from nlp.networks.token_config import TokenNetworkConfig
from nlp.networks.token_numbering import Numbering, Sentences, given_vectors, no_vectors
from nlp.tagging.accessor_variety import AccessorVariety
from nlp.tagging.config import SCHEME, HashedConfig
from nlp.tagging.examples import Table
from nlp.tagging.hashing import Hashes
from nlp.tagging.labels import Chain, word_chain
from nlp.tagging.lexicon import Lexicon
from nlp.tagging.packed import PackedWeights, rounded
from nlp.tagging.recurrent.hashed import HashedFeatures
from nlp.tagging.recurrent.learner import Labelled, RecurrentTaggerLearner
from nlp.tagging.recurrent.tagger import AddedScores, LinearScores, RecurrentSegmenter, RecurrentTagger
from nlp.tagging.segment_training import Words, WordText, word_texts
from nlp.tagging.segmenter import WordScores
from nlp.tagging.tag_training import (
    Tagged,
    buckets_of_tokens,
    chain_of,
    learnt_tags,
    numbered_tags,
    temperature_for,
)
from nlp.tagging.tagger import CHARACTERS, TOKENS, TagScores, features_for
from nlp.tagging.token_features import TokenTypes
from nlp.vectors.word_vectors import WordVectors

_FORGOTTEN = 0.5  # of the words seen once, as Lample et al. 2016 have it, §4.3


class _Text(NamedTuple):
    """Sentences, the labels (N,) of their places, and the buckets (K, N) of their features, if hashed."""

    tokens: Sentences
    labels: npt.NDArray[np.uint8]
    buckets: Hashes | None


@dataclass(frozen=True)
class _Learnt:
    """A learner of labels, and what its model needs beside the network."""

    learner: RecurrentTaggerLearner
    numbering: Numbering
    table: Table | None

    def added(self, linear: Callable[[PackedWeights], LinearScores]) -> AddedScores | None:
        """The scores of features as they have been learnt, by rounded weights."""
        if self.table is None or self.learner.hashed is None:
            return None
        weights, scale = rounded(self.table.used, self.learner.hashed.weights, self.table.bits)
        return AddedScores(linear(weights), float(scale))


@dataclass(frozen=True)
class RecurrentTraining(_Learnt):
    """A learner of a recurrent tagger, and what its model needs beside the network."""

    features: str
    scheme: Scheme | None
    valid: Tagged | None

    def model(self) -> RecurrentTagger:
        """The tagger as it has been learnt; with held-out text its probabilities are fitted to that."""
        model = RecurrentTagger(
            network=self.learner.network,
            chain=self.learner.chain,
            numbering=self.numbering,
            added=self.added(lambda weights: TagScores(weights, self.features)),
            features=self.features,
            scheme=self.scheme,
        )
        if self.valid is None:
            return model
        return replace(model, temperature=temperature_for(model, self.valid, 1.0))


@dataclass(frozen=True)
class RecurrentSegmenterTraining(_Learnt):
    """A learner of a segmenter, and what its model needs beside the network."""

    lexicon: Lexicon
    variety: AccessorVariety | None

    def model(self) -> RecurrentSegmenter:
        """The segmenter as it has been learnt."""
        return RecurrentSegmenter(
            network=self.learner.network,
            chain=self.learner.chain,
            numbering=self.numbering,
            added=self.added(lambda weights: WordScores(weights, self.lexicon, self.variety)),
        )


def recurrent_training(
    text: Tagged,
    config: TokenNetworkConfig,
    hashed: HashedConfig | None = None,
    *,
    scheme: Scheme | None = None,
    valid: Tagged | None = None,
    vectors: WordVectors | None = None,
) -> RecurrentTraining:
    """Make tagged sentences ready; where tags spell entities, `scheme` tells how.

    Raises: InputError for more than 255 different tags
    """
    chain = chain_of(learnt_tags(text[1], scheme), scheme)
    features = features_for(text[0]) if scheme else TOKENS
    types = TokenTypes()

    def made(text: Tagged) -> _Text:
        tokens, tags = text
        buckets = buckets_of_tokens(tokens, features, types, hashed.bits) if hashed else None
        return _Text(tokens, numbered_tags(learnt_tags(tags, scheme), chain), buckets)

    if features == CHARACTERS:
        config = _with_pairs(config)
    learnt = _learnt(made(text), made(valid) if valid else None, chain, config, hashed, vectors)
    return RecurrentTraining(*learnt, features, scheme, valid)


def recurrent_segmenter_training(
    words: Words,
    config: TokenNetworkConfig,
    hashed: HashedConfig,
    *,
    valid: Words | None = None,
    dictionary: Iterable[str] = (),
    unlabelled: Iterable[str] | None = None,
    vectors: WordVectors | None = None,
) -> RecurrentSegmenterTraining:
    """Make segmented sentences ready: see `segmenter_training`.

    Raises: InputError where no word has two characters, or all of the held-out text is empty
    """
    texts = word_texts(words, hashed.bits, valid=valid, dictionary=dictionary, unlabelled=unlabelled)

    def made(text: WordText) -> _Text:
        return _Text(["".join(sentence) for sentence in text.words], text.labels, text.buckets)

    held_out = made(texts.held_out) if texts.held_out else None
    learnt = _learnt(made(texts.training), held_out, word_chain(SCHEME), _with_pairs(config), hashed, vectors)
    return RecurrentSegmenterTraining(*learnt, texts.lexicon, texts.variety)


def _with_pairs(config: TokenNetworkConfig) -> TokenNetworkConfig:
    """Settings for characters: there are few of them, which mean little alone."""
    return replace(config, pair_dim=config.embed_dim)


def _learnt(
    text: _Text,
    valid: _Text | None,
    chain: Chain,
    config: TokenNetworkConfig,
    hashed: HashedConfig | None,
    vectors: WordVectors | None,
) -> tuple[RecurrentTaggerLearner, Numbering, Table | None]:
    given, matrix = given_vectors(vectors, text.tokens) if vectors else no_vectors()
    numbering = Numbering.of(text.tokens, given, pairs=config.pair_dim > 0)
    rules = (chain.allowed, chain.first, chain.last)
    network = TaggerNetwork(config, *numbering.sizes, matrix, rules)
    examples = Labelled(numbering.numbered(text.tokens), text.labels)
    held_out = Labelled(numbering.numbered(valid.tokens), valid.labels) if valid else None
    table = features = None
    if hashed and text.buckets is not None:
        table = Table.of(text.buckets, hashed.bits)
        rows = table.rows(valid.buckets) if valid and valid.buckets is not None else None
        features = HashedFeatures(hashed, table.rows(text.buckets), table.height, len(chain.names), rows)
    forgotten = numbering.seen_once() * _FORGOTTEN
    learner = RecurrentTaggerLearner(network, chain, examples, forgotten, valid=held_out, hashed=features)
    return learner, numbering, table
