"""The LSTM, gate by gate, and how it keeps what it remembers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.layers.cells.lstm import Lstm
from nlp.lecture.page import Step, Told, Topic, Values
from nlp.lecture.recurrence import OPEN, SHUT, axes_of, run, tensors_of

_GATES = ("_i", "_f", "_o", "_c")


def _steps(values: Values) -> Iterator[Step]:
    x, h_0, c_0 = values["x"], values["h_0"], values["c_0"]
    unrolled = run(Lstm(), tensors_of(values, _GATES), x, h_0, c_0)
    yield Step(
        Told(
            "Three gates between 0 and 1 decide what is forgotten, "
            "written and shown; a candidate is what may be written.",
            "三个介于 0 和 1 之间的门决定忘记什么、写入什么、输出什么；候选值是可以写入的内容。",
        ),
        "f, i, o = σ(W x_t + U h_{t-1} + b), each with its own;   c̃_t = tanh(W_c x_t + U_c h_{t-1} + b_c)",
        {name: values[name] for gate in _GATES for name in (f"W{gate}", f"U{gate}", f"b{gate}")},
        Lstm,
    )
    for t in range(1, len(x) + 1):
        i, f, o, candidate = unrolled.gates[:, t - 1]
        yield Step(
            Told(
                f"Step {t}: the memory keeps f of the old and takes i of the new.",
                f"第 {t} 步：记忆保留旧内容的 f，写入新内容的 i。",
            ),
            f"c_{t} = f * c_{t - 1} + i * c̃_{t},   h_{t} = o * tanh(c_{t})",
            {
                f"x_{t}": x[t - 1],
                "f": f,
                "i": i,
                "o": o,
                f"c̃_{t}": candidate,
                f"c_{t - 1}": unrolled.states[1, t - 1],
                f"c_{t}": unrolled.states[1, t],
                f"h_{t}": unrolled.h[t - 1],
            },
            Lstm,
        )
    kept = {**values, "b_f": np.full_like(c_0, OPEN), "b_i": np.full_like(c_0, SHUT)}
    states = run(Lstm(), tensors_of(kept, _GATES), x, h_0, c_0).states[1]
    yield Step(
        Told(
            "With f → 1 and i → 0 (biases of 20 and -20) the memory is kept as it is, whatever is read.",
            "当 f → 1、i → 0（偏置取 20 与 -20）时，无论读入什么，记忆都保持不变。",
        ),
        "c_t = 1 * c_{t-1} + 0 * c̃_t = c_{t-1},   ∂c_t/∂c_{t-1} = diag(f) = 1",
        {f"c_{t}": state for t, state in enumerate(states)},
        Lstm,
    )


LSTM = Topic(
    Told("LSTM", "长短期记忆网络（LSTM）"),
    Told("two steps of two units", "两个单元走两步"),
    {
        "x": [[1.0, 0.0], [0.0, 1.0]],
        "h_0": [0.0, 0.0],
        "c_0": [0.5, -0.5],
        "W_i": [[0.5, 0.1], [-0.2, 0.4]],
        "U_i": [[0.1, 0.2], [0.3, -0.1]],
        "b_i": [0.0, 0.0],
        "W_f": [[0.3, -0.4], [0.6, 0.2]],
        "U_f": [[0.2, -0.1], [0.0, 0.4]],
        "b_f": [1.0, 1.0],
        "W_o": [[0.7, 0.2], [0.1, -0.3]],
        "U_o": [[-0.2, 0.3], [0.1, 0.1]],
        "b_o": [0.0, 0.0],
        "W_c": [[0.9, -0.5], [0.4, 0.8]],
        "U_c": [[0.3, 0.1], [-0.4, 0.2]],
        "b_c": [0.1, -0.1],
    },
    {
        "x": "T D",
        "h_0": "H",
        "c_0": "H",
        **axes_of(_GATES),
    },
    _steps,
)
