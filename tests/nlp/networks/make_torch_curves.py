"""Write `torch_curves.json`: 100 losses of PyTorch, from weights and over batches that NumPy draws again.

    python -m tests.nlp.networks.make_torch_curves    (in an environment with PyTorch; tests don't need it)

PyTorch has two biases where one does: `bias_hh` is held at zero. Of a GRU its part for n is a bias of its
own, within the reset, and is trained.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tests.nlp.networks.torch_curves import CURVES, STREAMS, WINDOW, weights, windows

_ORDER = {"lstm": [0, 1, 3, 2], "gru": [0, 1, 2], "rnn": [0]}  # gates of PyTorch among ours: i f g o; r z n


def _modules(name: str) -> tuple[nn.Module, dict[str, Any]]:
    config, vocabulary, *_ = CURVES[name]
    kind = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[config.cell]
    parts = {
        "E": nn.Embedding(vocabulary, config.embed_dim),
        "stack": kind(config.embed_dim, config.hidden, config.layers),
        "output": nn.Linear(config.hidden, vocabulary),
    }
    return nn.ModuleDict(parts), parts


def _load(parts: dict[str, Any], name: str) -> None:
    config = CURVES[name].config
    w = {key: torch.from_numpy(value.copy()) for key, value in weights(name).items()}
    order = _ORDER[config.cell]
    with torch.no_grad():
        parts["E"].weight.copy_(w["E"])
        parts["output"].weight.copy_(w["output.W"])
        parts["output"].bias.copy_(w["output.b"])
        for layer in range(config.layers):
            stack, ours = parts["stack"], f"forward.{layer}"
            for theirs, tensor in ((f"weight_ih_l{layer}", "W"), (f"weight_hh_l{layer}", "U")):
                gates = w[f"{ours}.{tensor}"][order].transpose(1, 2)
                getattr(stack, theirs).copy_(gates.reshape(-1, gates.shape[2]))
            getattr(stack, f"bias_ih_l{layer}").copy_(w[f"{ours}.b"][order].reshape(-1))
            of_state = getattr(stack, f"bias_hh_l{layer}")
            of_state.zero_()
            trained = torch.zeros_like(of_state)
            if config.cell == "gru":
                of_state[-config.hidden :] = w[f"{ours}.b_reset"]
                trained[-config.hidden :] = 1
            of_state.register_hook(lambda gradient, trained=trained: gradient * trained)


def curve(name: str) -> list[float]:
    """Mean nats of each step of SGD with a clipped gradient; the state is carried from window to window."""
    module, parts = _modules(name)
    _load(parts, name)
    optimizer = torch.optim.SGD(module.parameters(), CURVES[name].rate)
    losses, state = [], None
    for window in windows(name):
        ids = torch.from_numpy(window).long()
        h, state = parts["stack"](parts["E"](ids[:-1]), state)
        state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        logits = parts["output"](h).reshape(WINDOW * STREAMS, -1)
        loss = nn.functional.cross_entropy(logits, ids[1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(module.parameters(), CURVES[name].clip)
        optimizer.step()
        losses.append(loss.item())
    return losses


if __name__ == "__main__":
    torch.set_default_dtype(torch.float32)
    curves = {name: curve(name) for name in CURVES}
    for name, losses in curves.items():
        print(f"{name}: {losses[0]:.4f} -> {losses[-1]:.4f}")
    Path(__file__).with_name("torch_curves.json").write_text(json.dumps(curves, indent=0) + "\n")
