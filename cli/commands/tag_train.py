"""`nlptool tag-train`: labelled tokens in, tagger or segmenter out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.options.common import command, streams, tell_idle
from cli.options.files import ModelFile
from cli.options.help import option
from cli.options.settings import settings_options
from cli.options.training import training_options
from nlp.networks.token_config import TokenNetworkConfig
from nlp.settings import DATA, MODEL
from nlp.tagging.config import LINEAR, SEGMENT, TaggerConfig

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.training import Training


@command
@streams(None, texts=False, records=False)
@settings_options(TaggerConfig, TokenNetworkConfig)
@option(
    "--vectors",
    type=ModelFile(),
    metavar="FILE",
    group=MODEL,
    help="Word vectors: groups of like words are features; a network reads them beside its own, unmoved.",
)
@option(
    "--columns",
    metavar="WORD:TAG",
    group=DATA,
    show_default="found out",
    help="The columns of the word and the tag: numbers from 1 (-1 is the last), or names of CoNLL-U.",
)
@option(
    "--text",
    metavar="FILE",
    group=DATA,
    help="Unlabelled text for --task segment, to learn which strings are words; none of the labelled text.",
)
@option(
    "--dictionary",
    metavar="FILE",
    group=DATA,
    help="Further words for --task segment, one a line, which a count may follow.",
)
@training_options
def tag_train(
    *,
    streams: Streams,
    console: Console,
    training: Training,
    columns: str | None,
    vectors: str | None,
    text: str | None,
    dictionary: str | None,
    **settings: Any,
) -> None:
    """Learn tags of tokens, entities, or the words of text without spaces, from text that has them.

    It may be CoNLL columns, CoNLL-U, word/TAG, JSONL, or for --task segment words separated by spaces, a
    sentence a line; which one is found out. Entities are spelt by tags such as B-PER I-PER O in any scheme.
    Models are for tag, those of --task segment for tokenize --han words.

    A model is a structured perceptron with averaging over hashed features. The loss is how far the best
    labels are from the correct ones, with a margin of 1; with --valid the share of wrong labels in held-out
    text is shown. The model depends on the text, the settings and the seed: not on --workers, not on
    interruptions, nor on the processor.

    With --vectors, groups of words that lie together are features too (of characters, where text is Chinese),
    and the model keeps these groups; what they are depends on the kind of processor.

    With --method rnn it is a network: recurrent layers read a sentence from both sides, and a conditional
    random field (CRF) labels it. It takes several times as long, and is best with --vectors and, for words,
    with --chars. The loss is in nats a token. The model depends on the kind of processor too.

    With --method both the scores of such a network and those of hashed features are summed and trained
    together, which is best for entities.

    \b
    nlptool tag-train --valid dev.conllu -o pos.model train.conllu
    nlptool tag-train --task entities -o entities.model train.conll
    nlptool tag-train --method rnn --chars --vectors en-vectors -o pos.model train.conllu
    nlptool tag-train --task entities --method both --vectors zh.model -o entities.model train.conll
    nlptool tag-train --task segment --text news.txt -o words.model segmented.txt
    """
    from cli.io.writing import check_output

    for path in filter(None, (training.output, training.checkpoint)):
        check_output(path)
    from cli.jobs.tag_train import Request, run

    if settings["method"] == LINEAR and settings["task"] == SEGMENT:
        tell_idle(console, "with --method linear and --task segment", "vectors")
        vectors = None
    if settings["task"] != SEGMENT:
        tell_idle(console, "without --task segment", "text", "dictionary")
        text = dictionary = None
    run(Request(streams, console, training, settings, columns, vectors, text, dictionary))
