from __future__ import annotations

from nlp.classification.autotune import OutOfTimeError, Search
from nlp.classification.config import ClassifierConfig
from nlp.errors import DivergedError

START = ClassifierConfig(ngrams=1, epochs=3)


def searched(judge: object, fixed: set[str], start: ClassifierConfig = START) -> tuple[Search, list[float]]:
    search, scores = Search(start), []
    search.run(judge, fixed, lambda search: scores.append(search.score))  # type: ignore[arg-type]
    return search, scores


def of_trials(most: int) -> object:
    """Judges by n-grams and subwords, so many times."""
    left = iter(range(most))

    def judge(config: ClassifierConfig) -> float:
        if next(left, None) is None:
            raise OutOfTimeError
        if config.ngrams == 2:
            raise DivergedError("")
        return config.ngrams + config.subwords

    return judge


def test_the_best_settings_are_found_and_the_given_ones_stay() -> None:
    search, scores = searched(of_trials(200), {"cased", "loss"})
    assert (search.best.ngrams, search.best.subwords, search.best.cased) == (4, True, False)
    assert scores[0] == 1
    assert scores == sorted(scores)
    assert search.trials > 50


def test_the_same_trials_find_the_same() -> None:
    assert searched(of_trials(30), set()) == searched(of_trials(30), set())


def test_a_search_ends_where_nothing_is_left_to_try() -> None:
    free = {"ngrams", "subwords"}
    fixed = set(vars(START)) - free
    search, _ = searched(of_trials(10_000), fixed)
    assert search.trials == 8
    assert search.best.epochs == 3
    assert searched(of_trials(9), set(vars(START)))[0].trials == 1


def test_what_is_out_of_time_at_once_leaves_the_settings() -> None:
    search, scores = searched(of_trials(0), set())
    assert (search.best, search.trials, scores) == (START, 0, [])


def test_settings_that_do_not_go_together_are_not_tried() -> None:
    def judge(config: ClassifierConfig) -> float:
        tried.append(config)
        if len(tried) > 60:
            raise OutOfTimeError
        return 1.0 if config.loss == "hinge" else 0.0

    tried: list[ClassifierConfig] = []
    search, _ = searched(judge, {"dim"}, ClassifierConfig(dim=5, minn=4, maxn=4, subwords=True))
    assert search.best.loss == "softmax"
    tried.clear()
    search, _ = searched(judge, set())
    assert search.best.loss == "hinge"
    assert search.best.rate > 0.2
