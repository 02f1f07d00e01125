"""`nlptool gradients`: how far back a recurrent network learns."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import click

from cli.io.printers import RECORDS
from cli.options.common import chosen_names, chosen_options, command, model_option, streams, tell_idle
from cli.options.help import OPTIONS, option
from cli.options.settings import setting_option
from nlp.networks.config import LanguageModelConfig
from nlp.settings import without_effect
from nlp.training.language_settings import LanguageSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cli.console import Console
    from cli.io.streams import Streams
    from nlp.analysis.gradient_norms import Flow
    from nlp.text.records import Record

_LECTURE = (("rnn", "tanh"), ("rnn", "relu"), ("lstm", "tanh"), ("gru", "tanh"))
_OF_FRESH_CELLS = (
    "cells",
    "activation",
    "gru_reset",
    "norms",
    "init",
    "scales",
    "forget_bias",
    "hidden",
)
_OF_SOME_CELLS = {"activation", "gru_reset", "forget_bias"}
_SMALLEST = 1e-40  # drawn instead of 0, which has no logarithm


@command
@streams(reads="")
@model_option("NLPTOOL_LM", "Measure a trained language model, one curve per layer, not fresh cells.")
@option(
    "--cell",
    "cells",
    type=click.Choice(["rnn", "lstm", "gru"]),
    multiple=True,
    show_default="rnn with tanh and with relu, lstm, gru",
    help="Repeat for several.",
)
@setting_option(LanguageModelConfig, "activation", group=OPTIONS)
@setting_option(
    LanguageModelConfig,
    "gru_reset",
    group=OPTIONS,
    help="Of --cell gru: apply the reset gate before or after the recurrent product.",
)
@setting_option(
    LanguageModelConfig,
    "norm",
    "--norm",
    "norms",
    group=OPTIONS,
    multiple=True,
    default=["none"],
    help="Batch normalisation: of both matrix products, or of the input's alone. Repeat for several.",
)
@setting_option(
    LanguageModelConfig,
    "init",
    group=OPTIONS,
    default=None,
    show_default="uniform in ±1/√H; for relu the identity",
    help="Initial recurrent weights.",
)
@option(
    "--recurrent-scale",
    "scales",
    type=click.FloatRange(0, min_open=True),
    multiple=True,
    default=[1.0],
    help="Multiply the recurrent weights by this. Repeat for several.",
)
@setting_option(LanguageModelConfig, "forget_bias", group=OPTIONS, help="Of --cell lstm.")
@option("--hidden", type=click.IntRange(1, 4096), default=64, help="Units of a fresh cell.")
@option("--lags", type=click.IntRange(1, 10_000), default=50, help="How far back to look.")
@option(
    "--clip",
    type=click.FloatRange(0, min_open=True),
    help="Clip the gradient of the weights to this norm.",
)
@setting_option(LanguageSettings, "seed", group=OPTIONS)
@option("--plot", "as_text", is_flag=True, help="Draw the curves as text, as on a terminal.")
def gradients(
    *,
    console: Console,
    streams: Streams,
    model: str | None,
    lags: int,
    clip: float | None,
    seed: int,
    as_text: bool,
    **options: Any,
) -> None:
    """Measure the gradient of a loss at the last step T as it flows back: ‖∂E_T/∂h_k‖ by lag T - k.

    If it shrinks at each step it vanishes, and nothing is learnt from far back; if it grows it explodes. Each
    lag has a record: `norm`, for the LSTM also `cell_norm` (‖∂E_T/∂c_k‖), and the settings, since the initial
    recurrent weights decide the result. Of a bidirectional model each direction has its curves. The curves
    are drawn (log10) on a terminal, with --plot, and with -o FILE where it ends in .svg, .html or .png.

    \b
    nlptool gradients --plot
    nlptool gradients --cell rnn --recurrent-scale 1 --recurrent-scale 2 -o scales.svg
    nlptool gradients -m shakespeare.model --lags 100 | jq .norm
    """
    import sys

    from cli.drawing import figures
    from cli.io.writing import check_output, open_binary_output

    output = streams.output
    check_output(output)
    is_figure = figures.figure_ending(output) in figures.FIGURES
    model = None if _is_of_fresh_cells(model) else model
    if not model:
        _tell_idle(console, options)
    flows = _of_model(model, lags, seed) if model else _of_fresh_cells(lags=lags, seed=seed, **options)
    if clip is not None:
        flows = [flow.clipped(clip) for flow in flows]
    for flow in flows:
        console.note(f"{flow.label}: gradient of its weights {flow.gradient_norm:.4g}")
    shows = output is None and sys.stdout.isatty() and not chosen_options("format_")
    if is_figure or as_text or shows:
        tell_idle(console, "with a picture", "format_")
        with figures.warning(console):
            drawn = _drawn(output, flows)
    else:
        write = streams.printer(RECORDS)
        drawn = "".join(write(record) for flow in flows for record in _records(flow)).encode()
    with open_binary_output(output) as writer:
        writer.write(drawn)


def _is_of_fresh_cells(model: str | None) -> bool:
    """Whether the user asks for fresh cells, no matter what model the environment names.

    Raises: UsageError where the command line names both
    """
    of_fresh_cells = chosen_options(*_OF_FRESH_CELLS)
    if of_fresh_cells and chosen_options("model"):
        message = f"{of_fresh_cells[0]} is of a fresh cell, not of --model; leave out one of the two"
        raise click.UsageError(message)
    return model is None or bool(of_fresh_cells)


def _tell_idle(console: Console, options: dict[str, Any]) -> None:
    """Warn of the options that change nothing with any of the cells that are measured."""
    if not options["cells"]:
        tell_idle(console, "without --cell rnn: the curves are of tanh and relu", "activation")
        return
    for name in sorted(chosen_names() & _OF_SOME_CELLS):
        told = [
            warning
            for cell in options["cells"]
            for warning in without_effect(LanguageModelConfig, {"cell": cell}, {name})
        ]
        if len(told) == len(options["cells"]):
            console.warn(told[0])


def _of_fresh_cells(
    *,
    cells: Sequence[str],
    activation: str,
    norms: Sequence[str],
    scales: Sequence[float],
    init: str | None,
    lags: int,
    **others: Any,
) -> list[Flow]:
    from nlp.analysis.gradient_norms import IDENTITY, UNIFORM, FreshCell, fresh_flow

    kinds = [(cell, activation) for cell in cells] if cells else _LECTURE
    flows = []
    for (cell, phi), scale, norm in product(kinds, scales, norms):
        usual = IDENTITY if (cell, phi) == ("rnn", "relu") else UNIFORM
        fresh = FreshCell(cell, phi, norm=norm, initialization=init or usual, recurrent_scale=scale, **others)
        flows.append(fresh_flow(fresh, lags))
    return flows


def _of_model(path: str, lags: int, seed: int) -> list[Flow]:
    import numpy as np

    from nlp.analysis.trained_gradient_norms import trained_flows
    from nlp.errors import ModelError
    from nlp.storage.kinds import FILL_MODEL, LANGUAGE_MODEL, load
    from nlp.wording import Message

    loaded = load(path, LANGUAGE_MODEL, FILL_MODEL)
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # an overflow is reported below
            flows = trained_flows(loaded, lags, seed)
    except ModelError as error:
        raise ModelError(Message("{path}: {why}", path=path, why=error.told)) from error
    for flow in flows:
        cell_norms = () if flow.cell_norms is None else flow.cell_norms
        if not np.isfinite([*flow.norms, *cell_norms]).all():
            raise ModelError(f"{path}: what flows through {flow.label} overflows; lower --lags")
    return flows


def _records(flow: Flow) -> Iterator[Record]:
    of_cell: Iterable[float | None] = [None] * len(flow.norms)
    if flow.cell_norms is not None:
        of_cell = map(float, flow.cell_norms)
    for lag, (norm, cell_norm) in enumerate(zip(flow.norms, of_cell, strict=True)):
        yield {
            **flow.about,
            "lag": lag,
            "norm": float(norm),
            "cell_norm": cell_norm,
            "clip_factor": flow.clip_factor,
        }


def _drawn(output: str | None, flows: Sequence[Flow]) -> bytes:
    from math import log10

    from cli.drawing.canvas import Axes
    from cli.drawing.figures import draw_curves

    curves: dict[str, Sequence[float]] = {}
    for flow in flows:
        label = flow.label if flow.label not in curves else f"{flow.label} ({len(curves) + 1})"
        curves[label] = [log10(max(float(norm), _SMALLEST)) for norm in flow.norms]
    title = "How much of the gradient reaches a step so many steps before"
    return draw_curves(output, curves, title, Axes("lag T − k", "log10 ‖∂E_T/∂h_k‖", first=0))
