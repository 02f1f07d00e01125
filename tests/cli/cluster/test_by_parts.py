"""Commands on a cluster write what the plain ones write: bytes, errors and warnings."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.cli.running import NLPTOOL, TIMEOUT, environment, litter, run
from tests.processes import alive, children, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.inside import Nlptool, Outcome

NOWHERE = "tcp://127.0.0.1:1"
"""Where nobody listens."""
SIZE = 550_000
"""Bytes of a text that is cut into three parts at the least."""
MANIFEST = "_manifest.json"

WORDS = (
    *["The", "the", "king", "rode", "out", "at", "dawn", ".", ";", "3.14", "isn't", "e.g.", "Mr.", "—"],
    "我爱语言",
    "naïve",
    "",
)


def texts(seed: int, fill: str = "x" * 300) -> Iterator[str]:
    """Some thousand short texts of many words, with a long one that makes parts of them."""
    generator = random.Random(seed)  # noqa: S311
    written = 0
    while written < SIZE:
        line = " ".join([*generator.choices(WORDS, k=generator.randrange(40)), fill])
        written += len(line.encode()) + 1
        yield line


def long_texts(seed: int) -> Iterator[str]:
    """A few hundred texts, for models, which have more to do."""
    return texts(seed, "queen " + "x" * 2000)


def lines(texts: Iterator[str]) -> str:
    return "".join(f"{text}\n" for text in texts)


def records(texts: Iterator[str], field: str = "text") -> str:
    given = ({field: text.split() if field == "tokens" else text} for text in texts)
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in given)


def columns(texts: Iterator[str]) -> str:
    """A token a line, with a tag; one or two empty lines behind each sentence."""
    return "".join(
        "".join(f"{token}\tN\n" for token in text.split()) + "\n" * (1 + number % 2)
        for number, text in enumerate(texts)
    )


class Case(NamedTuple):
    """A command line, and the texts that it reads."""

    words: str
    text: str


CASES = {
    "tokenize": Case("tokenize", lines(texts(1))),
    "tokenize --lower": Case("tokenize --lower", lines(texts(1))),
    "tokenize to JSONL": Case("tokenize --format jsonl", lines(texts(1))),
    "tokenize sentences": Case("tokenize --sentences --format jsonl", lines(texts(1))),
    "tokenize JSONL": Case("tokenize --format jsonl", records(texts(1))),
    "vocab": Case("vocab", lines(texts(1))),
    "vocab --min-count": Case("vocab --min-count 2 --format jsonl", lines(texts(1))),
    "vocab of JSONL": Case("vocab", records(texts(1), "tokens")),
    "tag": Case("tag -m {tag_model}", lines(long_texts(1))),
    "tag to JSONL": Case("tag -m {tag_model} --format jsonl", lines(long_texts(1))),
    "tag columns": Case("tag -m {tag_model}", columns(long_texts(1))),
    "tag columns to JSONL": Case("tag -m {tag_model} --format jsonl", columns(long_texts(1))),
    "tag JSONL": Case("tag -m {tag_model} --format jsonl", records(long_texts(1), "tokens")),
    "classify": Case("classify -m {classifier}", lines(long_texts(1))),
    "classify JSONL": Case("classify -m {classifier} -k 1 --format jsonl", records(long_texts(1))),
    "score": Case("score --by-line -m {language_model}", lines(long_texts(1))),
    "score JSONL": Case(
        "score --by-line -m {language_model} --format jsonl", records(long_texts(1), "tokens")
    ),
}


@pytest.fixture
def words(tag_model: Path, classifier: Path, language_model: Path) -> Callable[[str], list[str]]:
    """The words of a command line, with its model."""
    models = {"tag_model": tag_model, "classifier": classifier, "language_model": language_model}
    return lambda told: [word.format(**models) for word in told.split()]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text"
    path.write_text(CASES["tokenize"].text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", CASES)
def test_the_bytes_are_those_of_the_plain_command(
    name: str, words: Callable[[str], list[str]], cluster: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    """Of several files: of one that is cut, of one without an end to its last line, of one that is empty."""
    given, whole = CASES[name].words, CASES[name].text
    ending = "jsonl" if whole.startswith("{") else "txt"
    paths = [tmp_path / f"{number}.{ending}" for number in range(4)]
    begun = whole[: whole.index("\n", 2000)]
    again = whole[: whole.rindex("\n", 0, len(whole) // 2) + 1]
    for path, data in zip(paths, (whole, begun, "", again), strict=True):
        path.write_text(data, encoding="utf-8")
    command = [*words(given), *map(str, paths)]
    plain = nlptool(*command)
    assert plain.status == 0, plain.stderr
    assert len(plain.stdout) > 100
    found = nlptool(*command, "--cluster", cluster)
    assert found[:2] == plain[:2]
    if command[0] != "score":  # it warns of how many tokens are unknown, of the beginning of each file alone
        assert found.stderr == plain.stderr


@pytest.mark.parametrize("command", ["tokenize", "vocab", "tag --format jsonl -m {tag_model}"])
def test_so_are_those_of_a_file(
    command: str, words: Callable[[str], list[str]], cluster: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    text, target = tmp_path / "text", tmp_path / "output"
    text.write_text(CASES["tag"].text)
    target.write_text("of an earlier run")
    told = [*words(command), str(text)]
    assert nlptool(*told, "--cluster", cluster, "-o", str(target)) == (0, "", "")
    assert target.read_text() == nlptool(*told).stdout
    assert litter(tmp_path) == []


@pytest.mark.parametrize("ending", [".gz", ".xz"])
def test_what_is_compressed_is_too(ending: str, text: Path, cluster: str, nlptool: Nlptool) -> None:
    packed = text.with_suffix(ending)
    assert nlptool("tokenize", str(text), "-o", str(packed)).status == 0
    plain = nlptool("vocab", str(packed))
    assert nlptool("vocab", str(packed), "--cluster", cluster) == plain
    again = text.with_name(f"again{ending}")
    nlptool("tokenize", str(text), "-o", str(again), "--cluster", cluster)
    assert again.read_bytes() == packed.read_bytes()


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig"])
def test_text_in_any_encoding(encoding: str, cluster: str, nlptool: Nlptool, tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text(CASES["tokenize"].text, encoding=encoding)
    for command in (["tokenize", str(path)], ["tokenize", str(path), "--encoding", encoding]):
        assert nlptool(*command, "--cluster", cluster) == nlptool(*command)


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("name", ["tag columns", "tag columns to JSONL", "tokenize JSONL"])
def test_the_beginning_of_a_file_tells_its_form(
    name: str,
    ending: str,
    words: Callable[[str], list[str]],
    cluster: str,
    nlptool: Nlptool,
    tmp_path: Path,
) -> None:
    """Behind a byte order mark, and within what is compressed; its name tells nothing."""
    data = ("\ufeff" + CASES[name].text).encode()
    path = tmp_path / f"data{ending}"
    path.write_bytes(gzip.compress(data) if ending else data)
    command = [*words(CASES[name].words), str(path)]
    plain = nlptool(*command)
    assert plain.status == 0
    assert nlptool(*command, "--cluster", cluster) == plain


def test_a_column_of_a_table(cluster: str, nlptool: Nlptool, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    rows = (text.replace('"', "") for text in texts(1))
    path.write_text("id,text\n" + "".join(f'{number},"{row}\nand"\n' for number, row in enumerate(rows)))
    command = ["tokenize", "--format", "jsonl", str(path)]
    plain = nlptool(*command)
    assert plain.status == 0
    assert nlptool(*command, "--cluster", cluster) == plain


def test_files_by_pattern_and_url(text: Path, cluster: str, nlptool: Nlptool) -> None:
    second = text.with_name("texts")
    second.write_text("the king\nthe queen")
    plain = nlptool("tokenize", str(text), str(second))
    for names in ([f"{text.parent}/text*"], [f"file://{text}", f"file://{second}"]):
        assert nlptool("tokenize", *names, "--cluster", cluster) == plain


def told_alike(command: list[str], target: Path, cluster: str, nlptool: Nlptool) -> Outcome:
    """What a command says, which it says on a cluster too."""
    plain = nlptool(*command, "-o", str(target))
    target.unlink(missing_ok=True)
    assert nlptool(*command, "-o", str(target), "--cluster", cluster) == plain
    return plain


@pytest.mark.parametrize("command", ["tokenize", "vocab", "tag -m {tag_model} --format jsonl"])
def test_bad_text_in_a_late_part_is_told_by_its_place(
    command: str, words: Callable[[str], list[str]], cluster: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    whole = "".join(f"line {number} {'x' * 1000}\n" for number in range(700)).encode()
    place = whole.index(b"line 650 ") + 20
    path, target = tmp_path / "bad", tmp_path / "output"
    path.write_bytes(whole[:place] + b"\xff" + whole[place:])
    told = told_alike([*words(command), str(path)], target, cluster, nlptool)
    assert told.status == 1
    assert f"{path}:651:21: byte 0xff is not UTF-8" in told.stderr
    assert told.stderr.count("\n") == 1
    assert not target.exists()
    assert litter(tmp_path) == []


@pytest.mark.parametrize("command", ["tokenize", "vocab", "classify -m {classifier}"])
def test_malformed_records(
    command: str, words: Callable[[str], list[str]], cluster: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    """In the second part and the third: told, or left out, as the user says."""
    made = records(long_texts(1), "tokens" if command == "vocab" else "text").splitlines(keepends=True)
    bad = [len(made) // 2, len(made) - 2, len(made) - 1]
    for number in bad:
        made[number] = '{"text": \n'
    path, target = tmp_path / "bad.jsonl", tmp_path / "output"
    path.write_text("".join(made))
    told = told_alike([*words(command), str(path)], target, cluster, nlptool)
    assert told.status == 1
    assert f"{path}:{bad[0] + 1}:" in told.stderr
    told = told_alike([*words(command), str(path), "--errors", "replace"], target, cluster, nlptool)
    assert told.status == 0
    assert f"3 records are left out; the first: {path}:{bad[0] + 1}:" in told.stderr
    assert target.stat().st_size > 100


def test_what_is_not_there_is_told_alike(cluster: str, nlptool: Nlptool, tmp_path: Path) -> None:
    for name in (str(tmp_path / "none"), str(tmp_path), ""):
        plain = nlptool("tokenize", name)
        assert plain.status == 1
        assert nlptool("tokenize", name, "--cluster", cluster) == plain


@pytest.fixture
def parts(text: Path, cluster: str, nlptool: Nlptool) -> Path:
    """A folder of what is made of each part."""
    folder = text.with_name("parts")
    assert nlptool("tokenize", str(text), "-o", f"{folder}/", "--cluster", cluster) == (0, "", "")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def joined(folder: Path) -> str:
    return "".join((folder / name).read_text() for name in names(folder) if name != MANIFEST)


def test_a_folder_gets_a_file_a_part(parts: Path, text: Path, nlptool: Nlptool) -> None:
    assert names(parts) == [MANIFEST, *(f"part-{number:05}.txt" for number in range(3))]
    assert joined(parts) == nlptool("tokenize", str(text)).stdout
    manifest = json.loads((parts / MANIFEST).read_text())
    assert (manifest["command"], manifest["done"]) == ("tokenize", True)
    assert [(name, size) for name, size, _ in manifest["files"]] == [(str(text), text.stat().st_size)]


def test_the_ending_of_parts_tells_their_format(text: Path, cluster: str, nlptool: Nlptool) -> None:
    folder = text.with_name("made")
    folder.mkdir()  # it may be there, and named without a slash
    command = ("tokenize", str(text), "--format", "jsonl")
    assert nlptool(*command, "-o", str(folder), "--cluster", cluster).status == 0
    assert names(folder)[1:] == [f"part-{number:05}.jsonl" for number in range(3)]
    assert joined(folder) == nlptool(*command).stdout


def test_a_folder_of_other_things_is_refused(parts: Path, text: Path, nlptool: Nlptool) -> None:
    """Before anybody asks for the cluster."""
    command = ("tokenize", str(text), "--cluster", NOWHERE, "-o", f"{parts}/")
    refused = nlptool(*command)
    assert refused.status == 2
    assert "the folder is not empty; --resume keeps its parts, or name another" in refused.stderr
    (parts / MANIFEST).unlink()
    refused = nlptool(*command, "--resume")
    assert refused.status == 2
    assert "it has no _manifest.json to go on from" in refused.stderr


def test_what_is_missing_is_made_again(parts: Path, text: Path, cluster: str, nlptool: Nlptool) -> None:
    whole = joined(parts)
    (parts / "part-00001.txt").unlink()
    (parts / "part-00000.txt").write_text("kept\n")
    before = (parts / "part-00002.txt").stat().st_mtime_ns
    again = nlptool("tokenize", "-v", str(text), "-o", f"{parts}/", "--resume", "--cluster", cluster)
    assert (again.status, again.stdout) == (0, "")
    assert "2 parts of an earlier run kept" in again.stderr
    assert (parts / "part-00002.txt").stat().st_mtime_ns == before
    kept, rest = joined(parts).split("\n", 1)
    assert kept == "kept"
    assert whole.endswith(rest)
    assert len(rest) > len(whole) // 2


@pytest.mark.parametrize("option", ["--lower", "--sentences", "--format=jsonl", "--errors=replace"])
def test_parts_of_other_settings_are_not_kept(option: str, parts: Path, text: Path, nlptool: Nlptool) -> None:
    refused = nlptool("tokenize", option, str(text), "-o", f"{parts}/", "--resume", "--cluster", NOWHERE)
    assert refused.status == 2
    assert "its parts are of another run, whose settings differ; name another" in refused.stderr


def test_nor_are_those_of_other_files(parts: Path, text: Path, nlptool: Nlptool) -> None:
    text.write_bytes(text.read_bytes().replace(b"king", b"lord"))
    command = ("tokenize", str(text), "-o", f"{parts}/", "--resume", "--cluster", NOWHERE)
    assert "its parts are of another run, whose files differ" in nlptool(*command).stderr
    for broken in ("", "[]", "{"):
        (parts / MANIFEST).write_text(broken)
        refused = nlptool(*command)
        assert refused.status == 2
        assert "its parts are of another run, whose" in refused.stderr


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("tokenize", "its workers read the text by themselves; name files"),
        ("tokenize -", "its workers read the text by themselves; name files"),
        ("tokenize {text} /dev/stdin", "its workers read the text by themselves; name files"),
        ("score -m {language_model} {text}", "--by-line reads each as a text of its own"),
        (
            "score -m {language_model} {text} --by-line --summary",
            "--summary is of the whole text; leave it out",
        ),
        ("vocab --max-size 5 {text}", "--max-size forgets by the order of the text; leave it out"),
        ("vocab {text} -o {folder}/", "-o names a folder, but one vocabulary is written; name a file"),
        ("tokenize {text} --resume", "--resume keeps part files; name a folder for them: -o FOLDER/"),
        ("tokenize {text} --resume -o {folder}/one", "--resume keeps part files; name a folder for them"),
        ("tokenize {text} --tweets --mode chars", "--tweets"),
        ("tokenize {text} --nonsense", "--nonsense"),
        ("tag {text} -m {text}", "model"),
        ("tokenize {text} -o {folder}/none/one", "No such directory"),
        ("tokenize {folder}/*.none", "no file has such a name"),
        ("tokenize {text} --tls-ca a.pem", "name all three"),
    ],
)
def test_what_cannot_be_done_is_told_before_the_cluster_is_asked_for(
    command: str, reason: str, language_model: Path, text: Path, nlptool: Nlptool, tmp_path: Path
) -> None:
    places = {"language_model": language_model, "text": text, "folder": tmp_path}
    given = [word.format(**places) for word in command.split()]
    refused = nlptool(*given, "--cluster", NOWHERE)
    assert refused.status in {1, 2}
    assert reason in refused.stderr
    assert (refused.stdout, refused.stderr.count("\n")) == ("", 1)
    assert not {"none", MANIFEST}.intersection(names(tmp_path))


@pytest.mark.parametrize("told", ["nonsense", "local:0", "tcp://192.0.2.1:1", "tls://127.0.0.1:1", NOWHERE])
def test_a_cluster_that_is_not_to_be_had_is_told_in_a_line(told: str, text: Path, nlptool: Nlptool) -> None:
    target = text.with_name("output")
    refused = nlptool("tokenize", str(text), "--cluster", told, "-o", str(target))
    assert refused.status == (1 if told == NOWHERE else 2)
    assert told in refused.stderr
    assert (refused.stdout, refused.stderr.count("\n")) == ("", 1)
    assert not target.exists()


def test_options_of_a_cluster_need_one(text: Path, nlptool: Nlptool) -> None:
    for option in ("--insecure-cluster", "--tls-ca=a.pem"):
        assert "--insecure-cluster are of --cluster" in nlptool("tokenize", str(text), option).stderr
    assert "--resume is of --cluster" in nlptool("tokenize", str(text), "--resume").stderr


def test_a_cluster_of_the_environment_is_used_where_it_helps(
    text: Path, cluster: str, nlptool: Nlptool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = nlptool("tokenize", str(text)), nlptool("tokenize", stdin=text.read_bytes())
    monkeypatch.setenv("NLPTOOL_CLUSTER", cluster)
    assert nlptool("tokenize", str(text)) == plain[0]
    assert "3 parts, " in nlptool("tokenize", "-v", str(text)).stderr
    monkeypatch.setenv("NLPTOOL_CLUSTER", NOWHERE)
    assert nlptool("tokenize", stdin=text.read_bytes()) == plain[1]
    assert nlptool("tokenize", str(text)).status == 1


def test_what_the_environment_and_the_folder_say_here_holds_there(
    tag_model: Path, cluster: str, nlptool: Nlptool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tagger").write_bytes(tag_model.read_bytes())
    Path("text").write_text(CASES["tag"].text)
    plain = nlptool("tag", "-m", "tagger", "text")
    assert plain.status == 0
    assert nlptool("tag", "-m", "tagger", "text", "--cluster", cluster) == plain
    monkeypatch.setenv("NLPTOOL_TAGGER", "tagger")
    assert nlptool("tag", "text", "--cluster", cluster) == plain


def test_a_cluster_of_this_machine_is_started_and_ended(text: Path) -> None:
    """Warnings are errors there, and nobody says anything."""
    plain, found = (run("tokenize", str(text), *more) for more in ((), ("--cluster", "local:1")))
    assert (found.returncode, found.stderr) == (0, b"")
    assert found.stdout == plain.stdout


@pytest.mark.parametrize("moment", ["it starts", "it computes"])
def test_a_terminal_ends_it_with_its_workers(moment: str, text: Path) -> None:
    """^C reaches all processes: the command ends as of the signal, quietly, and nothing is left."""
    text.write_bytes(text.read_bytes() * 40)
    folder = text.with_name("folder")
    folder.mkdir()
    command = [*NLPTOOL, "tokenize", str(text), "--cluster", "local:2", "-o", str(folder / "output")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), start_new_session=True
    ) as process:
        if moment == "it starts":
            wait_for(lambda: len(children(process.pid)) > 1)  # the first one is Python's, and cleans up
        else:
            wait_for(lambda: bool(litter(folder)))
        workers = children(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        stdout, stderr = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, stdout, stderr) == (-signal.SIGINT, b"", b"")
    assert list(folder.iterdir()) == []
    assert workers
    wait_for(lambda: not any(map(alive, workers)), seconds=5)
