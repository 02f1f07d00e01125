"""Segmented text made ready to train a segmenter, and the segmenter made of what was learnt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.errors import InputError
from nlp.tagging.accessor_variety import AccessorVariety
from nlp.tagging.characters import codes, flat, lengths_of
from nlp.tagging.config import SCHEME, TaggerConfig
from nlp.tagging.examples import Examples, Table, stacked
from nlp.tagging.hashing import Hashes
from nlp.tagging.labels import word_chain, word_labels
from nlp.tagging.learner import TaggerLearner
from nlp.tagging.lexicon import EVERYWHERE, FIRST_PART, LONGEST, PARTS, SHORTEST, Lexicon
from nlp.tagging.packed import rounded, rounded_moves
from nlp.tagging.segmenter import Segmenter, WordScores, templates

Words = Sequence[Sequence[str]]
"""Sentences, each a list of words without white space."""

LEAST_PART = 200
"""Sentences of a part: a word of a document occurs in several sentences that follow each other."""


@dataclass(frozen=True)
class SegmenterTraining:
    """A learner of a segmenter, and what its model needs beside the weights."""

    learner: TaggerLearner
    table: Table
    lexicon: Lexicon
    variety: AccessorVariety | None

    def model(self) -> Segmenter:
        """The segmenter as it has been learnt, its weights averaged and rounded."""
        of_features, of_moves = self.learner.averages()
        weights, scale = rounded(self.table.used, of_features, self.table.bits)
        moves = rounded_moves(of_moves, scale)
        return Segmenter(WordScores(weights, self.lexicon, self.variety), moves, self.learner.chain)


def segmenter_training(
    words: Words,
    config: TaggerConfig,
    *,
    valid: Words | None = None,
    dictionary: Iterable[str] = (),
    unlabelled: Iterable[str] | None = None,
) -> SegmenterTraining:
    """Make segmented sentences ready, with further words of a `dictionary`, and lines of `unlabelled` text.

    The unlabelled text must not contain the sentences: a model would learn to trust it too much.

    Raises: InputError where no word has two characters, or all of the held-out text is empty
    """
    text = word_texts(words, config.bits, valid=valid, dictionary=dictionary, unlabelled=unlabelled)
    table = Table.of(text.training.buckets, config.bits)
    examples = text.training.examples(table)
    held_out = text.held_out.examples(table) if text.held_out else None
    learner = TaggerLearner(word_chain(SCHEME), table.height, examples, config, valid=held_out)
    return SegmenterTraining(learner, table, text.lexicon, text.variety)


@dataclass(frozen=True)
class WordText:
    """Segmented sentences, none of them empty.

    Attributes: `words`; `buckets` (K, N) of K templates at the N characters; `labels` (N,); `lengths` of the
    sentences, in characters.
    """

    words: Words
    buckets: Hashes
    labels: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.int64]

    def examples(self, table: Table) -> Examples:
        """What a linear engine learns from."""
        return Examples(table.rows(self.buckets), self.labels, self.lengths)


@dataclass(frozen=True)
class WordTexts:
    """Segmented text to learn from and held-out text, and what their features are made with."""

    training: WordText
    held_out: WordText | None
    lexicon: Lexicon
    variety: AccessorVariety | None


def word_texts(
    words: Words,
    bits: int,
    *,
    valid: Words | None,
    dictionary: Iterable[str],
    unlabelled: Iterable[str] | None,
) -> WordTexts:
    """Hash the features of segmented sentences: see `segmenter_training`.

    Raises: InputError where no word has two characters, or all of the held-out text is empty
    """
    words = [sentence for sentence in words if sentence]
    if not any(len(word) > 1 for sentence in words for word in sentence):
        told = (
            "no word has two characters: nothing to learn; write a sentence a line, spaces between its words"
        )
        raise InputError(told)
    parts = parts_of(len(words))
    lexicon = lexicon_of(words, parts, dictionary)
    variety = AccessorVariety.of(unlabelled) if unlabelled is not None else None
    training = WordText(words, _buckets(words, lexicon, variety, bits, parts), *_labels(words))
    held_out = None
    if valid is not None:
        valid = [sentence for sentence in valid if sentence]
        if not valid:
            raise InputError("the held-out text is empty: nothing to evaluate on")
        held_out = WordText(valid, _buckets(valid, lexicon, variety, bits), *_labels(valid))
    return WordTexts(training, held_out, lexicon, variety)


def parts_of(sentences: int) -> npt.NDArray[np.uint8]:
    """The part of the training text that each sentence is in: parts of neighbours."""
    size = max(LEAST_PART, -(-sentences // PARTS))
    return (np.arange(sentences) // size).astype(np.uint8)


def lexicon_of(words: Words, parts: npt.NDArray[np.uint8], dictionary: Iterable[str] = ()) -> Lexicon:
    """The words of sentences, each marked with the only part that it occurs in, if it is but one."""
    marks: dict[str, int] = {}
    for part, sentence in zip(parts.tolist(), words, strict=True):
        mark = part + FIRST_PART
        for word in sentence:
            if SHORTEST <= len(word) <= LONGEST and marks.setdefault(word, mark) != mark:
                marks[word] = EVERYWHERE
    marks.update((word, EVERYWHERE) for word in dictionary if SHORTEST <= len(word) <= LONGEST)
    return Lexicon.of(marks)


def _buckets(
    words: Words,
    lexicon: Lexicon,
    variety: AccessorVariety | None,
    bits: int,
    parts: npt.NDArray[np.uint8] | None = None,
) -> Hashes:
    texts = ["".join(sentence) for sentence in words]
    text = flat(codes("".join(texts)), lengths_of(texts))
    places, own = text.places, None
    if parts is not None:
        own = np.zeros(len(text.symbols), np.uint8)
        own[places] = np.repeat(parts, text.lengths)
    longest = lexicon.longest(text.symbols, own)
    return stacked(templates(text.symbols, longest, variety, bits), places)


def _labels(words: Words) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The labels of all characters, and how many each sentence has."""
    lengths = lengths_of([word for sentence in words for word in sentence])
    of_sentences = np.array([sum(map(len, sentence)) for sentence in words], np.int64)
    return word_labels(lengths, SCHEME), of_sentences
