"""From scores to probabilities: the softmax, the probability of a word given another, and its loss."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.layers.softmax import cross_entropy, softmax_
from nlp.lecture.page import Step, Told, Topic, Values


def _steps(values: Values) -> Iterator[Step]:
    words, v_c, U, outer = values["words"], values["v_c"], values["U"], int(values["outer"])
    scores = (U @ v_c)[None]
    P = scores.copy()
    log_sums = softmax_(P)
    yield Step(
        Told(
            "Each word w of the vocabulary has an output vector u_w, a row of U; its score is u_w·v_c.",
            "词表中每个词 w 有一个输出向量 u_w，即 U 的一行；它的得分是 u_w·v_c。",
        ),
        "z_w = u_w · v_c",
        {"words": words, "v_c": v_c, "U": U, "z": scores[0]},
        softmax_,
    )
    yield Step(
        Told(
            "The exponential makes every score positive, and dividing by their sum makes them probabilities.",
            "取指数使每个得分为正，再除以它们的和，就成为概率。",
        ),
        "P(w|w_c) = exp(u_w·v_c) / Σ_v exp(u_v·v_c)",
        {"exp z": np.exp(scores[0]), "Σ exp z": np.asarray(np.exp(log_sums[0])), "P": P[0], "Σ P": P.sum()},
        softmax_,
    )
    gradient = scores.copy()
    loss = cross_entropy(gradient, np.array([outer]), np.ones(1))
    yield Step(
        Told(
            f"The loss is the negative logarithm of the probability of the word that came, {words[outer]}.",
            f"损失是实际出现的词 {words[outer]} 的概率的负对数。",
        ),
        "E = -log P(w_o|w_c)",
        {"P(w_o|w_c)": P[0, outer], "E": np.asarray(loss)},
        cross_entropy,
    )
    yield Step(
        Told(
            "Its gradient by the scores is the probabilities less the one-hot vector of the word that came.",
            "它对得分的梯度，是概率减去实际出现的词的 one-hot 向量。",
        ),
        "∂E/∂z = P - onehot(w_o)",
        {"∂E/∂z": gradient[0]},
        cross_entropy,
    )


SOFTMAX = Topic(
    Told("Softmax, and P(w_o|w_c)", "Softmax 与 P(w_o|w_c)"),
    Told("the vector of a word, and the output vectors of five", "一个词的向量，和五个词的输出向量"),
    {
        "words": ["the", "woman", "loves", "her", "daughter"],
        "v_c": [1.0, 1.75, 0.25],
        "U": [[1.0, 2.0, -1.0], [-1.0, 2.0, -1.0], [1.0, 2.0, 2.0], [0.0, 2.0, 0.0], [1.0, -1.0, 2.0]],
        "outer": 2,
    },
    {"words": "V", "v_c": "D", "U": "V D", "outer": ""},
    _steps,
    {"outer": "V"},
)
