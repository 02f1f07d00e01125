from __future__ import annotations

import numpy as np
import pytest

from nlp.data.corpus import Corpus, encode
from nlp.data.token_stream import TokenStream, Window, keep_probabilities
from nlp.layers.random_streams import RandomStreams
from nlp.text.vocabulary import SENTENCE_END
from nlp.training.schedules import linear_decay
from tests.files import TMP

HALO = 2


def corpus(times: int = 1) -> Corpus:
    return encode(["a b c\n\nd\ne a b a\nc c\n" * times], TMP)


def windows(file: Corpus, keep: float, size: int, epoch: int = 0) -> list[Window]:
    probabilities = np.full(len(file.vocabulary), keep, np.float32)
    stream = TokenStream(file, probabilities, RandomStreams(1), size, HALO)
    return list(stream.windows(epoch))


@pytest.mark.parametrize(("times", "size"), [*((1, size) for size in (1, 3, 4, 10, 64)), (8_000, 777)])
def test_every_token_is_the_center_of_one_window(times: int, size: int) -> None:
    """A small file is read at once; 88,000 tokens with their line ends are not."""
    file = corpus(times)
    raw = file.read(0, file.length)
    tokens, sentences = raw[raw != SENTENCE_END], np.cumsum(raw == SENTENCE_END)[raw != SENTENCE_END]
    seen = windows(file, 1.0, size)
    centers = [slice(HALO, HALO + window.centers) for window in seen]
    both = list(zip(seen, centers, strict=True))
    assert np.concatenate([w.tokens[c] for w, c in both]).tolist() == tokens.tolist()
    assert np.concatenate([w.sentences[c] for w, c in both]).tolist() == sentences.tolist()
    assert all(len(window.tokens) == len(window.sentences) == size + 2 * HALO for window in seen)
    for number, window in enumerate(seen):  # the halo is what stands there in the corpus
        start = number * size - HALO
        for place, token in enumerate(window.tokens, start=start):
            if 0 <= place < len(tokens):
                assert token == tokens[place]


def test_padding_is_in_no_pair() -> None:
    (window,) = windows(corpus(), 1.0, 64)
    padding = np.r_[0:HALO, HALO + window.centers : len(window.tokens)]
    assert all((window.sentences == window.sentences[place]).sum() == 1 for place in padding)
    assert (np.diff(window.sentences) >= 0).all()


def test_subsampling_differs_from_epoch_to_epoch_and_repeats() -> None:
    file = encode(["a b c d e f g h " * 50], TMP)
    first, again, second = (windows(file, 0.5, 4096, epoch)[0] for epoch in (0, 0, 1))
    assert first.tokens.tolist() == again.tokens.tolist() != second.tokens.tolist()
    assert 100 < first.centers < 300


def test_nothing_kept_gives_no_window() -> None:
    assert windows(corpus(), 0.0, 4) == []


def test_keep_probability_is_that_of_word2vec() -> None:
    """A tenth of all tokens at t = 1e-3: √0.01 + 0.01 = 0.11."""
    np.testing.assert_allclose(keep_probabilities([900, 100], 1e-3)[1], 0.11, rtol=1e-6)
    assert keep_probabilities([900, 100], 1e-3).dtype == np.float32  # as the numbers drawn against it
    assert keep_probabilities([900, 100], 0).tolist() == [1, 1]
    assert keep_probabilities([1] * 5000, 1e-3).tolist() == [1] * 5000


def test_learning_rate_falls_along_a_line() -> None:
    assert [linear_decay(0.05, 0.01, done) for done in (0, 0.5, 1)] == pytest.approx([0.05, 0.03, 0.01])
    assert linear_decay(0.05, 0.01, 1.5) == pytest.approx(0.01)
