"""The contract that every command keeps: a command in the table without a sample fails here."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from cli.commands import COMMANDS, cli
from tests.cli import running
from tests.cli.forking import CLOSED, run
from tests.cli.running import SAMPLES, litter, shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Arguments


def command_of(name: str) -> click.Command:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    return command


COMMON = {"--help", "--quiet", "--verbose", "--no-progress", "--log-json"}
READING = [name for name, sample in SAMPLES.items() if sample.reads]
TO_STDOUT = [name for name, sample in SAMPLES.items() if sample.writes == "stdout"]
WITH_FILES = [name for name, sample in SAMPLES.items() if sample.takes_files]
WITH_RECORDS = [
    name for name in READING if "input_format" in {option.name for option in command_of(name).params}
]

every_command = pytest.mark.parametrize("name", COMMANDS)
every_reading_command = pytest.mark.parametrize("name", READING)
every_printing_command = pytest.mark.parametrize("name", TO_STDOUT)
every_command_with_files = pytest.mark.parametrize("name", WITH_FILES)


def data_of(name: str, result: subprocess.CompletedProcess[bytes], tmp_path: Path) -> bytes:
    return result.stdout if SAMPLES[name].writes == "stdout" else (tmp_path / "output").read_bytes()


def one_line(stderr: bytes) -> str:
    """The one line of an error: it starts with the program's name, and no traceback follows."""
    text = stderr.decode()
    assert text.startswith("nlptool: "), text
    assert text.count("\n") == 1, text
    return text


@pytest.fixture(scope="session")
def full_disk() -> Iterator[int]:
    """A descriptor of a file that has no room."""
    with open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123  a device is no path of ours
        yield full.fileno()


def test_every_command_has_a_sample() -> None:
    assert set(SAMPLES) == set(COMMANDS)


@every_command
def test_help_says_what_every_option_does(name: str) -> None:
    command = command_of(name)
    assert "\b\n" in (command.help or ""), "the help text ends with examples"
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    assert [option.name for option in options if not option.help] == []
    long, short = run(name, "--help"), run(name, "-h")
    assert long.returncode == 0
    assert long.stdout == short.stdout
    assert all(flag in long.stdout.decode() for flag in COMMON)


@every_command
def test_help_is_a_command_too(name: str) -> None:
    assert run("help", name).stdout == run(name, "--help").stdout


def test_version_and_help_of_all_have_their_short_forms() -> None:
    assert run("-V").stdout == run("--version").stdout
    assert run("help").stdout == run("-h").stdout == run("--help").stdout


_IMPORTED = """
import contextlib, sys
from cli.main import main
for words in sys.argv[1:]:
    sys.argv = ["nlptool", *words.split()]
    with contextlib.suppress(SystemExit):
        main()
    print(words, *{module.split(".")[0] for module in sys.modules}, file=sys.stderr)
"""


def test_help_starts_without_the_model_layer() -> None:
    """One interpreter shows all of it, and tells what it has loaded after each command's."""
    heavy = {"numpy", "rich", "regex", "multiprocessing", "asyncio", "email", "http"}
    asked = ["--help", *(f"{name} --help" for name in COMMANDS)]
    result = subprocess.run([sys.executable, "-c", _IMPORTED, *asked], capture_output=True, check=True)
    told = result.stderr.decode().splitlines()
    assert [line for line in told if heavy.intersection(line.split())] == []
    assert len(told) == len(asked)


@pytest.mark.parametrize(
    "words", [["tokenize"], ["tokenize", "--han", "words"], ["vocab"], ["dedupe", "--threshold", "1"]]
)
@pytest.mark.parametrize("from_file", [True, False])
def test_what_only_reads_text_starts_without_the_model_layer(
    words: list[str], from_file: bool, tmp_path: Path
) -> None:
    (tmp_path / "text").write_text("the king rode out\n")
    code = "import sys; from cli.main import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    files = [str(tmp_path / "text")] if from_file else []
    result = subprocess.run(
        [sys.executable, "-c", code, *words, *files], capture_output=True, check=True, input=b"a b\n"
    )
    assert not {"numpy", "rich"} & {module.split(".")[0] for module in result.stderr.decode().split()}


@every_command
def test_a_misspelt_option_is_usage_and_suggests(name: str) -> None:
    result = run(name, "--quite")
    assert result.returncode == 2
    assert "--quiet" in one_line(result.stderr)
    assert result.stdout == b""


