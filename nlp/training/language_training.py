"""A language model, its text and its settings, made ready to train."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from nlp.data.batches import StreamBatches
from nlp.errors import InputError
from nlp.layers.random_streams import RandomStreams
from nlp.training.early_stopping import EarlyStopping
from nlp.training.language_evaluation import held_out_batches, mean_loss
from nlp.training.language_loop import INITIAL_WEIGHTS, LanguageRun, share_, train_language
from nlp.training.optimizers import make_optimizer
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nlp.data.language_text import LanguageText
    from nlp.training.language_settings import LanguageSettings
    from nlp.training.sequence_model import SequenceModel
    from nlp.training.step_loop import Watch

_FEW_STEPS = 200


@dataclass(frozen=True)
class LanguageCurves:
    """How a training went.

    Attributes: the mean loss of each epoch in nats a token, as `epoch_losses` while training and as
    `valid_losses` on held-out text, if any; `best_epoch`, counted from 1, whose weights the model now has.
    """

    epoch_losses: Sequence[float]
    valid_losses: Sequence[float]
    best_epoch: int

    @property
    def valid_loss(self) -> float | None:
        """The held-out loss of the best epoch."""
        return self.valid_losses[self.best_epoch - 1] if self.valid_losses else None


@dataclass(frozen=True)
class LanguagePreparation:
    """A training that is ready to start: see `prepare_language`."""

    text: LanguageText
    model: SequenceModel
    settings: LanguageSettings
    run: LanguageRun

    @property
    def steps(self) -> int:
        """Steps of all epochs."""
        return self.run.batches.windows * self.run.epochs

    def team_size(self, workers: int) -> int:
        """How many workers there is work for."""
        return min(workers, self.run.shards)

    def advice(self) -> Iterator[str]:
        """Yield what is likely to go wrong, each with its remedy."""
        columns, asked = self.run.batches.columns, self.settings.batch_size
        if columns < asked:
            yield (
                f"only {number_of(self.text.length, 'token')}: they are read as "
                f"{number_of(columns, 'column')} instead of the {asked} of --batch-size, which would have "
                f"less than --bptt {self.settings.bptt} tokens each"
            )
        if self.steps < _FEW_STEPS:
            yield (
                f"the training has only {number_of(self.steps, 'step')}; raise --epochs, or lower "
                f"--batch-size or --bptt"
            )

    def train(self, workers: int = 1, watch: Watch | None = None) -> LanguageCurves:
        """Train `model`; the result does not depend on `workers`, nor on interruptions.

        Raises: DivergedError where training runs away; WorkerError where a worker died; whatever `watch`
                raises.
        """
        losses = train_language(self.model, self.run, workers, watch)
        stopping = self.run.stopping
        if stopping is None:
            return LanguageCurves(losses, (), len(losses))
        return LanguageCurves(losses, stopping.losses, stopping.best_epoch)


def prepare_language(
    text: LanguageText,
    model: SequenceModel,
    settings: LanguageSettings,
    *,
    valid: LanguageText | None = None,
    patience: int | None = None,
) -> LanguagePreparation:
    """Draw the first weights of `model`, and lay out the windows of its training on `text`.

    With held-out text in `valid`, the weights of the best epoch are kept, and training ends after `patience`
    epochs in a row without a better one.

    Raises: InputError where there is nothing to learn, or to evaluate
    """
    check_text(text)
    if valid and not valid.length:
        raise InputError("the held-out text is empty: nothing to evaluate on")
    share_(model)
    randomness = RandomStreams(settings.seed)
    model.initialize_(randomness.at(INITIAL_WEIGHTS))
    columns = settings.columns(text.length)
    weights = model.parameters.flat
    stopping = None
    if valid:
        held_out = held_out_batches(valid, columns * settings.bptt)
        learnt = [weights, model.statistics.flat]
        stopping = EarlyStopping(partial(mean_loss, model, held_out), learnt, patience)
    run = LanguageRun(
        batches=StreamBatches(text, columns, settings.bptt),
        shards=min(settings.shards, columns),
        epochs=settings.epochs,
        optimizer=make_optimizer(settings.optimizer, weights.size, weights.dtype),
        learning_rate=settings.rate,
        randomness=randomness,
        clip=settings.clip,
        clip_value=settings.clip_value,
        stopping=stopping,
    )
    return LanguagePreparation(text, model, settings, run)


def check_text(text: LanguageText) -> None:
    """Refuse a text from which nothing can be learnt.

    Raises: InputError for fewer than two tokens in the vocabulary beside the line end and <unk>
    """
    vocabulary = text.vocabulary
    types = len(vocabulary) - len({vocabulary.line_end, vocabulary.unknown})
    if types < 2:
        kind = "distinct character" if vocabulary.level == "char" else "distinct word"
        remedy = "give it more text" + (", or lower --min-count" if text.unknown else "")
        raise InputError(
            f"only {number_of(types, kind)} to learn from in {number_of(text.length, 'token')}; a language "
            f"model needs two: {remedy}"
        )
