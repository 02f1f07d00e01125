"""`nlptool generate`: text as it is made, from prompts of all kinds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.ngrams.files import save_ngrams
from nlp.ngrams.model import train_ngrams
from nlp.text.vocabulary import CHARACTERS
from tests.cli.forking import run
from tests.cli.running import NLPTOOL, TIMEOUT, environment, shell, start
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool, Outcome

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def write_characters(path: Path, text: str, order: int = 4) -> str:
    vocabulary = language_vocabulary(CHARACTERS, sorted(set(text)))
    model = train_ngrams(np.array(vocabulary.numbers(text), np.int32), vocabulary, order)
    with path.open("wb") as file:
        save_ngrams(file, model, {})
    return str(path)


@pytest.fixture
def letters(tmp_path: Path) -> str:
    """Knows the alphabet, over and over, a line each."""
    return write_characters(tmp_path / "letters.ngrams", f"{ALPHABET}\n" * 50)


@pytest.fixture
def varied(tmp_path: Path) -> str:
    """Knows nothing but which characters there are."""
    text = "".join(np.random.default_rng(0).choice(list("abcdef \n"), 2000))
    return write_characters(tmp_path / "varied.ngrams", text, 1)


@pytest.fixture
def generate(nlptool: Nlptool, letters: str) -> Nlptool:
    def run(*arguments: str, stdin: str | bytes = b"") -> Outcome:
        return nlptool("generate", "-m", letters, "--temperature", "0", *arguments, stdin=stdin)

    return run


def test_a_prompt_is_followed_by_its_continuation(generate: Nlptool) -> None:
    assert generate("--prompt", "abc", "-n", "3") == (0, "abcdef\n", "")


def test_stdin_is_a_prompt_a_line(generate: Nlptool) -> None:
    assert generate("-n", "2", stdin="abc\nwx\n") == (0, "abcde\nwxyz\n", "")


def test_with_a_prompt_stdin_is_not_read(generate: Nlptool) -> None:
    assert generate("--prompt", "p", "-n", "1", stdin=b"\xff") == (0, "pq\n", "")


@pytest.mark.parametrize("stdin", ["", "\n"])
def test_without_a_prompt_text_is_made_from_nothing(generate: Nlptool, stdin: str) -> None:
    assert generate("-n", "5", stdin=stdin).stdout == "abcde\n"
    assert generate("-n", "5", "--prompt", "").stdout == "abcde\n"


def test_a_terminal_has_no_prompt(letters: str) -> None:
    terminal, stdin = os.openpty()
    command = [*NLPTOOL, "generate", "-m", letters, "-n", "4", "--temperature", "0"]
    result = subprocess.run(
        command, stdin=stdin, capture_output=True, timeout=TIMEOUT, check=False, env=environment()
    )
    os.close(stdin)
    os.close(terminal)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"abcd\n", b"")


def test_a_line_end_follows_whatever_the_text_ends_with(generate: Nlptool) -> None:
    assert generate("--prompt", "xyz", "-n", "1").stdout == "xyz\n\n"


def test_jsonl_keeps_the_record(generate: Nlptool) -> None:
    record = '{"id":7,"text":"mno"}\n'
    result = generate("--format", "jsonl", "-n", "3", "--count", "2", stdin=record)
    first, second = map(json.loads, result.stdout.splitlines())
    logprob = first.pop("logprob")
    assert first == {"id": 7, "text": "mno", "generated": "pqr", "ended": "length"}
    assert -1 < logprob < 0
    assert second == {**first, "logprob": logprob}
    assert json.loads(generate("--format", "jsonl", "-n", "1", "--prompt", "k").stdout)["text"] == "k"


def test_words_are_separated(nlptool: Nlptool, language_model: Path) -> None:
    arguments = ("generate", "-m", str(language_model), "--temperature", "0", "--prompt")
    assert nlptool(*arguments, "the king", "-n", "2").stdout in {"the king rode out\n", "the king and the\n"}
    assert nlptool(*arguments, "the king rode ", "-n", "2").stdout.startswith("the king rode out at")
    assert nlptool(*arguments, "ate\nthe queen rode", "-n", "1").stdout == "ate\nthe queen rode out\n"


def test_stop_strings_end_it_before_them(generate: Nlptool) -> None:
    result = generate("--prompt", "a", "--stop", "hij", "--stop", "jk", "--format", "jsonl")
    record = json.loads(result.stdout)
    assert (record["generated"], record["ended"]) == ("bcdefg", "stop")
    assert generate("--prompt", "a", "--stop", "\n").stdout == ALPHABET + "\n"
    assert generate("--prompt", "a", "--stop", "").status == 2


def test_going_round_in_circles_ends_it(generate: Nlptool) -> None:
    result = generate("-n", "10000")
    assert (
        result.stdout == (ALPHABET + "\n") * 4 + ALPHABET[:20] + "\n"
    )  # 4 rounds of 27 are 108: the next look
    assert "ended after 128 tokens, the last of which repeat 27 over and over" in result.stderr
    longer = generate("-n", "10000", "--allow-repetition")
    assert (len(longer.stdout), longer.stderr) == (10001, "")
    assert generate("-n", "10000", "--quiet").stderr == ""


def test_the_seed_is_told_and_gives_the_text_again(nlptool: Nlptool, varied: str) -> None:
    arguments = ("generate", "-m", varied, "-n", "100")
    first, second = nlptool(*arguments), nlptool(*arguments)
    assert first.stdout != second.stdout
    seed = first.stderr.split()[2].rstrip(";")
    assert first.stderr == f"nlptool: seed {seed}; --seed {seed} gives this again\n"
    assert nlptool(*arguments, "--seed", seed) == (0, first.stdout, "")
    assert nlptool(*arguments, "--seed", seed, "-v").stderr == f"nlptool: seed {seed}\n"
    assert nlptool(*arguments, "--quiet").stderr == ""
    assert "seed" in json.loads(nlptool(*arguments, "--log-json").stderr)


def test_a_text_does_not_depend_on_how_many_there_are(nlptool: Nlptool, varied: str) -> None:
    arguments = ("generate", "-m", varied, "-n", "30", "--seed", "1", "--format", "jsonl")

    def texts(*more: str, stdin: str = "") -> list[str]:
        return [
            json.loads(line)["generated"]
            for line in nlptool(*arguments, *more, stdin=stdin).stdout.splitlines()
        ]

    three = texts("--count", "3")
    assert len(set(three)) == 3
    assert texts("--count", "1") == three[:1]
    records = '{"text":"a"}\n{"text":"b"}\n'
    prompts = texts("--count", "2", stdin=records)
    assert len(set(prompts)) == 4
    assert texts("--count", "1", stdin=records) == [prompts[0], prompts[2]]


def test_unknown_characters_of_the_prompt_are_counted(generate: Nlptool) -> None:
    result = generate("--prompt", "é€éab", "-n", "1")
    assert result.stdout.startswith("é€éab")
    assert (
        "warning: 3 tokens of the prompt are <unk> to the model, not in its vocabulary: 'é', '€'"
        in result.stderr
    )


def test_a_beam_finds_the_best(generate: Nlptool, nlptool: Nlptool, letters: str) -> None:
    arguments = ("generate", "-m", letters, "--beam", "4", "--prompt", "abc", "-n", "50")
    assert nlptool(*arguments).stdout == ALPHABET + "\n"
    assert nlptool(*arguments, "--stop", "pq").stdout == "abcdefghijklmno\n"
    several = nlptool(*arguments, "--count", "3", "--format", "jsonl").stdout.splitlines()
    assert len({json.loads(line)["generated"] for line in several}) == 3
    assert json.loads(several[0])["ended"] == "stop"
    assert nlptool(*arguments, "--seed", "7").stdout == ALPHABET + "\n"  # for scripts that always pass one
    refused = generate("--beam", "2")
    assert refused.status == 2
    assert "leave out --temperature" in refused.stderr
    assert nlptool(*arguments, "--count", "5").status == 2


def test_novelty_tells_the_longest_copied_stretch(generate: Nlptool, tmp_path: Path) -> None:
    (tmp_path / "training.txt").write_text("xxdefghijxx\nabc\n")
    training = str(tmp_path / "training.txt")
    result = generate("--prompt", "abc", "-n", "12", "--novelty", training)
    assert result.stdout == "abcdefghijklmno\n"
    expected = f'longest stretch copied from {training}: 7 of 12 tokens (58.3%): "defghij"'
    assert result.stderr == f"nlptool: {expected}\n"
    several = generate("-n", "3", "--novelty", training, stdin="abc\nghi\n").stderr.splitlines()
    assert [line.split(":")[1].strip() for line in several] == ["text 1", "text 2"]
    assert '"j"' in several[1]


def test_a_training_text_may_be_in_another_encoding(generate: Nlptool, tmp_path: Path) -> None:
    path = tmp_path / "training.txt"
    path.write_text("xxdefghijxx\n", encoding="utf-16")
    result = generate("--prompt", "abc", "-n", "12", "--novelty", str(path), "--encoding", "utf-16")
    assert result.stderr.endswith('7 of 12 tokens (58.3%): "defghij"\n')
    told = generate("--prompt", "abc", "-n", "12", "--novelty", str(path)).stderr
    assert f"{path}:1:1: this is UTF-16, not UTF-8; give --encoding utf-16" in told


def test_a_training_text_from_a_named_pipe_is_read_once(letters: str, tmp_path: Path) -> None:
    """Its writer writes to whoever opens it first, and is gone when a second reader comes."""
    pipe = tmp_path / "training"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_text, args=["xxdefghijxx\n"], daemon=True).start()
    settings = ("--temperature", "0", "--allow-repetition")
    result = run("generate", "-m", letters, "--prompt", "abc", "-n", "12", *settings, "--novelty", str(pipe))
    expected = f'longest stretch copied from {pipe}: 7 of 12 tokens (58.3%): "defghij"'
    assert expected in result.stderr.decode()


@pytest.mark.parametrize(
    ("path", "why"), [("missing.txt", "No such file or directory"), (".", "Is a directory")]
)
def test_a_training_text_that_is_none_is_told_at_once(path: str, why: str, generate: Nlptool) -> None:
    result = generate("--novelty", path)
    assert (result.status, result.stdout) == (1, "")
    assert result.stderr == f"nlptool: {path}: {why}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--temperature", "nan"),
        ("--temperature", "inf"),
        ("--temperature", "-1"),
        ("--top-k", "0"),
        ("--top-p", "0"),
        ("--top-p", "nan"),
        ("--repetition-penalty", "0"),
        ("-n", "0"),
        ("--count", "0"),
        ("--beam", "0"),
        ("--prompt", "\udcff"),
    ],
)
def test_impossible_settings_are_usage(generate: Nlptool, arguments: tuple[str, ...]) -> None:
    result = generate(*arguments)
    assert (result.status, result.stdout) == (2, "")


def test_no_model_is_usage_and_the_wrong_one_an_error(nlptool: Nlptool, model: Path) -> None:
    result = nlptool("generate", "--prompt", "a")
    assert result.status == 2
    assert "NLPTOOL_LM" in result.stderr
    result = nlptool("generate", "-m", str(model), "--prompt", "a")
    assert result.status == 1
    assert "'word-vectors'" in result.stderr
    assert "'language-model'" in result.stderr


def test_the_model_may_be_in_the_environment(letters: str) -> None:
    result = run("generate", "--prompt", "a", "-n", "2", "--temperature", "0", NLPTOOL_LM=letters)
    assert (result.returncode, result.stdout) == (0, b"abc\n")


def test_text_appears_as_it_is_made(varied: str) -> None:
    """Far more is asked for than can be made in the time: what comes at once was not waited for."""
    process = start("generate", "-m", varied, "--prompt", "a", "-n", "1000000000", "--seed", "1")
    assert process.stdout is not None
    assert process.stdout.read(1) == b"a"
    began = time.monotonic()
    received = os.read(process.stdout.fileno(), 100)
    assert received
    assert time.monotonic() - began < 5
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, stderr) == (-signal.SIGINT, b"")


def test_a_prompt_is_answered_while_stdin_is_open(letters: str) -> None:
    process = start("generate", "-m", letters, "-n", "3", "--temperature", "0")
    assert process.stdin is not None
    assert process.stdout is not None
    for prompt, answer in ((b"abc\n", b"abcdef\n"), (b"klm\n", b"klmnop\n")):
        process.stdin.write(prompt)
        process.stdin.flush()
        assert process.stdout.readline() == answer
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0


def test_head_is_silent(varied: str) -> None:
    arguments = ("generate", "-m", varied, "-n", "1000000000", "--seed", "1")
    result = shell('"$@" | head -c 30 | wc -c', *arguments)
    assert (result.stdout.strip(), result.stderr) == (b"30", b"")


def test_copies_are_rejected_token_by_token(letters: str, tmp_path: Path, nlptool: Nlptool) -> None:
    (tmp_path / "text").write_text(f"{ALPHABET}\n" * 2)
    drawn = ("generate", "-m", letters, "--prompt", "a", "-n", "60", "--seed", "1")
    told = []
    for more in ((), ("--reject-copies", "6")):
        result = nlptool(*drawn, "--novelty", str(tmp_path / "text"), *more)
        assert result.status == 0
        told.append(int(result.stderr.partition("text: ")[2].partition(" of ")[0]))
    assert told[0] > 20
    assert told[1] == 5
    alone = nlptool(*drawn, "--reject-copies", "6")
    assert alone.status == 2
    assert "--reject-copies needs --novelty FILE" in alone.stderr


def test_a_beam_gives_up_texts_that_end_too_soon(letters: str, nlptool: Nlptool) -> None:
    """Behind a stands b, and so on up to e, the fourth; the next e but one comes a line later."""
    search = ("generate", "-m", letters, "--prompt", "a", "-n", "40", "--stop", "e")
    beam = ("--beam", "2", "--format", "jsonl")
    found = [json.loads(nlptool(*search, *beam, *more).stdout) for more in ((), ("--min-length", "5"))]
    assert (found[0]["generated"], found[0]["ended"]) == ("bcd", "stop")
    assert len(found[1]["generated"]) >= 4
    assert found[1]["generated"] != "bcd"
    for wrong in ((*beam, "--min-length", "41"), ("--min-length", "3")):
        assert nlptool(*search, *wrong).status == 2


def test_a_mixture_generates(letters: str, varied: str, nlptool: Nlptool) -> None:
    """Of a model with the weight 0 nothing shows; what is drawn has the log P that score gives it."""
    drawn = ("generate", "-m", varied, "--prompt", "a", "-n", "30", "--seed", "1")
    alone = nlptool(*drawn)
    assert nlptool(*drawn, "--mix", f"{letters}:0") == alone
    mixed = nlptool(*drawn, "--mix", f"{letters}:0.9", "--format", "jsonl")
    assert mixed.status == 0
    record = json.loads(mixed.stdout)
    assert record["generated"] not in alone.stdout
    scored = ("score", "-m", varied, "--mix", f"{letters}:0.9", "--tokens")
    found = nlptool(*scored, stdin=f"a{record['generated']}").stdout.splitlines()
    surprisals = [one for line in found for one in json.loads(line)["surprisals"]]
    assert sum(surprisals[1:31]) == pytest.approx(-record["logprob"], abs=1e-3)


@pytest.mark.parametrize("command", ["generate", "fill"])
def test_the_weight_of_a_mixture_is_a_number(command: str, letters: str, nlptool: Nlptool) -> None:
    result = nlptool(command, "-m", letters, "--mix", f"{letters}:auto")
    assert result.status == 2
    assert "nlptool score tells the best weight" in result.stderr


def test_words_are_written_as_running_text(tmp_path: Path, nlptool: Nlptool) -> None:
    tokens, model = 'he said : " yes , ( well ) . "\n他 说 ： 好 。\n', str(tmp_path / "m")
    assert nlptool("ngram-train", "-q", "-o", model, stdin=tokens * 20).status == 0
    for search in (("--temperature", "0"), ("--beam", "2")):
        running = ("generate", "-m", model, "--detokenize", "--stop", "\n", *search)
        for prompt, expected in (("he said", 'he said: "yes, (well)."\n'), ("他", "他说：好。\n")):
            assert nlptool(*running, "--prompt", prompt) == (0, expected, "")


def test_characters_have_their_spaces(letters: str, nlptool: Nlptool) -> None:
    plain = nlptool(
        "generate", "-m", letters, "--prompt", "a", "-n", "3", "--temperature", "0", "--detokenize"
    )
    assert (plain.status, plain.stdout) == (0, "abcd\n")
    assert "--detokenize changes nothing" in plain.stderr