def test_a_misspelt_command_is_usage_and_suggests() -> None:
    result = run("tokenise")
    assert result.returncode == 2
    assert "'tokenize'" in one_line(result.stderr)


def test_no_command_at_all_is_told_all_of_them() -> None:
    result = run()
    assert (result.returncode, result.stdout) == (2, b"")
    assert result.stderr == run("--help").stdout


@pytest.mark.parametrize("arguments", [["-Z"], ["--format", "xml"], ["tokenize", "-Z"], ["help", "no"]])
def test_usage_is_told_as_one_sentence(arguments: list[str]) -> None:
    assert ".;" not in one_line(run(*arguments).stderr)


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
def test_help_fits_every_encoding(encoding: str) -> None:
    """`fill --help` shows Chinese."""
    result = running.run("fill", "--help", PYTHONIOENCODING=encoding)
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"--max-gap" in result.stdout


def test_a_library_without_room_is_told_in_a_line() -> None:
    """NumPy's own message is a page, of which the cause is the last line."""
    result = shell('ulimit -v 60000; "$@"', "info")
    assert result.returncode == 1
    told = one_line(result.stderr)
    assert "memory" in told or "raise ulimit -v" in told
    assert len(told) < 300


@every_command
def test_quiet_is_silent_and_changes_nothing(name: str, arguments: Arguments, tmp_path: Path) -> None:
    loud = run(*arguments(name), stdin=SAMPLES[name].stdin)
    assert loud.returncode == 0, loud.stderr.decode()
    expected = data_of(name, loud, tmp_path)
    quiet = run(*arguments(name), "--quiet", stdin=SAMPLES[name].stdin)
    assert (quiet.returncode, quiet.stderr) == (0, b"")
    assert data_of(name, quiet, tmp_path) == expected
    assert expected


@every_command
def test_output_file_holds_what_stdout_would(name: str, arguments: Arguments, tmp_path: Path) -> None:
    plain = run(*arguments(name), stdin=SAMPLES[name].stdin)
    expected = data_of(name, plain, tmp_path)
    target = tmp_path / "result.gz"
    result = run(*arguments(name), "-o", str(target), stdin=SAMPLES[name].stdin)
    assert (result.returncode, result.stdout) == (0, b"")
    assert gzip.decompress(target.read_bytes()) == expected


@every_command
def test_output_keeps_mode_and_symlink(name: str, arguments: Arguments, tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    assert run(*arguments(name), "-o", str(link), stdin=SAMPLES[name].stdin).returncode == 0
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert real.read_bytes() != b"old"
    assert litter(tmp_path) == []


@every_reading_command
def test_a_failed_run_leaves_the_old_output(name: str, arguments: Arguments, tmp_path: Path) -> None:
    target = tmp_path / "kept"
    target.write_bytes(b"old")
    result = run(*arguments(name), "-o", str(target), stdin=SAMPLES[name].stdin + b"bad \xff\n")
    assert result.returncode == 1
    assert target.read_bytes() == b"old"
    assert litter(tmp_path) == []


@every_command
def test_an_output_in_no_directory_is_told(name: str, arguments: Arguments, tmp_path: Path) -> None:
    result = run(*arguments(name), "-o", str(tmp_path / "no" / "file"), stdin=SAMPLES[name].stdin)
    assert result.returncode == 1
    assert "no/file: No such directory" in one_line(result.stderr)


@every_command
@pytest.mark.parametrize("times", [1, 200])
def test_a_full_disk_is_an_error(name: str, times: int, full_disk: int, arguments: Arguments) -> None:
    output = [] if SAMPLES[name].writes == "stdout" else ["-o", "/dev/full"]
    result = run(*arguments(name), "-q", *output, stdin=SAMPLES[name].stdin * times, stdout=full_disk)
    assert result.returncode == 1
    assert "No space left on device" in one_line(result.stderr)


@pytest.mark.parametrize("words", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)])
def test_help_on_a_full_disk_is_an_error(words: list[str], full_disk: int) -> None:
    result = run(*words, stdout=full_disk)
    assert result.returncode == 1
    assert "No space left on device" in one_line(result.stderr)


@every_printing_command
def test_a_closed_stdout_is_an_error(name: str, arguments: Arguments) -> None:
    result = run(*arguments(name), stdin=SAMPLES[name].stdin, stdout=CLOSED)
    assert result.returncode == 1
    assert "<stdout>: Bad file descriptor" in one_line(result.stderr)


