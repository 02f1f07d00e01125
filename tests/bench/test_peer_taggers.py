from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from nlp.tagging.tagger import token_templates
from nlp.tagging.token_features import PADDING, TokenTypes

from . import peer_taggers

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_peers_see_what_nlptool_sees() -> None:
    """Two places have the same feature of a template where they have the same bucket of it."""
    tokens = ["The", "king", ",", "the", "King", "and", "kings", "saw", "the", "king", ",", "12", "of", "34"]
    types = TokenTypes()
    places = np.arange(len(tokens)) + PADDING
    hashed = [found[places] for found in token_templates(types, [types.numbers(tokens)], 22)]
    spelt = np.array(peer_taggers._features(tokens)).T
    assert len(spelt) == len(hashed)

    def pattern(column: np.ndarray) -> str:
        return str((column[:, None] == column).tolist())

    assert sorted(map(pattern, spelt)) == sorted(map(pattern, hashed))


def test_what_is_learnt_is_written_and_its_figures_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_taggers, "FAIRLY_LONG", 10)
    for name, text in (("train", "Ann I-P\nsaw O\nRome I-L\n\n" * 9), ("test", "Ann I-P\nsaw O\n\nsaw O\n")):
        (tmp_path / name).write_text(text)
    train, test, predicted = (str(tmp_path / name) for name in ("train", "test", "predicted"))
    peer_taggers.main("nlptool", "entities", train, test, predicted)
    assert (tmp_path / "predicted").read_text() == "Ann\tB-P\nsaw\tO\n\nsaw\tO\n"
    told = json.loads(capsys.readouterr().out)
    assert told["seconds"] > 0
    assert told["tokens_per_second"] > 0
