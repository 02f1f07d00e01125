"""Tags of tokens, or entities among them, many sentences at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from nlp.data.labelled.schemes import Scheme, entities_of
from nlp.data.sentence_batches import batch_bounds
from nlp.layers.arrays import Floats, Indices
from nlp.layers.ragged import places_of
from nlp.tagging.character_features import entity_features
from nlp.tagging.characters import FAR, Codes, Flat, codes, flat, lengths_of
from nlp.tagging.hashing import Hashes, text_hash
from nlp.tagging.labels import Chain
from nlp.tagging.lattice import Lattice, Moves, best_labels, lattice_of
from nlp.tagging.marginals import marginals
from nlp.tagging.packed import PackedWeights, Sums
from nlp.tagging.token_features import (
    NO_TOKEN,
    PADDING,
    TokenTypes,
    context_features,
    group_features,
    placed,
    type_features,
)
from nlp.vectors.word_groups import WordGroups

CHARACTERS, TOKENS = "characters", "tokens"
"""What features are of: tokens that are single characters of Han, or words."""

AT_A_TIME = 50_000
"""Tokens: as many as the processor's caches hold, with all that is made of them."""

REMEMBERED = 1 << 16
"""Distinct tokens whose sums are kept, at most."""

_MARGINALS_AT_A_TIME = 1 << 16  # of one label: of all sentences a place of the longest is kept
_Number = TypeVar("_Number", bound=np.generic)

_WORD = 1 << 31  # is set in the symbol of a token of several characters
_MOST_HAN = ("\u2e80", "\ufaff")

