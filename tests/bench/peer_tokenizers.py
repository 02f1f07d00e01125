"""The tokenizers side by side: each turns a text into its tokens, joined by spaces, line by line.

`python -m tests.bench.peer_tokenizers KEY < text > tokens` is a contestant as a whole command; with a file as
second argument it prints the seconds that one pass over that file takes, imports and a warm-up excluded.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

WARM_UP_CHARACTERS = 1 << 16
BLOCK_BYTES = 1 << 18
Split = Callable[[str], str]
"""From lines of text to lines of tokens."""


@dataclass(frozen=True)
class Peer:
    """A tokenizer: its name in the table, the package it needs, and how it is made."""

    title: str
    package: str
    load: Callable[[], Split]


def _by_line(tokens: Callable[[str], list[str]]) -> Split:
    return lambda text: "\n".join([" ".join(tokens(line)) for line in text.split("\n")])


def _nlptool() -> Split:
    from nlp.text.tokenize import tokenizer

    return tokenizer("words").lines


def _spacy(language: str) -> Split:
    import spacy

    split = spacy.blank(language).tokenizer
    return _by_line(lambda line: [token.text for token in split(line)])


def _nltk() -> Split:
    """What `word_tokenize` runs on each sentence; finding sentences needs data that is not bundled."""
    from nltk.tokenize import NLTKWordTokenizer

    return _by_line(NLTKWordTokenizer().tokenize)


def _treebank() -> Split:
    from nltk.tokenize import TreebankWordTokenizer

    return _by_line(TreebankWordTokenizer().tokenize)


def _moses() -> Split:
    from sacremoses import MosesTokenizer

    moses = MosesTokenizer("en")
    return _by_line(lambda line: moses.tokenize(line, escape=False))


def _jieba() -> Split:
    import jieba

    jieba.setLogLevel("ERROR")
    return _by_line(jieba.lcut)


def _huggingface(name: str) -> Split:
    """A pre-tokenizer of Hugging Face; ByteLevel is left out, since its tokens are not text."""
    from tokenizers import pre_tokenizers

    split = getattr(pre_tokenizers, name)().pre_tokenize_str
    return _by_line(lambda line: [token for token, _ in split(line)])


ENGLISH = {
    "nlptool": Peer("nlptool", "nlp", _nlptool),
    "hf-whitespace": Peer("HF tokenizers Whitespace", "tokenizers", lambda: _huggingface("Whitespace")),
    "hf-bert": Peer("HF tokenizers BertPreTokenizer", "tokenizers", lambda: _huggingface("BertPreTokenizer")),
    "spacy": Peer("spaCy blank en", "spacy", lambda: _spacy("en")),
    "nltk": Peer("NLTK NLTKWordTokenizer", "nltk", _nltk),
    "treebank": Peer("NLTK TreebankWordTokenizer", "nltk", _treebank),
    "moses": Peer("sacremoses", "sacremoses", _moses),
}
CHINESE = {
    "nlptool": Peer("nlptool", "nlp", _nlptool),
    "spacy-zh": Peer("spaCy blank zh (characters)", "spacy", lambda: _spacy("zh")),
    "jieba": Peer("jieba (finds words, a harder task)", "jieba", _jieba),
}


def _seconds(split: Split, text: str) -> float:
    split(text[:WARM_UP_CHARACTERS])
    started = time.perf_counter()
    split(text)
    return time.perf_counter() - started


def _main(key: str, *timed: str) -> None:
    split = (ENGLISH | CHINESE)[key].load()
    if timed:
        print(_seconds(split, Path(timed[0]).read_text(encoding="utf-8")))
    else:
        while lines := sys.stdin.buffer.readlines(BLOCK_BYTES):
            sys.stdout.buffer.write(split(b"".join(lines).decode()).encode())


if __name__ == "__main__":
    _main(*sys.argv[1:])
