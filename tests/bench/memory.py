"""`memory`: peak memory of the commands on 1, 10 and 100 MB; a stream must cost no more the longer it is."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .figures import Figure, Measure
from .harness import MEGABYTE, NLPTOOL, Contestant, Run, in_turns, module, run_child, say
from .texts import english, word2vec_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .harness import Setting

REPEATS = 3
TIMES = 40
SHORT, LONG = "5 MB", "200 MB"
PEAK = Measure("peak memory", "MB")
GROWTH = Measure("peak memory", "×", at_most=1.1)

SIZES = (1, 10, 100)
DIMENSIONS = 100


@dataclass(frozen=True)
class Subject:
    """A command that is measured.

    Attributes: `words` of its command line, of which {words}, {ngrams} and {output} are files, and {model} is
    one of word vectors, of the size in question; without {model} it reads that much text. `sizes` in MB.
    """

    title: str
    words: tuple[str, ...]
    sizes: Sequence[int] = SIZES


SUBJECTS = (
    Subject("tokenize", ("tokenize",)),
    Subject("vocab", ("vocab",)),
    Subject("onehot --vocab", ("onehot", "--sparse", "--vocab", "{words}")),
    Subject("w2v-train", ("w2v-train", "--quiet", "--workers", "1", "--epochs", "1", "-o", "{output}")),
    Subject(
        "rnn-train, one layer of 64",
        (
            "rnn-train",
            "--quiet",
            "--workers",
            "1",
            "--epochs",
            "1",
            "--layers",
            "1",
            "--hidden",
            "64",
            "-o",
            "{output}",
        ),
        sizes=(1, 10),  # of which 100 MB would take an hour
    ),
    Subject("ngram-train, 3-grams", ("ngram-train", "--quiet", "--order", "3", "-o", "{output}")),
    Subject("score, 3-grams of 1 MB", ("score", "--summary", "-m", "{ngrams}")),
    Subject("similar", ("similar", "-m", "{model}", "king")),
    Subject("export", ("export", "{model}")),
)


def run(setting: Setting) -> Iterator[Figure]:
    """The same text once, and 40 times over, through a pipe; then each command on three sizes."""
    text = english(setting.folder)
    turns = [
        Contestant(title, "cli", partial(_streamed, setting, text, times))
        for title, times in ((SHORT, 1), (LONG, TIMES))
    ]
    results = in_turns(turns, setting.times(REPEATS), warm_up=False)
    short, long = ([run.peak_rss / MEGABYTE for run in results[title]] for title in (SHORT, LONG))
    yield Figure("memory", f"tokenize, {SHORT}", PEAK, tuple(short))
    yield Figure("memory", f"tokenize, {LONG}", PEAK, tuple(long))
    growth = tuple(after / before for before, after in zip(short, long, strict=True))
    yield Figure("memory", f"tokenize, {LONG} over {SHORT}", GROWTH, growth)
    yield from _by_size(setting)


def _by_size(setting: Setting) -> Iterator[Figure]:
    """A line for each command: its peak at the largest size, and as a note at the others."""
    folder = setting.folder
    files = {"words": folder / "words.tsv", "ngrams": folder / "1.ngrams", "output": folder / "output"}
    least = str(word2vec_text(folder, SIZES[0] * MEGABYTE))
    run_child(setting, [NLPTOOL, "vocab", "--max-size", "10000", "-o", str(files["words"]), least])
    run_child(setting, [NLPTOOL, "ngram-train", "-q", "--order", "3", "-o", str(files["ngrams"]), least])
    for subject in SUBJECTS:
        peaks = {size: _peak(setting, subject, size, files) for size in subject.sizes}
        *others, largest = subject.sizes
        note = ", ".join(f"{peaks[size]:.3g} at {size} MB" for size in others)
        yield Figure("memory", f"{subject.title}, {largest} MB", PEAK, (peaks[largest],), note=note)


def _peak(setting: Setting, subject: Subject, size: int, files: dict[str, Path]) -> float:
    """Peak memory of one run, in MB."""
    say(f"  {subject.title}, {size} MB")
    model = setting.folder / f"{size}.model"
    if any("{model}" in word for word in subject.words):
        if not model.exists():
            count = size * MEGABYTE // (4 * DIMENSIONS)
            run_child(setting, module("random_model", str(model), str(count), str(DIMENSIONS)))
        source = model
    else:
        source = word2vec_text(setting.folder, size * MEGABYTE)
    words = [word.format(model=model, **files) for word in subject.words]
    with source.open("rb") as stdin:
        done = run_child(setting, [NLPTOOL, *words], stdin=stdin, stdout=setting.folder / "stdout")
    return done.peak_rss / MEGABYTE


def _streamed(setting: Setting, text: Path, times: int, _round: int) -> Run:
    with subprocess.Popen(["cat", *[str(text)] * times], stdout=subprocess.PIPE) as source:  # noqa: S607
        assert source.stdout is not None
        return run_child(
            setting, [NLPTOOL, "tokenize"], stdin=source.stdout, stdout=setting.folder / "stream.tokens"
        )
