"""PyTorch as a contestant: `python -m tests.bench.torch_language TEXT SETTINGS` trains a language model.

SETTINGS are JSON, named as the options of `nlptool rnn-train`; `workers` is PyTorch's number of threads. It
trains the plain way of PyTorch's own examples: embedding, stacked cells, dense layer, cross-entropy, state
carried from batch to batch, gradients clipped by their norm, one step of SGD. It prints tokens a second over
whole training steps as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Mapping

CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
WARM_UP = 3


class LanguageModel:
    """Embedding, stacked recurrent layers, dense layer."""

    def __init__(self, vocabulary: int, settings: Mapping[str, Any]) -> None:
        hidden, layers = settings["hidden"], settings["layers"]
        self._embedding = nn.Embedding(vocabulary, settings["embed-dim"])
        self._stack = CELLS[settings["cell"]](settings["embed-dim"], hidden, layers)
        self._dense = nn.Linear(hidden, vocabulary)
        self.parameters = [*nn.ModuleList([self._embedding, self._stack, self._dense]).parameters()]

    def scores(self, ids: torch.Tensor, state: Any) -> tuple[torch.Tensor, Any]:
        """Scores (T, B, V) of the tokens that follow `ids` (T, B), and the state after them."""
        h, state = self._stack(self._embedding(ids), state)
        return self._dense(h), state


def numbers(text: Path, level: str) -> tuple[list[int], int]:
    """The tokens of a text as numbers, and how many types there are."""
    read = text.read_text(encoding="utf-8")
    tokens = list(read) if level == "char" else read.replace("\n", " <eos> ").split()
    index = {token: number for number, token in enumerate(sorted(set(tokens)))}
    return [index[token] for token in tokens], len(index)


def train(text: Path, settings: Mapping[str, Any]) -> float:
    """Tokens a second, after a few steps to warm up."""
    torch.set_num_threads(settings["workers"])
    torch.manual_seed(1)
    ids, vocabulary = numbers(text, settings["level"])
    size, length = settings["batch-size"], settings["bptt"]
    columns = torch.tensor(ids[: len(ids) // size * size]).view(size, -1).t().contiguous()
    model = LanguageModel(vocabulary, settings)
    optimizer = torch.optim.SGD(model.parameters, lr=settings["lr"])
    loss_of = nn.CrossEntropyLoss()
    state, done, started = None, 0, 0.0
    for step, start in enumerate(range(0, len(columns) - length, length)):
        if step == WARM_UP:
            done, started = 0, time.perf_counter()
        scores, state = model.scores(columns[start : start + length], state)
        loss = loss_of(scores.view(-1, vocabulary), columns[start + 1 : start + 1 + length].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters, settings["clip"])
        optimizer.step()
        state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        done += length * size
    return done / (time.perf_counter() - started)


if __name__ == "__main__":
    print(json.dumps({"tokens_per_second": train(Path(sys.argv[1]), json.loads(sys.argv[2]))}))
