"""gensim as a contestant of `similar`: `python -m tests.bench.gensim_similar VECTORS [WORD]`.

Without WORD it turns word2vec's binary format into gensim's own, the fastest it has; with WORD it loads
that, memory-mapped, and prints the ten nearest neighbours.
"""

from __future__ import annotations

import sys

from gensim.models import KeyedVectors


def own_format(vectors: str) -> str:
    """Where gensim's own form of `vectors` is."""
    return f"{vectors}.gensim"


if __name__ == "__main__":
    if len(sys.argv) == 2:
        KeyedVectors.load_word2vec_format(sys.argv[1], binary=True).save(own_format(sys.argv[1]))
    else:
        loaded = KeyedVectors.load(own_format(sys.argv[1]), mmap="r")
        for word, cosine in loaded.most_similar(sys.argv[2], topn=10):
            print(f"{word}\t{cosine:.4f}")
