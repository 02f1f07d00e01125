"""Scores against labels: what a loss takes from them, and the probabilities that they stand for.

Each takes scores (B, C) and targets (B, L), shares of the labels of each text that add up to its weight.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlp.classification.config import HIERARCHICAL, HINGE, OVA
from nlp.errors import SettingError
from nlp.layers.arrays import Floats
from nlp.layers.ragged import places_of
from nlp.training.calibration import best_temperature
from nlp.word2vec.huffman import HuffmanTree
from nlp.wording import Message

_MOST_OF_TREE = 4_096  # labels of a tree, whose paths are held as matrices
_SHARPNESS = 3.0  # of the probabilities of a hinge loss, where no held-out text calibrates them


class Loss(ABC):
    """A loss over L labels. Attributes: `scores`, how many scores it takes."""

    scores: int

    @abstractmethod
    def loss_and_grad(self, scores: Floats, targets: Floats) -> tuple[float, Floats]:
        """The loss in nats, summed over texts, and its gradient with respect to the scores."""

    def nats(self, scores: Floats, targets: Floats) -> float:
        """How improbable the labels are, summed over texts."""
        return self.loss_and_grad(scores, targets)[0]

    @abstractmethod
    def log_probabilities(self, scores: Floats) -> Floats:
        """The logarithm of the probability of each label. Shapes: scores (B, C) -> (B, L)."""


class Softmax(Loss):
    """One label a text; several are right in equal shares.

    Equation: L = -Σ_l t_l log p_l,   p = softmax(s),   ∂L/∂s = (Σ_l t_l) p - t
    """

    def __init__(self, labels: int) -> None:
        self.scores = labels

    def loss_and_grad(self, scores: Floats, targets: Floats) -> tuple[float, Floats]:
        """The loss, and its gradient with respect to the scores."""
        logs = self.log_probabilities(scores)
        gradient = np.exp(logs)
        gradient *= targets.sum(axis=1, keepdims=True)
        gradient -= targets
        return -float(np.vdot(targets, logs)), gradient

    def log_probabilities(self, scores: Floats) -> Floats:
        """The logarithms of a softmax."""
        logs: Floats = scores - scores.max(axis=1, keepdims=True)
        logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
        return logs


class Hinge(Softmax):
    """A margin between right and wrong labels, as of a support vector machine; most texts soon keep it.

    Equation: L = w/2 Σ_l max(0, 1 - y_l s_l)²,   ∂L/∂s_l = -w y_l max(0, 1 - y_l s_l);
              y_l = 1 where t_l > 0, else -1, w = Σ_l t_l;   p = softmax(3 s)
    Source:   Chang, Hsieh & Lin 2008, "Coordinate descent method for large-scale L2-loss linear support
              vector machines"
    """

    def loss_and_grad(self, scores: Floats, targets: Floats) -> tuple[float, Floats]:
        """The loss, which is in no nats, and its gradient with respect to the scores."""
        signs = np.where(targets > 0, np.float32(1), np.float32(-1))
        short = np.maximum(1 - signs * scores, 0)
        weighted = short * targets.sum(axis=1, keepdims=True)
        return float(np.vdot(weighted, short)) / 2, -signs * weighted

    def nats(self, scores: Floats, targets: Floats) -> float:
        """How improbable the labels are."""
        return -float(np.vdot(targets, self.log_probabilities(scores)))

    def log_probabilities(self, scores: Floats) -> Floats:
        """The logarithms of a softmax."""
        return super().log_probabilities(scores * np.float32(_SHARPNESS))


class OneVersusAll(Loss):
    """Each label independently of the others: none may be right, or many.

    Equation: L = -w Σ_l (y_l log σ(s_l) + (1 - y_l) log σ(-s_l)),   ∂L/∂s = w (σ(s) - y);
              y_l = 1 where t_l > 0, w = Σ_l t_l
    """

    def __init__(self, labels: int) -> None:
        self.scores = labels

    def loss_and_grad(self, scores: Floats, targets: Floats) -> tuple[float, Floats]:
        """The loss, and its gradient with respect to the scores."""
        are, weights = (targets > 0).astype(np.float32), targets.sum(axis=1, keepdims=True)
        logs = log_sigmoid(np.where(are > 0, scores, -scores))
        gradient = (np.exp(log_sigmoid(scores)) - are) * weights
        return -float((logs * weights).sum()), gradient

    def log_probabilities(self, scores: Floats) -> Floats:
        """The logarithms of the sigmoids."""
        return log_sigmoid(scores)


class HierarchicalSoftmax(Loss):
    """A Huffman tree of labels: a score is that of an inner node, and tells which way to go on.

    Equation: log p_l = Σ_{n on the path of l} log σ(d_ln s_n),   d_ln = ±1 the branch;
              ∂L/∂s_n = Σ_l t_l (σ(s_n) - [d_ln = 1]) over the labels below n
    Source:   Morin & Bengio 2005; for text, Joulin et al. 2017, §2.1

    Raises: SettingError for more labels than there is room for
    """

    def __init__(self, counts: npt.NDArray[np.int64]) -> None:
        if len(counts) > _MOST_OF_TREE:
            told = "`loss` hs takes up to {most:,} labels, not {labels:,}; softmax takes them"
            raise SettingError(Message(told, most=_MOST_OF_TREE, labels=len(counts)))
        tree = HuffmanTree.of(np.maximum(counts, 1))
        self.scores = tree.size
        self._nodes, self._first, self._lengths = tree.nodes, tree.first, tree.lengths
        self._signs = tree.signs.astype(np.float32)
        labels = np.repeat(np.arange(len(counts)), tree.lengths)
        self._right: Floats = np.zeros((len(counts), tree.size), np.float32)
        self._left = np.zeros_like(self._right)
        self._right[labels, tree.nodes] = tree.signs > 0
        self._left[labels, tree.nodes] = tree.signs < 0

    def loss_and_grad(self, scores: Floats, targets: Floats) -> tuple[float, Floats]:
        """The loss, and its gradient with respect to the scores."""
        texts, labels = np.nonzero(targets)
        lengths = self._lengths[labels]
        places = places_of(self._first[labels], lengths)
        nodes, signs = self._nodes[places], self._signs[places]
        texts, shares = np.repeat(texts, lengths), np.repeat(targets[texts, labels], lengths)
        logs = log_sigmoid(signs * scores[texts, nodes])
        gradient = np.zeros_like(scores)
        np.add.at(gradient, (texts, nodes), shares * signs * (np.exp(logs) - 1))
        return -float(np.vdot(shares, logs)), gradient

    def log_probabilities(self, scores: Floats) -> Floats:
        """Sums over the paths."""
        logs: Floats = log_sigmoid(scores) @ self._right.T + log_sigmoid(-scores) @ self._left.T
        return logs


def log_sigmoid(scores: Floats) -> Floats:
    """The logarithm of the sigmoid, without overflow.

    Equation: log σ(s) = min(s, 0) - log(1 + exp(-|s|))
    """
    logs: Floats = np.minimum(scores, 0) - np.log1p(np.exp(-np.abs(scores)))
    return logs


def make_loss(name: str, counts: npt.NDArray[np.int64]) -> Loss:
    """The loss called `name`, over labels of which there are so many texts each."""
    if name == HIERARCHICAL:
        return HierarchicalSoftmax(counts)
    return {OVA: OneVersusAll, HINGE: Hinge}.get(name, Softmax)(len(counts))


def untrained_loss(name: str, labels: int) -> float:
    """The loss of a text, where all scores are 0."""
    if name == HINGE:
        return labels / 2
    return max(labels * math.log(2) if name == OVA else math.log(labels), 0.1)


def fitted_temperature(loss: Loss, parts: Sequence[tuple[Floats, Floats]]) -> float:
    """The temperature whose probabilities lose least on texts, given as their scores and labels."""

    def lost(temperature: float) -> float:
        rate = np.float32(1 / temperature)
        return sum(loss.nats(scores * rate, targets) for scores, targets in parts)

    return best_temperature(lost)
