from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.data.labelled.schemes import SCHEMES, entities_of
from nlp.evaluation.entities import EntityScore

TAGS = st.sampled_from(["O", "B-X", "I-X", "B-Y", "I-Y"])


def scored(*sentences: tuple[str, str]) -> dict[str, Any]:
    score = EntityScore()
    for gold, predicted in sentences:
        score.add(gold.split(), predicted.split())
    return score.report()


def by_the_script(sentences: list[list[tuple[str, str]]]) -> dict[str, int]:
    """The counts of conlleval, token by token, as its documentation describes its states."""
    counts = {"correct": 0, "gold": 0, "guessed": 0, "tokens": 0, "same": 0}
    inside = False
    last = [("O", ""), ("O", "")]
    for sentence in sentences:
        for pair in [*sentence, ("O", "O")]:
            now = [(tag[0], tag[2:]) for tag in pair]
            starts, ends = [], []
            for (before, kind_before), (tag, kind) in zip(last, now, strict=True):
                ends.append(before != "O" and (tag in "BO" or kind != kind_before))
                starts.append(tag != "O" and (tag == "B" or before == "O" or kind != kind_before))
            if inside:
                if ends == [True, True]:
                    counts["correct"] += 1
                    inside = False
                elif ends[0] != ends[1] or now[0][1] != now[1][1]:
                    inside = False
            inside = inside or (starts == [True, True] and now[0][1] == now[1][1])
            counts["gold"] += starts[0]
            counts["guessed"] += starts[1]
            last = now
        counts["tokens"] += len(sentence)
        counts["same"] += sum(gold == guessed for gold, guessed in sentence)
    return counts


@given(st.lists(st.lists(st.tuples(TAGS, TAGS), min_size=1, max_size=12), min_size=1, max_size=4))
def test_entities_count_as_in_conlleval(sentences: list[list[tuple[str, str]]]) -> None:
    score = EntityScore()
    for sentence in sentences:
        score.add([gold for gold, _ in sentence], [guessed for _, guessed in sentence])
    report, counts = score.report(), by_the_script(sentences)

    def share(part: int, whole: int) -> float:
        return part / whole if whole else 0.0

    assert report["accuracy"] == pytest.approx(share(counts["same"], counts["tokens"]), abs=1e-6)
    assert report["precision"] == pytest.approx(share(counts["correct"], counts["guessed"]), abs=1e-6)
    assert report["recall"] == pytest.approx(share(counts["correct"], counts["gold"]), abs=1e-6)


def test_an_entity_that_starts_inside_is_one_although_strict_scorers_say_otherwise() -> None:
    report = scored(("B-NP I-NP O B-NP", "I-NP I-NP O B-NP"), ("B-PP B-NP", "I-NP I-NP"))
    assert (report["accuracy"], report["precision"], report["recall"], report["f1"]) == (
        pytest.approx(3 / 6, abs=1e-6),
        pytest.approx(2 / 3, abs=1e-6),
        0.5,
        pytest.approx(4 / 7, abs=1e-6),
    )
    assert [(label["label"], label["support"]) for label in report["labels"]] == [("NP", 3), ("PP", 1)]


@pytest.mark.parametrize("name", SCHEMES)
def test_the_scheme_changes_no_figure(name: str) -> None:
    gold, guessed = (
        ["B-X", "I-X", "I-X", "O", "B-Y", "B-Y", "I-Y"],
        ["B-X", "I-X", "O", "O", "B-Y", "B-Y", "I-Y"],
    )
    in_scheme = [" ".join(SCHEMES[name].tags(entities_of(tags), len(tags))) for tags in (gold, guessed)]
    report = scored((in_scheme[0], in_scheme[1]))
    assert (report["precision"], report["recall"]) == (pytest.approx(2 / 3, abs=1e-6),) * 2
    assert scored((" ".join(gold), in_scheme[1]))["f1"] == report["f1"]
    assert report["accuracy"] == pytest.approx(6 / 7, abs=1e-6)


def test_nothing_found_is_zero() -> None:
    report = scored(("B-X O", "O O"))
    assert (report["precision"], report["recall"], report["f1"], report["accuracy"]) == (0, 0, 0, 0.5)
