"""gensim as a contestant: `python -m tests.bench.gensim_train TEXT VECTORS SETTINGS`.

SETTINGS are JSON, named as the options of `nlptool w2v-train`. It reads the text by gensim's fastest path,
writes word2vec's binary format, and prints words a second as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

from gensim.models import Word2Vec

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = {
    "dim": "vector_size",
    "negatives": "negative",
    "min-count": "min_count",
    "subsample": "sample",
    "lr": "alpha",
}
"""What gensim calls a setting, where it differs."""


def train(text: str, vectors: str, settings: Mapping[str, Any]) -> float:
    """Words a second, as they stand in the text, over training only."""
    model = Word2Vec(**translated(settings))
    model.build_vocab(corpus_file=text)
    started = time.perf_counter()
    model.train(corpus_file=text, total_words=model.corpus_total_words, epochs=model.epochs)
    seconds = time.perf_counter() - started
    model.wv.save_word2vec_format(vectors, binary=True)
    return float(model.corpus_total_words * model.epochs / seconds)


def translated(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings in gensim's words; an absent `lr` is left to gensim."""
    others = {name: value for name, value in settings.items() if name not in {"arch", "loss"}}
    named = {NAMES.get(name, name): value for name, value in others.items()}
    if settings["loss"] == "hs":
        named["negative"] = 0
    return {**named, "sg": int(settings["arch"] == "skipgram"), "hs": int(settings["loss"] == "hs")}


if __name__ == "__main__":
    speed = train(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
    print(json.dumps({"words_per_second": speed}))