@every_command
def test_a_closed_stderr_changes_nothing(name: str, arguments: Arguments, tmp_path: Path) -> None:
    expected = data_of(name, run(*arguments(name), stdin=SAMPLES[name].stdin), tmp_path)
    result = run(*arguments(name), stdin=SAMPLES[name].stdin, stderr=CLOSED)
    assert result.returncode == 0
    assert data_of(name, result, tmp_path) == expected


@every_reading_command
def test_a_closed_stdin_is_an_error(name: str, arguments: Arguments) -> None:
    result = run(*arguments(name), stdin=CLOSED)
    assert result.returncode == 1
    assert "<stdin>: Bad file descriptor" in one_line(result.stderr)


@pytest.mark.parametrize(
    ("redirect", "status", "told"),
    [
        ("> /dev/full", 1, "<stdout>: No space left on device"),
        (">&-", 1, "<stdout>: Bad file descriptor"),
        ("2>&-", 0, ""),
        ("<&-", 1, "<stdin>: Bad file descriptor"),
    ],
)
def test_a_new_interpreter_meets_such_streams_too(redirect: str, status: int, told: str) -> None:
    result = shell(f'"$@" {redirect}', "tokenize", stdin=b"to be\n")
    assert (result.returncode, bool(result.stdout)) == (status, not status)
    assert told in result.stderr.decode()


@every_printing_command
def test_a_reader_that_has_gone_ends_it_silently(name: str, arguments: Arguments) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    result = run(*arguments(name), stdin=SAMPLES[name].stdin, stdout=writer)
    os.close(writer)
    assert (result.returncode, result.stderr) == (-signal.SIGPIPE, b"")


@every_reading_command
def test_who_types_the_input_is_told_how_to_end_it(name: str, arguments: Arguments) -> None:
    """Silence would look like work. With -q it is what was asked for."""
    if name not in WITH_RECORDS or name == "generate":
        pytest.skip("it names stdin itself, or does not read a terminal")
    for words, told in (([], b"nlptool: reading from the terminal; ^D ends it\n"), (["-q"], b"")):
        leader, terminal = os.openpty()
        os.write(leader, b"\x04")
        result = run(*arguments(name), *words, stdin=terminal)
        os.close(terminal)
        os.close(leader)
        assert result.stderr.startswith(told)
        assert (b"terminal" in result.stderr) == bool(told)


@every_command_with_files
def test_a_missing_file_is_told(name: str, arguments: Arguments, tmp_path: Path) -> None:
    result = run(*arguments(name), "missing.txt", cwd=tmp_path)
    assert result.returncode == 1
    assert one_line(result.stderr) == "nlptool: missing.txt: No such file or directory\n"


