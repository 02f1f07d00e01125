"""What `nlptool classify-train` does with its options: read labelled texts, and make a classifier ready."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import numpy as np

from cli.io.steps import Steps
from cli.jobs.classify_autotune import autotuned
from cli.jobs.labelled_texts import labelled_texts
from cli.training import job
from cli.training.start import start_vectors, tell_started
from nlp.classification.config import BALANCED, NONE, OVA, RECURRENT, ClassifierConfig
from nlp.classification.examples import encode_texts
from nlp.classification.features import Featurizer
from nlp.classification.files import save_classifier
from nlp.classification.learner import ClassifierLearner, advice_on
from nlp.classification.recurrent.config import RecurrentClassifierConfig
from nlp.classification.recurrent.files import save_recurrent_classifier
from nlp.classification.recurrent.texts import TextTokens, labelled_tokens
from nlp.classification.recurrent.training import recurrent_training
from nlp.errors import InputError
from nlp.evaluation.texts import TextScore
from nlp.settings import settings_of
from nlp.vectors.word_groups import word_groups
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from nlp.classification.classifier import Classifier
    from nlp.classification.examples import Examples
    from nlp.classification.recurrent.learner import RecurrentClassifierLearner
    from nlp.classification.recurrent.texts import LabelledTokens
    from nlp.data.labelled.texts import LabelledText
    from nlp.layers.arrays import Floats
    from nlp.storage.model_file import BinaryWriter
    from nlp.training.loop import Curves
    from nlp.vectors.word_groups import WordGroups

CHECKPOINT_KIND = "classify-checkpoint"


@dataclass(frozen=True)
class Request(job.Command):
    """What the user asked for.

    Attributes: `settings` of `ClassifierConfig` and of `RecurrentClassifierConfig`; `class_weights`, "none",
    "balanced" or a file of weights; `vectors`, a file of word vectors.
    """

    settings: Mapping[str, Any]
    class_weights: str
    vectors: str | None
    tuning: Tuning | None


class Tuning(NamedTuple):
    """For how many `seconds` to look for settings that are best by a `metric`; those in `fixed` stay."""

    seconds: float
    metric: str
    fixed: Collection[str]


class Sources(NamedTuple):
    """Labelled texts, and held-out ones: what is read once, or a list."""

    texts: Iterable[LabelledText]
    valid: Iterable[LabelledText] | None


def run(request: Request) -> None:
    """Read, train and save; with --dry-run only estimate what that would take."""
    own = {name for name, _ in settings_of(ClassifierConfig)}
    config = ClassifierConfig(**{name: request.settings[name] for name in own})
    ready = (_recurrent if config.method == RECURRENT else _linear)(request, config, _sources(request))
    examples, valid, parameters = ready.examples, ready.valid, ready.parameters
    if valid is not None and valid.skipped:
        told = number_of(valid.skipped, "held-out text")
        request.console.warn(f"{told} left out: no text of the training has the label")
    labels = number_of(len(examples.labels), "label")
    request.console.note(
        f"{number_of(len(examples), 'text')} of {labels}, {number_of(ready.tokens, 'token')}"
    )
    weights = None if ready.class_weights is None else ready.class_weights.tolist()
    about = {
        "class_weights": weights,
        **job.provenance(examples, texts=len(examples), tokens=ready.tokens),
    }

    def save(writer: BinaryWriter, curves: Curves) -> None:
        ready.write(writer, about | job.figures_of_curves(curves))

    training = job.Job(
        learner=ready.learner,
        size={
            "tokens": ready.tokens,
            "parameters": parameters,
            "temporary_bytes": ready.temporary_bytes,
            "model_bytes": ready.model_bytes,
        },
        kind=CHECKPOINT_KIND,
        identity={
            **ready.identity,
            "class_weights": weights,
            "valid": valid and valid.sha256,
            "data": examples.sha256,
        },
        steps_of=f"steps of {ready.steps_of}",
        size_of=f"{labels}, {number_of(parameters, 'parameter')}",
        unit="words",
        result=lambda curves: curves,
        save=save,
        advice=tuple(advice_on(examples)),
    )
    job.run(training, request)


@dataclass(frozen=True)
class _Ready:
    """What learns, and what writes the model as it has been learnt.

    Attributes: `examples` and held-out ones, `valid`; `class_weights`; how many `tokens` the examples have,
    and what `steps_of` the training consist of; `parameters`, how many; `model_bytes` and `temporary_bytes`
    on disk; `identity`, what else the bytes of the model depend on.
    """

    learner: ClassifierLearner | RecurrentClassifierLearner
    examples: Examples | LabelledTokens
    valid: Examples | LabelledTokens | None
    class_weights: Floats | None
    tokens: int
    steps_of: str
    parameters: int
    model_bytes: int
    temporary_bytes: int
    write: Callable[[BinaryWriter, Mapping[str, Any]], None]
    identity: Mapping[str, Any]


def _linear(request: Request, config: ClassifierConfig, sources: Sources) -> _Ready:
    groups = _groups(request, config) if request.vectors else None

    def make(tried: ClassifierConfig) -> tuple[ClassifierLearner, Examples, Examples | None, Floats | None]:
        featurizer = Featurizer(tried, groups)
        examples, valid = _read(
            sources, lambda texts, labels: encode_texts(texts, featurizer, request.directory, labels)
        )
        weights = _weights(request, examples)
        learner = ClassifierLearner(
            examples, tried, class_weights=weights, valid=valid, has_groups=groups is not None
        )
        return learner, examples, valid, weights

    if request.tuning and not request.training.dry_run:
        config = _tuned(request, request.tuning, config, groups, make)
    learner, examples, valid, weights = make(config)
    parameters = sum(matrix.size for matrix in learner.learnt)

    def write(to: BinaryWriter, about: Mapping[str, Any]) -> None:
        model, lost = learner.classifier(groups), {}
        if config.quantize:
            lost = {"quantized": _lost(learner.classifier(groups, may_quantize=False), model, valid)}
            request.console.tell(_told(lost["quantized"]), lost)
        save_classifier(to, model, {**about, **lost})

    return _Ready(
        learner,
        examples,
        valid,
        weights,
        tokens=examples.tokens,
        steps_of=number_of(learner.texts_per_step, "text"),
        parameters=parameters,
        model_bytes=4 * (parameters + len(learner.used)),
        temporary_bytes=examples.storage.size,
        write=write,
        identity={
            **asdict(learner.config),
            "vectors": groups and groups.sha256,
        },
    )


def _tuned(
    request: Request,
    tuning: Tuning,
    config: ClassifierConfig,
    groups: WordGroups | None,
    make: Callable[[ClassifierConfig], tuple[ClassifierLearner, Examples, Examples | None, Floats | None]],
) -> ClassifierConfig:
    """The settings that --autotune finds."""

    def trial(tried: ClassifierConfig) -> tuple[ClassifierLearner, Callable[[], float]]:
        learner, _, valid, _ = make(tried)
        held_out = cast("Examples", valid)
        return learner, lambda: judged(learner.classifier(groups), held_out)[tuning.metric.replace("-", "_")]

    training = request.training
    return autotuned(
        config,
        tuning.fixed,
        trial,
        seconds=tuning.seconds,
        workers=training.workers,
        patience=training.patience,
        console=request.console,
    )


def _recurrent(request: Request, config: ClassifierConfig, sources: Sources) -> _Ready:
    known = settings_of(RecurrentClassifierConfig)
    own = {name: request.settings[name] for name, one in known if one.help}
    taken = {name: getattr(config, name) for name in ("mode", "cased", "loss", "seed")}
    form = RecurrentClassifierConfig(**own, **taken, epochs=config.passes, lr=config.rate)
    cut = TextTokens(form.mode, cased=form.cased)
    examples, valid = _read(sources, lambda texts, labels: labelled_tokens(texts, cut, labels))
    weights = _weights(request, examples)
    vectors = start_vectors(request.vectors, "embed_dim", None, request.console) if request.vectors else None
    made = recurrent_training(examples, form, class_weights=weights, valid=valid, vectors=vectors)
    learner = made.learner
    if vectors is not None:
        types = learner.text.vectors
        tell_started(request.console, int((types > 0).sum()), len(types), "words")
    parameters = learner.network.parameters.flat
    return _Ready(
        learner,
        examples,
        valid,
        weights,
        tokens=learner.tokens,
        steps_of=f"{number_of(form.batch_size, 'token')} or more",
        parameters=parameters.size,
        model_bytes=parameters.nbytes + learner.network.encoder.vectors.size,
        temporary_bytes=0,
        write=lambda to, about: save_recurrent_classifier(to, made.model(), about),
        identity={
            "method": config.method,
            **asdict(form),
            "vectors": vectors and sha256(vectors.matrix.tobytes()).hexdigest(),
        },
    )


Read = TypeVar("Read", "Examples", "LabelledTokens")


def _sources(request: Request) -> Sources:
    """The texts and those of --valid, in lists where they are read many times."""
    texts: Iterable[LabelledText] = chain.from_iterable(labelled_texts(request.streams))
    valid: Iterable[LabelledText] | None = None
    if request.training.valid is not None:
        valid = chain.from_iterable(labelled_texts(request.streams.like(request.training.valid)))
    return Sources(list(texts), valid and list(valid)) if request.tuning else Sources(texts, valid)


def _read(
    sources: Sources, read: Callable[[Iterable[LabelledText], Sequence[str] | None], Read]
) -> tuple[Read, Read | None]:
    """The texts, and held-out ones whose labels the texts have."""
    examples = read(sources.texts, None)
    return examples, None if sources.valid is None else read(sources.valid, examples.labels)


def _lost(before: Classifier, model: Classifier, valid: Examples | None) -> dict[str, Any]:
    """What is lost by quantizing: features and, where there are held-out texts, accuracy on them."""
    lost: dict[str, Any] = {"features_before": len(before.used), "features": len(model.used)}
    if valid is not None:
        lost["accuracy_before"] = judged(before, valid)["accuracy"]
        lost["accuracy"] = judged(model, valid)["accuracy"]
    return lost


def _told(lost: Mapping[str, Any]) -> str:
    told = f"quantized: {lost['features']:,} of {lost['features_before']:,} features kept"
    if "accuracy" not in lost:
        return told
    return f"{told}; held-out accuracy {lost['accuracy']:.4f}, {lost['accuracy_before']:.4f} before"


def judged(model: Classifier, valid: Examples) -> dict[str, Any]:
    """How good a classifier is on encoded texts: the figures of classify-eval."""
    score = TextScore(model.labels, threshold=0.5 if model.config.loss == OVA else None)
    for texts in valid.read_all():
        ids = np.split(texts.label_ids, texts.label_starts[1:-1])
        gold = [[model.labels[number] for number in some.tolist()] for some in ids]
        score.add(gold, model.probabilities_of(texts.buckets, texts.starts))
    return score.report()


def _groups(request: Request, config: ClassifierConfig) -> WordGroups:
    """Groups of the words of --vectors. Raises: as `start_vectors`."""
    vectors = start_vectors(str(request.vectors), "dim", None, request.console)
    return word_groups(vectors, config.seed, watch=Steps(request.console, "grouping words").tell)


def _weights(request: Request, examples: Examples | LabelledTokens) -> Floats | None:
    """What a text of each label counts; with "balanced", all labels together count the same.

    Raises: InputError for a file that does not tell a weight of each
    """
    if request.class_weights == NONE or len(examples.labels) < 2:
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
