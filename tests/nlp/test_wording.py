"""Numbers in messages, and the settings that they name."""

from __future__ import annotations

import pytest

from nlp.wording import Message, number_of


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 words"), (1, "1 word"), (2, "2 words"), (4096, "4,096 words")]
)
def test_one_is_singular(count: int, told: str) -> None:
    assert number_of(count, "word") == told


def test_a_message_names_settings_and_takes_no_data_for_names() -> None:
    inner = Message("lower `lr_decay`")
    message = Message("{path}: `lr` is {rate:.1f}; {how}", path="`lr`/{x}", rate=2, how=inner)
    assert message == "`lr`/{x}: lr is 2.0; lower lr_decay"
    assert message.named(str.upper) == "`lr`/{x}: LR is 2.0; lower LR_DECAY"
    assert Message("{outer}", outer=message).named(str.upper) == message.named(str.upper)
