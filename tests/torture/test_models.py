"""Model files that are damaged, and model files that were made to hurt: an answer, or one line."""

from __future__ import annotations

import json
import random
import resource
import time
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.storage.model_file import open_model, write_model
from nlp.vectors.files import load_vectors, save_small_vectors
from tests.files import write_anew
from tests.torture.promises import IS_LONG
from tests.torture.trainings import LABELS, TRAININGS, write_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.inside import Nlptool, Outcome
    from tests.conftest import Figure

MUTANTS = 5_000 if IS_LONG else 150
FORGERIES = 20_000 if IS_LONG else 150
MOST_MEMORY = 200_000_000

SUBWORDS = ("--subwords", "--min-count", "1", "--dim", "4", "--epochs", "1")
CHECKPOINTED = ("--min-count", "1", "--dim", "4", "--epochs", "2", "--patience", "2", "--valid", "{text}")
LANGUAGE = ("--layers", "1", "--hidden", "4", "--embed-dim", "4", "--epochs", "2", "--valid", "{text}")
COUNTED = {
    "n-grams": ("ngram-train", "--order", "3"),
    "n-grams of pieces": ("ngram-train", "--order", "2", "--level", "subword", "--subword-vocab", "9"),
    "index": ("index",),
    "transformer": (
        *("transformer-train", "--layers", "1", "--heads", "1", "--dim", "4", "--ffn", "4", "--context", "4"),
        *("--epochs", "1", "--optimizer", "muon"),
    ),
    "tagger": ("tag-train", "--columns", "1:2", "--bits", "12", "--epochs", "1"),
    "recurrent tagger": (
        *("tag-train", "--columns", "1:2", "--method", "rnn", "--chars", "--hidden", "4", "--embed-dim", "4"),
        *("--epochs", "1"),
    ),
    "hybrid tagger": (
        *("tag-train", "--columns", "1:2", "--method", "both", "--hidden", "4", "--embed-dim", "4"),
        *("--bits", "12", "--epochs", "1"),
    ),
    "segmenter": ("tag-train", "--task", "segment", "--bits", "12", "--epochs", "1"),
    "hybrid segmenter": (
        *("tag-train", "--task", "segment", "--method", "both", "--hidden", "4", "--embed-dim", "4"),
        *("--bits", "12", "--epochs", "1"),
    ),
}
LABELLED = {
    "classifier": ("classify-train", "--dim", "2"),
    "recurrent classifier": (
        *("classify-train", "--method", "rnn", "--chars", "--hidden", "4", "--embed-dim", "4"),
        *("--pool", "attention", "--epochs", "1"),
    ),
    "translator": ("seq2seq-train", "--subword-vocab", "20", "--hidden", "4", "--epochs", "1"),
}
# A kind of model file → what reads it: {model} is the file, {text} some tokens.
READERS: dict[str, list[tuple[str, ...]]] = {
    "word vectors": [
        ("similar", "-m", "{model}", "-k", "3", "w1"),
        ("analogy", "-m", "{model}", "w1", "w2", "w3"),
        ("info", "--verify", "{model}"),
        ("plot", "--losses", "{model}"),
        ("w2v-train", "--update", "{model}", "--epochs", "1", "--dry-run", "-o", "{model}.new", "{text}"),
    ],
    "subwords": [
        ("vectors", "-m", "{model}", "w12x"),
        ("similar", "-m", "{model}", "w12x"),
        ("export", "{model}"),
        ("info", "{model}"),
    ],
    "eight bits": [("similar", "-m", "{model}", "w1"), ("plot", "-m", "{model}"), ("info", "{model}")],
    "word2vec text": [("similar", "-m", "{model}", "w1")],
    "word2vec binary": [("similar", "-m", "{model}", "w1")],
    "npy": [("similar", "-m", "{model}", "w1")],
    "checkpoint": [
        ("w2v-train", *CHECKPOINTED, "--checkpoint", "{model}", "--resume", "-o", "{model}.new", "{text}"),
        ("info", "--verify", "{model}"),
    ],
    "language model": [
        ("score", "-m", "{model}", "--summary", "{text}"),
        ("generate", "-m", "{model}", "--seed", "1", "-n", "5", "--prompt", "w1 "),
        ("info", "--verify", "{model}"),
        ("plot", "--losses", "{model}"),
    ],
    "language checkpoint": [
        ("rnn-train", *LANGUAGE, "--checkpoint", "{model}", "--resume", "-o", "{model}.new", "{text}"),
        ("info", "--verify", "{model}"),
    ],
    "classifier": [
        ("classify", "-m", "{model}", "-k", "2", "{text}"),
        ("info", "--verify", "{model}"),
    ],
    "recurrent classifier": [
        ("classify", "-m", "{model}", "-k", "2", "{text}"),
        ("info", "--verify", "{model}"),
    ],
    "index": [
        ("search", "-m", "{model}", "w1 w2"),
        ("search", "-m", "{model}", '"w1 w2"'),
        ("info", "{model}"),
    ],
    "transformer": [
        ("score", "-m", "{model}", "--summary", "{text}"),
        ("generate", "-m", "{model}", "--seed", "1", "-n", "5", "--prompt", "w1 "),
        ("info", "--verify", "{model}"),
    ],
    "translator": [
        ("translate", "-m", "{model}", "--beam", "2", "{text}"),
        ("info", "--verify", "{model}"),
    ],
    "n-grams of pieces": [("score", "-m", "{model}", "--summary", "{text}"), ("info", "{model}")],
    "n-grams": [("score", "-m", "{model}", "--summary", "{text}"), ("info", "{model}")],
    "tagger": [("tag", "-m", "{model}", "{text}"), ("info", "{model}")],
    "recurrent tagger": [("tag", "-m", "{model}", "{text}"), ("info", "{model}")],
    "hybrid tagger": [("tag", "-m", "{model}", "{text}"), ("info", "{model}")],
    "segmenter": [("tokenize", "--han", "words", "--model", "{model}", "{han}"), ("info", "{model}")],
    "hybrid segmenter": [("tokenize", "--han", "words", "--model", "{model}", "{han}"), ("info", "{model}")],
}
CHECKED = [kind for kind in READERS if not kind.startswith(("word2vec", "npy"))]
"""Those with checksums: the others have none, and can only be read without harm."""


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("text")
    (folder / "han").write_text("我爱w1和w2。\n", encoding="utf-8")
    return write_tokens(folder / "tokens", 8)


