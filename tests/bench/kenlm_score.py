"""KenLM as a contestant of `ngram`: `python -m tests.bench.kenlm_score MODEL TEXT` prints the perplexity.

Each line is a sentence, and its end a token, as for `nlptool score`; log-probabilities are to the base 10.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import kenlm


def perplexity(path: str, text: Path) -> float:
    """The perplexity of a text per token."""
    model = kenlm.Model(path)
    log10, tokens = 0.0, 0
    with text.open(encoding="utf-8") as file:
        for line in file:
            log10 += model.score(line)
            tokens += len(line.split()) + 1
    return float(10 ** (-log10 / tokens))


if __name__ == "__main__":
    print(json.dumps({"perplexity": perplexity(sys.argv[1], Path(sys.argv[2]))}))