Sentences = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Tagger:
    """A trained model that tells the tag of each token.

    Attributes: `weights`, `transitions` (L, L) and `chain` of the labels; `features`, what they are of;
    `scheme`, in which tags spell entities, or None where tags are those of tokens; `temperature`, by which
    sums are divided so that they tell probabilities, or None where there was no held-out text to fit it to;
    `groups` of words that are features too, or None; `metadata`, what its file tells of it.
    """

    weights: PackedWeights
    transitions: Moves
    chain: Chain
    features: str
    scheme: Scheme | None
    temperature: float | None = None
    groups: WordGroups | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    _scores: TagScores = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_scores", TagScores(self.weights, self.features, self.groups))

    def tags(self, sentences: Sentences) -> list[list[str]]:
        """The tags of the tokens of each sentence, which depend on that sentence alone."""
        names, scheme = self.chain.names, self.scheme
        found: list[list[str]] = []
        for some in _batches(sentences, AT_A_TIME):
            labels = iter([names[label] for label in self._labels(some).tolist()])
            found += [[next(labels) for _ in sentence] for sentence in some]
        if scheme:
            return [scheme.tags(entities_of(tags), len(tags)) for tags in found]
        return found

    @property
    def tells_confidence(self) -> bool:
        """Whether its probabilities have been fitted to held-out text."""
        return self.temperature is not None

    def confidences(self, sentences: Sentences) -> list[list[float]]:
        """The probability of the tag that each token gets: that its label in the chain is the right one.

        Raises: ValueError where the model has no temperature
        """
        if self.temperature is None:
            raise ValueError("no temperature was fitted to held-out text")
        found: list[list[float]] = []
        for some in _batches(sentences, _MARGINALS_AT_A_TIME // len(self.chain.names)):
            labels = self._labels(some).astype(np.int64)
            of_labels = self.marginals_at(some)(self.temperature)
            told = iter(of_labels[np.arange(len(labels)), labels].tolist())
            found += [[next(told) for _ in sentence] for sentence in some]
        return found

    def marginals_at(self, sentences: Sentences) -> Callable[[float], Floats]:
        """A function from a temperature to the probability of each label at each token, (N, L)."""
        chart = self._chart(sentences)

        def at(temperature: float) -> Floats:
            return chart.by_token(
                marginals(chart.scores, self.transitions, self.chain, chart.lattice, temperature)
            )

        return at

    def _labels(self, sentences: Sentences) -> npt.NDArray[np.uint8]:
        chart = self._chart(sentences)
        return chart.by_token(best_labels(chart.scores, self.transitions, self.chain, chart.lattice))

    def _chart(self, sentences: Sentences) -> _Chart:
        lengths = lengths_of(sentences)
        sums, starts = self._scores.sums(sentences)
        filled = lengths > 0
        lattice = lattice_of(starts[filled], lengths[filled])
        scores = np.ascontiguousarray(sums.take(lattice.places, axis=0).T.astype(np.int32))
        return _Chart(scores, lattice, places_of(starts, lengths), len(sums))


class _Chart(NamedTuple):
    """The scores (L, M) of the labels at the places of a lattice; the places of all tokens, of so many."""

    scores: npt.NDArray[np.int32]
    lattice: Lattice
    tokens: Indices
    places: int

    def by_token(self, found: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
        """What was found at the places of the lattice, (M, ...), by token, (N, ...)."""
        of_places = np.zeros((self.places, *found.shape[1:]), found.dtype)
        kept = slice(None) if self.lattice.kept is None else self.lattice.kept
        of_places[self.lattice.places[kept]] = found[kept]
        return of_places.take(self.tokens, axis=0)


def _batches(sentences: Sentences, size: int) -> Iterator[Sentences]:
    for first, last in pairwise(batch_bounds(lengths_of(sentences), size)):
        yield sentences[first:last]


class TagScores:
    """The scores of tags: sums of the weights of its features.

    Attributes: `weights`; `features`, what they are of; `groups` of words that are features too, or None.
    """

    def __init__(self, weights: PackedWeights, features: str, groups: WordGroups | None = None) -> None:
        self.weights, self.features, self.groups = weights, features, groups
        self._forget_()

    def _forget_(self) -> None:
        """Start anew with the tokens that are known, of which the sums of what is seen of each are kept."""
        self._types = TokenTypes(self.groups)
        self._sums = self.weights.sums(type_features(self._types.columns(), self.weights.bits))

    def sums(self, sentences: Sentences) -> tuple[Sums, Indices]:
        """The sums at all places, padding included, and where each sentence begins there."""
        if len(self._types) > REMEMBERED:
            self._forget_()
        if self.features == CHARACTERS:
            text = flat_tokens(sentences)
            return self.weights.sums(
                character_templates(text, sentences, self._types, self.weights.bits)
            ), text.starts
        lengths = lengths_of(sentences)
        return self._sums_of_tokens(sentences), np.cumsum(lengths + PADDING) - lengths

    def _sums_of_tokens(self, sentences: Sentences) -> Sums:
        types = placed(map(self._types.numbers, sentences))
        columns, bits = self._types.columns(), self.weights.bits
        if len(self._sums) < len(columns):
            fresh = self.weights.sums(type_features(columns[len(self._sums) :], bits))
            self._sums = np.concatenate([self._sums, fresh])
        total: Sums = self._sums.take(types, axis=0)
        total += self.weights.sums(context_features(columns, types, bits))
        return total


def features_for(sentences: Iterable[Sequence[str]]) -> str:
    """What features are of: characters where most tokens are single ones of Han or the like, else words."""
    first, last = _MOST_HAN
    counted = [first <= token <= last and len(token) == 1 for sentence in sentences for token in sentence]
    return CHARACTERS if 2 * sum(counted) > len(counted) else TOKENS


def flat_tokens(sentences: Sentences) -> Flat:
    """Sentences with a symbol for each token: its character, or a hash of several."""
    return flat(_symbols([token for sentence in sentences for token in sentence]), lengths_of(sentences), FAR)


def _symbols(tokens: Sequence[str]) -> Codes:
    text = "".join(tokens)
    if len(text) == len(tokens) and all(tokens):
        return codes(text)
    return np.array(
        [ord(token) if len(token) == 1 else text_hash(token) | _WORD for token in tokens], np.uint32
    )


def character_templates(text: Flat, sentences: Sentences, types: TokenTypes, bits: int) -> Iterator[Hashes]:
    """Yield the buckets of all templates of characters at all places of a flat text, padding included."""
    yield from entity_features(text.symbols, bits)
    if types.groups:
        at = np.full(len(text.symbols), NO_TOKEN)
        at[text.places] = list(chain.from_iterable(map(types.numbers, sentences)))
        yield from group_features(types.columns(), at, bits)


def token_templates(types: TokenTypes, numbers: Sequence[Sequence[int]], bits: int) -> Iterator[Hashes]:
    """Yield the buckets of all templates of tokens at all places, padding included."""
    at, columns = placed(numbers), types.columns()
    for found in type_features(columns, bits):
        yield found.take(at)
    yield from context_features(columns, at, bits)
