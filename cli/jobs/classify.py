"""What `nlptool classify` and `classify-eval` do with a classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import numpy as np

from cli.io.printers import LABELS
from cli.io.streams import TEXT_OF
from nlp.storage.kinds import CLASSIFIER, RECURRENT_CLASSIFIER, load

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams
    from nlp.classification.classifier import Classifier
    from nlp.classification.recurrent.classifier import RecurrentClassifier


def chosen_classifier(model: str | None, console: Console) -> Classifier | RecurrentClassifier:
    """The classifier that -m names. Raises: UsageError without one; ModelError; OSError."""
    if model is None:
        raise click.UsageError("name a classifier with -m; nlptool classify-train makes one")
    found: Classifier | RecurrentClassifier = load(model, CLASSIFIER, RECURRENT_CLASSIFIER)
    console.note(f"{model}: {found.size}")
    return found


def run(model: Classifier | RecurrentClassifier, streams: Streams, most: int, threshold: float) -> None:
    """Write the labels of each text as it arrives."""
    most = min(most, len(model.labels))
    write = streams.printer(LABELS)
    with streams.open_output() as output:
        for batch in streams.batches(TEXT_OF):
            probabilities = model.probabilities([line.text for line in batch])
            if most == 1:
                order = probabilities.argmax(axis=1)[:, None]
            else:
                order = np.argsort(-probabilities, axis=1, kind="stable")[:, :most]
            best = np.take_along_axis(probabilities, order, axis=1)
            kept = (best >= threshold).sum(axis=1).tolist()  # they fall from the first on
            shown = best.astype(np.float64).round(6).tolist()
            answers = [
                {
                    **line.record,
                    "labels": [model.labels[number] for number in numbers[:count]],
                    "scores": scores[:count],
                }
                for line, numbers, scores, count in zip(batch, order.tolist(), shown, kept, strict=True)
            ]
            output.write("".join(map(write, answers)))
            output.flush()
