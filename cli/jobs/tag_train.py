"""What `nlptool tag-train` does with its options: read labelled text, train or estimate, save."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from cli.io.labelled_lines import labelled_lines
from cli.io.steps import Steps
from cli.training import job
from cli.training.start import start_vectors, tell_started
from nlp.data.labelled.columns import Columns
from nlp.data.labelled.reading import SchemeFinder, check_tags, read_labelled
from nlp.networks.token_config import TokenNetworkConfig
from nlp.settings import settings_of
from nlp.tagging.config import BOTH, ENTITIES, LINEAR, SEGMENT, HashedConfig, TaggerConfig
from nlp.tagging.files import save_segmenter, save_tagger
from nlp.tagging.recurrent.files import save_recurrent_segmenter, save_recurrent_tagger
from nlp.tagging.recurrent.training import recurrent_segmenter_training, recurrent_training
from nlp.tagging.segment_training import segmenter_training
from nlp.tagging.tag_training import GROUPS, MOST_GROUPED, tagger_training
from nlp.tagging.user_dictionary import read_dictionary
from nlp.vectors.word_groups import word_groups
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nlp.data.labelled.schemes import Scheme
    from nlp.data.labelled.sentence import Form
    from nlp.storage.model_file import BinaryWriter
    from nlp.tagging.learner import TaggerLearner
    from nlp.tagging.recurrent.learner import RecurrentTaggerLearner
    from nlp.tagging.tag_training import Tagged
    from nlp.training.loop import Curves
    from nlp.vectors.word_groups import WordGroups

CHECKPOINT_KIND = "tag-checkpoint"
_HELPERS = ("text", "dictionary")
_GROUPED = "has a group of like ones", "have a group of like ones"


@dataclass(frozen=True)
class Request(job.Command):
    """What the user asked for.

    Attributes: `settings` of `TaggerConfig` and of `TokenNetworkConfig`; `columns`, which hold words and
    tags; `vectors`, a file of word vectors; for words, `text`, a file of unlabelled text, and `dictionary`,
    one of further words.
    """

    settings: Mapping[str, Any]
    columns: str | None
    vectors: str | None
    text: str | None
    dictionary: str | None


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
    def tagged(self) -> Tagged:
        """The tokens and their tags."""
        return self.tokens, self.tags

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
    own = {name for name, _ in settings_of(TaggerConfig)}
    config = TaggerConfig(**{name: request.settings[name] for name in own})
    text = _read(request, config, None)
    valid = _read(request, config, request.training.valid) if request.training.valid else None
    request.console.note(f"{number_of(text.words, 'word')} in {number_of(len(text.tokens), 'sentence')}")
    made = _linear if config.method == LINEAR else _recurrent
    ready = made(request, text, valid, config)
    learner, weights = ready.learner, ready.weights
    about = job.provenance(text, words=text.words, sentences=len(text.tokens))
    about |= {} if config.task == SEGMENT else {"form": text.form.name, "columns": text.columns}
    unit = "character" if config.task == SEGMENT else "token"

    def save(writer: BinaryWriter, curves: Curves) -> None:
        ready.write(writer, about | job.figures_of_curves(curves, has_perplexity=False))

    training = job.Job(
        learner=learner,
        size={
            "words": text.words,
            "labels": len(learner.chain.names),
            "parameters": weights,
            "temporary_bytes": 0,
            "model_bytes": ready.model_bytes,
        },
        kind=CHECKPOINT_KIND,
        identity={
            **asdict(config),
            **ready.identity,
            "valid": valid and valid.sha256,
            "data": text.sha256,
        },
        steps_of=f"{number_of(learner.steps_per_epoch * learner.epochs, 'step')} of "
        f"{number_of(config.places, unit)} or more",
        size_of=f"{number_of(weights, 'weight')} of {number_of(len(learner.chain.names), 'label')}",
        unit=f"{unit}s",
        has_perplexity=False,
        result=lambda curves: curves,
        save=save,
        advice=text.advice,
    )
    job.run(training, request)


@dataclass(frozen=True)
class _Ready:
    """What learns the task, and what writes the model as it has been learnt.

    Attributes: `weights`, how many it has; `model_bytes`, about; `identity`, what else its bytes depend on.
    """

    learner: TaggerLearner | RecurrentTaggerLearner
    weights: int
    model_bytes: int
    write: Callable[[BinaryWriter, Mapping[str, Any]], None]
    identity: Mapping[str, Any] = field(default_factory=dict)


class _Lines:
    """The lines of a file that helps, whose SHA-256 is taken while they are read."""

    def __init__(self, request: Request, path: str) -> None:
        self._blocks = request.streams.like(path).input.blocks(cut_long_lines=True)
        self._digest = hashlib.sha256()

    def __iter__(self) -> Iterator[str]:
        for block in self._blocks:
            self._digest.update(block.text.encode())
            yield from block.text.split("\n")

    @property
    def sha256(self) -> str:
        """Of what has been read."""
        return self._digest.hexdigest()


class _Helpers:
    """What helps to learn words: unlabelled text, and the words of a dictionary."""

    def __init__(self, request: Request) -> None:
        self._lines = {name: _Lines(request, path) for name in _HELPERS if (path := getattr(request, name))}
        entries = read_dictionary(self._lines.get("dictionary", ()))
        self.further = [word for word, wanted in entries if wanted]
        self.unlabelled = self._lines.get("text")

    def identity(self) -> dict[str, str | None]:
        """The SHA-256 of each, once it has been read."""
        return {name: self._lines[name].sha256 if name in self._lines else None for name in _HELPERS}


def _linear(request: Request, text: LabelledText, valid: LabelledText | None, config: TaggerConfig) -> _Ready:
    if config.task == SEGMENT:
        helpers = _Helpers(request)
        words = segmenter_training(
            text.tokens,
            config,
            valid=valid.tokens if valid else None,
            dictionary=helpers.further,
            unlabelled=helpers.unlabelled,
        )
        size = words.learner.weights.size
        return _Ready(
            words.learner,
            size,
            size,
            lambda to, about: save_segmenter(to, words.model(), config, about),
            helpers.identity(),
        )
    groups = _groups(request, config, text) if request.vectors else None
    held_out = valid.tagged if valid else None
    tags = tagger_training(text.tagged, config, scheme=text.scheme, valid=held_out, groups=groups)
    size = tags.learner.weights.size
    return _Ready(
        tags.learner,
        size,
        size + (tags.groups.size if tags.groups else 0),
        lambda to, about: save_tagger(to, tags.model(), config, about),
        {"vectors": groups and groups.sha256},
    )


def _groups(request: Request, config: TaggerConfig, text: LabelledText) -> WordGroups:
    """Groups of the words of --vectors; how many words of the text are in one is told."""
    vectors = start_vectors(str(request.vectors), "dim", None, request.console)
    watch = Steps(request.console, "grouping words").tell
    groups = word_groups(vectors, config.seed, GROUPS, most=MOST_GROUPED, watch=watch)
    known, types = set(vectors.words[:MOST_GROUPED]), {token for some in text.tokens for token in some}
    found = sum(bool({token, token.lower()} & known) for token in types)
    unit = "characters" if max(map(len, types), default=0) == 1 else "words"
    tell_started(request.console, found, len(types), unit, _GROUPED)
    size, words = groups.size / 1e6, number_of(len(groups.hashes), "word")
    request.console.note(f"the groups of {words} are {size:.1f} MB of the model")
    return groups


def _recurrent(
    request: Request, text: LabelledText, valid: LabelledText | None, config: TaggerConfig
) -> _Ready:
    own = {name: request.settings[name] for name, known in settings_of(TokenNetworkConfig) if known.help}
    form = TokenNetworkConfig(
        **own,
        epochs=config.passes,
        lr=config.rate,
        dropout=config.left_out,
        batch_size=config.places,
        seed=config.seed,
    )
    hashed = HashedConfig(config.bits) if config.method == BOTH else None
    vectors = None
    identity: dict[str, Any] = {**asdict(form), "vectors": None}
    if request.vectors is not None:
        vectors = start_vectors(request.vectors, "embed_dim", None, request.console)
        identity["vectors"] = hashlib.sha256(vectors.matrix.tobytes()).hexdigest()
    if hashed and config.task == SEGMENT:
        helpers = _Helpers(request)
        words = recurrent_segmenter_training(
            text.tokens,
            form,
            hashed,
            valid=valid.tokens if valid else None,
            dictionary=helpers.further,
            unlabelled=helpers.unlabelled,
            vectors=vectors,
        )
        learner = words.learner
        identity |= helpers.identity()

        def write(to: BinaryWriter, about: Mapping[str, Any]) -> None:
            save_recurrent_segmenter(to, words.model(), about)
    else:
        held_out = valid.tagged if valid else None
        tags = recurrent_training(
            text.tagged, form, hashed, scheme=text.scheme, valid=held_out, vectors=vectors
        )
        learner = tags.learner

        def write(to: BinaryWriter, about: Mapping[str, Any]) -> None:
            save_recurrent_tagger(to, tags.model(), about)

    if vectors is not None:
        types = learner.examples.text.vectors
        unit = "characters" if config.task == SEGMENT else "words"
        tell_started(request.console, int((types > 0).sum()), len(types), unit)
    parameters = learner.network.parameters.flat
    of_features = learner.hashed.weights.size if learner.hashed else 0
    size = parameters.nbytes + learner.network.encoder.vectors.size + of_features
    return _Ready(learner, parameters.size + of_features, size, write, identity)


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
