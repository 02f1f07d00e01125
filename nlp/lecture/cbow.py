"""CBOW: the mean of the words around a place predicts the word there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np

from nlp.layers.arrays import Floats
from nlp.layers.embedding import embedding_forward, one_hot
from nlp.layers.random_streams import RandomStreams
from nlp.layers.softmax import softmax_
from nlp.lecture.page import Step, Told, Topic, Values
from nlp.training.row_updates import RowUpdates
from nlp.word2vec.chunks import Chunk, ChunkShape
from nlp.word2vec.losses.full_softmax import FullSoftmax
from nlp.word2vec.predictors import ContextMeans


def _steps(values: Values) -> Iterator[Step]:
    words, W, W_out, center = values["words"], values["W"], values["W'"], int(values["center"])
    around = np.delete(np.arange(len(words)), center)
    yield Step(
        Told(
            "Each word around the gap is looked up: its vector is a "
            "column of W, or W times its one-hot vector.",
            "空缺周围的每个词先查表：它的向量是 W 的一列，也就是 W 乘以它的 one-hot 向量。",
        ),
        "x_j = W onehot(w_j)",
        {"context": words[around], "W": W, "x": one_hot(around, len(words), np.float64) @ W.T},
        embedding_forward,
    )
    means, chunk = _whole_window(len(words), center, len(W))
    X = embedding_forward(W.T, chunk.tokens)
    h = means.forward(X)
    yield Step(
        Told("The hidden layer is their mean.", "隐藏层是它们的平均。"),
        "h = (x_1 + … + x_n) / n",
        {"h": h[0]},
        ContextMeans,
    )
    scores = h @ W_out.T
    P = scores.copy()
    softmax_(P)
    yield Step(
        Told("Every word is scored by its row of W'.", "每个词用 W' 中它的那一行打分。"),
        "z = W' h",
        {"W'": W_out, "z": scores[0]},
        FullSoftmax,
    )
    yield Step(
        Told("The softmax makes probabilities of the scores.", "softmax 把得分变成概率。"),
        "P(w) = exp z_w / Σ_v exp z_v",
        {"words": words, "exp z": np.exp(scores[0]), "P": P[0]},
        softmax_,
    )
    if all(np.array_equal(values[name], usual) for name, usual in CBOW.example.items()):
        yield _misprint(scores)
    output = FullSoftmax(means.band, len(words))
    output.set_targets(np.array([center], np.int32), chunk)
    loss, _, _ = output.loss(h, W_out)
    yield Step(
        Told(
            f"The loss is the negative logarithm of the probability of {words[center]}.",
            f"损失是 {words[center]} 的概率的负对数。",
        ),
        "E = -log P(w_c | context)",
        {"P(w_c)": P[0, center], "E": np.asarray(loss)},
        FullSoftmax,
    )
    updates = RowUpdates(np.zeros(len(words), np.int32), np.empty(W_out.shape), np.empty(len(words)))
    dX = np.zeros_like(X)
    dh = means.room_for_gradient(dX)
    output.gradients(h, W_out, dh, updates)
    means.backward(dX)
    yield Step(
        Told(
            "Back: the scores get P - onehot; each word around gets an n-th of the gradient of h.",
            "反向传播：得分的梯度是 P - onehot；周围每个词得到 h 的梯度的 n 分之一。",
        ),
        "∂E/∂z = P - onehot(w_c),   ∂E/∂W' = ∂E/∂z hᵀ,   ∂E/∂h = W'ᵀ ∂E/∂z,   ∂E/∂x_j = ∂E/∂h / n",
        {
            "∂E/∂z": P[0] - one_hot(np.array([center]), len(words), np.float64)[0],
            "∂E/∂W'": updates.gradients,
            "∂E/∂h": dh[0],
            "∂E/∂x": dX[chunk.sentences == 0][around],
        },
        FullSoftmax,
    )


def _whole_window(words: int, center: int, dim: int) -> tuple[ContextMeans, Chunk]:
    """The sentence as a chunk of one center, and the first draw of a window that takes in all of it."""
    window = max(center, words - 1 - center, 1)
    places = np.arange(center - window, center + window + 1)
    inside = (places >= 0) & (places < words)
    tokens = np.where(inside, places, 0).astype(np.int32)
    sentences = np.select([places < 0, inside], [-1, 0], 1).astype(np.int32)
    means = ContextMeans(ChunkShape(1, window, dim, 1), RandomStreams(0), np.float64)
    chunks = (Chunk(tokens, sentences, 0, number) for number in count())
    return means, next(chunk for chunk in chunks if _pairs(means, chunk) == words - 1)


def _pairs(means: ContextMeans, chunk: Chunk) -> int:
    """Of how many words the mean is."""
    means.set_chunk(chunk)
    return int(np.count_nonzero(means.spread(np.ones(1))))


def _misprint(scores: Floats) -> Step:
    printed = scores.copy()
    printed[0, 3] = 3
    P = printed.copy()
    softmax_(P)
    return Step(
        Told(
            "The slide prints 3.000 as the score of her: a misprint, since its own 0.126 belongs to 3.500.",
            "幻灯片上 her 的得分印成了 3.000，是笔误：它给出的概率 0.126 对应的得分是 3.500。",
        ),
        "P(her) if its score were 3.000",
        {"z": printed[0], "P": P[0]},
        softmax_,
    )


CBOW = Topic(
    Told("CBOW: a word from the words around it", "CBOW：由周围的词预测中间的词"),
    Told(
        "the lecture's worked example: the woman ___ her daughter", "讲义中的例子：the woman ___ her daughter"
    ),
    {
        "words": ["the", "woman", "loves", "her", "daughter"],
        "W": [[1.0, 2.0, 3.0, 0.0, 1.0], [1.0, 2.0, 1.0, 2.0, 2.0], [-1.0, 1.0, 1.0, 1.0, 0.0]],
        "W'": [[1.0, 2.0, -1.0], [-1.0, 2.0, -1.0], [1.0, 2.0, 2.0], [0.0, 2.0, 0.0], [1.0, -1.0, 2.0]],
        "center": 2,
    },
    {"words": "V", "W": "D V", "W'": "V D", "center": ""},
    _steps,
    {"center": "V"},
)
