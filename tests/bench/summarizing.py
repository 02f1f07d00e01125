"""`summarizing`: a sentence of each abstract of Cranfield, compared with the title, which is taken out of it.

Every second abstract takes part: settings were chosen on the others.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .figures import US, Measure, comparisons
from .harness import NLPTOOL, Contestant, in_turns, module, run_child
from .peer_summaries import BY_LOT, FIRST, LEXRANK, TEXTRANK
from .searched_texts import records
from .texts import corpus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .figures import Figure
    from .harness import Setting

REPEATS = 3
SENTENCES = 4
"""That an abstract has at least, to choose from."""
SUBJECT = "a sentence an abstract"
CPU = Measure("processor time", "s")
OURS = {US: (), f"{US} --lead 0": ("--lead", "0"), f"{US} --method vectors": ("--method", "vectors")}
PEERS = {FIRST: "cli", BY_LOT: "cli", LEXRANK: "sumy", TEXTRANK: "sumy"}


class Summarized(NamedTuple):
    """A whole command: how near its sentences come to the titles, and its seconds."""

    rouge: tuple[float, float]
    cpu: float


def run(setting: Setting) -> Iterator[Figure]:
    """ROUGE-1 and ROUGE-2 of whole commands, means over the abstracts."""
    text = abstracts(setting.folder)
    command = [NLPTOOL, "summarize", "-n", "1", "--format", "jsonl", "--input-format", "jsonl"]
    turns = [
        *(
            Contestant(title, "cli", partial(_summarized, setting, [*command, *words], text))
            for title, words in OURS.items()
        ),
        *(
            Contestant(way, package, partial(_summarized, setting, module("peer_summaries", way), text))
            for way, package in PEERS.items()
        ),
    ]
    results = in_turns(turns, setting.times(REPEATS))
    for number in (1, 2):
        measure = Measure(f"ROUGE-{number}, F1", "", more_is_better=True)
        yield from comparisons("summarizing", SUBJECT, measure, results, partial(_score, number))
    of_graphs = {title: results[title] for title in (US, LEXRANK, TEXTRANK)}
    yield from comparisons("summarizing", SUBJECT, CPU, of_graphs, lambda run: run.cpu)


def abstracts(folder: Path) -> Path:
    """JSONL of every second abstract: its title, and as `text` the rest in sentences of their own."""
    found = []
    for record in records(corpus("en/cranfield/cran.all.1400")):
        title = record["T"]
        body = record["W"].removeprefix(title).strip()
        parts = [sentence.strip(" .") for sentence in body.split(" . ") if len(sentence) > 2]
        if len(parts) >= SENTENCES:
            text = " ".join(f"{one[0].upper()}{one[1:]}." for one in parts)
            found.append({"title": title.rstrip(" ."), "text": text})
    path = folder / "abstracts.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in found[1::2]), encoding="ascii")
    return path


def rouge(found: Sequence[str], right: Sequence[str], number: int) -> float:
    """F1 of the runs of `number` words that a text has in common with the right one.

    Source: Lin 2004, "ROUGE: a package for automatic evaluation of summaries", §2 (ROUGE-N), here as F1
    """
    one, other = (
        Counter(zip(*(words[at:] for at in range(number)), strict=False)) for words in (found, right)
    )
    common, all_ = (one & other).total(), one.total() + other.total()
    return 2 * common / all_ if all_ else 0.0


def _score(number: int, run: Summarized) -> float:
    return run.rouge[number - 1]


def _summarized(setting: Setting, command: list[str], text: Path, _round: int) -> Summarized:
    output = setting.folder / "summaries.jsonl"
    with text.open("rb") as source:
        done = run_child(setting, command, stdin=source, stdout=output)
    scores = []
    with output.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            words = [_words(one) for one in (record["summary"][0]["text"], record["title"])]
            scores.append([rouge(words[0], words[1], number) for number in (1, 2)])
    first, second = (sum(column) / len(scores) for column in zip(*scores, strict=True))
    return Summarized((first, second), done.cpu)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
