"""Warnings of what makes word vectors bad although training succeeds, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.layers.arrays import Floats
from nlp.text.suspicion import punctuation_warnings, warnings_of
from nlp.word2vec.learner import Word2Vec, WordVectorLearner
from nlp.wording import Message, number_of

MANY_WORDS = 30_000
"""The size of a vocabulary over which a full softmax takes days where negative sampling takes minutes."""

_SINGLE_CHARACTERS = 0.9  # of the words
_CJK = "\u2e80"  # from here on, a character may well be a word
_FEW_TOKENS = 200_000  # over all epochs
_MOSTLY_DROPPED, _SMALL_TEXT = 0.3, 100_000  # share of the words that subsampling keeps; words
_COLLAPSED = 0.95  # mean cosine
_SAMPLE = 200  # rows


def advice_on_training(learner: WordVectorLearner, many_words: int = MANY_WORDS) -> Iterator[str]:
    """Yield what is likely to go wrong with a training; `many_words` are too many for a full softmax."""
    corpus, config, kept = learner.corpus, learner.config, learner.kept
    single = sum(count for word, count in corpus.occurring if len(word) == 1 and word < _CJK)
    if single >= _SINGLE_CHARACTERS * corpus.words:
        yield (
            f"{single / corpus.words:.0%} of the words are single characters; is this text tokenized? "
            f"nlptool tokenize makes words of it"
        )
    yield from punctuation_warnings(corpus.occurring)
    signs = [*warnings_of(corpus.occurring)]
    yield from signs
    if signs:  # the text has to be made anew: nothing about settings helps
        return
    if config.subsample and kept < _MOSTLY_DROPPED * corpus.words and corpus.words < _SMALL_TEXT:
        yield Message(
            f"`subsample` {config.subsample:g} drops {1 - kept / corpus.words:.0%} of this small text, "
            f"which has few words to tell apart; keep it with `subsample` 0"
        )
    if kept * config.epochs < _FEW_TOKENS and not learner.goes_on:  # its old words are learnt already
        left = number_of(round(kept * config.epochs), "word")
        yield Message(f"only {left} to learn from, all epochs together; try {_remedies(learner)}")
    if config.loss == "softmax" and len(corpus.vocabulary) > many_words:
        yield Message(
            f"a full softmax over {len(corpus.vocabulary):,} words is slow, as each word read moves all of "
            f"them; `loss` ns takes minutes where this takes days"
        )


def advice_on_vectors(model: Word2Vec) -> Iterator[str]:
    """Yield what is wrong with trained vectors."""
    cosine = mean_cosine(model.input_vectors[: len(model.vocabulary)])
    if cosine > _COLLAPSED:
        yield Message(
            f"the vectors have collapsed: words taken at random have a mean cosine of {cosine:.2f}, so "
            f"neighbours mean little; train on more text, for more `epochs`, or with `subsample` 0"
        )


def mean_cosine(vectors: Floats) -> float:
    """Mean cosine of distinct rows, over a sample of at most 200 of them spread evenly; 0 for a single row.

    Equation: (|Σ_i u_i|² - Σ_i |u_i|²) / (n (n - 1)),   u_i = v_i / |v_i|
    """
    rows = np.unique(np.linspace(0, len(vectors) - 1, _SAMPLE).astype(np.int64))
    sample = vectors[rows].astype(np.float64)
    sample /= np.maximum(np.linalg.norm(sample, axis=1, keepdims=True), np.finfo(np.float64).tiny)
    n, total = len(sample), sample.sum(axis=0)
    return float((total @ total - np.square(sample).sum()) / max(n * (n - 1), 1))


def _remedies(learner: WordVectorLearner) -> str:
    """The settings that get more out of a small text, except those already chosen or without effect on it."""
    config, corpus = learner.config, learner.corpus
    needed = max(round(_FEW_TOKENS / max(learner.kept, 1)), config.epochs + 1)
    remedies = [f"`epochs` {min(needed, 1000)}"]
    if config.max_vocab == len(corpus.vocabulary):
        remedies.append("a larger `max_vocab`")
    elif config.min_count > 1 and corpus.words < corpus.words_seen:
        remedies.append("`min_count` 1")
    remedies += ["`subsample` 0"] if learner.kept < corpus.words else []
    remedies += ["`loss` hs"] if config.loss != "hs" else []
    return ", ".join(remedies)
