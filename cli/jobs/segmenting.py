"""What a command line of `tokenize` names: segmenter and dictionary, or a model's pieces of words."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import corpora
from cli.io.reading import Input
from nlp.errors import ModelError
from nlp.text.byte_pair_tokenizer import BytePairTokenizer
from nlp.text.han_words import HanWords
from nlp.text.tokenize import tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlp.tagging.user_dictionary import UserDictionary
    from nlp.text.han_words import Spaced


def han_words(
    model: str | None, dictionary: str | None, clean: Callable[[str], str], *, tweets: bool
) -> HanWords:
    """`words` mode by the segmenter that the user named, which is read at the first Han character.

    `clean` makes of an entry of the dictionary, if there is one, what it looks like in the text.
    """
    words = tokenizer("words", tweets=tweets)
    path = corpora.path_or_bundled(model) if model else str(corpora.model_path(corpora.DEFAULT_SEGMENTER))

    def load() -> Spaced:
        from nlp.storage import kinds
        from nlp.tagging.segmenter import spacing

        found = spacing(kinds.load(path, kinds.SEGMENTER, kinds.RECURRENT_SEGMENTER), words)
        gc.freeze()  # all that is there stays: collections need not look through NumPy each time
        return found

    if dictionary is None:
        return HanWords(words, load)
    found = read_entries(dictionary, clean)
    return HanWords(words, load, found.spans, found.longest)


def pieces_of_words(path: str) -> BytePairTokenizer:
    """The pieces of words that a model has learnt. Raises: ModelError for a model without them; OSError."""
    from nlp.storage.byte_pairs import read_byte_pairs
    from nlp.storage.model_file import open_model

    file = open_model(path)
    if not {"characters", "pairs"} <= file.metadata["arrays"].keys():
        raise ModelError(f"{path}: a model without pieces of words; name one of --level subword")
    return BytePairTokenizer(read_byte_pairs(file))


def read_entries(path: str, clean: Callable[[str], str] = str) -> UserDictionary:
    """The dictionary in a file, an entry a line. Raises: InputError for text that is not UTF-8; OSError."""
    from nlp.tagging.user_dictionary import UserDictionary, read_dictionary

    blocks = Input((path,)).blocks()
    lines = (line for block in blocks for line in block.text.split("\n"))
    return UserDictionary(read_dictionary(lines, clean))
