"""The texts of the benchmarks, made from the corpora in `../shared/data` beside the repository.

Everything passes through in small pieces; see `harness` on why this process stays small.
"""

from __future__ import annotations

import gzip
import random
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from .harness import MEGABYTE, ROOT, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

DATA = ROOT.parent / "shared" / "data"
TEXT_BYTES = 5 * MEGABYTE
WORD2VEC_BYTES = 12_549_837
WORDS_A_LINE = 1000
_BLOCK = 1 << 16
MISSPELT = 1000


def corpus(name: str) -> Path:
    """The file `name` of the corpora. Raises: Skipped where it is absent."""
    path = DATA / name
    if not path.exists():
        raise Skipped(f"../shared/data/{name} is not here")
    return path


def english(folder: Path) -> Path:
    """5 MB of English: web pages, Shakespeare, film reviews and captions, none of it twice."""
    treebank = sorted(corpus("en/ewt").glob("*.conllu"))
    reviews = sorted(corpus("en/sst2").glob("stsa.binary.*"))
    lines = chain(
        (line.removeprefix("# text = ") for line in _lines(treebank) if line.startswith("# text = ")),
        _lines([corpus("en/tinyshakespeare.txt")]),
        (line[2:] for line in _lines(reviews)),  # after the label and a space
        _lines([corpus("mt/multi30k/train.en.gz")]),
    )
    return _written(folder / "english.txt", lines, TEXT_BYTES)


def chinese(folder: Path) -> Path:
    """5 MB of Chinese: news and product reviews by halves."""
    news = up_to(_lines([corpus("zh/news.txt")]), TEXT_BYTES // 2)
    return _written(folder / "chinese.txt", chain(news, _lines([corpus("zh/reviews.txt")])), TEXT_BYTES)


def word2vec_text(folder: Path, size: int = WORD2VEC_BYTES) -> Path:
    """The first `size` bytes of mix100m in lines of 1,000 words, since gensim cuts those over 10,000."""
    path = folder / f"word2vec-{size}.txt"
    if path.exists():
        return path
    with path.open("w", encoding="utf-8") as file:
        line: list[str] = []
        for word in words_of_file(corpus("en/mix100m.txt"), size):
            line.append(word)
            if len(line) == WORDS_A_LINE:
                file.write(" ".join(line) + "\n")
                line = []
        file.write(" ".join(line) + "\n" if line else "")
    return path


def _lines(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="\n") as file:
            yield from file


def up_to(lines: Iterable[str], budget: int) -> Iterator[str]:
    """Whole lines of at most `budget` bytes together."""
    for line in lines:
        budget -= len(line.encode())
        if budget < 0:
            return
        yield line


def _written(path: Path, lines: Iterable[str], budget: int) -> Path:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(up_to(lines, budget))
    return path


def words_of_file(path: Path, size: int) -> Iterator[str]:
    """The words of the first `size` bytes of a file of one line."""
    rest = ""
    with path.open(encoding="ascii") as file:
        while size > 0 and (block := file.read(min(size, _BLOCK))):
            size -= len(block)
            *words, rest = (rest + block).split(" ")
            yield from filter(None, words)
    yield from filter(None, [rest])


def count_words(text: Path) -> int:
    """The words of a file, as every trainer counts them."""
    with text.open(encoding="utf-8") as file:
        return sum(len(line.split()) for line in file)


def misspelt(text: Path, min_count: int) -> list[tuple[str, str]]:
    """Words of some length and neither very frequent nor rare, each beside one with a letter or two wrong.

    A letter is left out, added, replaced or swapped with the next; what comes out is no word of the text.
    """
    with text.open(encoding="utf-8") as file:
        counts = Counter(chain.from_iterable(map(str.split, file)))
    words = [word for word, count in counts.most_common() if count >= min_count]
    candidates = [word for word in words[300:8000] if len(word) > 5]
    generator = random.Random(1)  # noqa: S311
    pairs: dict[str, str] = {}
    while len(pairs) < MISSPELT:
        word = generator.choice(candidates)
        wrong = _with_a_slip(word, generator)
        if wrong not in counts:
            pairs[wrong] = word
    return list(pairs.items())


def _with_a_slip(word: str, generator: random.Random) -> str:
    at, letter = generator.randrange(1, len(word) - 1), generator.choice("abcdefghijklmnopqrstuvwxyz")
    before, here, after = word[:at], word[at], word[at + 1 :]
    ways = (before + after, before + letter + here + after, before + letter + after)
    return generator.choice((*ways, before + after[0] + here + after[1:]))
