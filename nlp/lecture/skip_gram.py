"""Skip-gram: each word predicts the words around it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.layers.embedding import embedding_forward
from nlp.layers.softmax import cross_entropy, softmax_
from nlp.lecture.page import Step, Told, Topic, Values
from nlp.word2vec.chunks import window_weights
from nlp.word2vec.losses.negative_sampling import softplus


def _steps(values: Values) -> Iterator[Step]:
    words, W, W_out = values["words"], values["W"], values["W'"]
    center, window = int(values["center"]), int(values["window"])
    first = max(center - window, 0)
    places = np.arange(first, min(center + window + 1, len(words)))
    around = places[places != center]
    yield Step(
        Told(
            f"{words[center]} predicts each word that is at most {window} places away. In "
            "training the nearer ones count more, by a_d; here they count alike.",
            f"{words[center]} 预测与它相距不超过 {window} 个位置的每个"
            "词。训练时近的词权重更大（a_d），这里一视同仁。",
        ),
        "context(c) = { j : 0 < |j - c| ≤ m },   a_d = (m - d + 1) / m",
        {"words": words, "context": words[around], "a_d": window_weights(window)[1:]},
        window_weights,
    )
    v = embedding_forward(W.T, np.array([center]))[0]
    scores = W_out @ v
    P = scores[None].copy()
    softmax_(P)
    yield Step(
        Told(
            "Its vector is a column of W; the scores of all words are W' v, their probabilities the softmax.",
            "它的向量是 W 的一列；所有词的得分是 W' v，再用 softmax 得到概率。",
        ),
        "P(w_o|w_c) = exp(u_o·v_c) / Σ_w exp(u_w·v_c)",
        {"W": W, "W'": W_out, "v_c": v, "z": scores, "P": P[0]},
        softmax_,
    )
    z = np.tile(scores, (len(around), 1))
    loss = cross_entropy(z, around, np.ones(len(around)))
    yield Step(
        Told(
            "The loss is summed over the context: the lecture's formula lacks the logarithm, which is meant.",
            "损失对上下文求和：讲义的公式漏写了对数，这里补上。",
        ),
        "E = -Σ_o log P(w_o|w_c)",
        {"-log P(w_o|w_c)": -np.log(P[0, around]), "E": np.asarray(loss)},
        cross_entropy,
    )
    dz = z.sum(axis=0)
    yield Step(
        Told(
            "Gradients: all output vectors move, and so does the one vector of the center.",
            "梯度：所有输出向量都要更新，而输入向量只更新中心词的那一个。",
        ),
        "∂E/∂W' = (Σ_o P - onehot(w_o)) v_cᵀ,   ∂E/∂v_c = W'ᵀ (Σ_o P - onehot(w_o))",
        {"∂E/∂z": dz, "∂E/∂W'": np.outer(dz, v), "∂E/∂v_c": W_out.T @ dz},
        cross_entropy,
    )
    negatives = values["negatives"]
    true, noise = scores[around], scores[negatives]
    yield Step(
        Told(
            "Negative sampling does without the sum over all words: a "
            "true pair is told from a few drawn at random.",
            "负采样不需要对所有词求和：只要把真实的词对与随机抽取的几个词区分开。",
        ),
        "E = -log σ(u_o·v_c) - Σ_k log σ(-u_k·v_c), for each o",
        {
            "negatives": words[negatives],
            "-log σ(u_o·v_c)": softplus(-true),
            "-log σ(-u_k·v_c)": softplus(noise),
            "E": softplus(-true).sum() + len(around) * softplus(noise).sum(),
        },
        softplus,
    )


SKIP_GRAM = Topic(
    Told("Skip-gram: the words around a word", "Skip-gram：由一个词预测它周围的词"),
    Told("the sentence and the matrices of the CBOW example", "与 CBOW 例子相同的句子和矩阵"),
    {
        "words": ["the", "woman", "loves", "her", "daughter"],
        "W": [[1.0, 2.0, 3.0, 0.0, 1.0], [1.0, 2.0, 1.0, 2.0, 2.0], [-1.0, 1.0, 1.0, 1.0, 0.0]],
        "W'": [[1.0, 2.0, -1.0], [-1.0, 2.0, -1.0], [1.0, 2.0, 2.0], [0.0, 2.0, 0.0], [1.0, -1.0, 2.0]],
        "center": 2,
        "window": 2,
        "negatives": [4, 0],
    },
    {"words": "V", "W": "D V", "W'": "V D", "center": "", "window": "", "negatives": "K"},
    _steps,
    {"center": "V", "negatives": "V", "window": 65},
)
