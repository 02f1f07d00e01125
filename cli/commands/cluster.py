"""`nlptool cluster`: words or lines of text in, the group that each belongs to out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import CLUSTERED_WORDS
from cli.jobs.vector_queries import chosen_vectors, tell_size
from cli.options.common import command, limit_option, streams, vectors_option
from cli.options.help import option
from cli.options.lines import lines_options

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(CLUSTERED_WORDS)
@vectors_option
@limit_option
@option("-k", type=click.IntRange(1), default=20, help="How many clusters.")
@lines_options
@option(
    "--nearest",
    type=click.IntRange(1),
    help="Write a line a cluster: the N words nearest to its centre or, with --lines, its keywords.",
)
@option(
    "--metric",
    type=click.Choice(["cosine", "euclidean"]),
    default="cosine",
    help="What near means: k-means on the sphere, or in flat space.",
)
@option("--seed", type=click.IntRange(0), default=1, help="Same seed, same clusters.")
def cluster(
    *,
    streams: Streams,
    console: Console,
    model: str | None,
    limit: int | None,
    k: int,
    lines: int | None,
    nearest: int | None,
    metric: str,
    seed: int,
) -> None:
    """Divide words into clusters by k-means: `word<TAB>cluster`, the largest cluster being 0.

    The words are those of the FILEs or of stdin, a word a line; where stdin is a terminal or empty, all those
    of the vectors. With --lines it is lines of text. What has no vector is in cluster -1 (JSONL: null).

    With --nearest N each cluster is a line: `cluster<TAB>size<TAB>words`, the nearest to its centre first.
    With --lines too, they are keywords: words that its lines have and others have not.

    \b
    nlptool cluster -k 50 --limit 10000 > words.tsv
    nlptool cluster -k 8 --nearest 6
    nlptool cluster --lines -k 10 --format jsonl reviews.txt
    """
    from cli.io.writing import check_output
    from cli.jobs.cluster import Clustering

    check_output(streams.output)
    vectors = chosen_vectors(model, console, limit)
    tell_size(console, vectors)
    clustering = Clustering(streams, console, vectors, k, seed, nearest, on_sphere=metric == "cosine")
    if lines is None:
        clustering.words()
    else:
        clustering.lines(lines)
