"""Tags of tokens by a network, many sentences at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.data.labelled.schemes import Scheme, entities_of
from nlp.data.sentence_batches import by_length
from nlp.layers.workspace import Workspace
from nlp.networks.tagger import TaggerNetwork
from nlp.networks.token_numbering import Numbered, Numbering, Sentences
from nlp.tagging.labels import Chain
from nlp.tagging.lattice import best_labels, lattice_of

_AT_A_TIME = 4_000  # places that are labelled together


@dataclass(frozen=True)
class RecurrentTagger:
    """A trained network that tells the tag of each token.

    Attributes: `network`; `chain` of the labels; `numbering` of tokens; `features`, whether tokens are words
    or characters; `scheme`, in which tags spell entities, or None where tags are those of tokens; `metadata`,
    what its file tells of it.
    """

    network: TaggerNetwork
    chain: Chain
    numbering: Numbering
    features: str
    scheme: Scheme | None
    metadata: dict[str, Any] = field(default_factory=dict)

    def tags(self, sentences: Sentences) -> list[list[str]]:
        """The tags of the tokens of each sentence."""
        names = self.chain.names
        labels = network_labels(self.network, self.chain, self.numbering.numbered(sentences))
        each = iter([names[label] for label in labels.tolist()])
        found = [[next(each) for _ in sentence] for sentence in sentences]
        if self.scheme:
            return [self.scheme.tags(entities_of(tags), len(tags)) for tags in found]
        return found


def network_labels(network: TaggerNetwork, chain: Chain, text: Numbered) -> npt.NDArray[np.uint8]:
    """The labels of all places whose sum of scores is the best that the chain allows."""
    labels = np.zeros(len(text.tokens), np.uint8)
    p, workspace = network.parameters, Workspace(network.parameters.flat.dtype)
    for sentences in by_length(text.lengths, _AT_A_TIME):
        batch = text.batch(sentences, spelt=network.encoder.spelling is not None)
        h = network.hidden(batch, workspace)
        z = network.head.scores(p, h, workspace)
        lengths = text.lengths[sentences]
        z[0] += p["chain.start"]
        z[lengths - 1, np.arange(len(lengths))] += p["chain.end"]
        lattice = lattice_of(np.cumsum(lengths) - lengths, lengths, window=None)
        alive = np.arange(len(lengths)) < np.array(batch.active)[:, None]
        scores = np.ascontiguousarray(z[alive].T)
        found = best_labels(scores, p["chain.transitions"], chain, lattice)
        labels[text.places(sentences)[alive]] = found
    return labels
