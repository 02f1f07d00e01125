"""Attention: what a decoder writes next is decided by those places of the source that it looks at."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.layers.additive_attention import additive_attention_forward
from nlp.layers.arrays import Floats
from nlp.layers.attention import weigh_
from nlp.layers.workspace import Workspace
from nlp.lecture.page import Step, Told, Topic, Values


def _steps(values: Values) -> Iterator[Step]:
    words, h, v = (values[name] for name in ("words", "h", "v"))
    u = np.tanh(h @ values["W"].T + values["U"] @ values["s"])
    weights, context = _look(values, values["s"])
    yield Step(
        Told(
            "Each place j of the source is scored by its encoder state h_j and the state s of the decoder.",
            "源句的每个位置 j，用它的编码器状态 h_j 和解码器状态 s 一起打分。",
        ),
        "e_j = v · tanh(W h_j + U s)",
        {"words": words, "h": h, "s": values["s"], "tanh(W h_j + U s)": u, "e": u @ v},
        additive_attention_forward,
    )
    yield Step(
        Told(
            "The softmax over the places makes weights of the scores.",
            "对各位置做 softmax，得分就变成权重。",
        ),
        "α_j = exp e_j / Σ_k exp e_k",
        {"words": words, "α": weights},
        weigh_,
    )
    yield Step(
        Told(
            "The decoder reads the mean of the states by these weights: it looks where they are large.",
            "解码器读到的是各状态按权重的平均：权重大的地方，就是它在看的地方。",
        ),
        "c = Σ_j α_j h_j",
        {"c": context},
        additive_attention_forward,
    )
    weights, context = _look(values, values["s'"])
    yield Step(
        Told(
            "In another state, at the next word, it looks elsewhere.",
            "到下一个词，解码器的状态变了，看的地方也变了。",
        ),
        "α and c of s'",
        {"s'": values["s'"], "words": words, "α": weights, "c": context},
        additive_attention_forward,
    )


def _look(values: Values, state: Floats) -> tuple[Floats, Floats]:
    """What a state gives each place, (T,), and what it reads, (F,)."""
    h, p, workspace = values["h"], {"v": values["v"]}, Workspace(np.float64)
    q, k = values["U"] @ state, h @ values["W"].T
    y, attended = additive_attention_forward(p, q[None, None], k[None], h[None], None, workspace)
    return attended.weights[0, 0], y[0, 0]


ATTENTION = Topic(
    Told("Attention", "注意力机制"),
    Told(
        "a source of three words, and the states of a decoder before its first and its second word",
        "三个词的源句，以及解码器写第一个词和第二个词之前的状态",
    ),
    {
        "words": ["我", "喜欢", "猫"],
        "h": [[1.0, 0.1, 0.0, 0.2], [0.1, 1.0, 0.2, 0.0], [0.0, 0.2, 1.0, 0.1]],
        "s": [1.0, 0.0],
        "s'": [0.0, 1.0],
        "W": [[2.0, -2.0, -2.0, 0.5], [-2.0, 2.0, -2.0, 0.5]],
        "U": [[1.0, -2.0], [-2.0, 1.0]],
        "v": [2.0, 2.0],
    },
    {"words": "T", "h": "T F", "s": "D", "s'": "D", "W": "A F", "U": "A D", "v": "A"},
    _steps,
)
