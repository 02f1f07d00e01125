"""`nlptool dedupe`: lines of text in, the same without those that repeat earlier ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.io.printers import GROUPED
from cli.options.common import command, streams
from cli.options.help import OPTIONS, option
from cli.options.settings import settings_options
from nlp.documents.config import Sameness

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(GROUPED)
@settings_options(Sameness, group=OPTIONS)
@option("--groups", is_flag=True, help="Write every line, behind the number of the first of its group.")
def dedupe(*, streams: Streams, console: Console, threshold: float, shingle: int, groups: bool) -> None:
    """Leave out lines that repeat an earlier one, or nearly so; of each group the first stays, in its place.

    Lines are compared in lower case, in the normal form NFKC, without invisible characters and with one space
    between words. Near duplicates share so many of their shingles, the runs of --shingle characters, that
    those of both are at least --threshold of those of either. With --threshold 1 only equal lines are left
    out, which is the fastest, and takes the least memory.

    With --groups nothing is left out: `group<TAB>line`, where the group is the number of its first line
    (JSONL: `group`, and the `similarity` to that line).

    \b
    nlptool dedupe crawl.txt.gz -o clean.txt.gz
    nlptool dedupe --threshold 1 --field title news.csv
    nlptool dedupe --groups notes.txt | sort -n | less
    """
    from cli.jobs.dedupe import run

    run(streams, console, Sameness(threshold, shingle), groups=groups)
