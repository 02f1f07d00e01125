"""Attention: what a decoder writes next is decided by those places of the source that it looks at."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.errors import InputError
from nlp.layers.arrays import Floats
from nlp.layers.dense import dense_forward
from nlp.layers.pooling import Attention
from nlp.layers.softmax import softmax_
from nlp.layers.workspace import Workspace
from nlp.lecture.page import Step, Told, Topic, Values


def _steps(values: Values) -> Iterator[Step]:
    words, h, W, U, v = (values[name] for name in ("words", "h", "W", "U", "v"))
    if 2 * len(W) != h.shape[1]:
        raise InputError(
            f"W has {len(W)} rows (A), but half as many as h has columns, {h.shape[1]}, are needed"
        )
    tensors = {"W": W.T, "b": U @ values["s"], "v": v[:, None]}
    u = np.tanh(dense_forward(tensors, h, Workspace(np.float64)))
    yield Step(
        Told(
            "Each place j of the source is scored by its encoder state h_j and the state s of the decoder.",
            "源句的每个位置 j，用它的编码器状态 h_j 和解码器状态 s 一起打分。",
        ),
        "e_j = v · tanh(W h_j + U s)",
        {"words": words, "h": h, "s": values["s"], "tanh(W h_j + U s)": u, "e": u @ v},
        dense_forward,
    )
    yield Step(
        Told(
            "The softmax over the places makes weights of the scores.",
            "对各位置做 softmax，得分就变成权重。",
        ),
        "α_j = exp e_j / Σ_k exp e_k",
        {"words": words, "α": _weights(u @ v)},
        softmax_,
    )
    yield Step(
        Told(
            "The decoder reads the mean of the states by these weights: it looks where they are large.",
            "解码器读到的是各状态按权重的平均：权重大的地方，就是它在看的地方。",
        ),
        "c = Σ_j α_j h_j",
        {"c": _context(tensors, h)},
        Attention,
    )
    elsewhere = {**tensors, "b": U @ values["s'"]}
    scores = np.tanh(h @ W.T + elsewhere["b"]) @ v
    yield Step(
        Told(
            "In another state, at the next word, it looks elsewhere.",
            "到下一个词，解码器的状态变了，看的地方也变了。",
        ),
        "α and c of s'",
        {"s'": values["s'"], "words": words, "α": _weights(scores), "c": _context(elsewhere, h)},
        Attention,
    )


def _weights(scores: Floats) -> Floats:
    weights = scores.copy()
    softmax_(weights[None])
    return weights


def _context(tensors: Values, h: Floats) -> Floats:
    y, _ = Attention().forward(tensors, h[:, None], [1] * len(h), Workspace(np.float64))
    context: Floats = y[0]
    return context


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
