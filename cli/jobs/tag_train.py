"""What `nlptool tag-train` does with its options: read labelled text, train or estimate, save."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cli.io.labelled_lines import labelled_lines
from cli.training import job
from nlp.data.labelled.columns import Columns
from nlp.data.labelled.reading import SchemeFinder, check_tags, read_labelled
from nlp.tagging.config import ENTITIES, SEGMENT, TaggerConfig
from nlp.tagging.files import save_segmenter, save_tagger
from nlp.tagging.segment_training import segmenter_training
from nlp.tagging.tag_training import tagger_training
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nlp.data.labelled.schemes import Scheme
    from nlp.data.labelled.sentence import Form
    from nlp.storage.model_file import BinaryWriter
    from nlp.tagging.learner import TaggerLearner
    from nlp.training.loop import Curves

CHECKPOINT_KIND = "tag-checkpoint"


@dataclass(frozen=True)
class Request(job.Command):
    """What the user asked for.

    Attributes: `settings` of `TaggerConfig`; `columns`, which hold words and tags.
    """

    settings: Mapping[str, Any]
    columns: str | None


@dataclass(frozen=True)
class LabelledText:
    """Sentences with their labels, as lists of tokens and of tags.

    Attributes: `form`, as which they were read; `tokens` and `tags`; `sha256` of both, in hex; `scheme`, in
    which tags spell entities, if that was asked for; `advice`, what to tell of them.
    """

    form: Form
    tokens: list[list[str]]
    tags: list[list[str]]
    sha256: str
    scheme: Scheme | None
    advice: list[str]

    @property
    def columns(self) -> str | None:
        """Which columns hold words and tags, where these are in columns."""
        return str(self.form.chosen) if isinstance(self.form, Columns) else None

    @property
    def words(self) -> int:
        """How many tokens there are."""
        return sum(map(len, self.tokens))


def run(request: Request) -> None:
    """Read, train and save; with --dry-run only estimate what that would take."""
    config = TaggerConfig(**request.settings)
    text = _read(request, config, None)
    valid = _read(request, config, request.training.valid) if request.training.valid else None
    request.console.note(f"{number_of(text.words, 'word')} in {number_of(len(text.tokens), 'sentence')}")
    learner, write = _ready(text, valid, config)
    about = job.provenance(text, words=text.words, sentences=len(text.tokens))
    weights = learner.weights.size
    unit = "character" if config.task == SEGMENT else "token"

    def save(writer: BinaryWriter, curves: Curves) -> None:
        write(writer, about | job.figures_of_curves(curves, has_perplexity=False))

    ready = job.Job(
        learner=learner,
        size={
            "words": text.words,
            "labels": len(learner.chain.names),
            "parameters": weights,
            "temporary_bytes": 0,
            "model_bytes": weights,
        },
        kind=CHECKPOINT_KIND,
        identity={**asdict(config), "valid": valid and valid.sha256, "data": text.sha256},
        steps_of=f"{number_of(learner.steps_per_epoch * learner.epochs, 'step')} of "
        f"{number_of(config.places, unit)} or more",
        size_of=f"{number_of(weights, 'weight')} of {number_of(len(learner.chain.names), 'label')}",
        unit=f"{unit}s",
        has_perplexity=False,
        result=lambda curves: curves,
        save=save,
        advice=text.advice,
    )
    job.run(ready, request)


def _ready(
    text: LabelledText, valid: LabelledText | None, config: TaggerConfig
) -> tuple[TaggerLearner, Callable[[BinaryWriter, Mapping[str, Any]], None]]:
    """What learns the task, and what writes the model as it has been learnt."""
    if config.task == SEGMENT:
        segments = segmenter_training(text.tokens, config, valid=valid.tokens if valid else None)
        return segments.learner, lambda writer, about: save_segmenter(writer, segments.model(), config, about)
    held_out = (valid.tokens, valid.tags) if valid else None
    tags = tagger_training((text.tokens, text.tags), config, scheme=text.scheme, valid=held_out)
    told = {"form": text.form.name, "columns": text.columns}
    return tags.learner, lambda writer, about: save_tagger(writer, tags.model(), config, {**told, **about})


def _read(request: Request, config: TaggerConfig, path: str | None) -> LabelledText:
    source = request.streams.like(path).input if path else request.streams.input
    form, sentences = read_labelled(labelled_lines(source), columns=request.columns)
    finder = SchemeFinder(form) if config.task == ENTITIES else None
    if config.task != SEGMENT:
        sentences = check_tags(form, sentences)
    if finder:
        sentences = finder.watch(sentences)
    digest = hashlib.sha256()
    tokens: list[list[str]] = []
    tags: list[list[str]] = []
    for sentence in sentences:
        if sentence.tokens:
            told = "\t".join(sentence.tokens) + "\n" + "\t".join(sentence.tags) + "\n"
            digest.update(told.encode("utf-8", "surrogatepass"))
            tokens.append(sentence.tokens)
            tags.append(sentence.tags)
    return LabelledText(
        form,
        tokens,
        tags,
        digest.hexdigest(),
        finder.scheme() if finder else None,
        list(finder.advice()) if finder else [],
    )
