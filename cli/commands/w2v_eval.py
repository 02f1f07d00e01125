"""`nlptool w2v-eval`: how good word vectors are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.io.printers import REPORT
from cli.jobs.vector_queries import chosen_vectors, tell_size
from cli.options.common import command, limit_option, streams, tell_idle, vectors_option
from cli.options.help import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.console import Console
    from cli.io.streams import Streams

_KNOWN_PART = 0.1  # of the questions: warn where no more of them can be asked


@command
@vectors_option
@limit_option
@streams(REPORT, reads="stdin", texts=False, records=False)
@option("--analogies", multiple=True, metavar="FILE", help="Questions, four words a line; - is stdin.")
@option(
    "--similarity",
    multiple=True,
    metavar="FILE",
    help="Word pairs with human scores, separated by tabs, commas, semicolons or spaces.",
)
@option(
    "--restrict-vocab",
    type=click.IntRange(1),
    default=30_000,
    help="Use this many of the most frequent words in analogies.",
)
@option(
    "--method",
    type=click.Choice(["add", "mul"]),
    default="add",
    help="3CosAdd or 3CosMul.",
)
def w2v_eval(
    *,
    console: Console,
    model: str | None,
    limit: int | None,
    streams: Streams,
    analogies: tuple[str, ...],
    similarity: tuple[str, ...],
    restrict_vocab: int,
    method: str,
) -> None:
    """Judge word vectors by analogy questions and by human similarity scores; prints a JSON report.

    Accuracy is over the questions whose four words are all known; `out_of_vocabulary` counts the others.
    Similarity is Spearman's rank correlation with the cosines.

    \b
    nlptool w2v-eval -m book.model --analogies questions-words.txt --similarity wordsim353.tsv
    nlptool corpus lecture/analogies | nlptool w2v-eval --analogies -
    """
    if not analogies and not similarity:
        raise click.UsageError("nothing to judge by; name a file with --analogies or --similarity")
    if not analogies:
        tell_idle(console, "without --analogies", "restrict_vocab", "method")
    from cli.io.writing import check_output
    from nlp.vectors.evaluation import evaluate_analogies, evaluate_similarities
    from nlp.vectors.judgements import read_analogies, read_similarities

    check_output(streams.output)
    questions = {path: read_analogies(_lines(path, streams), _shown(path)) for path in analogies}
    pairs = {path: read_similarities(_lines(path, streams), _shown(path)) for path in similarity}
    vectors = chosen_vectors(model, console, limit)
    tell_size(console, vectors)
    report: dict[str, Any] = {"words": len(vectors.vocabulary), "dim": vectors.matrix.shape[1]}
    report["analogies"] = [
        {"file": path, **evaluate_analogies(vectors, sections, restrict_vocab, method)}
        for path, sections in questions.items()
    ]
    report["similarity"] = [
        {"file": path, **evaluate_similarities(vectors, found)} for path, found in pairs.items()
    ]
    for warning in _too_few(report):
        console.warn(warning)
    with streams.open_output() as output:
        output.write(streams.printer(REPORT)(report))


def _too_few(report: dict[str, Any]) -> Iterator[str]:
    """Yield a warning for each score that says little, since most of its words have no vectors."""
    of_kind = (("analogies", "asked", "questions"), ("similarity", "pairs", "pairs"))
    for kind, known, things in of_kind:
        for part in report[kind]:
            total, path = part[known] + part["out_of_vocabulary"], _shown(part["file"])
            if not total:
                yield f"{path}: there are no {things} in it"
            elif part[known] <= _KNOWN_PART * total:
                yield (
                    f"{path}: {part[known]:,} of {total:,} {things} have vectors for all their words, so the"
                    f" figures tell little; were they trained on words of this kind?"
                )
            elif part.get("spearman", 0) is None:
                yield f"{path}: a rank correlation takes pairs of at least two different scores and cosines"


def _shown(path: str) -> str:
    from cli.io.reading import STDIN

    return STDIN if path == "-" else path


def _lines(path: str, streams: Streams) -> Iterator[str]:
    for block in streams.like(path).input.blocks():
        yield from block.text.removesuffix("\n").split("\n")
