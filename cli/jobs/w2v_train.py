"""What `nlptool w2v-train` does with its options: read a text, and make word vectors ready to train."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cli.training import job
from cli.training.start import start_vectors, tell_started
from nlp.data.corpus import encode, encode_by
from nlp.errors import InputError, SettingError
from nlp.parallel.engine import ForkedEngine
from nlp.storage.spooled_text import SpooledText
from nlp.text.phrases import find_phrases
from nlp.word2vec.advice import advice_on_training, advice_on_vectors
from nlp.word2vec.config import Word2VecConfig
from nlp.word2vec.files import load_earlier, save_word2vec, settings_of_earlier, vectors_alone
from nlp.word2vec.input_rows import subword_table
from nlp.word2vec.learner import WordVectorLearner, check_corpus
from nlp.word2vec.objective import output_rows
from nlp.word2vec.slices import SlicedLearner
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from contextlib import AbstractContextManager

    from nlp.data.corpus import Corpus
    from nlp.parallel.engine import Engine
    from nlp.text.phrases import Phrases
    from nlp.vectors.word_vectors import WordVectors
    from nlp.word2vec.learner import EarlierModel
    from nlp.word2vec.slice_settings import SliceSettings

CHECKPOINT_KIND = "w2v-checkpoint"


@dataclass(frozen=True)
class Request(job.Command):
    """What the user asked for.

    Attributes: `settings` of `Word2VecConfig`, of which the command line names those in `chosen`; `update`, a
    model or vectors to go on from; `vectors`, a file that the words of the text start from;
    `phrase_threshold`, the score from which a pair of words is one token (None: never); `slices` of the text.
    """

    settings: Mapping[str, Any]
    chosen: Collection[str]
    update: str | None
    vectors: str | None
    phrase_threshold: float | None
    slices: SliceSettings

    def engine(self) -> AbstractContextManager[Engine]:
        """What computes slices: a cluster, if one was named."""
        cluster = self.training.cluster
        return cluster.engine() if cluster else nullcontext(ForkedEngine(self.training.workers))


def run(request: Request) -> None:
    """Read, train and save; with --dry-run only estimate what that would take."""
    earlier, vectors, config = _configured(request)
    config = request.slices.fitted(config)
    with request.engine() as engine:  # a cluster that is not there is told before a long text is read
        _train(request, config, earlier, vectors, engine)


def _train(
    request: Request,
    config: Word2VecConfig,
    earlier: EarlierModel | None,
    vectors: WordVectors | None,
    engine: Engine,
) -> None:
    corpus, valid = _read(request, config, earlier)
    request.console.note(
        f"{number_of(corpus.words_seen, 'word')}, of them {corpus.words:,} of the "
        f"{number_of(len(corpus.vocabulary), 'kept type')}"
    )
    about = _about(corpus, request)
    if earlier:
        about["updated_vectors"] = earlier.sha256
    elif vectors:
        earlier = vectors_alone(_of_text(vectors, corpus, request))
        about["start_vectors"] = earlier.sha256
    check_corpus(corpus, config)
    table = subword_table(config, corpus.vocabulary.words)
    rows = table.size if table else len(corpus.vocabulary)
    parameters = (rows + output_rows(config, len(corpus.vocabulary))) * config.dim
    size = {
        "words": corpus.words_seen,
        "vocabulary": len(corpus.vocabulary),
        "parameters": parameters,
        "temporary_bytes": corpus.storage.size,
        "model_bytes": 4 * parameters,
    }
    if not request.goes_on(size, 4 * parameters):
        return
    learner = WordVectorLearner(corpus, config, earlier=earlier, valid=valid, table=table)
    slices, steps = request.slices, f"steps of {learner.plan.chunks} × {learner.plan.chunk_tokens} words"
    is_whole = slices.slices == 1
    ready = job.Job(
        learner=learner if is_whole else SlicedLearner(learner, slices, engine),
        size=size,
        kind=CHECKPOINT_KIND,
        identity={
            **asdict(config),
            **slices.told(),
            "phrase_threshold": request.phrase_threshold,
            "update": about.get("updated_vectors"),
            "vectors": about.get("start_vectors"),
            "valid": valid and valid.sha256,
            "data": corpus.sha256,
        },
        steps_of=steps if is_whole else f"rounds of {slices.slices} slices, in {steps}",
        size_of=f"{number_of(len(corpus.vocabulary), 'word')} × {config.dim}",
        unit="words",
        result=learner.model,
        save=lambda writer, model: save_word2vec(writer, model, about),
        advice=advice_on_training(learner),
        advice_after=advice_on_vectors,
        compare=lambda _: {"words": len(corpus.vocabulary)},
    )
    job.run(ready, request)


def _configured(request: Request) -> tuple[EarlierModel | None, WordVectors | None, Word2VecConfig]:
    """What --update or --vectors names, if any, and the settings, some of which these decide."""
    settings = dict(request.settings)
    if request.vectors is not None:
        dim = settings["dim"] if "dim" in request.chosen else None
        vectors = start_vectors(request.vectors, "dim", dim, request.console)
        return None, vectors, Word2VecConfig(**{**settings, "dim": vectors.matrix.shape[1]})
    if request.update is None:
        return None, None, Word2VecConfig(**settings)
    earlier, of_earlier = load_earlier(request.update)
    chosen = {name: settings[name] for name in request.chosen}
    fixed = settings_of_earlier(request.update, of_earlier, chosen)
    largest, words = settings["max_vocab"], len(earlier.vocabulary)
    if largest is not None and largest < words:
        raise SettingError(
            f"--max-vocab is {largest:,}, but {request.update} has {words:,} words already; raise it"
        )
    for warning in earlier.warnings:
        request.console.warn(warning)
    return earlier, None, Word2VecConfig(**{**settings, **fixed})


def _of_text(vectors: WordVectors, corpus: Corpus, request: Request) -> WordVectors:
    """The vectors of those words that the text has. Raises: InputError where there are none."""
    words = corpus.vocabulary.words
    among, _ = vectors.subset(words)
    if not len(among):
        raise InputError(
            f"{request.vectors}: none of the words of the text has a vector, {words[0]!r} for one"
        )
    tell_started(request.console, len(among), len(words), "words")
    return among


def _read(
    request: Request, config: Word2VecConfig, earlier: EarlierModel | None
) -> tuple[Corpus, Corpus | None]:
    """Encode the text and, with the same vocabulary, the held-out text if there is one."""
    blocks: Iterable[str] = request.streams.token_text()
    phrases: Phrases | None = None
    if request.phrase_threshold is not None:
        spooled = SpooledText(request.directory)
        phrases = find_phrases(spooled.keep(blocks), config.min_count, request.phrase_threshold)
        _tell_phrases(phrases, request)
        blocks = phrases.join(spooled)
    corpus = encode(
        blocks,
        request.directory,
        min_count=config.min_count,
        max_vocab=config.max_vocab,
        known=earlier.vocabulary if earlier else None,
    )
    if request.training.valid is None:
        return corpus, None
    held_out = request.streams.like(request.training.valid).token_text()
    if phrases:
        held_out = phrases.join(held_out)
    return corpus, encode_by(held_out, request.directory, corpus.vocabulary)


def _tell_phrases(phrases: Phrases, request: Request) -> None:
    """Note how many pairs are joined; warn where none is, since the option then has no effect."""
    if phrases.pairs:
        pairs = number_of(len(phrases.pairs), "pair")
        request.console.note(f"{pairs} of words joined as phrases, such as {min(phrases.pairs)}")
    else:
        request.console.warn(
            f"--phrases joined nothing: no pair of words scores over --phrase-threshold"
            f" {request.phrase_threshold:g}; lower it, or --min-count"
        )


def _about(corpus: Corpus, request: Request) -> dict[str, Any]:
    """What the model file records about its training, beside the settings."""
    about = job.provenance(corpus, words=corpus.words, words_seen=corpus.words_seen)
    if request.phrase_threshold is not None:
        about["phrase_threshold"] = request.phrase_threshold
    if sliced := request.slices.told():
        about["sliced"] = sliced
    return about
