"""PyTorch as a contestant: `python -m tests.bench.torch_generate SETTINGS` generates token after token.

SETTINGS are those of `random_language_model`. It is the loop that PyTorch's own example has: one token goes
through embedding, stacked cells, dense layer and softmax, and the next is drawn. One thread, random weights.
It prints tokens a second as JSON.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from .pace import pace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def generated(settings: Mapping[str, Any]) -> Iterator[int]:
    """Tokens without end."""
    hidden = settings["hidden"]
    embedding = nn.Embedding(settings["types"], hidden)
    stack = nn.LSTM(hidden, hidden, settings["layers"])
    dense = nn.Linear(hidden, settings["types"])
    token, state = torch.zeros(1, 1, dtype=torch.long), None
    with torch.no_grad():
        while True:
            h, state = stack(embedding(token), state)
            number = torch.multinomial(torch.softmax(dense(h).view(-1), 0), 1).item()
            token.fill_(number)
            yield int(number)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.manual_seed(1)
    print(json.dumps({"tokens_per_second": pace(generated(json.loads(sys.argv[1])))}))
