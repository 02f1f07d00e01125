"""`nlptool score`: what each line is worth to a model, as it comes."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.forking import run
from tests.cli.running import answers
from tests.cli.test_generate import write_characters

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.inside import Nlptool, Outcome

    Scores = Callable[..., list[dict[str, Any]]]

LINES = "the king rode out\n\nthe zebra ate bread\n"


@pytest.fixture
def score(nlptool: Nlptool, language_model: Path) -> Nlptool:
    def run(*arguments: str, stdin: str | bytes = LINES) -> Outcome:
        return nlptool("score", "-m", str(language_model), *arguments, stdin=stdin)

    return run


def records(result: Outcome) -> list[dict[str, Any]]:
    assert (result.status, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_line_is_a_record(score: Nlptool) -> None:
    first, empty, last = records(score())
    assert list(first) == ["text", "tokens", "unknown", "logprob", "perplexity"]
    assert (first["text"], first["tokens"], first["unknown"]) == ("the king rode out", 5, 0)
    assert (empty["text"], empty["tokens"]) == ("", 1)
    assert (last["tokens"], last["unknown"]) == (5, 1)
    for one in (first, empty, last):
        assert one["perplexity"] == pytest.approx(math.exp(-one["logprob"] / one["tokens"]), rel=1e-4)


def test_the_perplexity_of_known_tokens_is_told_beside(score: Nlptool) -> None:
    first, empty, last = records(score("--known", "--tokens"))
    assert first["known_perplexity"] == first["perplexity"]
    known = [one for one, is_known in zip(last["surprisals"], last["known"], strict=True) if is_known]
    assert len(known) == 4
    assert last["known_perplexity"] == pytest.approx(math.exp(sum(known) / 4), rel=1e-4)
    (summary,) = records(score("--known", "--summary"))
    surprisals = [*first["surprisals"], *empty["surprisals"], *known]
    assert summary["known_perplexity"] == pytest.approx(math.exp(sum(surprisals) / 10), rel=1e-4)
    columns = score("--known", "--format", "tsv", stdin="zebra\n").stdout.rstrip("\n").split("\t")
    assert (len(columns), columns[:3]) == (6, ["zebra", "2", "1"])


def test_surprisals_are_those_of_the_pieces(score: Nlptool) -> None:
    plain, detailed = records(score()), records(score("--tokens"))
    assert detailed[2]["pieces"] == ["the", "zebra", "ate", "bread", "<eos>"]
    assert detailed[2]["known"] == [True, False, True, True, True]
    for before, after in zip(plain, detailed, strict=True):
        surprisals = after.pop("surprisals")
        assert after.pop("known").count(False) == after["unknown"]
        assert len(surprisals) == len(after.pop("pieces")) == after["tokens"]
        assert sum(surprisals) == pytest.approx(-after["logprob"], abs=1e-4)
        assert before == after


def test_the_probabilities_are_the_known_ones(nlptool: Nlptool, tmp_path: Path) -> None:
    """Without a context, an n-gram of order 1: P of two equally frequent characters is the same."""
    path = write_characters(tmp_path / "m", "ab" * 100 + "\n", 1)
    (record,) = records(nlptool("score", "-m", path, "--tokens", stdin="abba"))
    a, b, b_again, a_again, line_end = record["surprisals"]
    assert a == b == b_again == a_again
    assert 0.5 < a < 1 < line_end
    assert record["pieces"] == list("abba\n")


def test_summary_is_of_the_whole(score: Nlptool) -> None:
    lines = records(score())
    (summary,) = records(score("--summary"))
    assert list(summary) == ["tokens", "unknown", "logprob", "perplexity"]
    assert summary["tokens"] == sum(line["tokens"] for line in lines) == 11
    assert summary["unknown"] == 1
    assert summary["logprob"] == pytest.approx(sum(line["logprob"] for line in lines), abs=1e-5)
    assert summary["perplexity"] == pytest.approx(math.exp(-summary["logprob"] / 11), rel=1e-4)
    assert score("--summary", "--tokens").status == 2


def test_a_text_of_other_words_is_told(score: Nlptool) -> None:
    """Its perplexity is that of <unk>, which a model may find probable."""
    status, _, stderr = score(stdin="The Zebra ate\n" * 10)
    assert (status, stderr.startswith("nlptool: warning: 20 of 40 tokens are <unk> to ")) == (0, True)
    assert score(stdin="the zebra ate\n" * 9).stderr == ""


def test_a_summary_of_nothing_has_no_perplexity(score: Nlptool) -> None:
    (summary,) = records(score("--summary", stdin=""))
    assert summary == {"tokens": 0, "unknown": 0, "logprob": 0, "perplexity": None}
    assert records(score(stdin="")) == []


def test_a_stream_is_not_its_lines(nlptool: Nlptool, tmp_path: Path) -> None:
    """Of characters, any line by itself is as the first line of all; the second in a stream is not."""
    path = write_characters(tmp_path / "m", "ab\nba\n" * 50, 5)

    def scores(*arguments: str) -> list[float]:
        found = records(nlptool("score", "-m", path, *arguments, stdin="ab\nab\nab\n"))
        return [one["logprob"] for one in found]

    stream, alone = scores(), scores("--by-line")
    assert alone[0] == alone[1] == alone[2] == stream[0]
    assert stream[1] < stream[0] - 1


def test_jsonl_passes_through_what_it_does_not_know(score: Nlptool) -> None:
    given = [
        {"id": 1, "text": "the king rode out"},
        {"id": 2, "text": "The King rode.", "tokens": ["the", "king", "rode", "out"], "spans": []},
        {"id": 3, "tokens": ["the", "king", "rode", "out"]},
    ]
    stdin = "".join(json.dumps(one) + "\n" for one in given)
    by_text, by_tokens, tokens_only = records(score("--format", "jsonl", "--by-line", stdin=stdin))
    assert by_text["logprob"] == by_tokens["logprob"] == tokens_only["logprob"]
    assert (by_text["id"], by_tokens["id"], by_tokens["spans"]) == (1, 2, [])
    assert (by_tokens["text"], by_tokens["tokens"]) == ("The King rode.", 5)
    assert tokens_only["text"] == "the king rode out"


def test_characters_are_those_of_the_text(nlptool: Nlptool, tmp_path: Path) -> None:
    path = write_characters(tmp_path / "m", "ab\nba\n" * 20)
    stdin = '{"text":"ab","tokens":["zz"]}\n{"tokens":["a","b"]}\n{"tokens":["ab"]}\n'
    first, second, third = records(
        nlptool("score", "-m", path, "--by-line", "--format", "jsonl", stdin=stdin)
    )
    assert (first["text"], first["tokens"], first["unknown"]) == ("ab", 3, 0)
    assert (second["text"], second["logprob"]) == ("ab", first["logprob"])
    assert second == third


def test_a_record_with_neither_is_told(score: Nlptool) -> None:
    result = score("--format", "jsonl", stdin='{"id":1}\n')
    assert (result.status, result.stdout) == (1, "")
    assert "<stdin>:1:1: " in result.stderr


@pytest.fixture
def models(tmp_path: Path) -> tuple[str, str]:
    first = write_characters(tmp_path / "first", "abab\nabba\n" * 20, 3)
    return first, write_characters(tmp_path / "second", "baba\nbaac\n" * 20, 2)


def test_weight_decides_whose_probability_it_is(nlptool: Nlptool, models: tuple[str, str]) -> None:
    def surprisals(*arguments: str) -> list[float]:
        (record,) = records(nlptool("score", "--tokens", *arguments, stdin="abbab"))
        found: list[float] = record["surprisals"]
        return found

    first, second = models
    one, other = surprisals("-m", first), surprisals("-m", second)
    assert surprisals("-m", first, "--mix", f"{second}:0") == one
    assert one != other
    mixed = surprisals("-m", first, "--mix", f"{second}:0.3")
    assert [math.exp(-x) for x in mixed] == pytest.approx(
        [0.7 * math.exp(-x) + 0.3 * math.exp(-y) for x, y in zip(one, other, strict=True)], rel=1e-4
    )
    # The second model knows one token more, which the first calls <unk>; nothing else changes.
    assert surprisals("-m", first, "--mix", f"{second}:1") == other


def test_auto_finds_the_best_weight(nlptool: Nlptool, models: tuple[str, str]) -> None:
    first, second = models
    text = "abba\nbaba\nabab\n"

    def summary(weight: str) -> tuple[float, str]:
        result = nlptool("score", "-m", first, "--mix", f"{second}:{weight}", "--summary", stdin=text)
        return json.loads(result.stdout)["logprob"], result.stderr

    best, told = summary("auto")
    assert told.startswith(f"nlptool: --mix {second}:0.")
    assert told.endswith("is the best weight for this text\n")
    weight = float(told.split()[2].rpartition(":")[2])
    assert 0 < weight < 1
    assert summary(f"{weight}")[0] == pytest.approx(best, abs=1e-4)
    others = [summary(f"{max(0, min(1, weight + step))}")[0] for step in (-0.1, 0.1)]
    assert best > max(others)


def test_no_weight_is_the_best_for_nothing(nlptool: Nlptool, models: tuple[str, str]) -> None:
    first, second = models
    result = nlptool("score", "-m", first, "--mix", f"{second}:auto", stdin="")
    assert (result.status, result.stdout) == (0, "")
    assert result.stderr == "nlptool: warning: the text is empty: it tells nothing of the weights of --mix\n"


@pytest.mark.parametrize(
    ("mix", "message"),
    [
        *((mix, "expected MODEL:WEIGHT") for mix in ("x", ":0.5")),
        *((mix, "the weight is a number from 0 to 1") for mix in ("x:", "x:2", "x:-1", "x:nan", "x:half")),
    ],
)
def test_a_mix_that_makes_no_sense_is_usage(score: Nlptool, mix: str, message: str) -> None:
    result = score("--mix", mix)
    assert (result.status, result.stdout) == (2, "")
    assert f"--mix {mix}: {message}" in result.stderr


def test_weights_over_one_are_usage(score: Nlptool, language_model: Path) -> None:
    mix = ("--mix", f"{language_model}:0.6")
    assert score(*mix).status == 0
    assert score(*mix, *mix).status == 2


def test_characters_and_words_do_not_mix(score: Nlptool, models: tuple[str, str]) -> None:
    result = score("--mix", f"{models[0]}:0.5")
    assert (result.status, result.stdout) == (1, "")
    assert "it reads characters, the model of -m words" in result.stderr


def test_a_line_is_scored_while_stdin_is_open(language_model: Path) -> None:
    lines = [b"the king rode out\n", b"the queen\n", b"\n"]
    found = answers("score", "-m", str(language_model), lines=lines)
    assert [json.loads(one)["text"] for one in found] == ["the king rode out", "the queen", ""]


def test_what_arrives_together_changes_no_byte(language_model: Path) -> None:
    lines = [f"{line}\n".encode() for line in LINES.splitlines()] * 5
    at_once = run("score", "-m", str(language_model), stdin=b"".join(lines)).stdout
    assert b"".join(answers("score", "-m", str(language_model), lines=lines)) == at_once


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small recurrent model of the words of `LINES`."""
    folder = tmp_path_factory.mktemp("network")
    (folder / "text").write_text(LINES, encoding="utf-8")
    sizes = ("--hidden", "3", "--embed-dim", "2", "--epochs", "1", "--level", "word")
    done = run("rnn-train", *sizes, "-q", "-o", str(folder / "model"), str(folder / "text"))
    assert done.returncode == 0, done.stderr
    return str(folder / "model")