@every_command_with_files
def test_a_directory_is_told(name: str, arguments: Arguments, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    result = run(*arguments(name), "folder", cwd=tmp_path)
    assert result.returncode == 1
    assert one_line(result.stderr) == "nlptool: folder: Is a directory\n"


@every_command_with_files
def test_files_compressed_or_not_are_one_stream(name: str, arguments: Arguments, tmp_path: Path) -> None:
    stdin = SAMPLES[name].stdin
    expected = data_of(name, run(*arguments(name), stdin=stdin), tmp_path)
    first, _, second = stdin.partition(b"\n")
    (tmp_path / "a").write_bytes(first)
    (tmp_path / "b").write_bytes(gzip.compress(second))
    result = run(*arguments(name), "a", "-", "b", stdin=b"", cwd=tmp_path)
    assert result.returncode == 0, result.stderr.decode()
    if name != "index":  # which knows a document by its file
        assert data_of(name, result, tmp_path) == expected


@every_reading_command
def test_bad_utf8_is_told_by_line_and_byte(name: str, arguments: Arguments) -> None:
    result = run(*arguments(name), stdin=SAMPLES[name].stdin + "é é".encode() + b" \xff\n")
    line = SAMPLES[name].stdin.count(b"\n") + 1
    assert result.returncode == 1
    assert f"<stdin>:{line}:7: byte 0xff is not UTF-8" in result.stderr.decode().splitlines()[-1]


@every_reading_command
def test_utf16_is_refused_by_name(name: str, arguments: Arguments) -> None:
    result = run(*arguments(name), stdin="king\n".encode("utf-16"))
    assert result.returncode == 1
    assert "<stdin>:1:1: this is UTF-16" in one_line(result.stderr)


@pytest.mark.parametrize("name", WITH_RECORDS)
@pytest.mark.parametrize(
    ("record", "place"),
    [
        (b'{"text": }', "1:10"),
        (b"[1]", "1:1"),
        (b'{"a": 1, "a": 2}', "1:10"),
        (b'{"a": NaN}', "1:7"),
        (b'{"a": "\\ud800"}', "1:8"),
        (b'{"a": ' + b"9" * 5000 + b"}", "1:7"),
        (b'{"a": 1e999}', "1:7"),
        (b"[" * 100_000, "1:201"),
    ],
)
def test_malformed_jsonl_is_told_by_line_and_column(
    name: str, record: bytes, place: str, arguments: Arguments
) -> None:
    result = run(*arguments(name), "--input-format", "jsonl", stdin=record + b"\n")
    assert result.returncode == 1
    assert f"nlptool: <stdin>:{place}: " in one_line(result.stderr)


@pytest.mark.parametrize("name", WITH_RECORDS)
def test_records_without_their_field_are_told_or_left_out_and_counted(
    name: str, arguments: Arguments, tmp_path: Path
) -> None:
    """Strict: what came before the first of them is written. With --errors replace all good ones are."""
    lines = SAMPLES[name].stdin.decode().splitlines()
    good = [json.dumps({"text": line, "tokens": line.split(), "word": line}) for line in lines]
    bad = [json.dumps(record) for record in ({"x": 1}, dict.fromkeys(("text", "tokens", "word")))]

    def of(records: list[str], *words: str) -> tuple[int, bytes, str]:
        stdin = "".join(f"{record}\n" for record in records).encode()
        result = run(*arguments(name), "--input-format", "jsonl", *words, stdin=stdin)
        assert not words or result.returncode == 0, result.stderr.decode()
        return result.returncode, data_of(name, result, tmp_path), result.stderr.decode()

    expected = of(good, "-q")[1]
    _, data, told = of([good[0], *bad, *good[1:]], "--errors", "replace")
    assert data == expected
    assert "2 records are left out; the first: <stdin>:2:1: " in told
    if SAMPLES[name].writes == "file":
        (tmp_path / "output").unlink()
        return
    status, data, told = of([good[0], *bad, *good[1:]])
    assert status == 1
    assert told.splitlines()[-1].startswith("nlptool: <stdin>:2:1: ")
    reads_all_first = name in {"vocab", "onehot", "cluster", "classify-eval", "keywords"}
    assert bool(data) != reads_all_first
    assert expected.startswith(data)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["tokenize", "no/file"], 1),
        (["tokenize", "--no-such"], 2),
        (["w2v-train"], 2),
        (["rnn-train", "-o", "{output}", "--bidirectional", "--tied"], 2),
        (["similar", "nosuchword"], 1),
        (["nn"], 2),
    ],
)
def test_errors_are_lines_of_json_where_that_is_asked_for(
    words: list[str], status: int, tmp_path: Path
) -> None:
    words = [word.format(output=tmp_path / "output") for word in words]
    plain, result = run(*words), run(*words, "--log-json")
    assert plain.returncode == result.returncode == status
    (told,) = map(json.loads, result.stderr.splitlines())
    assert list(told) == ["time", "level", "error"]
    assert (told["level"], f"nlptool: {told['error']}\n") == ("error", one_line(plain.stderr))


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_words_and_names_of_files_are_utf8_in_every_locale(locale: str, tmp_path: Path) -> None:
    (tmp_path / "文件").write_text("我 国王\n")
    found = [
        running.run(*words, cwd=tmp_path, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", LC_ALL=locale)
        for words in (("tokenize", "文件"), ("similar", "国王"))
    ]
    assert (found[0].stdout.decode(), found[0].returncode) == ("我 国 王\n", 0)
    assert "'国王' has no vector" in found[1].stderr.decode()


@every_command
def test_a_traceback_needs_two_letters(name: str, arguments: Arguments, tmp_path: Path) -> None:
    words = [*arguments(name), "-o", str(tmp_path / "no" / "file")]
    assert b"Traceback" not in run(*words, "-v", stdin=SAMPLES[name].stdin).stderr
    assert b"Traceback" in run(*words, "-vv", stdin=SAMPLES[name].stdin).stderr
