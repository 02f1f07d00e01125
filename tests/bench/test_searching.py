"""What searches the texts of the searching contest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.bench import searchers, searching
from tests.bench.figures import US

if TYPE_CHECKING:
    from pathlib import Path


def test_a_searcher_tells_its_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searchers, "SECONDS", 0.01)
    monkeypatch.setattr(searchers, "K", 2)
    (tmp_path / "text").write_text("the king rode\nthe queen\n")
    (tmp_path / "queries").write_text("king\nqueen rode\n")
    (tmp_path / "qrels").write_text("1 0 1 4\n2 0 2 1\n2 0 1 2\n")
    searchers.main("cli", *(str(tmp_path / name) for name in ("text", "queries", ".", "qrels")))
    told = json.loads(capsys.readouterr().out)
    assert told["ndcg"] == pytest.approx(0.92986, abs=1e-4)
    assert [len(found) for found in told["scores"]] == [1, 2]
    assert min(told["size"], told["one"], told["batch"]) > 0


def test_scores_are_compared_query_by_query() -> None:
    results = {US: [{"scores": [[2.0], [3.0, 1.0]]}], "bm25s": [{"scores": [[2.0, 0.0], [3.0, 1.5]]}]}
    [figure] = searching._apart("texts", results)
    assert figure.ours == (0.5,)
