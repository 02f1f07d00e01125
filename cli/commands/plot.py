"""`nlptool plot`: word vectors as a map, training as a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.jobs.vector_queries import chosen_vectors
from cli.options.common import (
    command,
    compared_vectors_option,
    limit_option,
    named_models,
    output_option,
    tell_idle,
)
from cli.options.help import option
from corpora import path_or_bundled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cli.console import Console
    from cli.drawing.canvas import Point
    from nlp.vectors.word_vectors import WordVectors

    Curves = dict[str, Sequence[float]]

_FEWEST = 3  # words of a map
_SHOWN = 10  # words that a message names
_LARGEST_LOSS = 1e100  # a model file may claim anything


@command
@compared_vectors_option
@output_option
@limit_option
@option("-n", "--words", "count", type=click.IntRange(3), default=60, help="How many words.")
@option("--near", is_flag=True, help="Draw the nearest neighbours of the WORDs too, up to --words in all.")
@option("--method", type=click.Choice(["pca", "tsne"]), default="pca", help="The projection.")
@option("--seed", type=click.IntRange(0), default=1, help="Seed of t-SNE: same seed, same map.")
@option("--lines", is_flag=True, help="Draw the documents of a search index, named by -m, instead.")
@option("--losses", is_flag=True, help="Draw the loss of each epoch of the models named instead.")
@option("--trace", metavar="FILE", help="Draw what score or tag --trace has told instead: units by tokens.")
@option("--layer", type=click.IntRange(1), show_default="the last", help="Of --trace: which layer.")
@option("--gate", default="h", help="Of --trace: which gate or state, f of an LSTM for one.")
@option(
    "--alignment", metavar="FILE", help="Draw what translate --alignment has told instead: source by target."
)
@click.argument("names", nargs=-1, metavar="[WORD|MODEL]...")
def plot(
    *,
    console: Console,
    model: tuple[str, ...],
    output: str | None,
    limit: int | None,
    count: int,
    near: bool,
    method: str,
    seed: int,
    lines: bool,
    losses: bool,
    trace: str | None,
    layer: int | None,
    gate: str,
    alignment: str | None,
    names: tuple[str, ...],
) -> None:
    """Draw the map of WORDs, or of the most frequent content words; with --losses, the curves of MODELs.

    With --trace, a heat map of what a network does while it reads: a row for each unit, a column for each
    token, blue above zero and red below. With --alignment, where a translation looked: a row for each piece
    of the source, a column for each piece of the target.

    With --lines, the documents of a search index: those of the IDs that are named as WORDs, or some of all.

    Words without a vector are left out, with a warning. Without WORDs, those that every text is full of are
    left out (the, of, 的). Held-out losses, where a model has them, are a dashed curve.

    Without -o the figure is text. The ending of -o FILE decides: .svg, .html, .png (needs the plot extra) or
    text. On a map of good vectors similar words lie together.

    \b
    nlptool plot king queen man woman bread soup river sea
    nlptool plot -m book.model --words 200 --method tsne -o map.html
    nlptool plot --lines -m notes.index
    nlptool plot --losses first.model second.model
    echo 'the king rode out' | nlptool score -m book.model --trace | nlptool plot --trace - --gate f
    """
    if len(model) > 1 and not losses:
        raise click.UsageError(f"-m names two models, {model[0]} and {model[1]}; only --losses compares them")
    if lines and (losses or trace is not None or alignment is not None):
        raise click.UsageError("--lines draws documents alone; leave out --losses, --trace and --alignment")
    if alignment is not None and (trace is not None or losses or names):
        raise click.UsageError("--alignment draws an alignment alone; leave out the others, WORDs and MODELs")
    _tell_idle(
        console,
        count_of_words=len(names),
        heat_map="--trace" if trace is not None else "--alignment" if alignment is not None else None,
        losses=losses,
        near=near,
        method=method,
    )
    from cli.drawing import figures
    from cli.drawing.canvas import Axes
    from cli.io.writing import check_output, open_binary_output

    check_output(output)
    figures.figure_ending(output)  # a wrong one is told before the work
    with figures.warning(console):
        if trace is not None:
            from cli.io.reading import Input
            from cli.jobs.traces import trace_map

            drawn = figures.draw_heat_map(output, *trace_map(Input([trace]), layer, gate, console))
        elif alignment is not None:
            from cli.io.reading import Input
            from cli.jobs.alignments import alignment_map

            drawn = figures.draw_heat_map(output, *alignment_map(Input([alignment]), console))
        elif losses:
            curves, held_out = _loss_curves(named_models(tuple(map(path_or_bundled, names)), model))
            axes = Axes("epoch", "loss, nats a prediction")
            drawn = figures.draw_curves(output, curves, figures.LOSSES_TITLE, axes, held_out)
        elif lines:
            from cli.jobs.document_map import document_map

            labels, places = document_map(_only_index(model), names, count, method, seed, console)
            drawn = figures.draw_map(output, labels, places)
        else:
            vectors = chosen_vectors(next(iter(model), None), console, limit)
            words, points = _map(console, vectors, names, count, method, seed, near=near)
            console.note(f"{len(words)} words by {method}")
            drawn = figures.draw_map(output, words, points)
            _tell_unlabelled(console, figures.unlabelled(output, words, points), len(words))
    with open_binary_output(output) as writer:
        writer.write(drawn)


def _tell_idle(
    console: Console, *, count_of_words: int, heat_map: str | None, losses: bool, near: bool, method: str
) -> None:
    """Warn of options that change nothing. Raises: UsageError where two things are to be drawn."""
    of_map = ("count", "near", "method", "seed", "limit")
    if heat_map == "--trace" and (losses or count_of_words):
        raise click.UsageError("--trace draws a trace alone; leave out --losses, WORDs and MODELs")
    if heat_map:
        tell_idle(console, f"with {heat_map}", *of_map, "model")
    if heat_map == "--trace":
        return
    tell_idle(console, "without --trace", "layer", "gate")
    if heat_map:
        return
    if losses:
        tell_idle(console, "with --losses", *of_map)
        return
    if not count_of_words:
        tell_idle(console, "without WORDs", "near")
    elif not near:
        tell_idle(console, "beside WORDs, unless --near is given too", "count")
    if method == "pca":
        tell_idle(console, "with --method pca", "seed")


def _only_index(models: tuple[str, ...]) -> str:
    """The search index to draw. Raises: UsageError without one."""
    if not models:
        raise click.UsageError("--lines draws the documents of a search index; name it with -m")
    return models[0]


def _map(
    console: Console,
    vectors: WordVectors,
    names: tuple[str, ...],
    count: int,
    method: str,
    seed: int,
    *,
    near: bool,
) -> tuple[list[str], list[Point]]:
    import numpy as np

    from nlp.vectors.projection import project

    known = tuple(_known(console, vectors, dict.fromkeys(names)))
    if names:
        words = _with_neighbours(vectors, known, count) if near else list(known)
    else:
        words = _content_words(vectors.vocabulary.words, count)
    points = project(np.array([vectors.unit_vector(word) for word in words]), method, seed)
    return words, [(float(x), float(y)) for x, y in points]


def _known(console: Console, vectors: WordVectors, names: Iterable[str]) -> Iterator[str]:
    """Those of the words that have a vector; of each other one a warning tells what may have been meant."""
    from nlp.errors import NlpError

    for name in names:
        try:
            vectors.unit_vector(name)
        except NlpError as error:
            console.warn(f"{error}; it is left out")
        else:
            yield name


def _content_words(words: Sequence[str], count: int) -> list[str]:
    """The first `count` words with a letter that are no function words; of those too, where all are such."""
    from nlp.text.function_words import FUNCTION_WORDS

    lettered = [word for word in words if any(map(str.isalpha, word))]
    of_content = [word for word in lettered if word.lower() not in FUNCTION_WORDS]
    return (of_content if len(of_content) >= _FEWEST else lettered)[:count]


def _tell_unlabelled(console: Console, words: Sequence[str], of: int) -> None:
    """Tell which words are on the map as a mark alone."""
    if words:
        labels = "1 label finds" if len(words) == 1 else f"{len(words):,} labels find"
        shown = ", ".join(words[:_SHOWN]) + (", …" if len(words) > _SHOWN else "")
        console.tell(
            f"of {of:,} words {labels} no room: {shown}; --words draws fewer",
            {"words": of, "unlabelled": list(words)},
        )


def _with_neighbours(vectors: WordVectors, names: tuple[str, ...], count: int) -> list[str]:
    """The words, then neighbours of each in turn, `count` in all."""
    vectors_of = [vectors.unit_vector(name) for name in names]
    words = dict.fromkeys(names)
    if names:
        import numpy as np

        nearest = vectors.nearest(np.array(vectors_of), count)
        for rank in range(count):
            words.update(dict.fromkeys(found[rank].word for found in nearest if rank < len(found)))
    return list(words)[: max(count, len(names))]


def _loss_curves(models: tuple[str, ...]) -> tuple[Curves, set[str]]:
    """The losses of each model by its name, and the names of those curves that are of held-out text."""
    from pathlib import Path

    from cli.console import with_flags
    from nlp.errors import ModelError
    from nlp.storage.kinds import NGRAM_MODEL, unfinished
    from nlp.storage.model_file import open_model

    if not models:
        raise click.UsageError("no model; name those whose losses to draw")
    curves: Curves = {}
    held_out = set()
    for path in models:
        model = open_model(path)
        losses, valid = (_losses(model.metadata.get(name)) for name in ("epoch_losses", "valid_losses"))
        if not losses:
            why = f"only models that nlptool has trained do{with_flags(unfinished(model.kind))}"
            if model.kind == NGRAM_MODEL:
                why = "an n-gram model is counted at once, not trained in epochs; score tells its perplexity"
            raise ModelError(f"{path}: it holds no losses; {why}")
        name = Path(path).name if Path(path).name not in curves else path
        curves[name] = losses
        if valid:
            curves[f"{name}, held out"] = valid
            held_out.add(f"{name}, held out")
    return curves, held_out


def _losses(recorded: object) -> list[float]:
    """The losses of a list that a model holds, without those of epochs too short to tell one; else none."""
    known = [loss for loss in recorded if loss is not None] if isinstance(recorded, list) else []
    losses = [float(loss) for loss in known if type(loss) in {int, float} and abs(loss) < _LARGEST_LOSS]
    return losses if len(losses) == len(known) else []
