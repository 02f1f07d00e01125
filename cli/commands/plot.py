"""`nlptool plot`: word vectors as a map, training as a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.jobs.vector_queries import VECTORS_HELP, VECTORS_VARIABLE, chosen_vectors
from cli.options.common import command, model_option, output_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.console import Console
    from cli.drawing.canvas import Point
    from nlp.vectors.word_vectors import WordVectors

    Curves = dict[str, Sequence[float]]

_LARGEST_LOSS = 1e100  # a model file may claim anything


@command
@model_option(VECTORS_VARIABLE, VECTORS_HELP)
@output_option
@click.option(
    "-n", "--words", "count", type=click.IntRange(3), default=60, show_default=True, help="How many words."
)
@click.option(
    "--near", is_flag=True, help="Draw the nearest neighbours of the WORDs too, up to --words in all."
)
@click.option(
    "--method", type=click.Choice(["pca", "tsne"]), default="pca", show_default=True, help="The projection."
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of t-SNE: same seed, same map."
)
@click.option("--losses", is_flag=True, help="Draw the loss of each epoch of the models named instead.")
@click.argument("names", nargs=-1, metavar="[WORD|MODEL]...")
def plot(
    *,
    console: Console,
    model: str | None,
    output: str | None,
    count: int,
    near: bool,
    method: str,
    seed: int,
    losses: bool,
    names: tuple[str, ...],
) -> None:
    """Draw the map of WORDs, or of the most frequent words; with --losses, the curves of MODELs.

    Without -o the figure is text. The ending of -o FILE decides: .svg, .html, .png (needs the plot extra) or
    text. On a map of good vectors similar words lie together.

    \b
    nlptool plot king queen man woman bread soup river sea
    nlptool plot -m book.model --words 200 --method tsne -o map.html
    nlptool plot --losses first.model second.model
    """
    import warnings

    from cli.drawing import figures
    from cli.io.writing import check_output, open_binary_output

    check_output(output)
    figures.ending_of(output)  # a wrong one is told before the work
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        if losses:
            curves = _loss_curves(names or ((model,) if model else ()))
            drawn = figures.draw_curves(output, curves, figures.LOSSES_TITLE)
        else:
            words, points = _map(model, names, count, method, seed, near=near)
            console.note(f"{len(words)} words by {method}")
            drawn = figures.draw_map(output, words, points)
    for one in told:
        console.warn(str(one.message))
    with open_binary_output(output) as writer:
        writer.write(drawn)


def _map(
    model: str | None, names: tuple[str, ...], count: int, method: str, seed: int, *, near: bool
) -> tuple[list[str], list[Point]]:
    import numpy as np

    from nlp.vectors.projection import project

    vectors = chosen_vectors(model)
    words = _with_neighbours(vectors, names, count) if near else list(dict.fromkeys(names))
    words = words or [word for word in vectors.vocabulary.words if any(map(str.isalpha, word))][:count]
    points = project(np.array([vectors.unit_vector(word) for word in words]), method, seed)
    return words, [(float(x), float(y)) for x, y in points]


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


def _loss_curves(models: tuple[str, ...]) -> Curves:
    from pathlib import Path

    from nlp.errors import ModelError
    from nlp.storage.model_file import open_model

    if not models:
        raise click.UsageError("no model; name those whose losses to draw")
    curves: Curves = {}
    for path in models:
        recorded = open_model(path).metadata.get("epoch_losses")
        # An epoch too short to tell its loss has none.
        known = [loss for loss in recorded if loss is not None] if isinstance(recorded, list) else []
        losses = [float(loss) for loss in known if type(loss) in {int, float} and abs(loss) < _LARGEST_LOSS]
        if not losses or len(losses) < len(known):
            raise ModelError(f"{path}: it holds no losses; only models that nlptool has trained do")
        curves[Path(path).name if Path(path).name not in curves else path] = losses
    return curves