@pytest.fixture
def made(nlptool: Nlptool, text: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A small model of the kind that the test asks for, in a folder of its own."""
    kind, path = request.param, tmp_path / "model"
    if kind in COUNTED:
        assert nlptool(*COUNTED[kind], "-q", "-o", str(path), str(text)).status == 0
        return path
    if kind in LABELLED:
        labels = TRAININGS["seq2seq-train"].labels if kind == "translator" else LABELS
        labelled = str(write_tokens(tmp_path / "labelled", 8, labels=labels))
        assert nlptool(*LABELLED[kind], "-q", "-o", str(path), labelled).status == 0
        return path
    command = "rnn-train" if kind.startswith("language") else "w2v-train"
    options = SUBWORDS if kind == "subwords" else LANGUAGE if command == "rnn-train" else CHECKPOINTED
    settings = [word.format(text=text) for word in options]
    if "checkpoint" in kind:
        settings += ["--checkpoint", str(path)]
        assert nlptool(command, "-q", *settings, "-o", "/dev/full", str(text)).status == 1
        return path
    assert nlptool(command, "-q", *settings, "-o", str(path), str(text)).status == 0
    if kind == "eight bits":
        vectors, path = load_vectors(str(path)), tmp_path / "small"
        with path.open("wb") as file:
            save_small_vectors(file, vectors.vocabulary, vectors.matrix, metadata={"note": [1, {"a": "b"}]})
    elif kind == "npy":
        assert nlptool("export", "--to", "npy", "-o", f"{path}.npy", str(path)).status == 0
        return Path(f"{path}.npy")
    elif kind.startswith("word2vec"):
        data = Path(f"{path}.w2v")
        assert nlptool("export", "--to", kind.replace(" ", "-"), "-o", str(data), str(path)).status == 0
        return data
    return path


@contextmanager
def limited_memory() -> Iterator[None]:
    """Refuse this process more than `MOST_MEMORY` besides what it has."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MOST_MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def judged(outcome: Outcome, what: object) -> Outcome:
    """An outcome that is fine: an answer, or words on what is wrong; no bug, and not for want of memory."""
    if outcome.status:
        assert outcome.status == 1, (what, outcome)
        assert outcome.stderr.count("\n") == 1, (what, outcome)
    assert all(line.startswith("nlptool: ") for line in outcome.stderr.splitlines()), (what, outcome)
    assert "internal error" not in outcome.stderr, (what, outcome)
    assert "out of memory" not in outcome.stderr, (what, outcome)
    return outcome


def commands(kind: str, made: Path, text: Path) -> list[list[str]]:
    return [
        [word.format(model=made, text=text, han=text.with_name("han")) for word in words] + ["-q"]
        for words in READERS[kind]
    ]


def mutant(data: bytes, generator: random.Random) -> bytes:
    """`data` with a bit flipped, a byte changed, or a piece cut out, doubled or cut off."""
    changed = bytearray(data)
    start, size = generator.randrange(len(data)), generator.randint(1, 60)
    match generator.randrange(5):
        case 0:
            changed[start] ^= 1 << generator.randrange(8)
        case 1:
            changed[start] = generator.randrange(256)
        case 2:
            del changed[start : start + size]
        case 3:
            changed[start:start] = changed[start : start + size]
        case _:
            del changed[start:]
    return bytes(changed)


@pytest.mark.parametrize(("made", "kind"), [(kind, kind) for kind in READERS], indirect=["made"])
def test_mutants_are_refused_or_answer_the_same(
    made: Path, kind: str, nlptool: Nlptool, text: Path, figure: Figure
) -> None:
    """Through the commands, that is with all that they do to a model once it is opened."""
    generator, whole, refused, slowest = random.Random(3), made.read_bytes(), 0, 0.0  # noqa: S311
    first = commands(kind, made, text)[0]
    expected = nlptool(*first)
    assert expected.status == 0, expected
    with limited_memory():
        for number in range(MUTANTS):
            write_anew(made, mutant(whole, generator))
            before = time.process_time()
            outcome = judged(nlptool(*first), number)
            slowest = max(slowest, time.process_time() - before)
            refused += outcome.status
            if kind in CHECKED:
                assert outcome.status or outcome.stdout == expected.stdout, number
    assert slowest < 1
    if kind in CHECKED:
        assert refused > MUTANTS / 2
    figure(8, f"{kind}: {MUTANTS:,} mutants, {refused:,} refused, slowest {1000 * slowest:.0f} ms, in 200 MB")


VALUES = [None, True, -1, 0, 1, 3, 10**18, 1.5, 1e308, "", "x", "w1\nw2", [], [1], ["x"], {}, {"a": 1}]


def forged(document: dict[str, Any], generator: random.Random) -> str:
    """Change, or drop, something anywhere in `document`; return what."""
    place: Any = document
    path = []
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return "nothing"
        key = generator.choice(keys)
        path.append(key)
        if isinstance(place[key], (dict, list)) and place[key] and generator.random() < 0.8:
            place = place[key]
            continue
        if generator.random() < 0.2:
            del place[key]
            return f"{path} dropped"
        place[key] = deepcopy(generator.choice(VALUES))
        return f"{path} = {place[key]!r}"


def bent(array: Any, generator: random.Random) -> Any:
    """`array` of another type, shape or content."""
    rows = array if array.ndim else array.reshape(1)
    spoilt = rows.copy().reshape(-1)
    wild = [np.nan, np.inf, 1e30, -1.0] if array.dtype.kind == "f" else [0, 1, 127]
    if spoilt.size:
        spoilt[generator.randrange(spoilt.size)] = generator.choice(wild)
    return generator.choice(
        [
            array.astype(generator.choice(["|u1", "|i1", "<i4", "<i8", "<f4", "<f8"])),
            array.reshape(-1),
            array[None],
            rows[: generator.randrange(len(rows) + 1)],
            np.concatenate([rows, rows]),
            np.zeros_like(array),
            rows[::-1],
            np.full_like(array, generator.choice([127, 1, 0])),
            spoilt.reshape(rows.shape),
        ]
    )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("made", "kind"), [(kind, kind) for kind in CHECKED], indirect=["made"])
