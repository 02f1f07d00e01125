"""The bundled texts, written for this project and free to use (CC0), and the bundled models."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent

TEXTS = {
    "english/fables": "fables and short tales, with kings, queens and talking animals",
    "english/court": "the chronicle of a hill kingdom and its neighbours",
    "english/village": "a village through one year",
    "english/cookbook": "a cook's recipes, with the stories that go with them",
    "english/letters": "a traveller's letters home",
    "chinese/fables": "寓言与小故事",
    "chinese/village": "村里的一年",
    "chinese/kitchen": "家常菜与它们的故事",
    "chinese/letters": "旅人家书",
    "lecture/onehot": "the lecture's five words: apple, bag, cat, dog, elephant",
    "lecture/cbow": "the lecture's sentence for CBOW",
    "lecture/word-order": "short sentences from which a language model learns word order",
    "lecture/fill-blank": "短句：填空用",
    "lecture/analogies": "family analogies in Google's format",
}
"""Name → what it is. A folder's name stands for all of its texts."""

DEFAULT_VECTORS = "en-vectors"
DEFAULT_SEGMENTER = "zh-words"
DEFAULT_TAGGER = "en-pos"
MODELS = {
    DEFAULT_VECTORS: "English word vectors",
    DEFAULT_SEGMENTER: "Chinese words, for tokenize --han words",
    DEFAULT_TAGGER: "English parts of speech, for tag",
    "zh-entities": "Chinese names, for tag --entities of words",
    "en-entities": "English names, for tag --entities",
}
"""Name → what it is. `corpora/LICENSE` tells what they were trained on."""


def select(name: str) -> list[str]:
    """The texts that `name` stands for: one, or those of a folder; empty if it is neither."""
    return [text for text in TEXTS if text == name or text.startswith(f"{name}/")]


def read_text(name: str) -> str:
    """The text called `name`, one paragraph a line. Raises: KeyError if there is none."""
    return path_of(name).read_text(encoding="utf-8")


def path_of(name: str) -> Path:
    """The file of the text called `name`. Raises: KeyError if there is none."""
    if name not in TEXTS:
        raise KeyError(name)
    return _FOLDER / f"{name}.txt"


def model_path(name: str = DEFAULT_VECTORS) -> Path:
    """The file of the model called `name`, or where it would be. Raises: KeyError if there is none."""
    if name not in MODELS:
        raise KeyError(name)
    return _FOLDER / "models" / f"{name}.model"


def path_or_bundled(model: str) -> str:
    """The file that `model` names; if there is none, the file of the bundled model of that name."""
    return str(model_path(model)) if model in MODELS and not Path(model).exists() else model
