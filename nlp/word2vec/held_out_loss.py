"""Loss on held-out text, in one unit for every architecture and loss, so that models can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from nlp.data.corpus import Corpus
from nlp.data.token_stream import TokenStream, Window
from nlp.layers.arrays import Floats
from nlp.layers.random_streams import RandomStreams
from nlp.training.row_updates import StepPlan
from nlp.vectors.subwords import SubwordTable
from nlp.word2vec.chunks import Chunk
from nlp.word2vec.config import Word2VecConfig
from nlp.word2vec.losses.negative_sampling import NoiseDistribution
from nlp.word2vec.objective import make_objective

_CENTERS = 64  # a chunk: their scores against the whole vocabulary have to fit in memory
MOST_CENTERS = 16_384
"""About the most centers that are evaluated; a longer text is sampled, in stretches spread evenly over it."""


def held_out_loss(
    matrices: Sequence[Floats],
    counts: Sequence[int],
    config: Word2VecConfig,
    text: Corpus,
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
    if config.loss == "ns":  # log q is added as one more dimension, in which every input is 1
        seen = np.maximum(counts, 1)  # words of other tools' vectors may have no count
        noise = np.log(NoiseDistribution(seen, config.noise_power).probabilities)
        inputs = np.hstack((inputs, np.ones((len(inputs), 1), inputs.dtype)))
        outputs = np.hstack((outputs, noise.astype(outputs.dtype)[:, None]))
    exact = replace(config, loss="hs" if config.loss == "hs" else "softmax", subwords=False)
    plan, sizes = StepPlan(_CENTERS, 1), replace(config.sizes, block=_CENTERS)
    objective = make_objective(inputs, outputs, counts, exact, plan, RandomStreams(0), sizes=sizes)
    loss = pairs = 0.0
    for number, window in _sample(text, config.window, most_centers):
        objective.set_chunk(Chunk(window.tokens, window.sentences, 0, number))
        of_chunk = objective.loss()
        loss, pairs = loss + of_chunk.nats, pairs + of_chunk.predictions
    if not pairs:
        message = "the held-out text has no line with two words of the vocabulary: nothing to evaluate"
        raise ValueError(message)
    return loss / pairs


def _sample(text: Corpus, halo: int, most_centers: int) -> Iterator[tuple[int, Window]]:
    """Yield every n-th window of the text with its number; n is the least that keeps to `most_centers`."""
    keep = np.ones(len(text.vocabulary), np.float32)
    stride = -(-text.words // most_centers)
    for number, window in enumerate(TokenStream(text, keep, RandomStreams(0), _CENTERS, halo).windows(0)):
        if number % max(stride, 1) == 0:
            yield number, window
