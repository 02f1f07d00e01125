from __future__ import annotations

import pytest

from .peer_summaries import BY_LOT, FIRST, chooser
from .summarizing import rouge


def test_rouge_counts_runs_of_words_in_common() -> None:
    found, right = ["the", "old", "king", "rode", "the", "horse"], ["the", "king", "rode"]
    assert rouge(found, right, 1) == pytest.approx(2 * 3 / (6 + 3))  # one of two `the`, king, rode
    assert rouge(found, right, 2) == pytest.approx(2 * 1 / (5 + 2))  # king rode
    assert rouge([], ["a"], 1) == rouge(["a"], ["a"], 2) == 0


def test_peers_choose_sentences_of_nlptool() -> None:
    text = "Mr. Fox came. He left."
    assert chooser(FIRST)(text) == "Mr. Fox came."
    assert chooser(BY_LOT)(text) in {"Mr. Fox came.", "He left."}
