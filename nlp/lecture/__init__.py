"""The lecture, page by page: small numbers, computed by the layers that train the models.

A topic is a file with its numbers and the steps of its page, and a row of `TOPICS`, in the order of the
lecture. `page` says what a step is made of, in English and Chinese; `numbers` puts a user's numbers in the
place of the lecture's; `recurrence` runs a cell with the weights of a page.
"""

from __future__ import annotations

from nlp.lecture.attention import ATTENTION
from nlp.lecture.bidirectional import BIDIRECTIONAL
from nlp.lecture.bptt import BPTT
from nlp.lecture.cbow import CBOW
from nlp.lecture.gru import GRU
from nlp.lecture.lstm import LSTM
from nlp.lecture.one_hot import ONE_HOT
from nlp.lecture.page import Topic
from nlp.lecture.rnn import RNN
from nlp.lecture.skip_gram import SKIP_GRAM
from nlp.lecture.softmax import SOFTMAX
from nlp.lecture.vanishing import VANISHING

TOPICS: dict[str, Topic] = {
    "one-hot": ONE_HOT,
    "softmax": SOFTMAX,
    "skip-gram": SKIP_GRAM,
    "cbow": CBOW,
    "rnn": RNN,
    "bptt": BPTT,
    "vanishing": VANISHING,
    "bidirectional": BIDIRECTIONAL,
    "lstm": LSTM,
    "gru": GRU,
    "attention": ATTENTION,
}
"""Every page by its name."""
