"""Each command opens a model once, and takes the hash of each of its arrays once."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from nlp.storage.model_file import open_model
from tests.cli.forking import run
from tests.cli.running import SAMPLES, TAGGED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

_TOKENS = SAMPLES["w2v-train"].stdin.decode()
_SMALL = ("--hidden", "4", "--embed-dim", "4", "--epochs", "1")

MODELS = {
    "vectors": ("w2v-train", "--min-count", "1", "--dim", "4", "--epochs", "1", "--subwords"),
    "plain": ("w2v-train", "--min-count", "1", "--dim", "4", "--epochs", "1"),
    "network": ("rnn-train", "--level", "word", *_SMALL),
    "two-sided": ("rnn-train", "--level", "word", *_SMALL, "--bidirectional"),
    "transformer": (
        *("transformer-train", "--level", "word", "--layers", "1", "--heads", "1", "--dim", "4"),
        *("--ffn", "4", "--context", "4", "--epochs", "1"),
    ),
    "ngrams": ("ngram-train",),
    "tagger": ("tag-train", "--bits", "12", "--epochs", "1"),
    "recurrent": ("tag-train", "--method", "rnn", "--chars", "--epochs", "1"),
    "hybrid": ("tag-train", "--method", "both", "--bits", "12", "--epochs", "1"),
    "classifier": ("classify-train", "--epochs", "1"),
    "pooled": ("classify-train", "--method", "rnn", *_SMALL),
    "index": ("index",),
    "translator": ("seq2seq-train", "--hidden", "4", "--subword-vocab", "9", "--epochs", "1"),
    "segmenter": ("tag-train", "--task", "segment", "--bits", "12", "--epochs", "1"),
    "two-segmenter": ("tag-train", "--task", "segment", "--method", "both", *_SMALL),
}

READING = [
    "similar -m {vectors} king kingly",
    "analogy -m {vectors} king queen dawn",
    "vectors -m {vectors} king kingly",
    "cluster -m {vectors} --lines -k 2",
    "w2v-eval -m {vectors} --analogies -",
    "plot -m {vectors} king queen dawn",
    "plot --losses {network}",
    "export {vectors}",
    "export --to arpa {ngrams}",
    "info --verify {vectors}",
    "w2v-train --update {plain} --min-count 1 --epochs 1 -o {output}",
    "rnn-train --vectors {vectors} --level word --hidden 4 --epochs 1 -o {output}",
    "rnn-train --update {network} --epochs 1 -o {output}",
    "vectors -m {vectors} --lines",
    "cluster -m {vectors} --lines -k 2",
    "summarize --method vectors -m {vectors}",
    "generate -m {network} -n 3 --seed 1",
    "generate -m {ngrams} --beam 2 -n 3",
    "generate -m {transformer} -n 3 --seed 1",
    "score -m {network} --mix {ngrams}:0.5",
    "score -m {transformer} --mix {network}:0.5",
    "transformer-train --update {transformer} --epochs 1 -o {output}",
    "fill -m {network}",
    "fill -m {ngrams}",
    "fill -m {two-sided}",
    "gradients -m {two-sided} --lags 2",
    "tokenize --han words --model {segmenter}",
    "tag -m {tagger}",
    "tag -m {recurrent}",
    "tag -m {hybrid}",
    "tokenize --han words --model {two-segmenter}",
    "classify -m {classifier}",
    "classify -m {pooled}",
    "search -m {index} king",
    "similar --lines -m {index} --vectors {vectors} king",
    "plot --lines -m {index} --words 3",
    "search -m {index} --vectors {vectors} --expand 2 --rerank king kimg",
    "search-eval -m {index} --queries {queries} --qrels {qrels}",
    "index --add {index} -o {output}",
    "index --compact {index} -o {output}",
    "translate -m {translator} --beam 2",
]

STDIN = {"tokenize": "我爱北京\n", "w2v-eval": ": kin\nking queen dawn noon\n"}


class Opened:
    """Counts how often files are opened while it `counts`."""

    def __init__(self) -> None:
        self.counts: Counter[object] | None = None
        sys.addaudithook(self._note)  # it cannot be taken away again

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and self.counts is not None:
            self.counts[arguments[0]] += 1


OPENED = Opened()


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A model of every kind."""
    folder = tmp_path_factory.mktemp("opening")
    for name, words in MODELS.items():
        sample = SAMPLES[words[0] if words[0] in {"classify-train", "seq2seq-train"} else "w2v-train"]
        text = TAGGED if name in {"tagger", "recurrent", "hybrid"} else sample.stdin
        result = run(*words, "-o", str(folder / name), stdin=text)
        assert result.returncode == 0, result.stderr.decode()
    texts = {"queries": "1\tking\n", "qrels": "1 0 1 1\n"}
    for name, lines in texts.items():
        (folder / name).write_text(lines)
    return {name: str(folder / name) for name in (*MODELS, *texts)}


def sums_of(*paths: str) -> Counter[str]:
    """The hashes of the arrays of models."""
    return Counter(one["sha256"] for path in paths for one in open_model(path).metadata["arrays"].values())


def test_all_commands_that_read_models_are_here() -> None:
    reading = {name for name, sample in SAMPLES.items() if any("model}" in word for word in sample.arguments)}
    assert reading <= {line.split()[0] for line in READING}


@pytest.mark.parametrize("line", READING)
def test_a_model_is_opened_once_and_each_array_hashed_once(
    line: str,
    paths: dict[str, str],
    tmp_path: Path,
    nlptool: Nlptool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = [word.format(**paths, output=tmp_path / "output") for word in line.split()]
    named = {paths[name] for name in MODELS if any(paths[name] in word for word in words)}
    sums = sums_of(*named)
    taken: Counter[str] = Counter()

    class Hash:
        def __init__(self, *data: bytes) -> None:
            self.update, self.hexdigest_of = (made := sha256(*data)).update, made.hexdigest
            self.digest = made.digest

        def hexdigest(self) -> str:
            taken[digest := self.hexdigest_of()] += 1
            return digest

    sha256 = hashlib.sha256
    monkeypatch.setattr(hashlib, "sha256", Hash)
    OPENED.counts = Counter()
    try:
        assert nlptool(*words, stdin=STDIN.get(words[0], _TOKENS)).status == 0
        assert {path: OPENED.counts[path] for path in named} == dict.fromkeys(named, 1)
    finally:
        OPENED.counts = None
    output = tmp_path / "output"
    written = sums_of(str(output)) if output.exists() else Counter()  # the words may be the same
    assert {digest: taken[digest] for digest in sums if taken[digest] > (sums + written)[digest]} == {}
    assert any(taken[digest] for digest in sums) or "--losses" in line
