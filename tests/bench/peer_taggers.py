"""The taggers side by side: each learns from a text whose tokens have tags, and tags another one.

`python -m tests.bench.peer_taggers KEY TASK TRAIN TEST PREDICTED` reads both texts in any form, writes the
tokens of TEST with the tags that were predicted, and prints as JSON the seconds of processor time that
learning took, and how many tokens are tagged in one. TASK is "tag", or "entities": then tags are BIO.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp.data.labelled.reading import read_labelled
from nlp.data.labelled.schemes import SCHEMES, entities_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Sentences = Sequence[Sequence[str]]
    Tag = Callable[[Sentences], Sentences]

ENTITIES = "entities"
FAIRLY_LONG = 100_000  # tokens are tagged at least, for the seconds to tell something


@dataclass(frozen=True)
class Peer:
    """A tagger: its name in the table, the package it needs, and how it learns tokens and tags of a task."""

    title: str
    package: str
    learn: Callable[[str, Sentences, Sentences], Tag]


def _nlptool(task: str, tokens: Sentences, tags: Sentences) -> Tag:
    """What `tag-train` does by default."""
    from nlp.tagging.config import TaggerConfig
    from nlp.tagging.tag_training import tagger_training
    from nlp.training.loop import train

    scheme = SCHEMES["BIO"] if task == ENTITIES else None
    made = tagger_training((tokens, tags), TaggerConfig(task=task), scheme=scheme)
    train(made.learner)
    return made.model().tags


def _crfsuite(algorithm: str, **settings: Any) -> Callable[[str, Sentences, Sentences], Tag]:
    """CRFsuite over the templates of nlptool, spelt out as strings."""

    def learn(_task: str, tokens: Sentences, tags: Sentences) -> Tag:
        import tempfile

        import pycrfsuite

        trainer = pycrfsuite.Trainer(algorithm=algorithm, params=settings, verbose=False)
        for sentence, own in zip(tokens, tags, strict=True):
            trainer.append(_features(sentence), own)
        with tempfile.NamedTemporaryFile() as model:
            trainer.train(model.name)
            tagger = pycrfsuite.Tagger()
            tagger.open(model.name)
        return lambda sentences: [tagger.tag(_features(sentence)) for sentence in sentences]

    return learn


def _spacy(_task: str, tokens: Sentences, tags: Sentences) -> Tag:
    """A blank pipeline with a tagger of spaCy's default size, five passes."""
    import random

    import spacy
    from spacy.tokens import Doc
    from spacy.training import Example
    from spacy.util import compounding, fix_random_seed, minibatch

    fix_random_seed(1)
    pipeline = spacy.blank("en")
    pipeline.add_pipe("tagger")
    examples = [
        Example.from_dict(Doc(pipeline.vocab, words=list(sentence)), {"words": sentence, "tags": own})
        for sentence, own in zip(tokens, tags, strict=True)
    ]
    optimizer = pipeline.initialize(lambda: examples)
    for _ in range(5):
        random.shuffle(examples)
        for batch in minibatch(examples, size=compounding(8, 64, 1.01)):
            pipeline.update(batch, sgd=optimizer, drop=0.1)

    def tag(sentences: Sentences) -> Sentences:
        docs = (Doc(pipeline.vocab, words=list(sentence)) for sentence in sentences)
        return [[token.tag_ for token in doc] for doc in pipeline.pipe(docs, batch_size=256)]

    return tag


PEERS = {
    "nlptool": Peer("nlptool", "nlp", _nlptool),
    # The settings of its tutorial on names in CoNLL 2002.
    "crfsuite": Peer(
        "CRFsuite",
        "pycrfsuite",
        _crfsuite("lbfgs", c1=1.0, c2=1e-3, max_iterations=50, **{"feature.possible_transitions": True}),
    ),
    "perceptron": Peer("CRFsuite's perceptron", "pycrfsuite", _crfsuite("ap", max_iterations=10)),
    "spacy": Peer("spaCy", "spacy", _spacy),
}


def _features(tokens: Sequence[str]) -> list[list[str]]:
    """Those of each token: the 36 templates of nlptool."""
    from nlp.tagging.token_features import looks

    edge = looks("")
    seen = [edge, edge, *map(looks, tokens), edge, edge]
    return [_of_place(*seen[place : place + 5]) for place in range(len(tokens))]


def _of_place(*seen: Sequence[str]) -> list[str]:
    """What is seen of the token in the middle, of its neighbours, and of pairs."""
    _, left, here, right, _ = seen
    own = [f"{number}={value}" for number, value in enumerate(here) if number != 5]
    own += [f"sf={here[8]} {here[4]}", f"ls={here[5]} {here[2]}"]
    lower = [column[1] for column in seen]
    around = [f"l{place}={value}" for place, value in enumerate(lower) if place != 2]
    pairs = ((1, 2), (2, 3), (1, 3), (0, 1), (3, 4))
    around += [f"p{a}{b}={lower[a]} {lower[b]}" for a, b in pairs]
    for name, neighbour in (("-", left), ("+", right)):
        around += [f"{name}{column}={neighbour[column]}" for column in (2, 7, 8)]
    around += [
        f"sss={left[2]} {here[2]} {right[2]}",
        f"-ss={left[7]} {here[7]}",
        f"+ss={here[7]} {right[7]}",
        f"-ls={left[1]} {here[8]}",
        f"+ls={here[8]} {right[1]}",
    ]
    return [*own, *around]


def _read(path: str, task: str) -> tuple[list[list[str]], list[list[str]]]:
    """The tokens and the tags of a text."""
    with Path(path).open(encoding="utf-8", newline="\n") as file:
        lines = ((path, number, line.rstrip("\n")) for number, line in enumerate(file, 1))
        sentences = [sentence for sentence in read_labelled(lines)[1] if sentence.tokens]
    tags = [sentence.tags for sentence in sentences]
    if task == ENTITIES:
        tags = [SCHEMES["BIO"].tags(entities_of(some), len(some)) for some in tags]
    return [sentence.tokens for sentence in sentences], tags


def main(key: str, task: str, train: str, test: str, predicted: str) -> None:
    """Learn, tag, write, and tell the figures."""
    tokens, tags = _read(train, task)
    started = time.process_time()
    tag = PEERS[key].learn(task, tokens, tags)
    learnt = time.process_time() - started
    sentences, _ = _read(test, task)
    found = tag(sentences)  # which also warms up
    repeats = 1 + FAIRLY_LONG // sum(map(len, sentences))
    started = time.process_time()
    for _ in range(repeats):
        tag(sentences)
    seconds = (time.process_time() - started) / repeats
    pairs = (zip(*both, strict=True) for both in zip(sentences, found, strict=True))
    text = "\n".join("".join(f"{token}\t{name}\n" for token, name in some) for some in pairs)
    Path(predicted).write_text(text, encoding="utf-8", newline="\n")
    told = {"seconds": learnt, "tokens_per_second": sum(map(len, sentences)) / seconds}
    sys.stdout.write(f"{json.dumps(told)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
