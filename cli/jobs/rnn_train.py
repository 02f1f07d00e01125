"""What `nlptool rnn-train` does with its options: read, train or estimate, save, compare."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from cli.console import say
from cli.io.language_streams import language_blocks
from cli.io.storage import storage_directory
from cli.io.writing import open_binary_output
from cli.training.checkpoints import Checkpoints
from cli.training.estimates import tell_estimate
from cli.training.language_estimate import estimate
from cli.training.progress import figures_of, log_json, perplexity_of, training_progress
from nlp.data.language_text import encode_language, encode_language_by
from nlp.errors import InputError
from nlp.networks.config import LanguageModelConfig
from nlp.networks.files import save_language_model
from nlp.networks.make import make_language_model
from nlp.training.language_settings import LanguageSettings
from nlp.training.language_training import check_text, prepare_language
from nlp.training.progress import finite_or_none
from nlp.training.step_loop import Watch
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.training import Training
    from nlp.data.language_text import LanguageText
    from nlp.training.language_training import LanguageCurves, LanguagePreparation
    from nlp.training.progress import Progress
    from nlp.vectors.word_vectors import WordVectors

CHECKPOINT_KIND = "rnn-checkpoint"
NGRAM_ORDER = 5
_FEW_COLUMNS = 8  # fewer give poor statistics for batch normalisation
_MOST_NGRAM_TOKENS = 5_000_000  # so many take the n-gram model a minute and a gigabyte


@dataclass(frozen=True)
class Request:
    """What the user asked for.

    Attributes: `settings` of `LanguageModelConfig` and `LanguageSettings`, with `min_count` and `max_vocab`;
    `vectors`, a file of word vectors to start from, which decide `embed_dim` where that is None.
    """

    streams: Streams
    console: Console
    training: Training
    settings: Mapping[str, Any]
    vectors: str | None


def run(request: Request) -> None:
    """Read, train, save and compare; with --dry-run only estimate what that would take."""
    training, console = request.training, request.console
    vectors, embed_dim = _vectors(request.vectors, request.settings["embed_dim"])
    config = LanguageModelConfig(**_of(LanguageModelConfig, {**request.settings, "embed_dim": embed_dim}))
    settings = LanguageSettings(**_of(LanguageSettings, request.settings))
    text, valid = _read(request, config.level)
    check_text(text)
    console.note(
        f"{text.length:,} tokens, of them {text.unknown:,} <unk>; {len(text.vocabulary):,} types with <unk>"
    )
    model = make_language_model(config, len(text.vocabulary))
    preparation = prepare_language(text, model, settings, valid=valid, patience=training.patience)
    digest = _start_from(vectors, preparation, console) if vectors else None
    for advice in (*preparation.advice(), *_advice(config, preparation)):
        console.warn(advice)
    if training.dry_run:
        tell_estimate(estimate(preparation, training.workers), request.streams)
        return
    selection = {name: request.settings[name] for name in ("min_count", "max_vocab")}
    identity = {
        **asdict(config),
        **asdict(settings),
        **selection,
        "vectors": digest,
        "patience": training.patience,
        "valid": valid and valid.sha256,
        "data": text.sha256,
    }
    checkpoints = Checkpoints.of(training, CHECKPOINT_KIND, identity)
    curves, last = _train(preparation, training, checkpoints, console)
    figures = _figures(curves)
    about = {
        "training": {**asdict(settings), **selection},
        "corpus": {"tokens": text.length, "unknown": text.unknown},
        **figures,
    }
    with checkpoints.until_in_place(), open_binary_output(training.output) as writer:
        save_language_model(writer, model, text.vocabulary, about)
    if valid and not config.bidirectional:
        figures |= _compared(text, valid, figures["valid_perplexity"], console)
    if console.log_json:
        log_json(**{**last, **figures, "done": True})


def _of(kind: type[LanguageModelConfig | LanguageSettings], settings: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: settings[field.name] for field in fields(kind)}


def _advice(config: LanguageModelConfig, preparation: LanguagePreparation) -> Iterator[str]:
    """Yield a warning, with its remedy, for each combination of settings that is likely to fail."""
    if (config.cell, config.activation, config.init) == ("rnn", "relu", "identity"):
        yield (
            "a relu that starts from the identity adds up all that it reads, and may overflow on long texts; "
            "give --init uniform, or --activation tanh"
        )
    columns = preparation.run.batches.columns // preparation.run.shards
    if config.norm == "batch" and columns < _FEW_COLUMNS:
        yield (
            f"--norm batch takes its statistics from the columns of a shard, which are only {columns}; "
            "raise --batch-size, or lower --shards"
        )


def _vectors(path: str | None, embed_dim: int | None) -> tuple[WordVectors | None, int | None]:
    """The word vectors to start from, and how wide the embedding is."""
    if path is None:
        return None, embed_dim
    from nlp.vectors.files import load_vectors

    vectors = load_vectors(path)
    dimensions = vectors.matrix.shape[1]
    if embed_dim not in {None, dimensions}:
        raise InputError(
            f"{path}: vectors of {number_of(dimensions, 'dimension')}, but embed_dim is {embed_dim}; "
            f"give --embed-dim {dimensions}"
        )
    return vectors, dimensions


def _read(request: Request, level: str) -> tuple[LanguageText, LanguageText | None]:
    """Encode the text and, with the same vocabulary, the held-out text if there is one."""
    training, settings = request.training, request.settings
    hashed = training.checkpoint is not None
    directory = storage_directory(training.checkpoint or training.output)
    text = encode_language(
        language_blocks(request.streams, level),
        directory,
        level,
        min_count=settings["min_count"],
        max_vocab=settings["max_vocab"],
        hash_input=hashed,
    )
    if training.valid is None:
        return text, None
    held_out = language_blocks(request.streams.like(training.valid), level)
    return text, encode_language_by(held_out, directory, text.vocabulary, hash_input=hashed)


def _start_from(vectors: WordVectors, preparation: LanguagePreparation, console: Console) -> str:
    """Overwrite the random embedding of each word that has a vector; return the hash of the embedding."""
    from nlp.networks.pretrained_embedding import start_from_

    embedding, vocabulary = preparation.model.parameters["E"], preparation.text.vocabulary
    found = start_from_(embedding, vocabulary, vectors)
    message = f"{found:,} of {len(vocabulary):,} tokens {'starts' if found == 1 else 'start'} from a vector"
    if 2 * found < len(vocabulary):
        console.warn(f"{message}; are they tokenized alike, and in the same case?")
    else:
        console.note(message)
    return hashlib.sha256(embedding.tobytes()).hexdigest()


def _train(
    preparation: LanguagePreparation, training: Training, checkpoints: Checkpoints, console: Console
) -> tuple[LanguageCurves, dict[str, Any]]:
    """Train; return the loss of each epoch, and the figures reported last."""
    team, run = preparation.team_size(training.workers), preparation.run
    asked = f" ({training.workers} asked for)" if team < training.workers else ""
    size = preparation.model.parameters.flat.size
    console.note(
        f"workers: {team}{asked}; {size:,} parameters; {number_of(preparation.steps, 'step')} of "
        f"{run.batches.columns} × {run.batches.bptt} tokens in {number_of(run.shards, 'shard')}"
    )
    resume = checkpoints.load(resume=training.resume, console=console)
    last: dict[str, Any] = {}
    with (
        training_progress(console, unit="tokens", perplexity=True) as report,
        checkpoints.guarding(),
    ):

        def on_progress(progress: Progress) -> None:
            last.update(figures_of(progress))
            report(progress)

        watch = Watch(on_progress, checkpoints.on_boundary, checkpoints.at_rest, resume)
        return preparation.train(training.workers, watch), last


def _figures(curves: LanguageCurves) -> dict[str, Any]:
    """The final figures of a training."""
    figures: dict[str, Any] = {"epoch_losses": finite_or_none(curves.epoch_losses)}
    if curves.valid_loss is not None:
        figures |= {"valid_losses": finite_or_none(curves.valid_losses), "best_epoch": curves.best_epoch}
        figures |= {"valid_loss": curves.valid_loss, "valid_perplexity": perplexity_of(curves.valid_loss)}
    return figures


def _compared(
    text: LanguageText, valid: LanguageText, perplexity: float, console: Console
) -> dict[str, float]:
    """Compare with an n-gram model of the same text, so that nobody ships a network that is worse."""
    if text.length + valid.length > _MOST_NGRAM_TOKENS:
        return {}
    from nlp.ngrams.model import ngram_perplexity

    tokens, held_out = (part.read(0, part.length) for part in (text, valid))
    counted = ngram_perplexity(tokens, held_out, text.vocabulary, NGRAM_ORDER)
    what = f"perplexity {perplexity:.2f} on the held-out text; a {NGRAM_ORDER}-gram model has {counted:.2f}"
    if perplexity >= counted:
        console.warn(
            f"{what}, which is better: train for more epochs, or more units, or use nlptool ngram-train"
        )
    elif console.progress and not console.quiet and not console.log_json:
        say(what)
    return {"ngram_perplexity": counted}
