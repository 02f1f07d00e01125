"""Text and JSONL made to hurt: told by its place, or taken, in bounded memory and however it arrives."""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from cli.io.reading import STDIN, Input, _chunks
from nlp.errors import InputError
from nlp.text.records import MAX_DEPTH, parse_record
from tests.cli.running import NLPTOOL, SAMPLES, environment
from tests.torture.peak import peak_memory
from tests.torture.promises import IS_LONG
from tests.torture.trainings import TRAININGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.inside import Nlptool
    from tests.conftest import Figure
    from tests.torture.conftest import Filled

READING = [name for name, sample in SAMPLES.items() if sample.reads]
QUICK = [name for name in READING if SAMPLES[name].writes == "stdout"]
every_reading_command = pytest.mark.parametrize("name", READING)

# A kilobyte of each width of character; a byte that never stands in UTF-8 is put at every offset.
TEXT = "".join(f"{n} words, naïve café, 我爱语言模型, 👩‍🚀🇨🇳 \u0600x\n" for n in range(40)).encode()[:2048]
TEXT = TEXT.decode(errors="ignore").encode()


def start_of_character(data: bytes, offset: int) -> int:
    while data[offset] & 0xC0 == 0x80:
        offset -= 1
    return offset


@pytest.mark.parametrize("wrong", [b"\xff", b"\xc0", b"\xf8"] if IS_LONG else [b"\xff"])
def test_bad_utf8_is_named_at_every_offset(wrong: bytes, figure: Figure) -> None:
    """The place is that of the first byte that is of no character, or of the character that it breaks off."""
    for offset in range(len(TEXT)):
        waiting = [b"", TEXT[:offset] + wrong + TEXT[offset + 1 :]]
        chunks = _chunks(STDIN, lambda _, pieces=waiting: pieces.pop())  # type: ignore[misc]
        with pytest.raises(InputError, match="is not UTF-8") as caught:
            list(Input(())._lines(STDIN, chunks, None))
        start = start_of_character(TEXT, offset)
        line_start = TEXT.rfind(b"\n", 0, start) + 1
        place = (STDIN, TEXT.count(b"\n", 0, start) + 1, start - line_start + 1)
        assert (caught.value.path, caught.value.line, caught.value.column) == place
    figure(10, f"each of {len(TEXT):,} offsets in text of 1 to 4 bytes a character")


UNUSUAL = {
    "nothing": b"",
    "a line end": b"\n",
    "NUL": b"the\0king \0 rode\n\0\n",
    "a byte order mark": b"\xef\xbb\xbfthe king rode\n",
    "CRLF": b"the king rode\r\nout at dawn\r\n",
    "a lone CR": b"the king\rrode out\r",
    "U+2028 and its like": "the\u2028king\u2029rode\x85out\x0bat\x0cdawn\n".encode(),
    "no last line end": b"the king rode",
    "spaces only": b"   \n \t \n",
    "control characters": bytes(set(range(1, 32)) - {10}) + b"\n",
    "characters beyond the first plane": "𝔱𝔥𝔢 👩‍👩‍👧‍👦 \U0010fffd king\n".encode(),
    "marks with nothing to mark": "\u0301\u0301 \u200d \ufe0f king\n".encode(),
}


@every_reading_command
def test_unusual_text_is_taken_by_every_command(
    name: str, filled: Filled, nlptool: Nlptool, figure: Figure
) -> None:
    """Answered, or refused in one line that tells what to do; a training may find nothing to learn."""
    words = filled(SAMPLES[name].arguments)
    for what, data in UNUSUAL.items():
        for fmt in ("text", "jsonl"):
            record = json.dumps({"text": data.decode(), "tokens": data.decode().split(), "word": "king"})
            stdin = data if fmt == "text" else f"{record}\n".encode()
            outcome = nlptool(name, *words, *formatted(name, fmt), "-q", stdin=stdin)
            assert outcome.status in {0, 1}, (what, outcome)
            assert all(line.startswith("nlptool: ") for line in outcome.stderr.splitlines()), (what, outcome)
            assert "internal error" not in outcome.stderr, (what, outcome)
    figure(10, f"{len(UNUSUAL)} unusual texts through {len(READING)} commands")


def formatted(name: str, fmt: str) -> list[str]:
    """The option that makes the input of a command `fmt`, where it has one."""
    import click

    from cli.commands import cli

    command = cli.get_command(click.Context(cli), name)
    assert command
    has_option = "input_format" in {parameter.name for parameter in command.params}
    return ["--input-format", fmt] if has_option else []


RECORD = (
    '{"text": "a \\"b\\" \\u00e9", "n": [1, 2.5e3, -0, null, true], "o": {"text": {"text": ""}}, "é": "语"}'
)


