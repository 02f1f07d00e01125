"""Vectors of the tokens of sentences, each of which knows its whole sentence."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nlp.layers.arrays import Floats, Ids
from nlp.layers.both_ways import BothTraces
from nlp.layers.cells import make_cell
from nlp.layers.embedding import embedding_backward
from nlp.layers.initialize import uniform_
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.bidirectional import BidirectionalEncoder, Pass
from nlp.networks.encoders.spelling import SpellingEncoder, Spelt
from nlp.networks.token_config import TokenNetworkConfig


class TokenBatch(NamedTuple):
    """Sentences side by side, by falling length; all numbers are valid also where a row has ended.

    Attributes: `words` (T, B), rows of the embedding; `vectors` (T, B), rows of given vectors; `pairs`
    (T, B, 2), rows of the embedding of pairs, of the word with the one before it and with the one after it;
    `spelt`, the characters of the words; `active[t]`, how many sentences have a place t.
    """

    words: Ids
    vectors: Ids
    pairs: Ids
    spelt: Spelt | None
    active: Sequence[int]


class Encoded(NamedTuple):
    """What a forward pass leaves for its way back."""

    layers: Pass
    spelt: BothTraces | None


class TokenEncoder:
    """Embeddings of tokens, and recurrent layers over them that read a sentence from both of its ends.

    A token is its row of the embedding, beside the given vector of the word, if there are any, which are not
    moved, those of the pairs that it makes with its neighbours, and what its characters make.

    Equation: x_t = [E[word_t]; vector_t; pairs.E[pair_t]; pairs.E[pair_{t+1}]; spelling_t]
              h = encoder(x)
    Shapes:   E (V, D); given vectors (R, F), of which row 0 is of words that have none; h (T, B, 2H)

    Attributes: `config`; `cell` of all layers; `vectors` (R, F), where F may be 0; `width`, 2H; `spelling`,
    of characters, if these are read.
    """

    def __init__(
        self, config: TokenNetworkConfig, words: int, characters: int, pairs: int, vectors: Floats
    ) -> None:
        """`words`, `characters` and `pairs` are how many have an embedding."""
        self.config, self.vectors = config, vectors
        self.cell = cell = make_cell(config.cell, activation="tanh", gru_reset="before")
        self.spelling = (
            SpellingEncoder(cell, characters, config.char_dim, config.char_hidden) if config.chars else None
        )
        ends = [0, config.embed_dim, vectors.shape[1], 2 * config.pair_dim]
        ends = np.cumsum([*ends, self.spelling.width if self.spelling else 0]).tolist()
        # Where in the vector of a token each of its parts is.
        self._words, self._given, self._pairs, self._spellings = (slice(*part) for part in pairwise(ends))
        self._inputs = ends[-1]
        self._layers = BidirectionalEncoder(cell, config.layers, self._inputs, config.hidden, config.dropout)
        self.width = self._layers.width
        self._embeddings: dict[str, tuple[int, ...]] = {"E": (words, config.embed_dim)}
        self._embeddings |= {"pairs.E": (pairs, config.pair_dim)} if config.pair_dim else {}

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of embeddings and layers."""
        spelling = self.spelling.shapes() if self.spelling else {}
        return self._embeddings | spelling | self._layers.shapes()

    def initialize_(self, p: Parameters) -> None:
        """Open the forget gates."""
        self._layers.initialize_(p)
        if self.spelling:
            self.spelling.initialize_(p)

    def forward(
        self,
        p: Parameters,
        batch: TokenBatch,
        workspace: Workspace,
        generator: np.random.Generator | None = None,
    ) -> tuple[Floats, Encoded]:
        """Read sentences; in training there is a `generator`, for dropout.

        Shapes: -> h (T, B, 2H), a buffer of `workspace`, and what `backward` needs
        """
        trace = None
        x = workspace("x", *batch.words.shape, self._inputs)
        x[..., self._words] = p["E"].take(batch.words, axis=0)
        x[..., self._given] = self.vectors.take(batch.vectors, axis=0)
        if self.config.pair_dim:
            x[..., self._pairs] = p["pairs.E"].take(batch.pairs, axis=0).reshape(*batch.words.shape, -1)
        if self.spelling and batch.spelt:
            spelt, trace = self.spelling.forward(p, batch.spelt, workspace.scope("spelling"))
            x[..., self._spellings] = spelt.take(batch.spelt.rows, axis=0)
        h, layers = self._layers.forward(p, x, batch.active, workspace.scope("encoder"), generator)
        return h, Encoded(layers, trace)

    def backward(
        self,
        p: Parameters,
        gradients: Parameters,
        dh: Floats,
        batch: TokenBatch,
        done: Encoded,
        workspace: Workspace,
    ) -> None:
        """Add the gradients of all tensors. Shapes: dh (T, B, 2H), overwritten."""
        dx = self._layers.backward(p, gradients, dh, done.layers, workspace.scope("encoder"))
        places = batch.words.size
        of_words = _part(dx, self._words, workspace("of_words", places, self.config.embed_dim))
        embedding_backward(gradients["E"], of_words, batch.words.reshape(-1))
        if self.config.pair_dim:
            of_pairs = _part(dx, self._pairs, workspace("of_pairs", 2 * places, self.config.pair_dim))
            embedding_backward(gradients["pairs.E"], of_pairs, batch.pairs.reshape(-1))
        if self.spelling and batch.spelt and done.spelt:
            width = self.spelling.width
            of_places = _part(dx, self._spellings, workspace("of_places", places, width))
            dy = workspace("of_spellings", batch.spelt.characters.shape[1], width)
            dy[...] = 0
            embedding_backward(dy, of_places, batch.spelt.rows.reshape(-1))
            scope = workspace.scope("spelling")
            self.spelling.backward(p, gradients, dy, batch.spelt, done.spelt, scope)


def draw_weights_(p: Parameters, generator: np.random.Generator) -> None:
    """Draw weights uniformly: ±√(3 / D) for vectors of D numbers, ±1/√n for n inputs; biases are zero.

    Source: Lample et al. 2016, whose vectors of words start so (after Glorot & Bengio 2010)
    """
    for name in p.shapes:
        w, tensor = p[name], name.rpartition(".")[2]
        if name.startswith("chain.") or tensor.startswith("b"):
            w[...] = 0
        elif tensor == "E":
            uniform_(w, (3 / w.shape[1]) ** 0.5, generator)
        else:
            uniform_(w, w.shape[-1 if tensor == "U" else -2] ** -0.5, generator)


def _part(dx: Floats, part: slice, rows: Floats) -> Floats:
    """Write a part of all vectors (T, B, D) over contiguous rows, one or several a place; return these."""
    rows.reshape(*dx.shape[:2], -1)[...] = dx[..., part]
    return rows
