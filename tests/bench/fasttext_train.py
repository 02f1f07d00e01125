"""fastText as a contestant: `python -m tests.bench.fasttext_train TEXT VECTORS SETTINGS`.

SETTINGS are JSON, named as the options of `nlptool w2v-train`. It writes word2vec's text format and prints
words a second as JSON; that time includes fastText's reading of the vocabulary, which its API does not part
from training (about 2 % of five epochs).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fasttext

from .texts import count_words, misspelt

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = {
    "window": "ws",
    "negatives": "neg",
    "min-count": "minCount",
    "subsample": "t",
    "epochs": "epoch",
    "workers": "thread",
}
"""What fastText calls a setting, where it differs."""


def train(text: str, vectors: str, settings: Mapping[str, Any]) -> dict[str, float]:
    """Words a second, as they stand in the text; with subwords, percent of misspelt words that are known."""
    chosen = {NAMES.get(name, name): value for name, value in settings.items()}
    chosen["model"] = chosen.pop("arch")
    subwords, _ = chosen.pop("subwords", False), chosen.pop("seed", None)
    started = time.perf_counter()
    model = fasttext.train_unsupervised(text, **chosen, minn=3, maxn=6 if subwords else 0, verbose=0)
    seconds = time.perf_counter() - started
    words = model.words
    with Path(vectors).open("w", encoding="utf-8") as file:
        file.write(f"{len(words)} {model.get_dimension()}\n")
        file.writelines(f"{word} {_numbers(model.get_word_vector(word))}\n" for word in words)
    told = {"words_per_second": float(settings["epochs"] * count_words(Path(text)) / seconds)}
    return told | ({"misspelt": found(model, text, settings["min-count"])} if subwords else {})


def found(model: Any, text: str, min_count: int) -> float:
    """Percent of the misspelt words that have the right one among the ten nearest."""
    pairs = misspelt(Path(text), min_count)
    nearest = ({word for _, word in model.get_nearest_neighbors(wrong, k=10)} for wrong, _ in pairs)
    return 100 * sum(right in words for (_, right), words in zip(pairs, nearest, strict=True)) / len(pairs)


def _numbers(vector: Any) -> str:
    return " ".join(map(str, vector.tolist()))


if __name__ == "__main__":
    print(json.dumps(train(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))))
