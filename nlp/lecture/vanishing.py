"""Vanishing and exploding gradients, and what helps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.analysis.gradient_norms import FreshCell, fresh_flow
from nlp.layers.arrays import Floats
from nlp.layers.batch_norm import normalise_
from nlp.layers.clipping import norm_factor
from nlp.layers.recurrent import recurrent_backward
from nlp.lecture.page import Step, Told, Topic, Values
from nlp.networks.config import INITS

_, _ORTHOGONAL, _IDENTITY = INITS


def _steps(values: Values) -> Iterator[Step]:
    lags, hidden, limit = values["lags"], int(values["hidden"]), float(values["clip"])
    longest = max(int(lags.max()), 1)

    def norms(name: str, scale: float, **settings: str) -> Values:
        cell = FreshCell(name, hidden=hidden, recurrent_scale=scale, **settings)  # type: ignore[arg-type]
        return {cell.label: fresh_flow(cell, longest).norms[lags]}

    def memory(forget_bias: float) -> Floats:
        norms = fresh_flow(FreshCell("lstm", hidden=hidden, forget_bias=forget_bias), longest).cell_norms
        return np.asarray(norms)[lags]

    yield Step(
        Told(
            "The gradient of a loss at step T has been multiplied "
            "by T - k Jacobians when it comes to step k.",
            "第 T 步损失的梯度传到第 k 步时，已经乘过 T - k 个雅可比矩阵。",
        ),
        "∂E_T/∂h_k = Π_{j=k+1…T} (∂h_j/∂h_{j-1})ᵀ ∂E_T/∂h_T,   ∂h_j/∂h_{j-1} = diag(φ'(z_j)) U",
        {"T - k": lags},
        recurrent_backward,
    )
    yield Step(
        Told(
            "With tanh, φ' is below 1: with a U that keeps lengths the gradient vanishes.",
            "用 tanh 时 φ' 小于 1：即使 U 保持长度不变，梯度也会消失。",
        ),
        "‖∂E_T/∂h_k‖, φ = tanh",
        norms("rnn", 1.0, activation="tanh", initialization=_ORTHOGONAL),
        fresh_flow,
    )
    yield Step(
        Told(
            "With ReLU, φ' is 1 where a unit is active: with U the identity the "
            "gradient comes through. A little more, and it explodes.",
            "用 ReLU 时，激活的单元 φ' 等于 1：U 取单位矩阵时梯度能传回去；U 稍大一点，梯度就会爆炸。",
        ),
        "‖∂E_T/∂h_k‖, φ = ReLU",
        {
            **norms("rnn", 1.0, activation="relu", initialization=_IDENTITY),
            **norms("rnn", 1.2, activation="relu", initialization=_IDENTITY),
        },
        fresh_flow,
    )
    x = values["x"].copy()
    normalise_(x)
    yield Step(
        Told(
            "Batch normalisation gives each unit mean 0 and variance 1 "
            "over the batch, so that tanh is not saturated.",
            "批归一化使每个单元在一批数据上均值为 0、方差为 1，tanh 就不会饱和。",
        ),
        "x̂ = (x - μ) / √(σ² + ε)",
        {
            "x": values["x"],
            "x̂": x,
            "tanh' at x": 1 - np.tanh(values["x"]) ** 2,
            "tanh' at x̂": 1 - np.tanh(x) ** 2,
        },
        normalise_,
    )
    gradient = values["g"]
    norm = float(np.linalg.norm(gradient))
    yield Step(
        Told(
            "Clipping shortens a gradient that is too long, and keeps its direction.",
            "梯度裁剪把过长的梯度缩短，方向不变。",
        ),
        "g ← g · min(1, clip / ‖g‖)",
        {
            "g": gradient,
            "‖g‖": np.asarray(norm),
            "clip": values["clip"],
            "clipped": gradient * norm_factor(norm, limit),
        },
        norm_factor,
    )
    yield Step(
        Told(
            "Gates help most: the way back through an LSTM's memory "
            "has no weights in it, only the forget gate.",
            "门最有效：沿 LSTM 的记忆传回的梯度不经过权重，只经过遗忘门。",
        ),
        "‖∂E_T/∂c_k‖, by the bias of the forget gate;   ∂c_t/∂c_{t-1} = diag(f)",
        {f"b_f = {bias:g}": memory(bias) for bias in (0.0, 1.0, 5.0)},
        fresh_flow,
    )


VANISHING = Topic(
    Told("Vanishing and exploding gradients, and what helps", "梯度消失与梯度爆炸，以及对策"),
    Told("untrained cells, a small batch, one gradient", "未经训练的单元、一小批数据、一个梯度"),
    {
        "lags": [0, 1, 2, 5, 10, 20, 50],
        "hidden": 16,
        "x": [[3.0, -4.0], [5.0, -2.0], [4.0, -3.0], [6.0, -1.0]],
        "g": [30.0, -40.0],
        "clip": 5.0,
    },
    {"lags": "L", "hidden": "", "x": "N H", "g": "P", "clip": ""},
    _steps,
    {"lags": 1_001, "hidden": 513},
)
