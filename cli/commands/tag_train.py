"""`nlptool tag-train`: labelled tokens in, tagger or segmenter out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.options.common import command, streams
from cli.options.help import option
from cli.options.settings import settings_options
from cli.options.training import training_options
from nlp.settings import DATA
from nlp.tagging.config import TaggerConfig

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.training import Training


@command
@streams(None, texts=False, records=False)
@settings_options(TaggerConfig)
@option(
    "--columns",
    metavar="WORD:TAG",
    group=DATA,
    show_default="found out",
    help="The columns of the word and the tag: numbers from 1 (-1 is the last), or names of CoNLL-U.",
)
@training_options
def tag_train(
    *, streams: Streams, console: Console, training: Training, columns: str | None, **settings: Any
) -> None:
    """Learn to segment text, from sentences whose words are separated by spaces, or in columns.

    With --task segment the model is for tokenize --han words: a structured perceptron with averaging, over
    hashed features of characters and a dictionary of the words that it is trained on. The loss is how far the
    best labels of the characters are from the correct ones, with a margin of 1. With --valid it is shown with
    the share of wrong labels in held-out text. The model depends on the text, the settings and the seed: not
    on --workers, not on interruptions, nor on the processor.

    \b
    nlptool tag-train --task segment -o words.model segmented.txt
    nlptool tag-train --task segment --valid end.txt --patience 2 -o words.model segmented.txt
    echo 我爱自然语言处理 | nlptool tokenize --han words --model words.model
    """
    from cli.io.writing import check_output

    for path in filter(None, (training.output, training.checkpoint)):
        check_output(path)
    from cli.jobs.tag_train import Request, run

    run(Request(streams, console, training, settings, columns))
