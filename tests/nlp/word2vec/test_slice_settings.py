"""Which trainings are to be had in slices, and what is said of those that are not."""

from __future__ import annotations

import pytest

from nlp.errors import SettingError
from nlp.word2vec.config import Word2VecConfig
from nlp.word2vec.slice_settings import LEARNING_RATE, SliceSettings


def test_one_slice_is_the_plain_training() -> None:
    config = Word2VecConfig(arch="cbow", loss="hs")
    assert SliceSettings().fitted(config) == config
    assert SliceSettings(rounds=9).told() == {}


def test_the_rate_is_another_one_unless_it_is_chosen() -> None:
    slices = SliceSettings(16)
    assert slices.fitted(Word2VecConfig()).first_lr == LEARNING_RATE
    assert slices.fitted(Word2VecConfig(lr=0.03)).first_lr == 0.03
    assert slices.told() == {"slices": 16, "rounds": 4}


@pytest.mark.parametrize(
    ("config", "what"),
    [
        (Word2VecConfig(arch="cbow"), "arch cbow with loss ns"),
        (Word2VecConfig(loss="hs"), "arch skipgram with loss hs"),
        (Word2VecConfig(loss="softmax"), "arch skipgram with loss softmax"),
        (Word2VecConfig(subwords=True), "subwords"),
    ],
)
def test_other_trainings_are_refused(config: Word2VecConfig, what: str) -> None:
    with pytest.raises(SettingError, match=f"^slices 4 are for .* not for {what}; leave out slices$"):
        SliceSettings(4).fitted(config)


def test_many_slices_are_refused_unless_they_are_asked_for_twice() -> None:
    with pytest.raises(SettingError, match=r"slices 17 .* run away; use 16 at most, or give many_slices"):
        SliceSettings(17)
    assert SliceSettings(17, many_slices=True).told() == {"slices": 17, "rounds": 4}
    with pytest.raises(SettingError, match="rounds is 0; it must be from 1 to"):
        SliceSettings(4, 0)
