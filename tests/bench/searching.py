"""`searching`: an index and what is found in it, beside bm25s, rank_bm25 and grep, on the same tokens.

The searchers are measured in their own process, one thread each: `searchers` tells how. Whole commands, from
start to exit, are beside `grep`, which reads the text anew each time and ranks nothing.
"""

from __future__ import annotations

import json
import shutil
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from .figures import US, Figure, Measure, comparisons
from .harness import NLPTOOL, Contestant, Skipped, in_turns, module, run_child
from .searched_texts import LINES, WORDS_A_LINE, cranfield, mixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .harness import Run, Setting
    from .searched_texts import Searched

ROUNDS, COMMANDS = 3, 9
PEERS = ("bm25s", "rank_bm25")
QUERY = "the king of france"
AT_MOST = 1e-5

INDEXING = Measure("indexing", "s")
SIZE = Measure("size", "MB")
OPENING = Measure("opening", "ms", at_most=50)
ONE = Measure("one query at a time", "queries/s", more_is_better=True)
BATCH = Measure("queries in a batch", "queries/s", more_is_better=True)
NDCG = Measure("nDCG@10", "", more_is_better=True)
APART = Measure("scores apart", "", at_most=AT_MOST)
COMMAND = Measure("whole command", "ms", at_most=200)
ADDING = Measure("a line added, whole command", "s", at_most=1)


def run(setting: Setting) -> Iterator[Figure]:
    """The figures of both texts, and of whole commands."""
    texts = {f"{LINES:,} lines of {WORDS_A_LINE} words": mixed, "Cranfield": cranfield}
    for subject, make in texts.items():
        searched = make(setting.folder)
        results = _in_turns(setting, searched)
        measures = {INDEXING: "index", SIZE: "size", OPENING: "open", ONE: "one", BATCH: "batch"}
        if searched.qrels:
            measures[NDCG] = "ndcg"
        for measure, name in measures.items():
            kept = {
                title: runs
                for title, runs in results.items()
                if title != "rank_bm25" or measure not in {SIZE, OPENING}
            }
            yield from comparisons("searching", subject, measure, kept, itemgetter(name))
        yield from _apart(subject, results)
        if searched.qrels is None:
            yield from _commands(setting, subject, searched)


def _in_turns(setting: Setting, searched: Searched) -> Mapping[str, list[dict[str, Any]]]:
    files = [str(searched.text), str(searched.queries), str(setting.folder)]
    files += [str(searched.qrels)] if searched.qrels else []

    def told(key: str, _: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(run_child(setting, module("searchers", key, *files)).stdout)
        return found

    contestants = [Contestant(US, "cli", partial(told, "cli"))]
    contestants += [Contestant(name, name, partial(told, name)) for name in PEERS]
    return in_turns(contestants, setting.times(ROUNDS), warm_up=False)


def _apart(subject: str, results: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Figure]:
    """The largest difference between our scores and those of bm25s, as far as there are hits of ours."""
    if not results["bm25s"]:
        return
    rows = zip(*(results[title][0]["scores"] for title in (US, "bm25s")), strict=True)
    apart = max(abs(one - other) for row in rows for one, other in zip(*row, strict=False))
    yield Figure("searching", subject, APART, (apart,))


def _commands(setting: Setting, subject: str, searched: Searched) -> Iterator[Figure]:
    index, added = str(setting.folder / "whole.index"), str(setting.folder / "added.index")
    line = setting.folder / "line.txt"
    line.write_text("one more line\n")
    run_child(setting, [NLPTOOL, "index", "-q", "-o", index, str(searched.text)])
    grep = shutil.which("grep")
    if not grep:
        raise Skipped("grep is not here")
    words = QUERY.replace(" ", "|")

    def ours(_: int) -> Run:
        return run_child(setting, [NLPTOOL, "search", "-m", index, QUERY])

    def theirs(_: int) -> Run:
        return run_child(setting, [grep, "-wE", words, str(searched.text)])

    contestants = [Contestant(US, "cli", ours), Contestant("grep", "cli", theirs)]
    results = in_turns(contestants, setting.times(COMMANDS))
    yield from comparisons("searching", subject, COMMAND, results, lambda told: told.wall * 1000)
    adding = [
        run_child(setting, [NLPTOOL, "index", "-q", "--add", index, "-o", added, str(line)]).wall
        for _ in range(setting.times(ROUNDS))
    ]
    yield Figure("searching", subject, ADDING, tuple(adding))
