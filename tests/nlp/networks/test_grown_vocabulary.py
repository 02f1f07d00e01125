"""A network with more tokens says of the old ones what it said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.decoding.mixture import Translation
from nlp.decoding.network_predictor import NetworkPredictor
from nlp.networks.config import LanguageModelConfig
from nlp.networks.grown_vocabulary import grow_from_
from tests.nlp.networks.network_cases import made
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from nlp.networks.network import Network
    from nlp.text.vocabulary import Vocabulary

KNOWN = language_vocabulary("char", "abcd")
OTHERS = [language_vocabulary("char", letters) for letters in ("xbcyad", "dbca")]


def network_of(size: int, settings: dict[str, Any]) -> Network:
    return made(LanguageModelConfig(**{"hidden": 4, "embed_dim": 4, "layers": 1, **settings}), size)


@pytest.mark.parametrize(
    "settings", [{}, {"tied": True}, {"cell": "nnlm", "direct": True}, {"norm": "batch"}], ids=str
)
@pytest.mark.parametrize("more", OTHERS, ids=["two more", "in another order"])
def test_unknown_tokens_share_what_unk_had(settings: dict[str, Any], more: Vocabulary) -> None:
    earlier, grown = network_of(len(KNOWN), settings), network_of(len(more), settings)
    grow_from_(grown, more, earlier, KNOWN)
    before, after = NetworkPredictor(earlier, KNOWN), NetworkPredictor(grown, more)
    translation = Translation(KNOWN, more)
    states = before.start(1), after.start(1)
    for number in (0, 3, 1, len(more) - 1, 2, 4):
        expected = before.advance(states[0], translation.own[[number]])
        found = after.advance(states[1], np.array([number], np.int32))
        np.testing.assert_allclose(found, translation.distribution(expected), atol=1e-6)


def test_clusters_do_not_grow() -> None:
    words = [language_vocabulary("word", [f"w{number}" for number in range(size - 2)]) for size in (40, 60)]
    earlier, grown = (network_of(len(one), {"softmax": "adaptive"}) for one in words)
    with pytest.raises(ValueError, match="do not grow"):
        grow_from_(grown, words[1], earlier, words[0])
