"""The recurrent network, step by step: what it reads is kept in a hidden state."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.layers.cells.rnn import Rnn
from nlp.layers.softmax import cross_entropy, softmax_
from nlp.lecture.page import Step, Told, Topic, Values
from nlp.lecture.recurrence import run, tensors_of


def _steps(values: Values) -> Iterator[Step]:
    words, x, V, targets = values["words"], values["x"], values["V"], values["targets"]
    weights = {name: values[name] for name in ("W", "U", "b")}
    yield Step(
        Told(
            "The same weights are used at every step, and the state begins as zero.",
            "每一步都用同一组权重，初始状态为零。",
        ),
        "h_t = tanh(W x_t + U h_{t-1} + b),   h_0 = 0",
        weights,
        Rnn,
    )
    tensors, start = tensors_of(values, [""]), np.zeros(len(values["b"]))
    unrolled = run(Rnn(), tensors, x, start)
    scores = unrolled.h @ V.T
    P = scores.copy()
    softmax_(P)
    for t, (h, y) in enumerate(zip(unrolled.h, P, strict=True), 1):
        before = unrolled.states[0, t - 1]
        yield Step(
            Told(f"Step {t} reads {words[t - 1]}.", f"第 {t} 步读入 {words[t - 1]}。"),
            f"h_{t} = tanh(W x_{t} + U h_{t - 1} + b),   y_{t} = softmax(V h_{t})",
            {
                f"x_{t}": x[t - 1],
                f"W x_{t}": values["W"] @ x[t - 1],
                f"U h_{t - 1}": values["U"] @ before,
                f"h_{t}": h,
                f"y_{t}": y,
            },
            Rnn,
        )
    loss = cross_entropy(scores, targets, np.ones(len(targets)))
    yield Step(
        Told("Each step predicts a word, and the losses add up.", "每一步预测一个词，各步的损失相加。"),
        "E = Σ_t E_t,   E_t = -log y_t,target",
        {"targets": targets, "E_t": -np.log(P[np.arange(len(P)), targets]), "E": np.asarray(loss)},
        cross_entropy,
    )
    yield Step(
        Told(
            "Word order counts: the same words backwards leave another state.",
            "词序有影响：同样的词倒过来读，得到不同的状态。",
        ),
        "h_T of x_T … x_1",
        {"h_T": unrolled.h[-1], "h_T, backwards": run(Rnn(), tensors, x[::-1], start).h[-1]},
        Rnn,
    )


RNN = Topic(
    Told("A recurrent network, step by step", "循环神经网络，逐步计算"),
    Told("three words as one-hot vectors, two hidden units", "三个词的 one-hot 向量，两个隐藏单元"),
    {
        "words": ["working", "love", "learning"],
        "x": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        "W": [[0.5, -0.3, 0.8], [0.1, 0.7, -0.4]],
        "U": [[0.6, -0.2], [0.3, 0.5]],
        "b": [0.1, -0.1],
        "V": [[1.0, 0.5], [-0.5, 1.0], [0.2, -0.8]],
        "targets": [1, 2, 0],
    },
    {"words": "T", "x": "T D", "W": "H D", "U": "H H", "b": "H", "V": "K H", "targets": "T"},
    _steps,
    {"targets": "K"},
)
