"""The language models that a command line names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nlp.decoding.predictor import Predictor

LANGUAGE_VARIABLE = "NLPTOOL_LM"
LANGUAGE_HELP = "A language model made by rnn-train, transformer-train or ngram-train, or an ARPA file."


def chosen_language_model(model: str | None) -> Predictor:
    """The language model that the user named. Raises: UsageError where there is none."""
    from nlp.decoding.opening import open_predictor

    if not model:
        raise click.UsageError(
            "no language model; name one of rnn-train, transformer-train or ngram-train with -m, or in "
            f"{LANGUAGE_VARIABLE}"
        )
    return open_predictor(model)
