"""What `nlptool classify-train` does with its options: read labelled texts, and make a classifier ready."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from cli.io.steps import Steps
from cli.jobs.labelled_texts import labelled_texts
from cli.training import job
from cli.training.start import start_vectors
from nlp.classification.config import BALANCED, NONE, ClassifierConfig
from nlp.classification.examples import encode_texts
from nlp.classification.features import Featurizer
from nlp.classification.files import save_classifier
from nlp.classification.learner import ClassifierLearner
from nlp.errors import InputError
from nlp.vectors.word_groups import word_groups
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlp.classification.classifier import Classifier
    from nlp.classification.examples import Examples
    from nlp.layers.arrays import Floats
    from nlp.storage.model_file import BinaryWriter
    from nlp.training.loop import Curves
    from nlp.vectors.word_groups import WordGroups

CHECKPOINT_KIND = "classify-checkpoint"


@dataclass(frozen=True)
class Request(job.Command):
    """What the user asked for.

    Attributes: `settings` of `ClassifierConfig`; `class_weights`, "none", "balanced" or a file of weights;
    `vectors`, a file of word vectors.
    """

    settings: Mapping[str, Any]
    class_weights: str
    vectors: str | None


def run(request: Request) -> None:
    """Read, train and save; with --dry-run only estimate what that would take."""
    config, training = ClassifierConfig(**request.settings), request.training
    groups = _groups(request, config) if request.vectors else None
    featurizer = Featurizer(config, groups)
    examples = encode_texts(
        chain.from_iterable(labelled_texts(request.streams)), featurizer, request.directory
    )
    valid = None
    if training.valid is not None:
        held_out = chain.from_iterable(labelled_texts(request.streams.like(training.valid)))
        valid = encode_texts(held_out, featurizer, request.directory, examples.labels)
        if valid.skipped:
            told = number_of(valid.skipped, "held-out text")
            request.console.warn(f"{told} left out: no text of the training has the label")
    weights = _weights(request, examples) if len(examples.labels) > 1 else None
    learner = ClassifierLearner(
        examples, config, class_weights=weights, valid=valid, has_groups=groups is not None
    )
    config = learner.config
    labels = number_of(len(examples.labels), "label")
    request.console.note(
        f"{number_of(len(examples), 'text')} of {labels}, {number_of(examples.tokens, 'token')}"
    )
    parameters = sum(matrix.size for matrix in learner.learnt)
    about = {
        "class_weights": None if weights is None else weights.tolist(),
        **job.provenance(examples, texts=len(examples), tokens=examples.tokens),
    }

    def result(curves: Curves) -> tuple[Classifier, Curves]:
        return learner.classifier(groups), curves

    def save(writer: BinaryWriter, trained: tuple[Classifier, Curves]) -> None:
        save_classifier(writer, trained[0], about | job.figures_of_curves(trained[1]))

    ready = job.Job(
        learner=learner,
        size={
            "tokens": examples.tokens,
            "parameters": parameters,
            "temporary_bytes": examples.storage.size,
            "model_bytes": 4 * (parameters + len(learner.used)),
        },
        kind=CHECKPOINT_KIND,
        identity={
            **asdict(config),
            "class_weights": about["class_weights"],
            "vectors": groups and sha256(groups.hashes.tobytes() + groups.groups.tobytes()).hexdigest(),
            "valid": valid and valid.sha256,
            "data": examples.sha256,
        },
        steps_of=f"steps of {number_of(learner.texts_per_step, 'text')}",
        size_of=f"{labels}, {number_of(parameters, 'parameter')}",
        unit="words",
        result=result,
        save=save,
        advice=tuple(learner.advice()),
    )
    job.run(ready, request)


def _groups(request: Request, config: ClassifierConfig) -> WordGroups:
    """Groups of the words of --vectors. Raises: as `start_vectors`."""
    vectors = start_vectors(str(request.vectors), "dim", None, request.console)
    return word_groups(vectors, config.seed, watch=Steps(request.console, "grouping words").tell)


def _weights(request: Request, examples: Examples) -> Floats | None:
    """What a text of each label counts; with "balanced", all labels together count the same.

    Raises: InputError for a file that does not tell a weight of each
    """
    if request.class_weights == NONE:
        return None
    if request.class_weights == BALANCED:
        balanced = examples.counts.sum() / (len(examples.labels) * np.maximum(examples.counts, 1))
        return np.asarray(balanced, np.float32)
    path = request.class_weights
    told: dict[str, float] = {}
    for batch in request.streams.like(path).batches():
        for line in batch:
            label, _, weight = line.text.rpartition("\t")
            if not line.text.strip():
                continue
            try:
                told[label] = float(weight)
            except ValueError:
                told[label] = -1.0
            if not 0 <= told[label] < np.inf or not label:
                raise line.refuse(f"{line.text!r} is no label, tab and weight from 0")
    missing = [label for label in examples.labels if label not in told]
    if missing:
        raise InputError(
            f"no weight of the label {missing[0]!r}; write each label, a tab and its weight", path=path
        )
    return np.array([told[label] for label in examples.labels], np.float32)
