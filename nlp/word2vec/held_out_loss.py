"""Loss on held-out text, in one unit for every architecture and loss, so that models can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.data.token_stream import TokenStream
from nlp.layers.random_streams import RandomStreams
from nlp.word2vec.cbow import WINDOWS
from nlp.word2vec.hierarchical_softmax import TOP_NODES
from nlp.word2vec.kernels.band import BandShape
from nlp.word2vec.kernels.full_softmax import SoftmaxBand
from nlp.word2vec.kernels.hierarchical_softmax import SplitPaths, TreeBand
from nlp.word2vec.kernels.huffman import HuffmanTree
from nlp.word2vec.kernels.noise import NoiseDistribution
from nlp.word2vec.objectives import make_predictors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nlp.data.token_file import TokenFile
    from nlp.data.token_stream import Window
    from nlp.layers.arrays import Floats, Ids
    from nlp.vectors.subwords import SubwordTable
    from nlp.word2vec.config import Word2VecConfig
    from nlp.word2vec.kernels.predictors import Predictors

_CENTERS = 64  # a chunk: their scores against the whole vocabulary have to fit in memory
MOST_CENTERS = 16_384
"""About the most centers that are evaluated; a longer text is sampled, in stretches spread evenly over it."""


def held_out_loss(
    matrices: Sequence[Floats],
    counts: Sequence[int],
    config: Word2VecConfig,
    text: TokenFile,
    table: SubwordTable | None = None,
    *,
    most_centers: int = MOST_CENTERS,
) -> float:
    """Mean nats of a prediction: of a word from one context (skip-gram), or from their mean (CBOW).

    The loss is that of the exact probability P among all V words, whatever loss the model was trained with.
    With negative sampling (K negatives, noise distribution q) a score u_o·v_c estimates
    log(P(o|c) / (K q(o))), so P is the softmax of u_o·v_c + log q(o); hierarchical and full softmax give P
    itself. No word is subsampled, and CBOW's window sizes come from a fixed seed: the same model and text
    give the same number.

    Equation: L = Σ_ij a_ij (-log P(w_i | x_j)) / Σ_ij a_ij, for the contexts j of each center i with window
              weight a_ij (CBOW: for each center i its mean h_i, once); log V for an untrained full softmax
    Shapes:   matrices: input vectors (V, D), or (V + U, D), words and n-grams, where a `table` composes them,
              and output vectors (V, D), or node vectors (V - 1, D) for hs; counts (V,), those that the model
              was trained with; `text` numbered by its vocabulary, of which `most_centers` or so count
    Raises:   ValueError if no sentence of `text` has two words of the vocabulary
    Source:   Levy & Goldberg 2014, "Neural word embedding as implicit matrix factorization", §3.1 (what a
              score estimates); Gutmann & Hyvärinen 2012, "Noise-contrastive estimation of unnormalized
              statistical models, with applications to natural image statistics"
    """
    inputs, outputs = matrices
    inputs = table.compose_all(inputs) if table else inputs
    loss_of_chunk = _loss_of_chunk((inputs, outputs), counts, config)
    streams = RandomStreams(0)
    loss = pairs = 0.0
    for number, window in _sample(text, config.window, most_centers):
        rng = streams.at(WINDOWS, 0, number)
        of_chunk = loss_of_chunk(window.tokens, window.sentences, rng)
        loss, pairs = loss + of_chunk[0], pairs + of_chunk[1]
    if not pairs:
        message = "the held-out text has no line with two words of the vocabulary: nothing to evaluate"
        raise ValueError(message)
    return loss / pairs


def _sample(text: TokenFile, halo: int, most_centers: int) -> Iterator[tuple[int, Window]]:
    """Yield every n-th window of the text with its number; n is the least that keeps to `most_centers`."""
    keep = np.ones(len(text.vocabulary), np.float32)
    stride = -(-text.words // most_centers)
    for number, window in enumerate(TokenStream(text, keep, RandomStreams(0), _CENTERS, halo).windows(0)):
        if number % max(stride, 1) == 0:
            yield number, window


def _loss_of_chunk(
    matrices: Sequence[Floats], counts: Sequence[int], config: Word2VecConfig
) -> Callable[[Ids, Ids, np.random.Generator], tuple[float, float]]:
    """Return a function of tokens, sentences and a generator: loss in nats and predictions of a chunk."""
    inputs, outputs = matrices
    if config.loss == "ns":  # log q is added as one more dimension, in which every input is 1
        noise = np.log(NoiseDistribution(counts, config.noise_power).probabilities)
        inputs = np.hstack((inputs, np.ones((len(inputs), 1), inputs.dtype)))
        outputs = np.hstack((outputs, noise.astype(outputs.dtype)[:, None]))
    shape = BandShape(_CENTERS, config.window, inputs.shape[1], groups=1, shared=1, block=_CENTERS)
    predictors = make_predictors(config, shape, inputs.dtype)
    of_targets = (_hierarchical if config.loss == "hs" else _full)(predictors, outputs, counts)

    def loss_of_chunk(tokens: Ids, sentences: Ids, rng: np.random.Generator) -> tuple[float, float]:
        predictors.set_sentences(sentences, rng)
        targets = tokens[shape.window : shape.window + shape.centers]
        return of_targets(predictors.forward(inputs.take(tokens, axis=0)), targets)

    return loss_of_chunk


def _full(
    predictors: Predictors, outputs: Floats, _counts: Sequence[int]
) -> Callable[[Floats, Ids], tuple[float, float]]:
    band = SoftmaxBand(predictors.band, len(outputs))

    def loss(hidden: Floats, targets: Ids) -> tuple[float, float]:
        band.set_targets(targets)
        return band.loss(hidden, outputs)

    return loss


def _hierarchical(
    predictors: Predictors, nodes: Floats, counts: Sequence[int]
) -> Callable[[Floats, Ids], tuple[float, float]]:
    paths = SplitPaths(HuffmanTree.of(counts), TOP_NODES, nodes.dtype)
    band = TreeBand(predictors.band, paths)

    def loss(hidden: Floats, targets: Ids) -> tuple[float, float]:
        band.set_targets(targets)
        deep = nodes.take(band.deep.nodes.reshape(-1), axis=0, mode="clip")
        return band.loss(hidden, nodes[: paths.top], deep)

    return loss
