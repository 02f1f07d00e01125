"""Loss of a language model on text that it does not learn from."""

from __future__ import annotations

from nlp.data.batches import StreamBatches
from nlp.data.corpus import Corpus
from nlp.layers.workspace import Workspace
from nlp.networks.network import Network

_TOKENS_OF_A_STREAM = 200_000


def held_out_batches(text: Corpus, tokens_at_once: int) -> StreamBatches:
    """Cut a held-out text for evaluation.

    Fewer than 400,000 tokens are one stream, as for `nlptool score`. A longer text is cut into streams of at
    least 200,000 tokens, read side by side; only the first few tokens of each lack their context.
    """
    columns = max(text.length // _TOKENS_OF_A_STREAM, 1)
    return StreamBatches(text, columns, max(tokens_at_once // columns, 1))


def mean_loss(model: Network, batches: StreamBatches) -> float:
    """Cross-entropy of a text in nats per token, over every token, the state carried from window to window.

    Equation: -1/N Σ log P(token | all before it in its column); its exponential is the perplexity
    """
    workspace = Workspace(model.parameters.flat.dtype)
    state = model.new_state(batches.columns)
    losses = (model.loss(batches.batch(window), state, workspace) for window in range(batches.windows))
    nats, tokens = map(sum, zip(*losses, strict=True))
    return float(nats / tokens)
