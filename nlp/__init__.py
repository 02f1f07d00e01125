"""Tokens, word vectors and language models in Python; the NumPy layer under every `nlptool` command.

>>> import nlp
>>> nlp.tokenize("Don't panic: it's 3.14 at 9:30.")
["Don't", 'panic', ':', "it's", '3.14', 'at', '9:30', '.']
>>> vectors = nlp.load("en-vectors")
>>> [word for word, cosine in vectors.most_similar("king", topn=3)]
['queen', 'prince', 'majesty']
>>> vectors["king"].shape
(100,)
>>> "kingg" in vectors
False

What is heavy is imported when it is used: `import nlp` takes no time.
"""

from __future__ import annotations

from functools import cache

TYPE_CHECKING = False  # not from `typing`, which every start of the command would pay for
if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from nlp.classification.classifier import Classifier
    from nlp.classification.recurrent.classifier import RecurrentClassifier
    from nlp.decoding.language_model import FillModel, LanguageModel
    from nlp.tagging.recurrent.tagger import RecurrentTagger
    from nlp.tagging.tagger import Tagger
    from nlp.translation.translator import Translator
    from nlp.vectors.word_vectors import WordVectors

    Labeller = Tagger | RecurrentTagger | Classifier | RecurrentClassifier
    Model = WordVectors | LanguageModel | FillModel | Labeller | Translator

__all__ = ["__version__", "load", "tokenize"]
__version__ = "0.1.0"


def load(model: str | os.PathLike[str]) -> Model:
    """What a model file holds; `model` is its path, or the name of a model that comes with nlptool.

    Word vectors may be in the format of another tool, n-grams in an ARPA file. A language model of `rnn-train
    --bidirectional` only fills gaps: it is a `FillModel`. A tagger tells `tags` of sentences, a classifier
    `probabilities` of its `labels`, a translator `translate`s; what cuts text into words and what searches
    it, commands alone know how to ask.

    Raises: NlpError for a file that holds none of these, or is damaged; OSError if it can't be read
    """
    from corpora import path_or_bundled
    from nlp.decoding.language_model import language_model
    from nlp.errors import ModelError, NoModelError
    from nlp.networks.files import LoadedLanguageModel
    from nlp.ngrams.arpa import is_arpa, read_arpa
    from nlp.ngrams.model import NgramModel
    from nlp.storage.kinds import KINDS, RECURRENT_SEGMENTER, SEARCH_INDEX, SEGMENTER, loaded, use_of
    from nlp.storage.model_file import open_model
    from nlp.vectors.files import load_vectors
    from nlp.wording import Message

    path = path_or_bundled(str(model))
    try:
        file = open_model(path)
    except NoModelError:
        return language_model(read_arpa(path)) if is_arpa(path) else load_vectors(path)
    if file.kind not in KINDS or file.kind in (SEGMENTER, RECURRENT_SEGMENTER, SEARCH_INDEX):
        refused = f"{path}: a model of kind {file.kind!r}, which Python cannot ask"
        raise ModelError(Message("{refused}{use}", refused=refused, use=use_of(file.kind)))
    held = loaded(file)
    return language_model(held) if isinstance(held, LoadedLanguageModel | NgramModel) else held


def tokenize(text: str, mode: str = "words", *, lower: bool = False, tweets: bool = False) -> list[str]:
    """The tokens of a text; `mode` is one of words, uax29, chars and graphemes, as `nlptool tokenize` has it.

    Raises: ValueError for another mode, or for `tweets` in another one than words

    >>> import nlp
    >>> nlp.tokenize("我用Python写代码 🙂", lower=True)
    ['我', '用', 'python', '写', '代', '码', '🙂']
    >>> nlp.tokenize("naïve", mode="chars")
    ['n', 'a', 'ï', 'v', 'e']
    """
    return _tokenizer(mode, lower, tweets)(text)


@cache
def _tokenizer(mode: str, lower: bool, tweets: bool) -> Callable[[str], list[str]]:
    from nlp.text.normalize import normalizer
    from nlp.text.tokenize import SEEING_ALL, tokenizer
    from nlp.text.visible import without_invisible

    split, clean = tokenizer(mode, tweets=tweets), normalizer("none", lower=lower)
    if mode in SEEING_ALL:
        return lambda text: split.tokens(clean(text))
    return lambda text: split.tokens(clean(without_invisible(text)))
