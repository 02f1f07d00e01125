"""Back-propagation through time: the gradient of one loss as the sum of a term for each step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.layers.arrays import Floats
from nlp.layers.cells.rnn import Rnn
from nlp.layers.recurrent import recurrent_backward
from nlp.layers.softmax import cross_entropy
from nlp.lecture.page import Step, Told, Topic, Values
from nlp.lecture.recurrence import Unrolled, back, run, tensors_of


def _steps(values: Values) -> Iterator[Step]:
    x, V, h_0 = values["x"], values["V"], values["h_0"]
    tensors, T = tensors_of(values, [""]), len(x)
    h = run(Rnn(), tensors, x, h_0).h
    scores = (V @ h[-1])[None]
    loss = cross_entropy(scores, np.array([int(values["target"])]), np.ones(1))
    dh = np.zeros_like(h)
    dh[-1] = V.T @ scores[0]
    yield Step(
        Told(
            f"Only the loss of step {T} is looked at; its gradient by h_{T} is where the way back begins.",
            f"只看第 {T} 步的损失；它对 h_{T} 的梯度是反向传播的起点。",
        ),
        f"E_{T} = -log softmax(V h_{T})_target,   ∂E_{T}/∂h_{T} = Vᵀ (y_{T} - onehot(target))",
        {
            **{f"h_{t}": of_t for t, of_t in enumerate((h_0, *h))},
            f"E_{T}": np.asarray(loss),
            f"∂E_{T}/∂h_{T}": dh[-1],
        },
        cross_entropy,
    )
    whole, of_outputs = back(run(Rnn(), tensors, x, h_0), dh)
    terms = {}
    for k in range(T, 0, -1):
        before = h[k - 2] if k > 1 else h_0
        alone = run(Rnn(), tensors, x[k - 1 : k], before)
        jacobian = _jacobian(alone, values)
        gradients, _ = back(run(Rnn(), tensors, x[k - 1 : k], before), of_outputs[k - 1][None])
        terms[k] = gradients["U"][0].T
        arrived = {f"∂E_{T}/∂h_{k}": of_outputs[k - 1], f"∂h_{k}/∂h_{k - 1}": jacobian}
        yield Step(
            Told(
                f"Term {k}: what has come back to step {k}, times how h_"
                f"{k} depends on U with h_{k - 1} held fixed.",
                f"第 {k} 项：传回第 {k} 步的梯度，乘以 h_{k} 对 U 的偏导（h_{k - 1} 视为常数）。",
            ),
            f"{_chain(T, k)}term {k} = (φ'(z_{k}) * ∂E_{T}/∂h_{k}) h_{k - 1}ᵀ",
            {**arrived, f"term {k}": terms[k]},
            recurrent_backward,
        )
    summed: Floats = np.sum([terms[k] for k in sorted(terms)], axis=0)
    yield Step(
        Told(
            "The sum of the terms is what the scan returns, which "
            "multiplies the gradient by one Jacobian after the other.",
            "各项之和就是扫描返回的梯度；扫描从不构造雅可比矩阵的乘积，而是让梯度依次乘以每个雅可比矩阵。",
        ),
        f"∂E_{T}/∂U = {' + '.join(f'term {k}' for k in range(1, T + 1))}",
        {"sum of the terms": summed, f"∂E_{T}/∂U of the scan": whole["U"][0].T},
        recurrent_backward,
    )


def _chain(last: int, k: int) -> str:
    """How the gradient has come from the last step to step k, if it has come any way."""
    if k == last:
        return ""
    jacobians = "".join(f"(∂h_{j}/∂h_{j - 1})ᵀ " for j in range(k + 1, last + 1))
    return f"∂E_{last}/∂h_{k} = {jacobians}∂E_{last}/∂h_{last};   "


def _jacobian(step: Unrolled, values: Values) -> Floats:
    """∂h_k/∂h_{k-1} = diag(φ'(z_k)) U of one step, which leaves φ'(z_k) in its trace."""
    jacobian: Floats = step.trace.saved[0, 0, 0][:, None] * values["U"]
    return jacobian


BPTT = Topic(
    Told("Back-propagation through time", "随时间反向传播（BPTT）"),
    Told(
        "three steps of a network of two units, and the loss of the last",
        "两个单元的网络走三步，以及最后一步的损失",
    ),
    {
        "x": [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]],
        "h_0": [0.2, -0.1],
        "W": [[0.5, -0.3], [0.1, 0.7]],
        "U": [[0.6, -0.2], [0.3, 0.5]],
        "b": [0.1, -0.1],
        "V": [[1.0, 0.5], [-0.5, 1.0]],
        "target": 1,
    },
    {"x": "T D", "h_0": "H", "W": "H D", "U": "H H", "b": "H", "V": "K H", "target": ""},
    _steps,
    {"target": "K"},
)
