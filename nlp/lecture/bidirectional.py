"""The two-sided network: what fills a gap is decided by what stands before it and by what follows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.errors import InputError
from nlp.layers.arrays import Floats
from nlp.layers.cells.rnn import Rnn
from nlp.layers.recurrent import recurrent_forward
from nlp.layers.softmax import softmax_
from nlp.lecture.page import Step, Told, Topic, Values
from nlp.lecture.recurrence import axes_of, run, tensors_of


def _steps(values: Values) -> Iterator[Step]:
    words, gap = values["words"], int(values["gap"])
    before, after = words[:gap], words[gap + 1 :]
    if not (len(before) and len(after)):
        raise InputError("gap has to have words on both sides")
    start = np.zeros(len(values["b"]))
    left = run(Rnn(), tensors_of(values, [""]), values["x"][:gap], start)
    yield Step(
        Told(
            f"One network reads what stands before the gap, from left to right: {' '.join(before)}.",
            f"一个网络从左到右读空格之前的内容：{''.join(before)}。",
        ),
        "→h_t = tanh(W x_t + U →h_{t-1} + b)",
        {"words": words, "x": values["x"][:gap], "→h": left.h[-1]},
        recurrent_forward,
    )
    right = run(Rnn(), tensors_of(values, ["'"]), values["x"][:gap:-1], start)
    yield Step(
        Told(
            "A second one, with weights of its own, reads what "
            f"follows, from right to left: {' '.join(after[::-1])}.",
            f"另一个网络有自己的权重，从右到左读空格之后的内容：{''.join(after[::-1])}。",
        ),
        "←h_t = tanh(W' x_t + U' ←h_{t+1} + b')",
        {"x": values["x"][:gap:-1], "←h": right.h[-1]},
        recurrent_forward,
    )
    candidates = values["candidates"]
    yield Step(
        Told(
            "Both states together score what may stand in the gap.",
            "两个状态合在一起，为空格中可能的词打分。",
        ),
        "P = softmax(V →h + V' ←h)",
        {"candidates": candidates, "P": _probabilities(values, left.h[-1], right.h[-1])},
        softmax_,
    )
    other = run(Rnn(), tensors_of(values, ["'"]), values["x'"][None], start)
    yield Step(
        Told(
            "Another word behind the gap changes the probabilities; a "
            "network that reads from left to right alone cannot see it.",
            "空格之后换一个词，概率就变了；只从左到右读的网络看不到它。",
        ),
        "P with x' behind the gap,   P of →h alone",
        {
            "candidates": candidates,
            "P": _probabilities(values, left.h[-1], other.h[-1]),
            "P of →h alone": _probabilities(values, left.h[-1], start),
        },
        softmax_,
    )


def _probabilities(values: Values, left: Floats, right: Floats) -> Floats:
    P: Floats = values["V"] @ left + values["V'"] @ right
    softmax_(P[None])
    return P


BIDIRECTIONAL = Topic(
    Told("A two-sided network fills a gap: 我 ___ 困", "双向循环网络填空：我 ___ 困"),
    Told(
        "我, the gap, 困; then 刚起床 behind the gap in the place of 困",
        "我、空格、困；再把空格之后的 困 换成 刚起床",
    ),
    {
        "words": ["我", "___", "困"],
        "gap": 1,
        "x": [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
        "x'": [0.0, 0.0, 1.0],
        "W": [[0.8, -0.2, 0.1], [0.3, 0.5, -0.6]],
        "U": [[0.4, 0.1], [-0.3, 0.6]],
        "b": [0.0, 0.1],
        "W'": [[-0.4, 0.9, -0.9], [0.2, -0.7, 0.8]],
        "U'": [[0.5, -0.1], [0.2, 0.3]],
        "b'": [0.1, 0.0],
        "candidates": ["很", "不", "才"],
        "V": [[0.5, 0.2], [0.6, 0.1], [0.2, 0.4]],
        "V'": [[1.5, -0.5], [1.2, -1.0], [-1.5, 1.0]],
    },
    {
        "words": "T",
        "gap": "",
        "x": "T D",
        "x'": "D",
        **axes_of(("", "'")),
        "candidates": "K",
        "V": "K H",
        "V'": "K H",
    },
    _steps,
    {"gap": "T"},
)