def test_forgeries_end_in_an_answer_or_one_line(
    made: Path, kind: str, nlptool: Nlptool, text: Path, figure: Figure
) -> None:
    """Models with right checksums whose content makes no sense: nobody is obliged to write them as we do."""
    generator = random.Random(4)  # noqa: S311
    whole, opened = made.read_bytes(), open_model(str(made))
    original = {name: np.array(opened.array(name)) for name in opened.metadata["arrays"]}
    document = {key: value for key, value in opened.metadata.items() if key != "arrays"}
    readers = commands(kind, made, text)
    for words in readers:
        write_anew(made, whole)
        assert nlptool(*words).status == 0, words
    refused = 0
    with limited_memory(), np.errstate(all="ignore"):
        for number in range(FORGERIES):
            metadata, arrays = json.loads(json.dumps(document)), dict(original)
            if generator.random() < 0.5:
                what = forged(metadata, generator)
            else:
                name = generator.choice(list(arrays))
                if generator.random() < 0.1:
                    what = f"no {name}"
                    del arrays[name]
                else:
                    arrays[name] = bent(arrays[name], generator)
                    what = f"{name}: {arrays[name].dtype} {arrays[name].shape} {arrays[name]}"
            made.unlink(missing_ok=True)  # as after a training that ended
            with made.open("wb") as file:
                write_model(file, opened.kind, metadata, arrays)
            words = readers[number % len(readers)]
            refused += judged(nlptool(*words), (number, words, what)).status
    assert refused > FORGERIES / 20
    figure(9, f"{kind}: {FORGERIES:,} forgeries, {refused:,} refused, 0 tracebacks, in 200 MB")
