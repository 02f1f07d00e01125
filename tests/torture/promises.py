"""What is promised of reliability, the tests that show it, and the lines that tell what they measured."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

IS_LONG = bool(os.environ.get("NLPTOOL_TORTURE"))
"""Whether to torture for minutes (`make torture`); else all takes some seconds, as a part of `make test`."""


@dataclass(frozen=True)
class Promise:
    """A promise, and the tests that show it: `FILE::FUNCTION`, below `tests`."""

    title: str
    tests: tuple[str, ...]


PROMISES = {
    1: Promise(
        "a killed training resumes as if nothing happened",
        (
            "torture/test_trainings.py::test_kills_do_not_change_a_bit",
            "torture/test_trainings.py::test_every_training_command_is_tortured",
            "torture/test_pipeline.py::test_kills_of_make_do_not_change_a_bit",
        ),
    ),
    2: Promise(
        "SIGINT and SIGTERM save first",
        (
            "torture/test_trainings.py::test_a_signal_saves_first",
            "cli/test_w2v_checkpoint.py::test_a_signal_to_the_whole_group_saves_too",
            "cli/training/test_checkpoints.py::test_a_signal_waits_for_the_boundary",
        ),
    ),
    3: Promise(
        "resume never mixes runs",
        (
            "torture/test_resume.py::test_every_option_is_looked_at",
            "cli/test_w2v_checkpoint.py::test_a_checkpoint_of_other_data_or_version_is_refused",
        ),
    ),
    4: Promise(
        "a checkpoint holds everything",
        (
            "nlp/training/test_loop.py::test_resumed_at_any_boundary_it_ends_in_the_same_bits",
            "torture/test_trainings.py::test_kills_do_not_change_a_bit",
        ),
    ),
    5: Promise(
        "outputs are all or nothing",
        (
            "torture/test_writing.py::test_killed_at_any_system_call_the_file_is_whole",
            "cli/io/test_writing.py::test_an_exception_leaves_the_old_file",
            "cli/io/test_writing.py::test_what_a_killed_writer_left_is_swept_but_a_live_writers_file_is_not",
            "cli/test_signals.py::test_a_signal_ends_it_as_that_signal",
            "cli/test_contract.py::test_a_failed_run_leaves_the_old_output",
        ),
    ),
    6: Promise(
        "every writer sees a full disk",
        (
            "torture/test_writing.py::test_much_output_to_where_nothing_goes",
            "cli/test_contract.py::test_a_full_disk_is_an_error",
            "cli/test_contract.py::test_a_closed_stdout_is_an_error",
            "cli/test_contract.py::test_a_reader_that_has_gone_ends_it_silently",
            "cli/test_contract.py::test_help_on_a_full_disk_is_an_error",
        ),
    ),
    7: Promise(
        "failing system calls are told and cost nothing",
        (
            "torture/test_system_calls.py::test_every_system_call_of_a_command_may_fail",
            "cli/io/test_writing.py::test_every_system_call_may_fail",
        ),
    ),
    8: Promise(
        "damaged models are refused",
        (
            "torture/test_models.py::test_mutants_are_refused_or_answer_the_same",
            "nlp/storage/test_model_file.py::test_every_truncation_is_refused",
            "nlp/storage/test_model_file.py::test_every_flipped_bit_is_refused",
            "nlp/storage/test_model_file.py::test_random_mutants_are_refused",
        ),
    ),
    9: Promise(
        "hostile models do nothing but fail",
        (
            "torture/test_models.py::test_forgeries_end_in_an_answer_or_one_line",
            "nlp/storage/test_model_file.py::test_hostile_models_are_refused_at_once",
            "nlp/storage/test_model_file.py::test_the_same_name_twice_is_refused",
            "nlp/vectors/test_files.py::test_inconsistent_models_are_refused",
            "test_house.py::test_nothing_that_is_read_is_ever_run",
        ),
    ),
    10: Promise(
        "hostile text is told by its place",
        (
            "torture/test_text.py::test_bad_utf8_is_named_at_every_offset",
            "torture/test_text.py::test_a_line_without_end_takes_bounded_memory",
            "torture/test_text.py::test_unusual_text_is_taken_by_every_command",
            "cli/io/test_reading.py::test_bad_utf8_is_named_at_every_offset",
            "cli/io/test_reading.py::test_lines_end_at_newlines_alone",
        ),
    ),
    11: Promise(
        "hostile JSONL is told by its place",
        (
            "torture/test_text.py::test_damaged_jsonl_ends_in_one_line_with_its_place",
            "nlp/text/test_records.py::test_refused_with_its_column",
            "cli/test_contract.py::test_malformed_jsonl_is_told_by_line_and_column",
        ),
    ),
    12: Promise(
        "no pattern is a time bomb",
        ("nlp/text/test_linear_time.py::test_twice_the_text_takes_twice_the_time",),
    ),
    13: Promise(
        "readers do not care about chunks",
        (
            "torture/test_text.py::test_chunks_do_not_change_a_byte_of_the_output",
            "cli/io/test_reading.py::test_a_file_read_in_small_chunks_is_the_same",
            "nlp/text/test_decompress.py::test_members_are_one_stream_in_any_chunks",
        ),
    ),
    14: Promise(
        "memory stays flat on endless streams",
        (
            "torture/test_memory.py::test_an_endless_stream_takes_no_more_memory",
            "torture/test_memory.py::test_a_training_streams_its_text",
        ),
    ),
    15: Promise(
        "diverging training says so",
        (
            "torture/test_trainings.py::test_divergence_is_told_and_keeps_the_checkpoint",
            "nlp/word2vec/test_learner.py::test_infinite_weights_are_told",
        ),
    ),
    16: Promise(
        "same seed, same bytes",
        ("torture/test_surroundings.py::test_bytes_do_not_depend_on_the_surroundings",),
    ),
    17: Promise(
        "workers leave no orphans",
        (
            "torture/test_trainings.py::test_workers_end_with_their_leader",
            "nlp/parallel/test_team.py::test_workers_end_when_the_leader_is_killed",
        ),
    ),
    18: Promise(
        "old models load, newer ones are refused by name",
        (
            "torture/test_old_models.py::test_old_models_answer_as_they_did",
            "torture/test_old_models.py::test_every_command_refuses_a_newer_version",
        ),
    ),
    19: Promise(
        "deaths in a cluster change no byte",
        (
            "torture/test_clusters.py::test_killed_workers_do_not_change_a_byte",
            "nlp/parallel/test_cluster.py::test_killed_workers_change_no_result",
            "nlp/parallel/test_cluster.py::test_a_scheduler_that_dies_is_told",
        ),
    ),
}


def summary(reports: Iterable[pytest.TestReport]) -> list[str]:
    """A line for each promise of which a test told a figure, or failed."""
    told: dict[int, dict[str, None]] = {}
    broken: dict[int, dict[str, None]] = {}
    for report in reports:
        for name, value in report.user_properties if report.when == "call" else ():
            if name == "promise" and isinstance(value, tuple):
                number, measured = value
                told.setdefault(number, {})[measured] = None
        if report.failed:
            test = report.nodeid.removeprefix("tests/").partition("[")[0]
            for number, promise in PROMISES.items():
                if test in promise.tests:
                    broken.setdefault(number, {})[test] = None
    return [
        f"{number:2} {promise.title}: {_outcome(told.get(number, ()), broken.get(number, ()))}"
        for number, promise in PROMISES.items()
        if number in told or number in broken
    ]


def _outcome(told: Iterable[str], broken: Iterable[str]) -> str:
    return "; ".join([*(f"BROKEN, see {test}" for test in broken), *told])
