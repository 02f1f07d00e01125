"""`nlptool search-eval`: how good a search is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.commands.search import finding_options, index_option
from cli.io.printers import REPORT
from cli.options.common import command, streams
from cli.options.help import OPTIONS, option
from cli.options.settings import settings_options
from nlp.search.config import SearchConfig

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(REPORT, reads="stdin", texts=False, records=False)
@index_option
@option(
    "--queries",
    metavar="FILE",
    help="Queries: `id<TAB>text` a line, or JSONL with `_id` and `text`; - is stdin.  [required]",
)
@option(
    "--qrels",
    metavar="FILE",
    help="Judgements: `query 0 document grade` a line, as TREC has them, or `query<TAB>document<TAB>grade`."
    "  [required]",
)
@settings_options(SearchConfig, group=OPTIONS)
@finding_options
def search_eval(
    *,
    streams: Streams,
    console: Console,
    model: str | None,
    queries: str | None,
    qrels: str | None,
    method: str,
    k1: float,
    b: float,
    fuzzy: bool,
    expand: int | None,
    rerank: bool,
    vectors: str | None,
) -> None:
    """Judge a search in an index by queries whose answers people have judged; prints a JSON report.

    It has the means of nDCG@10, MRR@10, recall@100 and precision@10 over the queries that have a judgement,
    counted as trec_eval counts them: a document nobody judged is not relevant.

    \b
    nlptool search-eval -m notes.index --queries queries.tsv --qrels qrels.tsv
    """
    from cli.io.writing import check_output
    from cli.jobs.search import Finding, More, chosen_index
    from cli.jobs.search_eval import judged
    from nlp.search.config import SearchConfig

    if queries is None or qrels is None:
        raise click.UsageError(f"Missing option '{'--qrels' if queries else '--queries'}'")
    check_output(streams.output)
    config = SearchConfig(method=method, k1=k1, b=b)
    more = More(fuzzy=fuzzy, expand=expand or 0, rerank=rerank, vectors=vectors)
    finding = Finding(chosen_index(model, console), config, more, console)
    report = judged(streams, console, finding, queries, qrels)
    with streams.open_output() as output:
        output.write(streams.printer(REPORT)(report))
