"""`nlptool info`: what a model holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.io.printers import REPORT
from cli.options.common import (
    any_models_option,
    command,
    limit_option,
    named_models,
    streams,
    tell_idle,
)
from cli.options.help import option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(REPORT, reads="")
@limit_option
@option("--verify", is_flag=True, help="Read every byte, and fail if one is not as it was written.")
@any_models_option
@click.argument("models", nargs=-1, metavar="[MODEL]...")
def info(
    *,
    console: Console,
    streams: Streams,
    limit: int | None,
    model: tuple[str, ...],
    models: tuple[str, ...],
    verify: bool,
) -> None:
    """Print the metadata of each MODEL as JSON: kind, settings, data, scores, arrays with their checksums.

    Of word vectors in the format of another tool it tells format, words and dimensions, of an ARPA file the
    number of n-grams of each order.

    Without MODEL it is about the one that NLPTOOL_MODEL names, else about the English word vectors that come
    with nlptool; `bundled` lists the names of all models that do, which -m takes as well as a file.

    \b
    nlptool info book.model letters.model
    nlptool info --verify book.model | jq .config
    """
    from corpora import MODELS, model_path

    paths = named_models(models, model)
    write = streams.printer(REPORT)
    with streams.open_output() as output:
        for path in paths or (str(model_path()),):
            report = _of(path, console, limit, verify=verify)
            output.write(write(report if paths else {**report, "bundled": MODELS}))


def _of(path: str, console: Console, limit: int | None, *, verify: bool) -> dict[str, Any]:
    from nlp.errors import NoModelError

    try:
        report = _of_model(path, console, verify=verify)
    except NoModelError:
        found = _of_other_tool(path, console, limit, verify=verify)
        if found is None:
            raise
        report = found
    else:
        tell_idle(console, f"with {path}, a model of nlptool", "limit")
    return report


def _of_model(path: str, console: Console, *, verify: bool) -> dict[str, Any]:
    from nlp.storage.model_file import open_model

    opened = open_model(path)
    report: dict[str, Any] = {"file": path, "kind": opened.kind, **opened.metadata}
    report |= _first_lr(opened.metadata)
    if verify:
        opened.verify()
        report["verified"] = True
        console.note("every array is what was written")
    return report


def _of_other_tool(path: str, console: Console, limit: int | None, *, verify: bool) -> dict[str, Any] | None:
    """About an ARPA file or word vectors in another tool's format; None for any other file."""
    from nlp.errors import NoModelError
    from nlp.ngrams.arpa import is_arpa
    from nlp.vectors.formats import read_foreign

    if is_arpa(path):
        return _of_arpa(path, console, verify=verify)
    try:
        found = read_foreign(path, limit)
    except NoModelError:
        return None
    for warning in found.read.warnings:
        console.warn(warning)
    if verify:
        console.warn(f"{path}: this format has no checksums; its rows make sense, more cannot be told")
    words, dim = found.read.matrix.shape
    compression = {"compression": found.compression} if found.compression else {}
    kind = {"kind": "word-vectors", "format": found.form}
    return {"file": path, **kind, **compression, "words": words, "dim": dim}


def _of_arpa(path: str, console: Console, *, verify: bool) -> dict[str, Any]:
    from nlp.ngrams.arpa import about_arpa, read_arpa
    from nlp.storage.kinds import NGRAM_MODEL

    if verify:
        read_arpa(path)
        console.warn(f"{path}: this format has no checksums; its lines make sense, more cannot be told")
    tell_idle(console, f"with {path}, which has no vectors", "limit")
    return {"file": path, "kind": NGRAM_MODEL, **about_arpa(path)}


def _first_lr(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The learning rate that the training began with: the default where `lr` in its settings is null."""
    from nlp.training.language_settings import LEARNING_RATES as OF_OPTIMIZERS
    from nlp.word2vec.config import LEARNING_RATES as OF_WORD2VEC

    config, training = metadata.get("config"), metadata.get("training")
    if isinstance(config, dict) and "lr" in config:
        by_default = OF_WORD2VEC.get((str(config.get("arch")), str(config.get("loss"))))
        return {"first_lr": config["lr"] or by_default}
    if isinstance(training, dict) and "lr" in training:
        return {"first_lr": training["lr"] or OF_OPTIMIZERS.get(str(training.get("optimizer")))}
    return {}
