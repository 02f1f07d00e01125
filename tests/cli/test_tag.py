"""`nlptool tag`: what comes in comes out again, with tags or entities."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.forking import run
from tests.cli.running import answers
from tests.nlp.tagging import tagged

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

SMALL = ("--bits", "12", "--epochs", "3", "--batch-size", "40", "-q")


def columns(kind: str, count: int = 60) -> str:
    """So much of the text as CoNLL columns."""
    sentences = zip(*tagged.sentences(kind, count), strict=True)
    return "".join(
        "".join(f"{token} {tag}\n" for token, tag in zip(*sentence, strict=True)) + "\n"
        for sentence in sentences
    )


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The path of a tagger for each kind of text."""
    folder, found = tmp_path_factory.mktemp("models"), {}
    for kind in tagged.TEXTS:
        found[kind] = str(folder / kind)
        task = "tag" if kind == "tags" else "entities"
        (folder / "valid").write_text(columns(kind), encoding="utf-8")
        settings = ("--task", task, *SMALL, "--valid", str(folder / "valid"))
        result = run("tag-train", *settings, "-o", found[kind], stdin=columns(kind).encode())
        assert result.returncode == 0, result
    return found


@pytest.mark.parametrize("kind", tagged.TEXTS)
def test_columns_come_out_with_the_tags_they_were_taught(
    kind: str, models: dict[str, str], nlptool: Nlptool
) -> None:
    text = columns(kind)
    blank = "".join(f"{line.split()[0]} X\n" if line else "\n" for line in text.splitlines())
    assert nlptool("tag", "-m", models[kind], stdin=blank).stdout == text


def test_tokens_come_out_a_line_each(models: dict[str, str], nlptool: Nlptool) -> None:
    outcome = nlptool("tag", "-m", models["tags"], stdin="the king of Rome\n\nhim , and\n")
    expected = "the\tD\nking\tN\nof\tP\nRome\tR\n\n\nhim\tO\n,\t,\nand\tC\n\n"
    assert outcome.stdout == expected
    jsonl = nlptool("tag", "-m", models["tags"], "--format", "jsonl", stdin="the king\n")
    assert json.loads(jsonl.stdout) == {"text": "the king", "tokens": ["the", "king"], "tags": ["D", "N"]}


def test_a_token_a_line_is_read_as_a_column(models: dict[str, str], nlptool: Nlptool) -> None:
    outcome = nlptool("tag", "-m", models["tags"], stdin="the\nking\n\nhim\n")
    assert outcome.stdout == "the D\nking N\n\nhim O\n"


def test_conllu_keeps_all_but_the_tag(models: dict[str, str], nlptool: Nlptool) -> None:
    rest = "\tx=1\t_\t_\t_\tSpaceAfter=No\n"
    text = f"# text = the king\n1-2\tthek\t_\t_\t_{rest}1\tthe\tthe\tX\tY{rest}2\tking\tking\tX\tY{rest}\n"
    assert nlptool("tag", "-m", models["tags"], stdin=text).stdout == text.replace(
        "the\tX", "the\tD"
    ).replace("king\tX", "king\tN")
    other = nlptool("tag", "-m", models["tags"], "--columns", "FORM:XPOS", stdin=text).stdout
    assert other == text.replace("the\tX\tY", "the\tX\tD").replace("king\tX\tY", "king\tX\tN")


def test_records_keep_their_fields_and_gain_tags(models: dict[str, str], nlptool: Nlptool) -> None:
    text = '{"tokens":["the","king"],"id":1}\n\n{"text":"the king"}\n'
    found = nlptool("tag", "-m", models["tags"], "--format", "jsonl", stdin=text).stdout.splitlines()
    records = [json.loads(line) for line in found if line]
    assert records == [
        {"tokens": ["the", "king"], "id": 1, "tags": ["D", "N"]},
        {"text": "the king", "tokens": ["the", "king"], "tags": ["D", "N"]},
    ]


