"""`tokenize` and `tokenize-command`: words from 5 MB of English and of Chinese, one process each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .figures import US, Measure, comparisons
from .harness import MEGABYTE, NLPTOOL, Contestant, in_turns, module, run_child
from .peer_tokenizers import CHINESE, ENGLISH
from .texts import chinese, english

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .figures import Figure
    from .harness import Setting
    from .peer_tokenizers import Peer

REPEATS = 5
LANGUAGES: list[tuple[str, Callable[[Path], Path], Mapping[str, Peer]]] = [
    ("English", english, ENGLISH),
    ("Chinese", chinese, CHINESE),
]
SPEED = Measure("speed", "MB/s", more_is_better=True)
CPU = Measure("processor time", "s")
PEAK = Measure("peak memory", "MB")


class Filtered(NamedTuple):
    """A whole command: megabytes of text a second, seconds of processor time, megabytes of memory."""

    speed: float
    cpu: float
    peak: float


def in_process(setting: Setting) -> Iterator[Figure]:
    """Library calls in a process of their own, imports and dictionaries excluded."""
    for language, make, peers in LANGUAGES:
        text = make(setting.folder)
        turns = [
            Contestant(peer.title, peer.package, partial(_library_speed, setting, key, text))
            for key, peer in peers.items()
        ]
        results = in_turns(turns, setting.times(REPEATS), warm_up=False)
        yield from comparisons("tokenize", f"{language}, library", SPEED, results, float)


def whole_command(setting: Setting) -> Iterator[Figure]:
    """Whole processes from a file to a file, start-up and imports included."""
    for language, make, peers in LANGUAGES:
        text = make(setting.folder)
        turns = [
            Contestant(peer.title, peer.package, partial(_filter, setting, key, text))
            for key, peer in peers.items()
        ]
        results = in_turns(turns, setting.times(REPEATS))
        subject = f"{language}, command"
        yield from comparisons("tokenize-command", subject, SPEED, results, lambda run: run.speed)
        yield from comparisons("tokenize-command", subject, CPU, results, lambda run: run.cpu)
        yield from comparisons("tokenize-command", subject, PEAK, results, lambda run: run.peak)


def _library_speed(setting: Setting, key: str, text: Path, _round: int) -> float:
    seconds = float(run_child(setting, module("peer_tokenizers", key, str(text))).stdout)
    return text.stat().st_size / MEGABYTE / seconds


def _filter(setting: Setting, key: str, text: Path, _round: int) -> Filtered:
    line = [NLPTOOL, "tokenize"] if key == US else module("peer_tokenizers", key)
    return filtered(setting, line, text, setting.folder / f"{key}.tokens")


def filtered(setting: Setting, line: Sequence[str], text: Path, output: Path) -> Filtered:
    """The command `line`, from the file `text` to the file `output`."""
    with text.open("rb") as source:
        run = run_child(setting, line, stdin=source, stdout=output)
    return Filtered(text.stat().st_size / MEGABYTE / run.wall, run.cpu, run.peak_rss / MEGABYTE)
