"""What `nlptool seq2seq-train` does with its options: read pairs, make a model ready, train and save it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cli.jobs.pairs_of_texts import pairs_of_texts
from cli.training import job
from nlp.errors import InputError
from nlp.translation.config import TranslationConfig
from nlp.translation.files import save_translator
from nlp.translation.training import translation_training
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nlp.storage.model_file import BinaryWriter
    from nlp.training.loop import Curves
    from nlp.translation.pairs import Pair

CHECKPOINT_KIND = "seq2seq-checkpoint"


@dataclass(frozen=True)
class Request(job.Command):
    """What the user asked for: `settings` of `TranslationConfig`; files of `targets`, where there are two."""

    settings: Mapping[str, Any]
    targets: str | None
    valid_targets: str | None


@dataclass(frozen=True)
class Texts:
    """Pairs, and the SHA-256 of all of them."""

    pairs: list[Pair]
    sha256: str

    @classmethod
    def of(cls, pairs: Iterable[Pair]) -> Texts:
        """Read all pairs."""
        read, digest = list(pairs), hashlib.sha256()
        for pair in read:
            digest.update("\0".join((*pair, "")).encode("utf-8", "surrogatepass"))
        return cls(read, digest.hexdigest())


@dataclass(frozen=True)
class _Result:
    """How a training went, and the BLEU of the held-out pairs, if there are any."""

    curves: Curves
    bleu: float | None

    def figures(self) -> dict[str, Any]:
        return {} if self.bleu is None else {"valid_bleu": self.bleu}


def run(request: Request) -> None:
    """Read, train and save; with --dry-run only estimate what that would take."""
    config, console = TranslationConfig(**request.settings), request.console
    texts = Texts.of(pairs_of_texts(request.streams, request.targets))
    if not texts.pairs:
        raise InputError("there is no pair of texts to learn from")
    valid = None
    if request.training.valid is not None:
        held_out = request.streams.like(request.training.valid)
        valid = Texts.of(pairs_of_texts(held_out, request.valid_targets))
    made = translation_training(texts.pairs, config, valid=valid.pairs if valid else None)
    for skipped, what in ((made.skipped, "pair"), (made.skipped_valid, "held-out pair")):
        if skipped:
            told = number_of(skipped, what)
            console.warn(f"{told} left out: a text is empty, or has more than {config.longest} pieces")
    learner, translator = made.learner, made.translator
    parameters = learner.network.parameters.flat
    console.note(f"{number_of(len(texts.pairs), 'pair')}; {translator.size}")

    def result(curves: Curves) -> _Result:
        return _Result(curves, learner.bleu() if valid else None)

    def save(writer: BinaryWriter, ended: _Result) -> None:
        figures = {**job.figures_of_curves(ended.curves), **ended.figures()}
        about = job.provenance(texts, pairs=len(texts.pairs), tokens=learner.tokens)
        save_translator(writer, translator, {"bleu_tokenizer": learner.tokenizer, **about, **figures})

    training = job.Job(
        learner=learner,
        size={
            "tokens": learner.tokens,
            "parameters": parameters.size,
            "temporary_bytes": 0,
            "model_bytes": parameters.nbytes,
        },
        kind=CHECKPOINT_KIND,
        identity={**asdict(config), "valid": valid and valid.sha256, "data": texts.sha256},
        steps_of=f"steps of {number_of(config.batch_size, 'token')} or more",
        size_of=f"{number_of(parameters.size, 'parameter')}",
        unit="tokens",
        result=result,
        save=save,
        compare=lambda ended: ended.figures(),
    )
    job.run(training, request)