def test_entities_are_told_with_their_places(models: dict[str, str], nlptool: Nlptool) -> None:
    words = ("tag", "-m", models["entities"], "--entities")
    text = "saw  New York . Ann Lee\n"
    assert nlptool(*words, stdin=text).stdout == "L\tNew York\t5\t13\nP\tAnn Lee\t16\t23\n\n"
    record = json.loads(nlptool(*words, "--format", "jsonl", stdin=text).stdout)
    assert record["text"] == text.rstrip("\n")
    for entity in record["entities"]:
        assert record["text"][entity["start"] : entity["end"]] == entity["text"]
    jsonl = '{"text":"saw New York.","tokens":["saw","New","York","."],"id":7}\n'
    record = json.loads(nlptool(*words, "--format", "jsonl", stdin=jsonl).stdout)
    assert record["entities"] == [{"start": 4, "end": 12, "label": "L", "text": "New York"}]
    assert record["id"] == 7


def test_a_model_of_characters_reads_lines_as_they_are(models: dict[str, str], nlptool: Nlptool) -> None:
    outcome = nlptool("tag", "-m", models["characters"], "--entities", stdin="高勇，在 北京\n")
    assert outcome.stdout == "P\t高勇\t0\t2\nL\t北京\t5\t7\n\n"


def test_a_sentence_is_out_before_the_next_one_comes(models: dict[str, str]) -> None:
    lines = [b"the king\n", b"him\n"]
    assert answers("tag", "-m", models["tags"], lines=lines) == [b"the\tD\nking\tN\n\n", b"him\tO\n\n"]


def test_confidence_is_told_where_the_form_has_a_place_for_it(
    models: dict[str, str], nlptool: Nlptool
) -> None:
    def told(text: str, *words: str, model: str = "tags") -> str:
        outcome = nlptool("tag", "-m", models[model], "--confidence", *words, stdin=text)
        assert (outcome.status, outcome.stderr) == (0, ""), outcome
        return outcome.stdout

    rows = [line.split("\t") for line in told("the king\n").splitlines() if line]
    assert [row[:2] for row in rows] == [["the", "D"], ["king", "N"]]
    scores = [row[2] for row in rows]
    assert all(0.5 < float(score) <= 1 and len(score) == 6 for score in scores)
    record = json.loads(told("the king\n", "--format", "jsonl"))
    assert record["scores"] == pytest.approx([float(score) for score in scores], abs=1e-4)
    assert told("the\nking\n\n") == f"the D {scores[0]}\nking N {scores[1]}\n\n"
    line = "1\tthe\tthe\tX\tY\t_\t_\t_\t_\t{}\n2\tking\tking\tX\tY\t_\t_\t_\t_\t_\n\n"
    found = told(line.format("SpaceAfter=No|Confidence=0.1")).splitlines()
    assert found[0].endswith(f"\tSpaceAfter=No|Confidence={scores[0]}")
    assert found[1].endswith(f"\tConfidence={scores[1]}")
    assert json.loads(told('{"tokens":["the","king"]}\n'))["scores"] == record["scores"]
    (entity, _) = told("saw New York .\n", "--entities", model="entities").splitlines()
    assert entity.startswith("L\tNew York\t4\t12\t")
    record = json.loads(told("saw New York .\n", "--entities", "--format", "jsonl", model="entities"))
    assert record["entities"][0]["score"] == min(record["scores"][1:3])


@pytest.mark.parametrize("text", ["the/D king/N\n", '{"text":"the king","entities":[]}\n'])
def test_forms_without_a_place_for_confidence_are_told(
    text: str, models: dict[str, str], nlptool: Nlptool
) -> None:
    outcome = nlptool("tag", "-m", models["tags"], "--confidence", stdin=text)
    assert outcome.status == 1
    assert "has no place for a probability; write --format jsonl" in outcome.stderr
    assert nlptool("tag", "-m", models["tags"], "--confidence", "--format", "jsonl", stdin=text).status == 0


