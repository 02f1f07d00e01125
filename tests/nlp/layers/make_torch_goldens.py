"""Write `torch_goldens.json`: what PyTorch makes of small recurrent layers, forward and backward.

Run by hand, where PyTorch is: python tests/nlp/layers/make_torch_goldens.py. PyTorch trains two biases a
gate, so `bias_hh` is held at zero, but for the part of n in a GRU, which is inside r * (…) and so another.
PyTorch's own names and order of gates are kept; the test translates them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

STEPS, BATCH, INPUTS, HIDDEN = 4, 3, 2, 3
LAYERS: dict[str, Any] = {
    "rnn-tanh": lambda: torch.nn.RNN(INPUTS, HIDDEN, nonlinearity="tanh"),
    "rnn-relu": lambda: torch.nn.RNN(INPUTS, HIDDEN, nonlinearity="relu"),
    "lstm": lambda: torch.nn.LSTM(INPUTS, HIDDEN),
    "gru": lambda: torch.nn.GRU(INPUTS, HIDDEN),
}


def golden(name: str) -> dict[str, Any]:
    """Inputs, weights, outputs and all gradients of L = Σ h * to_h + Σ state * to_state."""
    torch.manual_seed(1)
    layer = LAYERS[name]().double()
    with torch.no_grad():
        layer.bias_hh_l0[: 2 * HIDDEN if name == "gru" else None] = 0
    x = torch.randn(STEPS, BATCH, INPUTS, dtype=torch.double, requires_grad=True)
    states = 2 if name == "lstm" else 1
    start = torch.randn(states, BATCH, HIDDEN, dtype=torch.double, requires_grad=True)
    to_h, to_state = torch.randn(STEPS, BATCH, HIDDEN).double(), torch.randn(states, BATCH, HIDDEN).double()
    first = (start[:1], start[1:]) if states == 2 else start
    h, last = layer(x, first)
    state = torch.cat(last) if states == 2 else last
    ((h * to_h).sum() + (state * to_state).sum()).backward()
    weights = dict(layer.named_parameters())
    tensors = {"x": x, "start": start, "to_h": to_h, "to_state": to_state, "h": h, "state": state} | weights
    gradients = {key: value.grad for key, value in ({"x": x, "start": start} | weights).items()}
    return {
        "tensors": {key: rounded(value) for key, value in tensors.items()},
        "gradients": {key: rounded(value) for key, value in gradients.items()},
    }


def rounded(tensor: Any) -> Any:
    """Fourteen decimals, as nested lists."""
    return torch.round(tensor.detach(), decimals=14).tolist()


if __name__ == "__main__":
    goldens = {"torch": torch.__version__.split("+")[0]} | {name: golden(name) for name in LAYERS}
    Path(__file__).with_name("torch_goldens.json").write_text(json.dumps(goldens) + "\n", encoding="utf-8")