def test_damaged_jsonl_ends_in_one_line_with_its_place(figure: Figure) -> None:
    """A record with pieces cut out, doubled or put in: a record, or an error at a place within the line."""
    generator, refused = random.Random(5), 0  # noqa: S311
    pieces = ["[", "{", '"', "\\", ":", ",", "NaN", "1e999", '"text":', "\\ud800", "\x00", "9" * 5000]
    times = 200_000 if IS_LONG else 20_000
    for _ in range(times):
        line = RECORD
        for _ in range(generator.randint(1, 3)):
            start = generator.randrange(len(line) + 1)
            end = start + generator.randint(0, 12)
            new = generator.choice(["", line[start:end] * 2, generator.choice(pieces)])
            line = line[:start] + new + line[end:]
        try:
            parse_record(line, "x.jsonl", 7)
        except InputError as error:
            refused += 1
            assert (error.path, error.line) == ("x.jsonl", 7)  # noqa: PT017  either outcome is fine
            assert 1 <= (error.column or 0) <= len(line) + 1, line  # noqa: PT017
            assert "\n" not in str(error), line  # noqa: PT017
    assert times / 2 < refused < times
    for depth in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(InputError, match="nested deeper") as caught:
            parse_record('{"a":' * depth + "1" + "}" * depth, "x.jsonl", 7)
        assert caught.value.column == MAX_DEPTH * len('{"a":') + 1
    figure(11, f"{times:,} damaged records, {refused:,} refused with line and column; depth 100,000")


@every_reading_command
def test_chunks_do_not_change_a_byte_of_the_output(
    name: str, filled: Filled, nlptool: Nlptool, tmp_path: Path, figure: Figure
) -> None:
    """Reads of 1 to 64 bytes, plain and compressed; the output is that of one read."""
    words, stdin = filled(SAMPLES[name].arguments), SAMPLES[name].stdin
    output = tmp_path / "result"
    sizes = range(1, 65) if name in QUICK or IS_LONG else (1, 2, 3, 5, 7, 16, 61, 64)
    read = os.read

    def result(size: int, data: bytes) -> bytes:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("os.read", lambda descriptor, most: read(descriptor, min(size, most)))
            outcome = nlptool(name, *words, "-q", "-o", str(output), stdin=data)
        assert outcome.status == 0, outcome
        return output.read_bytes()

    expected = result(1 << 20, stdin)
    for size in sizes:
        assert result(size, stdin) == expected, size
        if size % 7 == 1:
            assert result(size, gzip.compress(stdin)) == expected, size
    figure(13, f"{name}: {len(sizes)} sizes")


LONG = 1 << 30 if IS_LONG else 100 << 20
SPACED = 1 << 30 if IS_LONG else 10 << 20
MOST_MEMORY = 1 << 30


def one_line(size: int, unit: bytes) -> Iterator[bytes]:
    block = unit * ((1 << 18) // len(unit))
    for _ in range(size // len(block)):
        yield block


@pytest.mark.parametrize("unit", [b"word ", b"x"], ids=["spaced", "unbroken"])
@pytest.mark.parametrize("name", ["tokenize", "vocab", "onehot", "similar", *(TRAININGS if IS_LONG else ())])
def test_a_line_without_end_takes_bounded_memory(
    name: str, unit: bytes, filled: Filled, tmp_path: Path, figure: Figure
) -> None:
    """Taken in pieces where lines mean nothing, refused by name elsewhere, with 1 GB of memory to live in."""
    words = filled(word.replace("{output}", "/dev/null") for word in SAMPLES[name].arguments)
    size = SPACED if unit == b"word " else LONG
    if name in TRAININGS:  # to read is enough: to train on a gigabyte would take hours
        words, size = [*words, "--dry-run"], size // 4
    with (tmp_path / "stderr").open("wb+") as errors:
        process = subprocess.Popen(
            [*NLPTOOL, name, *words, "-q"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment(),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY)),  # noqa: PLW1509
        )

        def feed() -> None:
            assert process.stdin
            try:
                with process.stdin as pipe:
                    for block in one_line(size, unit):
                        pipe.write(block)
            except BrokenPipeError:
                pass  # it has refused the line

        feeder = threading.Thread(target=feed)
        feeder.start()
        peak = peak_memory(process)
        feeder.join()
        errors.seek(0)
        told = errors.read().decode()
    if process.returncode:
        assert process.returncode == 1, told
        assert told.count("\n") == 1, told
        assert "out of memory" not in told
        assert told.startswith("nlptool: "), told
    assert peak < MOST_MEMORY
    outcome = "refused" if process.returncode else "taken"
    figure(
        10, f"a line of {size >> 20:,} MiB, {name}, {unit.decode().strip()}…: {outcome} in {peak >> 20} MiB"
    )
