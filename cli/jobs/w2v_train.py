"""What `nlptool w2v-train` does with its options: read, train or estimate, save."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cli.io.storage import storage_directory
from cli.io.writing import open_binary_output
from cli.training.checkpoints import Checkpoints
from cli.training.estimates import tell_estimate
from cli.training.progress import figures_of, log_json, perplexity_of, training_progress
from cli.training.word2vec_estimate import estimate
from nlp.data.token_file import NO_WORDS, encode, encode_by
from nlp.errors import InputError
from nlp.storage.spooled_text import SpooledText
from nlp.text.phrases import find_phrases
from nlp.training.step_loop import Watch
from nlp.word2vec.advice import advice_on_training, advice_on_vectors
from nlp.word2vec.config import Word2VecConfig
from nlp.word2vec.files import load_earlier, save_word2vec, settings_of_earlier
from nlp.word2vec.word2vec import prepare
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.training import Training
    from nlp.data.token_file import TokenFile
    from nlp.text.phrases import Phrases
    from nlp.training.progress import Progress
    from nlp.word2vec.word2vec import EarlierModel, Preparation, Word2Vec

CHECKPOINT_KIND = "w2v-checkpoint"


@dataclass(frozen=True)
class Request:
    """What the user asked for.

    Attributes: `settings` of `Word2VecConfig`, of which the command line names those in `chosen`; `update`, a
    model to go on from; `phrase_threshold`, the score from which a pair of words is one token (None: never).
    """

    streams: Streams
    console: Console
    training: Training
    settings: Mapping[str, Any]
    chosen: Collection[str]
    update: str | None
    phrase_threshold: float | None

    @property
    def directory(self) -> str:
        """The folder for the encoded text: that of the output, where there is room for large files."""
        return storage_directory(self.training.checkpoint or self.training.output)


def run(request: Request) -> None:
    """Read, train and save; with --dry-run only estimate what that would take."""
    training, console = request.training, request.console
    earlier, config = _configured(request)
    corpus, valid = _read(request, config, earlier)
    console.note(
        f"{number_of(corpus.words_seen, 'word')}, of them {corpus.words:,} of the "
        f"{number_of(len(corpus.vocabulary), 'kept type')}"
    )
    preparation = prepare(corpus, config, earlier=earlier, valid=valid, patience=training.patience)
    for advice in advice_on_training(preparation):
        console.warn(advice)
    if training.dry_run:
        tell_estimate(estimate(preparation, training.workers), request.streams)
        return
    about = _about(corpus, earlier, request)
    identity = {
        **asdict(config),
        "phrase_threshold": request.phrase_threshold,
        "update": about.get("updated_vectors"),
        "patience": training.patience,
        "valid": valid and valid.sha256,
        "data": corpus.sha256,
    }
    checkpoints = Checkpoints.of(training, CHECKPOINT_KIND, identity)
    model = _train(preparation, training, checkpoints, console)
    with checkpoints.until_in_place(), open_binary_output(training.output) as writer:
        save_word2vec(writer, model, about)


def _configured(request: Request) -> tuple[EarlierModel | None, Word2VecConfig]:
    """The model that --update names, if any, and the settings, some of which it decides."""
    settings = dict(request.settings)
    if request.update is None:
        return None, Word2VecConfig(**settings)
    earlier, of_earlier = load_earlier(request.update)
    chosen = {name: settings[name] for name in request.chosen}
    fixed = settings_of_earlier(request.update, of_earlier, chosen)
    largest, words = settings["max_vocab"], len(earlier.vocabulary)
    if largest is not None and largest < words:
        raise InputError(
            f"max_vocab is {largest:,}, but {request.update} has {words:,} words already; raise it"
        )
    return earlier, Word2VecConfig(**{**settings, **fixed})


def _read(
    request: Request, config: Word2VecConfig, earlier: EarlierModel | None
) -> tuple[TokenFile, TokenFile | None]:
    """Encode the text and, with the same vocabulary, the held-out text if there is one."""
    hashed = request.training.checkpoint is not None
    blocks: Iterable[str] = request.streams.token_text()
    phrases: Phrases | None = None
    if request.phrase_threshold is not None:
        spooled = SpooledText(request.directory)
        phrases = find_phrases(spooled.keep(blocks), config.min_count, request.phrase_threshold)
        blocks = phrases.join(spooled)
    corpus = encode(
        blocks,
        request.directory,
        min_count=config.min_count,
        max_size=config.max_vocab,
        known=earlier.vocabulary if earlier else NO_WORDS,
        hash_input=hashed,
    )
    if request.training.valid is None:
        return corpus, None
    held_out = request.streams.like(request.training.valid).token_text()
    if phrases:
        held_out = phrases.join(held_out)
    return corpus, encode_by(held_out, request.directory, corpus.vocabulary, hash_input=hashed)


def _about(corpus: TokenFile, earlier: EarlierModel | None, request: Request) -> dict[str, Any]:
    """What the model file records about its training, beside the settings."""
    about: dict[str, Any] = {"corpus": {"words": corpus.words, "words_seen": corpus.words_seen}}
    if request.phrase_threshold is not None:
        about["phrase_threshold"] = request.phrase_threshold
    if earlier:
        about["updated_vectors"] = hashlib.sha256(earlier.input_vectors.tobytes()).hexdigest()
    return about


def _train(
    preparation: Preparation, training: Training, checkpoints: Checkpoints, console: Console
) -> Word2Vec:
    team, plan = preparation.team_size(training.workers), preparation.run.plan
    asked = f" ({training.workers} asked for)" if team < training.workers else ""
    console.note(f"workers: {team}{asked}, for steps of {plan.chunks} × {plan.chunk_tokens} words")
    resume = checkpoints.load(resume=training.resume, console=console)
    last: dict[str, Any] = {}
    with training_progress(console) as report, checkpoints.guarding():

        def on_progress(progress: Progress) -> None:
            last.update(figures_of(progress))
            report(progress)

        watch = Watch(on_progress, checkpoints.on_boundary, checkpoints.at_rest, resume)
        model = preparation.train(training.workers, watch)
    for advice in advice_on_vectors(model):
        console.warn(advice)
    if console.log_json:
        log_json(**{**last, **_figures(model), "done": True})
    return model


def _figures(model: Word2Vec) -> dict[str, Any]:
    """The final figures of a training."""
    figures: dict[str, Any] = {"words": len(model.vocabulary), "epoch_losses": list(model.epoch_losses)}
    if model.valid_losses:
        best = model.valid_losses[model.best_epoch - 1]
        figures |= {"valid_losses": list(model.valid_losses), "best_epoch": model.best_epoch}
        figures |= {"valid_loss": best, "valid_perplexity": perplexity_of(best)}
    return figures