@pytest.fixture
def traced(nlptool: Nlptool, network: str) -> Callable[..., Outcome]:
    return lambda *arguments, stdin=LINES: nlptool("score", "-m", network, *arguments, stdin=stdin)


def test_a_trace_tells_gates_and_states_of_each_piece(traced: Callable[..., Outcome]) -> None:
    with_traces, plain = records(traced("--trace")), records(traced("--tokens"))
    for one, other in zip(with_traces, plain, strict=True):
        layers = one.pop("trace")
        assert one == other
        assert [layer["layer"] for layer in layers] == list(range(1, len(layers) + 1))
        for layer in layers:
            assert "h" in layer
            for rows in [layer[name] for name in layer if name != "layer"]:
                assert len(rows) == len(one["pieces"])
                assert all(-1.0001 <= number <= 1.0001 for row in rows for number in row)


def test_each_line_is_traced_alone_where_it_is_scored_alone(traced: Callable[..., Outcome]) -> None:
    both, again = records(traced("--trace", "--by-line", stdin="the king\nthe king\n"))
    assert both["trace"] == again["trace"]
    first, second = records(traced("--trace", stdin="the king\nthe king\n"))
    assert first["trace"] == both["trace"]
    assert second["trace"] != first["trace"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--trace", "--summary"], "leave out --trace"),
        (["--trace", "--format", "tsv"], "--trace has no columns; write --format jsonl"),
        (["--trace", "-m", "other.model"], "--trace is of one model"),
    ],
)
def test_what_does_not_go_with_a_trace(score: Nlptool, arguments: list[str], told: str) -> None:
    outcome = score(*arguments)
    assert outcome.status == 2
    assert told in outcome.stderr


def test_an_n_gram_model_has_nothing_to_trace(score: Nlptool) -> None:
    outcome = score("--trace")
    assert outcome.status == 1
    assert "an n-gram model has no layers to trace; name one of rnn-train" in outcome.stderr
