"""The GRU, gate by gate, and the two cells that are hidden in it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.layers.cells.gru import Gru
from nlp.layers.cells.rnn import Rnn
from nlp.lecture.page import Step, Told, Topic, Values
from nlp.lecture.recurrence import OPEN, SHUT, axes_of, run, tensors_of

_GATES = ("_r", "_z", "_h")


def _steps(values: Values) -> Iterator[Step]:
    x, h_0 = values["x"], values["h_0"]
    unrolled = run(Gru(), tensors_of(values, _GATES), x, h_0)
    yield Step(
        Told(
            "The reset gate r says how much of the state the candidate "
            "may see, the update gate z how much of it stays.",
            "重置门 r 决定候选值能看到多少旧状态，更新门 z 决定旧状态保留多少。",
        ),
        "r, z = σ(W x_t + U h_{t-1} + b), each with its own;   h̃_t = tanh(W_h x_t + U_h (r * h_{t-1}) + b_h)",
        {name: values[name] for gate in _GATES for name in (f"W{gate}", f"U{gate}", f"b{gate}")},
        Gru,
    )
    for t in range(1, len(x) + 1):
        r, z, candidate = unrolled.gates[:, t - 1]
        yield Step(
            Told(
                f"Step {t}: z of the old state stays, the rest is the candidate.",
                f"第 {t} 步：旧状态保留 z，其余来自候选值。",
            ),
            f"h_{t} = z * h_{t - 1} + (1 - z) * h̃_{t}",
            {
                f"x_{t}": x[t - 1],
                "r": r,
                "z": z,
                f"h̃_{t}": candidate,
                f"h_{t - 1}": unrolled.states[0, t - 1],
                f"h_{t}": unrolled.h[t - 1],
            },
            Gru,
        )
    simple = {**values, "b_r": np.full_like(h_0, OPEN), "b_z": np.full_like(h_0, SHUT)}
    yield Step(
        Told(
            "With r → 1 and z → 0 (biases of 20 and -20) it is the simple recurrent network.",
            "当 r → 1、z → 0（偏置取 20 与 -20）时，它就是普通的循环网络。",
        ),
        "h_t = tanh(W_h x_t + U_h h_{t-1} + b_h)",
        {
            "h_T of the GRU": run(Gru(), tensors_of(simple, _GATES), x, h_0).h[-1],
            "h_T of the RNN": run(Rnn(), tensors_of(values, ["_h"]), x, h_0).h[-1],
        },
        Rnn,
    )
    kept = {**values, "b_z": np.full_like(h_0, OPEN)}
    states = run(Gru(), tensors_of(kept, _GATES), x, h_0).states[0]
    yield Step(
        Told("With z → 1 the state is kept as it is.", "当 z → 1 时，状态保持不变。"),
        "h_t = h_{t-1}",
        {f"h_{t}": state for t, state in enumerate(states)},
        Gru,
    )


GRU = Topic(
    Told("GRU", "门控循环单元（GRU）"),
    Told("two steps of two units", "两个单元走两步"),
    {
        "x": [[1.0, 0.0], [0.0, 1.0]],
        "h_0": [0.5, -0.5],
        "W_r": [[0.5, 0.1], [-0.2, 0.4]],
        "U_r": [[0.1, 0.2], [0.3, -0.1]],
        "b_r": [0.0, 0.0],
        "W_z": [[0.3, -0.4], [0.6, 0.2]],
        "U_z": [[0.2, -0.1], [0.0, 0.4]],
        "b_z": [0.0, 0.0],
        "W_h": [[0.9, -0.5], [0.4, 0.8]],
        "U_h": [[0.3, 0.1], [-0.4, 0.2]],
        "b_h": [0.1, -0.1],
    },
    {
        "x": "T D",
        "h_0": "H",
        **axes_of(_GATES),
    },
    _steps,
)
