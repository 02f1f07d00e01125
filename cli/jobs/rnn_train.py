"""What `nlptool rnn-train` does with its options: read, train or estimate, save, compare."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from cli.console import say
from cli.io.language_streams import language_blocks
from cli.training import job
from cli.training.start import start_vectors, tell_started
from nlp.data.advice import advice_on_text
from nlp.data.corpus import encode, encode_by
from nlp.errors import InputError, SettingError
from nlp.networks.config import LanguageModelConfig
from nlp.networks.files import LoadedLanguageModel, save_language_model
from nlp.networks.grown_vocabulary import grow_from_
from nlp.networks.learner import NetworkLearner, check_text, least_bytes
from nlp.networks.network import Network, parameter_count
from nlp.networks.transformer_config import TransformerConfig
from nlp.storage.kinds import FILL_MODEL, LANGUAGE_MODEL, load
from nlp.text.vocabulary import SUBWORDS
from nlp.training.language_settings import LanguageSettings
from nlp.wording import Message, decimal, number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from cli.console import Console
    from nlp.data.corpus import Corpus
    from nlp.networks.network import NetworkConfig
    from nlp.storage.model_file import BinaryWriter
    from nlp.text.vocabulary import Vocabulary
    from nlp.training.loop import Curves
    from nlp.training.transformer_settings import TransformerSettings
    from nlp.vectors.word_vectors import WordVectors

NGRAM_ORDER = 5
_NO_FORM = {"dropout", "init", "init_scale", "forget_bias"}  # of these an earlier model decides nothing
_MANY_UNKNOWN = 0.1  # of a text, for a model that goes on with the tokens it has
_MORE_UNKNOWN = 0.2  # of a held-out text than of the text
_FEW_COLUMNS = 8  # fewer give poor statistics for batch normalisation
_MOST_NGRAM_TOKENS = 5_000_000  # so many take the n-gram model a minute and a gigabyte


@dataclass(frozen=True)
class Form:
    """A form of networks.

    Attributes: the dataclasses of its settings, `config` of a model and `pace` of a training; the kinds of
    files of its `models`, and of its `checkpoint`.
    """

    config: type[LanguageModelConfig | TransformerConfig]
    pace: type[LanguageSettings | TransformerSettings]
    models: Sequence[str]
    checkpoint: str


RECURRENT = Form(LanguageModelConfig, LanguageSettings, (LANGUAGE_MODEL, FILL_MODEL), "rnn-checkpoint")


@dataclass(frozen=True)
class Request(job.Command):
    """What the user asked for.

    Attributes: `settings` of the `form`, with `min_count` and `max_vocab`, of which the command line names
    those in `chosen`; `vectors`, a file of word vectors to start from, which decide `embed_dim` where that is
    None; `update`, a model to go on from; `grow`, whether it learns the tokens of the text that it lacks.
    """

    settings: Mapping[str, Any]
    chosen: AbstractSet[str]
    vectors: str | None
    update: str | None
    form: Form = RECURRENT
    grow: bool = False


def run(request: Request) -> None:
    """Read, train, save and compare; with --dry-run only estimate what that would take."""
    console, form, chosen = request.console, request.form, request.settings
    vectors = None
    if request.vectors is not None:
        vectors = start_vectors(request.vectors, "embed_dim", chosen["embed_dim"], console)
        chosen = {**chosen, "embed_dim": vectors.matrix.shape[1]}
    earlier = load(request.update, *form.models) if request.update else None
    config: NetworkConfig
    if earlier:
        config = _config_of_earlier(earlier.model.config, request)
    else:
        config = form.config(**_of(form.config, chosen))
    settings: LanguageSettings | TransformerSettings = form.pace(**_of(form.pace, chosen))
    text, valid = _read(request, config.level, earlier and earlier.vocabulary)
    check_text(text)
    _check_tokens(request, text, valid, earlier)
    console.note(
        f"{text.length:,} tokens, of them {text.unknown:,} <unk>; {len(text.vocabulary):,} types with <unk>"
    )
    parameters = parameter_count(config, len(text.vocabulary))
    size = {
        "tokens": text.length,
        "vocabulary": len(text.vocabulary),
        "parameters": parameters,
        "temporary_bytes": text.storage.size,
        "model_bytes": 4 * parameters,
    }
    if not request.goes_on(size, least_bytes(parameters, text.length, settings)):
        return
    model = Network(config, len(text.vocabulary))
    learner = NetworkLearner(model, text, settings, valid=valid)
    digest = _start_from(vectors, learner, console) if vectors else None
    selection = {name: request.settings[name] for name in ("min_count", "max_vocab", "subword_vocab")}
    about = {
        "training": {**asdict(settings), **selection},
        **job.provenance(text, tokens=text.length, unknown=text.unknown),
    }
    if earlier:
        _go_on_from(earlier, model, text.vocabulary, grow=request.grow)
        about["updated_parameters"] = earlier.metadata["arrays"]["parameters"]["sha256"]
    weights, batches = model.parameters.flat, learner.batches
    steps = number_of(learner.steps_per_epoch * settings.epochs, "step")

    def save(writer: BinaryWriter, curves: Curves) -> None:
        save_language_model(writer, model, text.vocabulary, about | job.figures_of_curves(curves))

    def compare(curves: Curves) -> Mapping[str, Any]:
        return _compared(text, valid, curves, console) if valid and not config.bidirectional else {}

    ready = job.Job(
        learner=learner,
        size=size,
        kind=form.checkpoint,
        identity={
            **asdict(config),
            **asdict(settings),
            **selection,
            "vectors": digest,
            "update": about.get("updated_parameters"),
            "grow": request.grow,
            "valid": valid and valid.sha256,
            "data": text.sha256,
        },
        steps_of=f"{weights.size:,} parameters, {steps} of {batches.columns} × {batches.bptt} tokens in "
        f"{number_of(learner.shards, 'shard')}",
        size_of=f"{number_of(weights.size, 'parameter')}",
        unit="tokens",
        result=lambda curves: curves,
        save=save,
        advice=(*advice_on_text(text), *learner.advice(), *_advice(config, learner)),
        compare=compare,
    )
    job.run(ready, request)


def _of(kind: type[Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: settings[field.name] for field in fields(kind)}


def _advice(config: NetworkConfig, learner: NetworkLearner) -> Iterator[str]:
    """Yield a warning, with its remedy, for each combination of settings that is likely to fail."""
    if isinstance(config, TransformerConfig):
        return
    if (config.cell, config.activation, config.init) == ("rnn", "relu", "identity"):
        yield (
            "a relu that starts from the identity adds up all that it reads, and may overflow on long texts; "
            "give --init uniform, or --activation tanh"
        )
    columns = learner.batches.columns // learner.shards
    if config.norm == "batch" and columns < _FEW_COLUMNS:
        yield (
            f"--norm batch takes its statistics from the columns of a shard, which are only {columns}; "
            "raise --batch-size, or lower --shards"
        )


def _config_of_earlier(earlier: NetworkConfig, request: Request) -> NetworkConfig:
    """The form of the model that --update names, with the dropout that the command line gives.

    Raises: SettingError naming a setting that the command line has otherwise
    """
    for name in _of(request.form.config, request.settings).keys() & request.chosen - _NO_FORM:
        there, here = getattr(earlier, name), request.settings[name]
        if there != here:
            raise SettingError(
                Message(
                    f"`{name}` is {{here}}, but {{there}} in {{path}}, and stays so; leave it out",
                    here=here,
                    there=there,
                    path=request.update,
                )
            )
    return replace(earlier, dropout=request.settings["dropout"]) if "dropout" in request.chosen else earlier


def _read(request: Request, level: str, vocabulary: Vocabulary | None) -> tuple[Corpus, Corpus | None]:
    """Encode the text, with the vocabulary of an earlier model if there is one, and the held-out text.

    That of an earlier model may grow by the tokens of the text, but pieces of words spell every text already.
    """
    training, settings, directory = request.training, request.settings, request.directory
    blocks = language_blocks(request.streams, level)
    if vocabulary and (level == SUBWORDS or not request.grow):
        text = encode_by(blocks, directory, vocabulary)
    else:
        text = encode(
            blocks,
            directory,
            level,
            known=vocabulary,
            min_count=settings["min_count"],
            max_vocab=settings["max_vocab"],
            subword_vocab=settings["subword_vocab"],
        )
    if training.valid is None:
        return text, None
    held_out = encode_by(
        language_blocks(request.streams.like(training.valid), level), directory, text.vocabulary
    )
    if not held_out.length:
        raise InputError("the held-out text is empty: nothing to evaluate on", path=training.valid)
    return text, held_out


def _check_tokens(
    request: Request, text: Corpus, valid: Corpus | None, earlier: LoadedLanguageModel | None
) -> None:
    """Warn of many tokens without a number of their own, and note how many join an earlier model.

    Raises: InputError for --grow where the earlier model has no room for them
    """
    console = request.console
    if earlier and request.grow:
        joined = len(text.vocabulary) - len(earlier.vocabulary)
        if earlier.model.config.softmax != "full":
            raise InputError(
                Message("a model with `softmax` adaptive cannot grow: its clusters are of the tokens it has")
            )
        console.note(f"{number_of(joined, 'token')} of the text that the model lacks will be learnt")
    elif earlier and text.unknown > _MANY_UNKNOWN * text.length:
        console.warn(
            f"{text.unknown / text.length:.0%} of the tokens are <unk> to {request.update}, which learns no "
            "new ones without --grow"
        )
    elif valid and valid.unknown / valid.length > text.unknown / text.length + _MORE_UNKNOWN:
        console.warn(
            f"{valid.unknown / valid.length:.0%} of the tokens of {request.training.valid} are <unk>, not in "
            "the text or rarer there than it keeps, so that its perplexity tells little; prepare both alike, "
            "or hold out a part of the text"
        )


def _go_on_from(
    earlier: LoadedLanguageModel, network: Network, vocabulary: Vocabulary, *, grow: bool
) -> None:
    """Overwrite the random weights of a network by those of an earlier one."""
    if grow:
        grow_from_(network, vocabulary, earlier.model, earlier.vocabulary)
    else:
        network.parameters.flat[:] = earlier.model.parameters.flat
        network.parameters.averages[:] = earlier.model.parameters.averages


def _start_from(vectors: WordVectors, learner: NetworkLearner, console: Console) -> str:
    """Overwrite the random embedding of each word that has a vector; return the hash of the embedding."""
    from nlp.networks.pretrained_embedding import start_from_

    embedding, vocabulary = learner.model.parameters["E"], learner.text.vocabulary
    found = start_from_(embedding, vocabulary, vectors)
    tell_started(console, found, len(vocabulary), "tokens")
    return hashlib.sha256(embedding.tobytes()).hexdigest()


def _compared(text: Corpus, valid: Corpus, curves: Curves, console: Console) -> dict[str, float]:
    """Compare with an n-gram model of the same text, so that nobody ships a network that is worse."""
    if text.length + valid.length > _MOST_NGRAM_TOKENS:
        return {}
    from nlp.ngrams.model import ngram_perplexity

    perplexity = job.figures_of_curves(curves)["valid_perplexity"]
    tokens, held_out = (part.read(0, part.length) for part in (text, valid))
    counted = ngram_perplexity(tokens, held_out, text.vocabulary, NGRAM_ORDER)
    what = (
        f"perplexity {decimal(perplexity, 2)} on the held-out text;"
        f" a {NGRAM_ORDER}-gram model has {decimal(counted, 2)}"
    )
    if perplexity >= counted:
        console.warn(
            f"{what}, which is better: train for more epochs, or more units, or use nlptool ngram-train"
        )
    elif console.progress and not console.quiet and not console.log_json:
        say(what)
    return {"ngram_perplexity": counted}
