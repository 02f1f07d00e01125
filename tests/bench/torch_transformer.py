"""PyTorch as a contestant: `python -m tests.bench.torch_transformer TEXT SETTINGS` trains a Transformer.

SETTINGS are JSON, named as the options of `nlptool transformer-train`; `workers` is PyTorch's number of
threads, and `memory` is whether keys and values go on from window to window, as they do there; without it
each window is read alone, as nanoGPT and most others do. It trains in PyTorch's own way: linear layers, fused
attention, RMS norms, AdamW, gradients clipped by their norm. It prints tokens a second over whole training
steps as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from .torch_language import WARM_UP, numbers

if TYPE_CHECKING:
    from collections.abc import Mapping


class Layer:
    """Attention and a feed-forward part, each behind a norm."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        dim, hidden = settings["dim"], settings["ffn"]
        self.heads = settings["heads"]
        self.norms = nn.ModuleList([nn.RMSNorm(dim), nn.RMSNorm(dim)])
        self.qkv, self.out = nn.Linear(dim, 3 * dim, bias=False), nn.Linear(dim, dim, bias=False)
        self.wide, self.back = nn.Linear(dim, hidden, bias=False), nn.Linear(hidden, dim, bias=False)
        parts = nn.ModuleList([self.norms, self.qkv, self.out, self.wide, self.back])
        self.parameters = [*parts.parameters()]

    def __call__(
        self, x: torch.Tensor, memory: torch.Tensor | None, turns: torch.Tensor, mask: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """x (B, T, D) and keys and values of the places before, (2, B, H, C, d) -> the same a layer on."""
        batch, steps, dim = x.shape
        qkv = self.qkv(self.norms[0](x)).view(batch, steps, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        q, seen = qkv[0], qkv[1:]
        if memory is not None:
            seen = torch.cat((memory, seen), dim=3)
        q, k = turned(q, turns[-steps:]), turned(seen[0], turns)
        found = functional.scaled_dot_product_attention(q, k, seen[1], attn_mask=mask, is_causal=mask is None)
        x = x + self.out(found.transpose(1, 2).reshape(batch, steps, dim))
        x = x + self.back(functional.relu(self.wide(self.norms[1](x))).square())
        return x, seen[:, :, :, -steps:].detach()


def turned(x: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """Rotary positions: pairs of numbers times points of the unit circle."""
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * turns).flatten(-2)


class Transformer:
    """Embedding, layers, a norm, and the embedding again."""

    def __init__(self, vocabulary: int, settings: Mapping[str, Any]) -> None:
        self.embedding = nn.Embedding(vocabulary, settings["dim"])
        self.layers = [Layer(settings) for _ in range(settings["layers"])]
        self.norm = nn.RMSNorm(settings["dim"])
        self.parameters = [*self.embedding.parameters(), *self.norm.parameters()]
        for layer in self.layers:
            self.parameters += layer.parameters
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)

    def __call__(
        self, ids: torch.Tensor, memories: list[Any], turns: torch.Tensor, mask: torch.Tensor | None
    ) -> tuple[torch.Tensor, list[Any]]:
        """Scores (B, T, V) of the tokens that follow `ids` (B, T), and what the next window sees."""
        x, kept = self.embedding(ids), []
        for layer, memory in zip(self.layers, memories, strict=True):
            x, seen = layer(x, memory, turns, mask)
            kept.append(seen)
        return functional.linear(self.norm(x), self.embedding.weight), kept


def train(text: Path, settings: Mapping[str, Any]) -> float:
    """Tokens a second, after a few steps to warm up."""
    torch.set_num_threads(settings["workers"])
    torch.manual_seed(1)
    ids, vocabulary = numbers(text, "char")
    size, length, context = settings["batch-size"], settings["bptt"], settings["context"]
    earlier = context if settings["memory"] else 0
    columns = torch.tensor(ids[: len(ids) // size * size]).view(size, -1)
    model = Transformer(vocabulary, settings)
    optimizer = torch.optim.AdamW(
        model.parameters, lr=settings["lr"], betas=(0.9, 0.99), weight_decay=0.1, foreach=True
    )
    width = settings["dim"] // settings["heads"]
    angles = torch.arange(earlier + length)[:, None] * 10_000.0 ** (-torch.arange(0, width, 2) / width)
    turns = torch.polar(torch.ones_like(angles), angles)
    back = torch.arange(earlier, earlier + length)[:, None] - torch.arange(earlier + length)
    mask = ((back >= 0) & (back <= context)) if earlier else None
    nothing = torch.zeros(2, size, settings["heads"], context, width) if earlier else None
    memories: list[Any] = [nothing] * settings["layers"]
    done, started = 0, 0.0
    for step, start in enumerate(range(0, columns.shape[1] - length, length)):
        if step == WARM_UP:
            done, started = 0, time.perf_counter()
        scores, kept = model(columns[:, start : start + length], memories, turns, mask)
        memories = kept if earlier else memories
        targets = columns[:, start + 1 : start + 1 + length]
        loss = functional.cross_entropy(scores.reshape(-1, vocabulary), targets.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters, settings["clip"])
        optimizer.step()
        done += length * size
    return done / (time.perf_counter() - started)


if __name__ == "__main__":
    print(json.dumps({"tokens_per_second": train(Path(sys.argv[1]), json.loads(sys.argv[2]))}))