def test_confidence_needs_a_model_of_held_out_text(nlptool: Nlptool, tmp_path: Path) -> None:
    path = str(tmp_path / "m")
    assert nlptool("tag-train", *SMALL, "-o", path, stdin=columns("tags")).status == 0
    outcome = nlptool("tag", "-m", path, "--confidence", stdin="the king\n")
    assert outcome.status == 1
    assert "it was trained without --valid, so it tells no probabilities" in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("--entities",), 1, "en-pos.model: it finds no entities; use one of tag-train --task entities"),
        (("-m", "{tags}", "--entities"), 1, "it finds no entities; use one of tag-train --task entities"),
        (("-m", "{tags}", "--columns", "1:9"), 1, "<stdin>:1:"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    arguments: tuple[str, ...], status: int, message: str, models: dict[str, str], nlptool: Nlptool
) -> None:
    outcome = nlptool("tag", *(word.format(**models) for word in arguments), stdin="the D\n\nking N\n")
    assert outcome.status == status
    assert message in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_english_parts_of_speech_need_no_model(
    models: dict[str, str], nlptool: Nlptool, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = nlptool("tag", stdin="the king gave\n")
    assert outcome == (0, "the\tDET\nking\tNOUN\ngave\tVERB\n\n", "")
    assert nlptool("tag", "-m", "en-pos", stdin="the king gave\n") == outcome
    monkeypatch.setenv("NLPTOOL_TAGGER", models["tags"])
    assert nlptool("tag", stdin="the king\n").stdout == "the\tD\nking\tN\n\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("我 爱 北京 , the\n", "-m zh-entities finds the names in Chinese"),
        ("Мама мыла раму , OK\n", "learn a tagger of its language with tag-train, and name it by -m"),
    ],
)
def test_text_that_is_not_english_is_told_once(text: str, told: str, nlptool: Nlptool) -> None:
    outcome = nlptool("tag", stdin=text * 3)
    assert outcome.status == 0
    assert outcome.stdout.count("\n") == 3 * len(text.split()) + 3
    assert outcome.stderr.count("\n") == 1
    assert f"75% of the words, such as {text.split(maxsplit=1)[0]}, are not English" in outcome.stderr
    assert told in outcome.stderr
    assert nlptool("tag", "-m", "en-pos", stdin=text).stderr == ""
    assert nlptool("tag", stdin=f"the king {text} of Rome, 1 2 3 4\n" + "a b c\n").stderr == ""


@pytest.mark.parametrize(
    ("model", "text", "expected"),
    [
        (
            "en-entities",
            "Ada Lovelace was born in London .",
            "PER\tAda Lovelace\t0\t12\nLOC\tLondon\t25\t31\n\n",
        ),
        ("zh-entities", "李 明 在 北京 大学 工作 。", "PER\t李 明\t0\t3\nORG\t北京 大学\t6\t11\n\n"),
    ],
)
def test_bundled_taggers_find_names(model: str, text: str, expected: str, nlptool: Nlptool) -> None:
    assert nlptool("tag", "-m", model, "--entities", stdin=f"{text}\n") == (0, expected, "")


def test_text_without_tags_is_told(nlptool: Nlptool) -> None:
    for text, message in (("the king\n", "no tags"), ("the/D king/D\n", "every token has the tag 'D'")):
        outcome = nlptool("tag-train", "-o", "/dev/null", stdin=text)
        assert outcome.status == 1
        assert message in outcome.stderr


