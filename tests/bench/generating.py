"""nlptool as a contestant: `python -m tests.bench.generating MODEL` generates text as `generate` does.

It prints tokens a second as JSON, of the generation alone: a command's start, half a second of text, is the
business of another benchmark.
"""

from __future__ import annotations

import json
import sys

from nlp.decoding.generation import Continuation, Limits
from nlp.decoding.opening import open_predictor
from nlp.decoding.sampling import Sampler
from nlp.decoding.settings import Sampling
from nlp.layers.random_streams import RandomStreams

from .pace import pace

ENDLESS = 10_000_000


def generate(path: str) -> float:
    """Tokens a second, drawn as the command draws them by default."""
    predictor = open_predictor(path)
    sampler = Sampler(Sampling(), RandomStreams(1).at(1), [predictor.vocabulary.unknown])
    return pace(Continuation(predictor, "", Limits(ENDLESS), sampler))


if __name__ == "__main__":
    print(json.dumps({"tokens_per_second": generate(sys.argv[1])}))
