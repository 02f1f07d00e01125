"""Numbers in messages, and the settings that they name."""

from __future__ import annotations

import copy
import sys

import pytest

from nlp.wording import Message, number_of, to_install


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


@pytest.mark.parametrize("has_pip", [True, False])
def test_what_is_missing_is_installed_where_nlptool_runs(
    has_pip: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name if has_pip else None)
    monkeypatch.setattr(sys, "executable", "/opt/my tools/bin/python")
    expected = {
        True: "'/opt/my tools/bin/python' -m pip install it",
        False: "uv pip install -p '/opt/my tools/bin/python' it",
    }
    assert to_install("it") == expected[has_pip]
    monkeypatch.setattr("shutil.which", lambda _: "/opt/my tools/bin/python")
    if has_pip:
        assert to_install("it") == "python -m pip install it"


def test_a_message_that_is_sent_to_a_process_still_names_its_settings() -> None:
    message = Message("lower `lr`, now {rate}", rate="{0.5}")
    sent = copy.deepcopy(message)
    assert sent == "lower lr, now {0.5}"
    assert sent.named(str.upper) == "lower LR, now {0.5}"