@pytest.mark.parametrize("method", ["rnn", "both"])
@pytest.mark.parametrize("kind", ["tags", "characters"])
def test_a_recurrent_tagger_is_taught_and_used_alike(
    kind: str, method: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    task = "tag" if kind == "tags" else "entities"
    form = ("--method", method, "--hidden", "8", "--embed-dim", "8", "--chars", "--batch-size", "60")
    text, path = columns(kind, 20), str(tmp_path / "m")
    valid = tmp_path / "valid"
    valid.write_text(text, encoding="utf-8")
    learnt = ("tag-train", "--task", task, *form, "--lr", "0.04", "--valid", str(valid), "-q", "-o", path)
    assert nlptool(*learnt, stdin=text).status == 0
    assert nlptool("tag", "-m", path, stdin=text).stdout == text


@pytest.mark.parametrize("method", ["rnn", "both"])
def test_a_recurrent_tagger_is_the_same_for_any_workers_and_reads_given_vectors(
    method: str, nlptool: Nlptool, model: Path, tmp_path: Path
) -> None:
    text, made = columns("tags"), []
    for workers in ("1", "2"):
        made.append(tmp_path / workers)
        learnt = ("tag-train", "--method", method, "--hidden", "4", "--epochs", "2", "--workers", workers)
        outcome = nlptool(*learnt, "--vectors", str(model), "-o", str(made[-1]), stdin=text)
        assert outcome.status == 0, outcome
        assert "words start from a vector" in outcome.stderr
    assert made[0].read_bytes() == made[1].read_bytes()


def test_what_goes_not_with_a_method_is_told(nlptool: Nlptool, model: Path, tmp_path: Path) -> None:
    outcome = nlptool(
        "tag-train", "--task", "segment", "--method", "rnn", "-o", str(tmp_path / "m"), stdin="a b"
    )
    assert outcome.status == 2
    assert "--method 'rnn' is for --task 'tag' and 'entities', not 'segment'; 'both' finds" in outcome.stderr
    some = (*SMALL[:-1], "--vectors", str(model), "--chars", "-o", str(tmp_path / "m"))
    outcome = nlptool("tag-train", *some, "--task", "segment", stdin="我 爱 北京\n" * 9)
    assert outcome.status == 0
    assert "--vectors changes nothing with --method linear and --task segment" in outcome.stderr
    assert "--chars changes nothing with --method linear" in outcome.stderr


def test_groups_of_like_words_are_told_and_kept_in_the_model(
    nlptool: Nlptool, model: Path, tmp_path: Path
) -> None:
    path, text = tmp_path / "m", columns("tags")
    learn = ("tag-train", *SMALL[:-1], "--vectors", str(model), "-o", str(path))
    outcome = nlptool(*learn, "-v", stdin=text)
    assert outcome.status == 0, outcome
    assert "4 of 16 words have a group of like ones" in outcome.stderr
    assert "are 0.0 MB of the model" in outcome.stderr
    arrays = json.loads(nlptool("info", str(path)).stdout)["arrays"]
    assert arrays["groups"]["shape"][0] == 4  # three divisions, and the classes
    first = path.read_bytes()
    assert nlptool(*learn, "--workers", "2", stdin=text).status == 0
    assert path.read_bytes() == first
    assert nlptool("tag", "-m", str(path), stdin="the king\n").stdout == "the\tD\nking\tN\n\n"


def test_a_trace_tells_gates_and_states_of_both_ways_and_is_drawn(nlptool: Nlptool, tmp_path: Path) -> None:
    model = str(tmp_path / "rnn")
    settings = ("--method", "rnn", "--hidden", "4", "--layers", "2", "--epochs", "1", "-q", "-o", model)
    assert nlptool("tag-train", *settings, stdin=columns("tags")).status == 0
    traced = nlptool(
        "tag", "-m", model, "--trace", "--format", "jsonl", stdin="the king of Rome\n\nhim\n"
    ).stdout
    records = [json.loads(line) for line in traced.splitlines()]
    plain = nlptool("tag", "-m", model, "--format", "jsonl", stdin="the king of Rome\n\nhim\n").stdout
    for record, other in zip(records, plain.splitlines(), strict=True):
        layers = record.pop("trace")
        assert record == json.loads(other)
        tokens = len(record["tokens"])
        assert [layer["layer"] for layer in layers] == ([1, 2] if tokens else [])
        for layer in layers:
            assert list(layer) == ["layer", "i", "f", "o", "c̃", "h", "c"]
            assert all(len(row) == 8 for row in layer["h"])
            assert len(layer["f"]) == tokens
    drawn = nlptool("plot", "--trace", "-", "--gate", "f", stdin=traced.splitlines()[0])
    assert (drawn.status, [line.split()[0] for line in drawn.stdout.splitlines()[:4]]) == (
        0,
        ["the", "king", "of", "Rome"],
    )


def test_what_has_no_trace_says_so(models: dict[str, str], nlptool: Nlptool) -> None:
    linear = nlptool("tag", "-m", models["tags"], "--trace", "--format", "jsonl", stdin="the king\n")
    assert (linear.status, linear.stdout) == (1, "")
    assert (
        "a linear tagger has no layers to trace; name one of tag-train --method rnn or both" in linear.stderr
    )
    text = nlptool("tag", "-m", models["tags"], "--trace", stdin="the king\n")
    assert (text.status, "write --format jsonl" in text.stderr) == (2, True)
