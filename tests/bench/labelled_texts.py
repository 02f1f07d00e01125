"""The labelled texts of the benchmarks, of the corpora in `../shared/data`: to learn, and to be judged by.

A contest whose text is absent is skipped with a line that says so: see `texts.corpus`.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from .harness import MEGABYTE
from .texts import corpus, up_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PREFIX = "__label__"
MADE_BYTES = 50 * MEGABYTE
MADE_TEST_BYTES = 5 * MEGABYTE
_WORDS_A_TEXT = 20
_NEWS, _REVIEWS = 13 * MEGABYTE, 49 * MEGABYTE
"""Where in mix100m, which tells no borders, there is news for 35 MB on, and reviews of films for 51 MB."""


class Labelled(NamedTuple):
    """The parts of a text: `train`, `test` and, where there is one to choose settings by, `valid`."""

    train: Path
    test: Path
    valid: Path | None = None


def sxu() -> Labelled:
    """Chinese news in words, separated by two spaces (SIGHAN 2008); it has no part to choose settings by."""
    return Labelled(corpus("zh/sxu/train.txt"), corpus("zh/sxu/test.txt"))


def gsd() -> Labelled:
    """Chinese of Wikipedia in columns, of words and their entities."""
    return _parts("zh/gsd/{}.iob2", valid="dev")


def resume() -> Labelled:
    """Chinese résumés in columns, of characters and their entities in BMES."""
    return _parts("zh/resume/{}.char.bmes", valid="dev")


def ewt() -> Labelled:
    """English of the web with parts of speech, in CoNLL-U."""
    return _parts("en/ewt/en_ewt-ud-{}.conllu", valid="dev")


def wikigold(folder: Path) -> Labelled:
    """English of Wikipedia in columns, of words and their entities: nine tenths of the sentences, and one."""
    sentences = corpus("en/wikigold/wikigold.conll.txt").read_text(encoding="utf-8").strip().split("\n\n")
    parts, end = [], len(sentences) * 9 // 10
    for part, some in (("train", sentences[:end]), ("test", sentences[end:])):
        parts.append(folder / f"wikigold.{part}")
        parts[-1].write_text("\n\n".join(some) + "\n", encoding="utf-8", newline="\n")
    return Labelled(*parts)


def trec(folder: Path) -> Labelled:
    """Questions of 6 classes as `__label__x text`, written into `folder`; none to choose settings by."""
    parts = {"train": corpus("en/trec/train_5500.label"), "test": corpus("en/trec/TREC_10.label")}
    written = {
        part: _written(
            folder / f"trec.{part}",
            # of HUM:desc the first half is the class
            (line.partition(":")[0] + " " + line.partition(" ")[2] for line in _lines(path, "latin-1")),
        )
        for part, path in parts.items()
    }
    return Labelled(**written)


def sst2(folder: Path) -> Labelled:
    """Sentences of film reviews, 1 (good) or 0, as `__label__x text`, written into `folder`."""
    original = _parts("en/sst2/stsa.binary.{}", valid="dev")
    return Labelled(
        *(_written(folder / f"sst2{path.suffix}", _lines(path)) for path in original if path is not None)
    )


def made(folder: Path) -> Labelled:
    """Stretches of 20 words of news and of film reviews, by turns: over 50 MB to learn, 5 to be judged by."""
    texts = _news_and_reviews(corpus("en/mix100m.txt"))
    return Labelled(
        *(
            _written(folder / f"made.{part}", up_to(texts, size))
            for part, size in (("train", MADE_BYTES), ("test", MADE_TEST_BYTES))
        )
    )


def _parts(name: str, valid: str) -> Labelled:
    return Labelled(*(corpus(name.format(part)) for part in ("train", "test", valid)))


def _lines(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    with path.open(encoding=encoding, newline="\n") as file:
        yield from file


def _written(path: Path, lines: Iterable[str]) -> Path:
    """The file of these lines, each a label, a space and a text, as fastText reads them."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(PREFIX + line for line in lines)
    return path


def _news_and_reviews(path: Path) -> Iterator[str]:
    stretches = {label: _stretches(path, at) for label, at in (("news", _NEWS), ("reviews", _REVIEWS))}
    while True:
        for label, texts in stretches.items():
            yield f"{label} {next(texts)}\n"


def _stretches(path: Path, start: int) -> Iterator[str]:
    with path.open(encoding="ascii") as file:
        file.seek(start)
        words = (word for piece in iter(lambda: file.read(1 << 16), "") for word in piece.split(" ")[1:-1])
        while text := " ".join(islice(words, _WORDS_A_TEXT)):
            yield text
