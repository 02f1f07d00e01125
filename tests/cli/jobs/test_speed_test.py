"""The speed test: every figure is there, whatever the machine."""

from __future__ import annotations

from cli.jobs.speed_test import speeds


def test_a_little_of_the_work_gives_every_figure() -> None:
    found = list(speeds(part=0.02))
    assert [each.of for each in found] == ["matrix products", "tokenize", "w2v-train", "rnn-train"]
    assert all(each.rate > 0 and each.documented > 0 for each in found)
