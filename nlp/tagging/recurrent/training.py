"""Tagged text made ready to train a recurrent tagger, and the tagger made of what was learnt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nlp.data.labelled.schemes import Scheme
from nlp.networks.tagger import TaggerNetwork
from nlp.networks.token_config import TokenNetworkConfig
from nlp.networks.token_numbering import Numbering, given_vectors, no_vectors
from nlp.tagging.recurrent.learner import Labelled, RecurrentTaggerLearner
from nlp.tagging.recurrent.tagger import RecurrentTagger
from nlp.tagging.tag_training import Tagged, chain_of, learnt_tags, numbered_tags
from nlp.tagging.tagger import CHARACTERS, TOKENS, features_for
from nlp.vectors.word_vectors import WordVectors


@dataclass(frozen=True)
class RecurrentTraining:
    """A learner of a recurrent tagger, and what its model needs beside the network."""

    learner: RecurrentTaggerLearner
    numbering: Numbering
    features: str
    scheme: Scheme | None

    def model(self) -> RecurrentTagger:
        """The tagger as it has been learnt."""
        learner = self.learner
        return RecurrentTagger(learner.network, learner.chain, self.numbering, self.features, self.scheme)


def recurrent_training(
    text: Tagged,
    config: TokenNetworkConfig,
    *,
    scheme: Scheme | None = None,
    valid: Tagged | None = None,
    vectors: WordVectors | None = None,
) -> RecurrentTraining:
    """Make tagged sentences ready; where tags spell entities, `scheme` tells how.

    Raises: InputError for more than 255 different tags
    """
    tokens, tags = text[0], learnt_tags(text[1], scheme)
    chain = chain_of(tags, scheme)
    given, matrix = given_vectors(vectors, tokens) if vectors else no_vectors()
    features = features_for(tokens) if scheme else TOKENS
    if features == CHARACTERS:  # few of them, which mean little alone
        config = replace(config, pair_dim=config.embed_dim)
    numbering = Numbering.of(tokens, given, pairs=config.pair_dim > 0)
    rules = (chain.allowed, chain.first, chain.last)
    network = TaggerNetwork(config, *numbering.sizes, matrix, rules)
    examples = Labelled(numbering.numbered(tokens), numbered_tags(tags, chain))
    held_out = None
    if valid is not None:
        labels = numbered_tags(learnt_tags(valid[1], scheme), chain)
        held_out = Labelled(numbering.numbered(valid[0]), labels)
    learner = RecurrentTaggerLearner(network, chain, examples, numbering.seen_once(), valid=held_out)
    return RecurrentTraining(learner, numbering, features, scheme)
