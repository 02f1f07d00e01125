"""Labels of tokens by a network, many sentences at a time: tags, entities or words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from nlp.data.labelled.schemes import Scheme, entities_of
from nlp.data.sentence_batches import by_length
from nlp.layers.arrays import Floats, Indices
from nlp.layers.crf import crf_marginals_
from nlp.layers.ragged import alive, places_of
from nlp.layers.workspace import Workspace
from nlp.networks.tagger import TaggerNetwork
from nlp.networks.token_numbering import Numbered, Numbering, Sentences
from nlp.tagging.characters import lengths_of
from nlp.tagging.labels import Chain
from nlp.tagging.lattice import best_labels, lattice_of
from nlp.tagging.packed import PackedWeights, Sums

_AT_A_TIME = 4_000  # places that are labelled together


Further = Callable[[Indices], Floats]
"""The scores that another model gives labels at some places of a text, (T, B) -> (T, B, L)."""


class LinearScores(Protocol):
    """A linear model that scores the labels of tokens: `TagScores` or `WordScores`."""

    @property
    def weights(self) -> PackedWeights:
        """The rounded weights of its features."""

    def sums(self, sentences: Any) -> tuple[Sums, Indices]:
        """The sums at all places, padding included, and where each sentence begins there."""


@dataclass(frozen=True)
class AddedScores:
    """Scores of labels that are added to those of a network: sums of a `linear` model over its `scale`."""

    linear: LinearScores
    scale: float

    def of(self, sentences: Sentences) -> Further:
        """Those of these sentences."""
        sums, starts = self.linear.sums(sentences)
        sums = sums.take(places_of(starts, lengths_of(sentences)), axis=0)
        return lambda places: sums.take(places, axis=0) * np.float32(1 / self.scale)


@dataclass(frozen=True, kw_only=True)
class RecurrentLabels:
    """A trained network that tells the label of each token.

    Attributes: `network`; `chain` of the labels; `numbering` of tokens; `added` scores, of features, that
    were trained together with the network, if there are any; `metadata`, what its file tells of it.
    """

    network: TaggerNetwork
    chain: Chain
    numbering: Numbering
    added: AddedScores | None = None
    metadata: dict[str, Any] = field(default_factory=dict)

    def labels(self, sentences: Sentences) -> npt.NDArray[np.uint8]:
        """The labels of all tokens, one sentence after another."""
        return network_labels(self.network, self.chain, *self._read(sentences))

    def _read(self, sentences: Sentences) -> tuple[Numbered, Further | None]:
        """Sentences as the network reads them, and what is added to its scores."""
        further = self.added.of(sentences) if self.added else None
        return self.numbering.numbered(sentences), further


@dataclass(frozen=True, kw_only=True)
class RecurrentTagger(RecurrentLabels):
    """A trained network that tells the tag of each token.

    Attributes: `features`, whether tokens are words or characters; `scheme`, in which tags spell entities, or
    None where tags are those of tokens; `temperature`, by which scores are divided where probabilities are
    told: networks are too sure of themselves.
    """

    features: str
    scheme: Scheme | None
    temperature: float = 1.0

    @property
    def tells_confidence(self) -> bool:
        """Yes: it was trained for the probabilities of its labels."""
        return True

    def tags(self, sentences: Sentences) -> list[list[str]]:
        """The tags of the tokens of each sentence."""
        names = self.chain.names
        each = iter([names[label] for label in self.labels(sentences).tolist()])
        found = [[next(each) for _ in sentence] for sentence in sentences]
        if self.scheme:
            return [self.scheme.tags(entities_of(tags), len(tags)) for tags in found]
        return found

    def confidences(self, sentences: Sentences) -> list[list[float]]:
        """The probability of the tag that each token gets: that its label in the chain is the right one."""
        labels = self.labels(sentences).astype(np.int64)
        of_labels = self.marginals_at(sentences)(self.temperature)
        each = iter(of_labels[np.arange(len(labels)), labels].tolist())
        return [[next(each) for _ in sentence] for sentence in sentences]

    def marginals_at(self, sentences: Sentences) -> Callable[[float], Floats]:
        """A function from a temperature to the probability of each label at each token, (N, L)."""
        text, further = self._read(sentences)
        chain, workspace = self.network.head.chain(self.network.parameters), Workspace()
        batches = [
            (places, active, z.astype(np.float32))
            for places, active, z in _scores(self.network, text, further)
        ]

        def at(temperature: float) -> Floats:
            rate = np.float32(1 / temperature)
            of_chain = {name: scores * rate for name, scores in chain.items()}
            told = np.zeros((len(text.tokens), len(self.chain.names)), np.float32)
            for places, active, scores in batches:
                z = scores * rate
                crf_marginals_(of_chain, z, active, workspace)
                there = alive(active)
                told[places[there]] = z[there]
            return told

        return at


class RecurrentSegmenter(RecurrentLabels):
    """A trained network that tells where words end."""

    def ends(self, units: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Whether a word ends after each character of the units, one unit after another."""
        return self.chain.last[self.labels(units)]


def network_labels(
    network: TaggerNetwork, chain: Chain, text: Numbered, further: Further | None = None
) -> npt.NDArray[np.uint8]:
    """The labels of all places whose sum of scores is the best that the chain allows."""
    labels = np.zeros(len(text.tokens), np.uint8)
    p = network.parameters
    for places, active, z in _scores(network, text, further):
        there = alive(active)
        lengths = there.sum(axis=0)
        z[0] += p["chain.start"]
        z[lengths - 1, np.arange(len(lengths))] += p["chain.end"]
        lattice = lattice_of(np.cumsum(lengths) - lengths, lengths, window=None)
        scores = np.ascontiguousarray(z[there].T)
        labels[places[there]] = best_labels(scores, p["chain.transitions"], chain, lattice)
    return labels


def _scores(
    network: TaggerNetwork, text: Numbered, further: Further | None
) -> Iterator[tuple[Indices, Sequence[int], Floats]]:
    """Yield some sentences at a time: their places (T, B), how many have each, and scores (T, B, K)."""
    workspace = Workspace(network.parameters.flat.dtype)
    for sentences in by_length(text.lengths, _AT_A_TIME):
        batch = text.batch(sentences, spelt=network.encoder.spelling is not None)
        z = network.head.scores(network.parameters, network.hidden(batch, workspace), workspace)
        places = text.places(sentences)
        if further:
            z += further(places)
        yield places, batch.active, z
