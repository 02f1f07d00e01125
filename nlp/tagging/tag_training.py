"""Tagged text made ready to train a tagger, and the tagger made of what was learnt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt

from nlp.data.labelled.schemes import SCHEMES, Scheme, entities_of
from nlp.data.sentence_batches import batch_bounds
from nlp.errors import InputError
from nlp.layers.arrays import Floats
from nlp.layers.ragged import places_of
from nlp.tagging.characters import lengths_of
from nlp.tagging.config import TaggerConfig
from nlp.tagging.examples import Examples, Table, stacked
from nlp.tagging.hashing import Hashes, text_hash
from nlp.tagging.labels import Chain, entity_chain, free_chain
from nlp.tagging.learner import TaggerLearner
from nlp.tagging.marginals import fitted_temperature
from nlp.tagging.packed import rounded, rounded_moves
from nlp.tagging.segment_training import parts_of
from nlp.tagging.tag_classes import TagCounts
from nlp.tagging.tagger import (
    CHARACTERS,
    TOKENS,
    Sentences,
    Tagger,
    character_templates,
    features_for,
    flat_tokens,
    token_templates,
)
from nlp.tagging.token_features import PADDING, TokenTypes
from nlp.vectors.word_groups import WordGroups

MOST_TAGS = 255
_FITTED = 20_000  # tokens of held-out text that probabilities are fitted to
_LEARNT = SCHEMES["BIOES"]  # the more an entity's tags tell of a place, the better it is found

GROUPS = (64, 256, 1000)
"""Groups of each division of the words of vectors."""

MOST_GROUPED = 100_000
"""Words of vectors that are divided: rare ones too, since those are what the training text lacks."""

Tagged = tuple[Sentences, Sequence[Sequence[str]]]
"""The tokens of sentences, none of them empty, and their tags."""


@dataclass(frozen=True)
class TaggerTraining:
    """A learner of a tagger, and what its model needs beside the weights; `valid`, held-out text."""

    learner: TaggerLearner
    table: Table
    features: str
    scheme: Scheme | None
    valid: Tagged | None
    groups: WordGroups | None

    def model(self) -> Tagger:
        """The tagger as it has been learnt, its weights averaged and rounded.

        With held-out text its probabilities are fitted to the first sentences of that.
        """
        of_features, of_moves = self.learner.averages()
        weights, scale = rounded(self.table.used, of_features, self.table.bits)
        moves = rounded_moves(of_moves, scale)
        chain = self.learner.chain
        model = Tagger(weights, moves, chain, self.features, self.scheme, groups=self.groups)
        if self.valid is None:
            return model
        return replace(model, temperature=temperature_for(model, self.valid, float(scale)))


class TellsMarginals(Protocol):
    """What taggers of any kind tell of held-out text."""

    @property
    def chain(self) -> Chain:
        """The labels."""

    @property
    def scheme(self) -> Scheme | None:
        """The scheme in which tags spell entities, if they do."""

    def marginals_at(self, sentences: Sentences) -> Callable[[float], Floats]:
        """A function from a temperature to the probability of each label at each token, (N, L)."""


def temperature_for(model: TellsMarginals, valid: Tagged, guess: float) -> float:
    """The temperature that fits the first sentences of held-out text; `guess` is one near it."""
    last = batch_bounds(lengths_of(valid[0]), _FITTED)[1]
    tokens, tags = valid[0][:last], learnt_tags(valid[1][:last], model.scheme)
    return fitted_temperature(model.marginals_at(tokens), numbered_tags(tags, model.chain), guess)


def tagger_training(
    text: Tagged,
    config: TaggerConfig,
    *,
    scheme: Scheme | None = None,
    valid: Tagged | None = None,
    groups: WordGroups | None = None,
) -> TaggerTraining:
    """Make tagged sentences ready; where tags spell entities, `scheme` tells how.

    With `groups` of words that lie together, these are features, and so are the classes of words by the tags
    that they have had.

    Raises: InputError for more than 255 different tags
    """
    tokens, tags = text[0], learnt_tags(text[1], scheme)
    chain = chain_of(tags, scheme)
    features = features_for(tokens) if scheme else TOKENS
    labels = numbered_tags(tags, chain)
    if groups is None:
        found = buckets_of_tokens(tokens, features, TokenTypes(), config.bits)
    else:
        parts, groups = _by_parts(tokens, labels, groups)
        of_parts = [buckets_of_tokens(some, features, TokenTypes(own), config.bits) for some, own in parts]
        found = np.concatenate(of_parts, axis=1)
    table = Table.of(found, config.bits)
    examples = Examples(table.rows(found), labels, lengths_of(tokens))
    del found
    held_out = None
    if valid is not None:
        rows = table.rows(buckets_of_tokens(valid[0], features, TokenTypes(groups), config.bits))
        held_out = Examples(rows, numbered_tags(learnt_tags(valid[1], scheme), chain), lengths_of(valid[0]))
    learner = TaggerLearner(chain, table.height, examples, config, valid=held_out)
    return TaggerTraining(learner, table, features, scheme, valid, groups)


def _by_parts(
    tokens: Sentences, labels: npt.NDArray[np.uint8], groups: WordGroups
) -> tuple[list[tuple[Sentences, WordGroups]], WordGroups]:
    """The parts of a text, each with the groups of words and classes of the other parts; and those of all."""
    words = np.array([text_hash(token) for sentence in tokens for token in sentence], np.uint32)
    counts = TagCounts.of(words, labels)
    starts = np.append(0, np.cumsum(lengths_of(tokens)))
    parts = parts_of(len(tokens))
    bounds = [*np.flatnonzero(np.diff(parts, prepend=-1)).tolist(), len(tokens)]
    found = []
    for first, last in pairwise(bounds):
        own = slice(starts[first], starts[last])
        others = counts.without(TagCounts.of(words[own], labels[own]))
        found.append((tokens[first:last], groups.with_division(*others.classes())))
    return found, groups.with_division(*counts.classes())


def chain_of(tags: Sequence[Sequence[str]], scheme: Scheme | None) -> Chain:
    """The labels of a text, and which may follow which. Raises: InputError for more than 255 of them."""
    names = sorted({tag for some in tags for tag in some})
    if len(names) > MOST_TAGS:
        raise InputError(f"{len(names):,} different tags, but a tagger learns at most {MOST_TAGS}")
    return entity_chain(names) if scheme else free_chain(names)


def learnt_tags(tags: Sequence[Sequence[str]], scheme: Scheme | None) -> Sequence[Sequence[str]]:
    """The tags that are learnt in the place of these."""
    return [_LEARNT.tags(entities_of(some), len(some)) for some in tags] if scheme else tags


def buckets_of_tokens(tokens: Sentences, features: str, types: TokenTypes, bits: int) -> Hashes:
    """The buckets (K, N) of K templates at the N places; of tokens that are new, `types` takes note."""
    if features == CHARACTERS:
        text = flat_tokens(tokens)
        return stacked(character_templates(text, tokens, types, bits), text.places)
    numbers = [types.numbers(sentence) for sentence in tokens]
    lengths = lengths_of(tokens)
    places = places_of(np.cumsum(lengths + PADDING) - lengths, lengths)
    return stacked(token_templates(types, numbers, bits), places)


def numbered_tags(tags: Sequence[Sequence[str]], chain: Chain) -> npt.NDArray[np.uint8]:
    """The labels as numbers; that of a tag which the training text lacks is none of the chain."""
    numbers = {name: number for number, name in enumerate(chain.names)}
    return np.array([numbers.get(tag, MOST_TAGS) for some in tags for tag in some], np.uint8)
