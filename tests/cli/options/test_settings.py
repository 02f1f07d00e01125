"""Options made from settings: what `nlp` says of a setting is what the command line offers and enforces."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click
import pytest

from cli.commands import cli
from cli.console import flag_of
from nlp.data.vocabulary_settings import VocabularySettings
from nlp.decoding.settings import Sampling
from nlp.networks.config import LanguageModelConfig
from nlp.networks.token_config import TokenNetworkConfig
from nlp.networks.transformer_config import TransformerConfig
from nlp.ngrams.config import NgramConfig
from nlp.settings import settings_of
from nlp.tagging.config import TaggerConfig
from nlp.training.language_settings import LanguageSettings
from nlp.training.transformer_settings import TransformerSettings
from nlp.word2vec.config import Word2VecConfig

if TYPE_CHECKING:
    from tests.cli.inside import Nlptool

KINDS: dict[str, tuple[type, ...]] = {
    "w2v-train": (Word2VecConfig,),
    "rnn-train": (LanguageModelConfig, LanguageSettings, VocabularySettings),
    "transformer-train": (TransformerConfig, TransformerSettings, VocabularySettings),
    "tag-train": (TaggerConfig, TokenNetworkConfig),
    "ngram-train": (NgramConfig, VocabularySettings),
    "generate": (Sampling,),
}
OFFERED = [
    (command, name, known)
    for command, kinds in KINDS.items()
    for kind in kinds
    for name, known in settings_of(kind)
    if known.help
]


def option_of(command: str, name: str) -> click.Option:
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    return next(one for one in found.params if isinstance(one, click.Option) and one.name == name)


@pytest.mark.parametrize(("command", "name"), [(command, name) for command, name, _ in OFFERED])
def test_the_default_is_that_of_the_setting(command: str, name: str) -> None:
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    values = found.make_context(command, ["-o", "x"], resilient_parsing=True).params
    known = next(known for of, one, known in OFFERED if (of, one) == (command, name))
    assert values[name] == known.default
    assert option_of(command, name).opts == [flag_of(name)]


def wrong() -> list[tuple[str, str, str]]:
    """For each setting with limits or choices, values just outside them."""
    values: list[tuple[str, str, str]] = []
    for command, name, known in OFFERED:
        step = 1 if known.kind == "int" else 0.001
        outside = [known.low if known.excluded else known.low - step, known.high * (1 + 1e-9) + step]
        values += [(command, name, f"{value:.25g}") for value in outside if math.isfinite(value)]
        values += [(command, name, "none-such")] if known.choices else []
    return values


@pytest.mark.parametrize(("command", "name", "value"), wrong())
def test_a_value_that_the_setting_refuses_is_usage_and_names_the_option(
    command: str, name: str, value: str, nlptool: Nlptool
) -> None:
    status, stdout, stderr = nlptool(command, f"{flag_of(name)}={value}", "-o", "none", stdin="a b\n")
    assert (status, stdout) == (2, "")
    assert f"Invalid value for '{flag_of(name)}'" in stderr


def test_help_names_other_settings_by_their_flags() -> None:
    assert "the last --context tokens" in str(option_of("rnn-train", "cell").help)
    assert "`" not in "".join(str(option_of(command, name).help) for command, name, _ in OFFERED)


def test_a_first_rate_that_follows_from_other_settings_is_told(nlptool: Nlptool) -> None:
    for command, told in (
        ("rnn-train", "0.002; sgd: 4"),
        ("transformer-train", "0.006; muon: 0.02"),
        ("w2v-train", "0.05; cbow: 0.2"),
    ):
        shown = " ".join(nlptool(command, "--help").stdout.split())
        assert f"[default: {told}; above 0, at most 1,000]" in shown
