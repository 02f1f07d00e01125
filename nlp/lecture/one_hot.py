"""Words as one-hot vectors, and why these say nothing of what words mean."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.layers.embedding import embedding_forward, one_hot
from nlp.lecture.page import Step, Told, Topic, Values
from nlp.vectors.word_vectors import normalized


def _steps(values: Values) -> Iterator[Step]:
    words, W = values["words"], values["W"]
    ids = np.arange(len(words))
    X = one_hot(ids, len(words), np.float64)
    yield Step(
        Told(
            "Each word has a number, its place in the list, and a vector with a single 1, at that place.",
            "每个词有一个编号，即它在词表中的位置；它的向量只在这个位置上是 1，其余都是 0。",
        ),
        "onehot(w)_v = 1 if v = w, else 0",
        {"words": words, "onehot": X},
        one_hot,
    )
    unit = normalized(X)
    yield Step(
        Told(
            "The cosine of any two different words is 0: cat is as far from dog as from apple.",
            "任意两个不同的词，余弦相似度都是 0：cat 与 dog 的距离，和 cat 与 apple 的距离一样。",
        ),
        "cos(a, b) = a·b / (‖a‖ ‖b‖)",
        {"cos": unit @ unit.T},
        normalized,
    )
    yield Step(
        Told(
            "A matrix times a one-hot vector is one of its columns: so "
            "vectors of words are looked up, not multiplied.",
            "矩阵乘以一个 one-hot 向量，就是取出它的一列：所以词向量是查表得到的，不必做乘法。",
        ),
        "W onehot(w) = column w of W",
        {"W": W, "W onehot(w)": W @ X[-1], "looked up": embedding_forward(W.T, ids[-1:])[0]},
        embedding_forward,
    )


ONE_HOT = Topic(
    Told("One-hot vectors", "One-hot 编码"),
    Told("five words, in the order of the slide", "五个词，按幻灯片上的顺序"),
    {
        "words": ["apple", "bag", "cat", "dog", "elephant"],
        "W": [[0.2, -0.4, 0.9, 0.8, 0.5], [0.7, 0.1, -0.3, -0.2, -0.6]],
    },
    {"words": "V", "W": "D V"},
    _steps,
)
