"""BLEU is sacreBLEU's: the figures here are those of its version 2.6.0, to the last digit."""

from __future__ import annotations

import pytest

from nlp.evaluation.bleu import Bleu, words_13a, words_zh

ENGLISH = [
    ("The cat sat on a mat, it's 3.5 m - long.", "The cat sat on the mat; it is 3.5 m long."),
    ("“Yes”, he said: no-one &amp; nothing (2-3)!", '"Yes", he said: no-one & nothing (2-3).'),
    ("a b", "a c d e"),
]
CHINESE = [
    ("我们在2024年去了北京。", "我们2024年去过北京。"),
    ("他说：“好的”，OK！", "他说：“好”，OK！"),
]


@pytest.mark.parametrize(
    ("pairs", "tokenizer", "score", "precisions", "penalty", "lengths"),
    [
        (
            ENGLISH,
            "13a",
            50.839195685227295,
            [75.86206896551724, 61.53846153846154, 52.17391304347826, 47.61904761904762],
            0.8711587695892689,
            (29, 33),
        ),
        (ENGLISH, "zh", 43.600808434465335, [69.6969696969697, 50.0, 37.03703703703704, 28.0], 1.0, (33, 33)),
        (
            CHINESE,
            "zh",
            48.009229470209405,
            [85.0, 66.66666666666667, 43.75, 21.428571428571427],
            1.0,
            (20, 18),
        ),
    ],
    ids=["13a", "zh of English", "zh"],
)
def test_the_figures_of_sacrebleu(
    pairs: list[tuple[str, str]],
    tokenizer: str,
    score: float,
    precisions: list[float],
    penalty: float,
    lengths: tuple[int, int],
) -> None:
    bleu = Bleu(tokenizer)
    for translation, reference in pairs:
        bleu.add(reference, translation)
    assert bleu.report() == {
        "bleu": score,
        "precisions": precisions,
        "brevity_penalty": penalty,
        "words": lengths[0],
        "reference_words": lengths[1],
    }


@pytest.mark.parametrize(
    ("translation", "reference", "score"),
    [
        ("a b c d", "a b c d", 100.00000000000004),
        ("a b c x", "a b c d", 59.460355750136046),
        ("a x b y", "a b c d", 18.99589214128981),
        ("a b c", "a b c", 0.0),
        ("x y z w", "a b c d", 0.0),
        ("", "a b c d", 0.0),
        ("a b c d", "", 0.0),
    ],
)
def test_short_texts(translation: str, reference: str, score: float) -> None:
    bleu = Bleu()
    bleu.add(reference, translation)
    assert bleu.score() == score


def test_words_are_cut_as_the_programs_do() -> None:
    assert words_13a("no-one's 1,000.5, 2-3 &quot;x&quot;.") == [
        *("no-one's", "1,000.5", ",", "2", "-", "3"),
        *('"', "x", '"', "."),
    ]
    assert words_zh("我们—ok３。a-b") == ["我", "们", "—", "ok", "３", "。", "a-b"]
