"""Pairs of texts made ready to train a translation model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from nlp.errors import InputError
from nlp.text.character_classes import HAN
from nlp.translation.config import TranslationConfig
from nlp.translation.learner import HeldOut, TranslationLearner
from nlp.translation.networks import network_of
from nlp.translation.pairs import Pair, Pieces
from nlp.translation.translator import Translator
from nlp.wording import Message

_HAN = regex.compile(f"[{HAN}]")
_CHINESE = 0.2  # of the characters that are Han


@dataclass(frozen=True)
class TranslationTraining:
    """A learner of translation, and what the user is to know of its texts.

    Attributes: `learner`; `skipped` pairs, and `skipped_valid` ones, that are too long, or of which a text is
    empty.
    """

    learner: TranslationLearner
    skipped: int
    skipped_valid: int

    @property
    def translator(self) -> Translator:
        """The model as it has been learnt."""
        return self.learner.translator


def translation_training(
    pairs: Sequence[Pair], config: TranslationConfig, *, valid: Sequence[Pair] | None = None
) -> TranslationTraining:
    """Learn the pieces of words, and make pairs ready.

    Raises: InputError where there is nothing to learn, or to evaluate
    """
    pieces = Pieces.learn(pairs, config.subword_vocab, share=config.share)
    numbered = pieces.numbered(pairs, config.longest)
    if not len(numbered):
        told = "no pair of texts of up to {longest} pieces; raise `longest`, or give shorter texts"
        raise InputError(Message(told, longest=config.longest))
    held_out = None
    if valid is not None:
        held_out = HeldOut([pair for pair in valid if all(pair)], pieces.numbered(valid, config.longest))
        if not len(held_out.numbered):
            raise InputError(
                Message("no held-out pair of texts of up to {longest} pieces", longest=config.longest)
            )
    network = network_of(config, pieces.sizes)
    learner = TranslationLearner(
        network, Translator(network, pieces), numbered, valid=held_out, tokenizer=_tokenizer(pairs)
    )
    return TranslationTraining(learner, numbered.skipped, held_out.numbered.skipped if held_out else 0)


def _tokenizer(pairs: Sequence[Pair]) -> str:
    """By what BLEU is told: `zh` for targets in Chinese."""
    characters = sum(len(pair.target) for pair in pairs)
    han = sum(len(_HAN.findall(pair.target)) for pair in pairs)
    return "zh" if han > _CHINESE * characters else "13a"
