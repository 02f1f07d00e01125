"""PyTorch as a contestant: `python -m tests.bench.torch_translation PAIRS SETTINGS` trains a translator.

SETTINGS are JSON, named as the options of `nlptool seq2seq-train`; `workers` is PyTorch's number of threads.
It trains what nlptool trains but for the GRU, whose reset gate PyTorch applies after the recurrent product,
nlptool before it. Pieces and batches are the same, and the way is the plain one of PyTorch: a two-sided GRU
over packed sequences, a GRU as decoder, one product for all scores of attention, tied vectors, cross-entropy
with smoothing, gradients clipped by their norm, a step of Adam. It prints pieces of targets a second over
whole training steps as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from nlp.data.sentence_batches import SentenceBatches
from nlp.translation.pairs import Pair, Pieces

from .torch_language import WARM_UP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlp.translation.pairs import PairBatch


class Translator:
    """The equations of `nlp.translation.recurrent`, but for the cell, made of PyTorch's layers."""

    def __init__(self, sizes: tuple[int, int], hidden: int, dropout: float) -> None:
        self._source, self._target = nn.Embedding(sizes[0], hidden), nn.Embedding(sizes[1], hidden)
        self._encoder, self._decoder = nn.GRU(hidden, hidden, bidirectional=True), nn.GRU(hidden, hidden)
        self._start, self._score = nn.Linear(2 * hidden, hidden), nn.Linear(hidden, 2 * hidden, bias=False)
        self._readout, self._bias = nn.Linear(3 * hidden, hidden), nn.Parameter(torch.zeros(sizes[1]))
        self._dropout = nn.Dropout(dropout)
        for table in (self._source, self._target):
            nn.init.normal_(table.weight, std=hidden**-0.5)
        layers = [self._source, self._target, self._encoder, self._decoder]
        layers += [self._start, self._score, self._readout]
        self.parameters = [*nn.ModuleList(layers).parameters(), self._bias]

    def scores(self, batch: PairBatch) -> torch.Tensor:
        """Scores of all pieces at each place of the targets, (N, V)."""
        ids, lengths = torch.from_numpy(batch.source.ids).long(), torch.from_numpy(batch.source.lengths)
        x = nn.utils.rnn.pack_padded_sequence(self._dropout(self._source(ids)), lengths)
        packed, ends = self._encoder(x)
        memory, _ = nn.utils.rnn.pad_packed_sequence(packed)
        memory = self._dropout(memory).transpose(0, 1)
        state = torch.tanh(self._start(torch.cat([*ends], dim=1)))
        inputs = torch.from_numpy(batch.inputs).long()
        h, _ = self._decoder(self._dropout(self._target(inputs)), state[None])
        hidden = (torch.arange(memory.shape[1]) >= lengths[:, None])[:, None]
        scores = self._score(h).transpose(0, 1) @ memory.transpose(1, 2)
        weights = scores.masked_fill(hidden, -1e9).softmax(dim=-1)
        joined = torch.cat([h, (weights @ memory).transpose(0, 1)], dim=2).flatten(0, 1)
        read_out = self._dropout(torch.tanh(self._readout(joined[torch.from_numpy(batch.rows)])))
        return read_out @ self._target.weight.T + self._bias


def train(path: Path, settings: Mapping[str, Any]) -> float:
    """Pieces of targets a second, after a few steps to warm up."""
    torch.set_num_threads(settings["workers"])
    torch.manual_seed(1)
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    pairs = [Pair(source, target) for source, target in rows]
    pieces = Pieces.learn(pairs, settings["subword-vocab"], share=False)
    numbered = pieces.numbered(pairs, 100)
    batches = SentenceBatches(numbered.targets.lengths, settings["batch-size"])
    model = Translator(pieces.sizes, settings["hidden"], settings["dropout"])
    optimizer = torch.optim.Adam(model.parameters, lr=settings["lr"], betas=(0.9, 0.98))
    loss_of = nn.CrossEntropyLoss(label_smoothing=settings["label-smoothing"])
    done, started = 0, 0.0
    for step, sentences in enumerate(batches.read(np.random.default_rng(1))):
        if step == WARM_UP:
            done, started = 0, time.perf_counter()
        batch = numbered.batch(sentences)
        loss = loss_of(model.scores(batch), torch.from_numpy(batch.targets).long())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters, settings["clip"])
        optimizer.step()
        done += len(batch.targets)
    return done / (time.perf_counter() - started)


if __name__ == "__main__":
    print(json.dumps({"tokens_per_second": train(Path(sys.argv[1]), json.loads(sys.argv[2]))}))
