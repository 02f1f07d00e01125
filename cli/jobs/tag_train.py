"""What `nlptool tag-train` does with its options: read labelled text, train or estimate, save."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cli.io.labelled_lines import labelled_lines
from cli.training import job
from nlp.data.labelled.reading import read_labelled
from nlp.tagging.config import TaggerConfig
from nlp.tagging.files import save_segmenter
from nlp.tagging.segment_training import segmenter_training
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlp.data.labelled.sentence import Form, Sentence
    from nlp.storage.model_file import BinaryWriter
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
    """The sentences of a labelled text, and the SHA-256 of their words and tags, in hex."""

    form: Form
    sentences: list[Sentence]
    sha256: str

    @property
    def tokens(self) -> int:
        """How many there are."""
        return sum(len(sentence.tokens) for sentence in self.sentences)


def run(request: Request) -> None:
    """Read, train and save; with --dry-run only estimate what that would take."""
    config = TaggerConfig(**request.settings)
    text = _read(request, None)
    valid = _read(request, request.training.valid) if request.training.valid else None
    request.console.note(f"{number_of(text.tokens, 'word')} in {number_of(len(text.sentences), 'sentence')}")
    made = segmenter_training(
        [sentence.tokens for sentence in text.sentences],
        config,
        valid=[sentence.tokens for sentence in valid.sentences] if valid else None,
    )
    about = job.provenance(text, words=text.tokens, sentences=len(text.sentences))
    learner = made.learner
    weights = learner.weights.size

    def save(writer: BinaryWriter, curves: Curves) -> None:
        save_segmenter(writer, made.model(), config, about | job.figures_of_curves(curves))

    ready = job.Job(
        learner=learner,
        size={
            "words": text.tokens,
            "places": learner.tokens,
            "parameters": weights,
            "temporary_bytes": 0,
            "model_bytes": weights // 2,
        },
        kind=CHECKPOINT_KIND,
        identity={
            **asdict(config),
            "valid": valid and valid.sha256,
            "data": text.sha256,
        },
        steps_of=f"{number_of(learner.steps_per_epoch * learner.epochs, 'step')} of about "
        f"{config.batch_size:,} characters",
        size_of=f"{number_of(weights, 'weight')}",
        unit="characters",
        result=lambda curves: curves,
        save=save,
    )
    job.run(ready, request)


def _read(request: Request, path: str | None) -> LabelledText:
    source = request.streams.like(path).input if path else request.streams.input
    form, sentences = read_labelled(labelled_lines(source), columns=request.columns)
    digest, kept = hashlib.sha256(), []
    for sentence in sentences:
        if sentence.tokens:
            told = "\t".join(sentence.tokens) + "\n" + "\t".join(sentence.tags) + "\n"
            digest.update(told.encode("utf-8", "surrogatepass"))
            kept.append(sentence)
    return LabelledText(form, kept, digest.hexdigest())
