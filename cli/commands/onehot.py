"""`nlptool onehot`: tokens in, one-hot vectors out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.io.printers import ONE_HOT
from cli.options.common import command, streams, tell_idle
from cli.options.help import option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cli.console import Console
    from cli.io.streams import Streams
    from cli.jobs.onehot import Tokens


@command
@streams(ONE_HOT)
@option(
    "--vocab", "vocab_file", metavar="FILE", help="Number types as in FILE (from vocab); input is streamed."
)
@option("--sparse", is_flag=True, help="Write the index instead of the vector.")
def onehot(*, streams: Streams, console: Console, vocab_file: str | None, sparse: bool) -> None:
    """Turn each token into its one-hot vector, `token<TAB>1 0 0 0 0`.

    Without --vocab the input is read whole, and types are numbered as vocab prints them. With -o X.npz the
    vectors are the rows of a sparse matrix (CSR arrays data, indices, indptr, shape). A token that --vocab
    lacks is a row of zeros; its index is -1 (JSONL: null).

    \b
    nlptool corpus lecture/onehot | nlptool onehot
    nlptool onehot --sparse --vocab vocab.tsv tokens.txt
    """
    from cli.jobs.onehot import counted, token_batches, write_csr, write_rows
    from nlp.wording import number_of

    written = 0

    def counting(batches: Iterable[Tokens]) -> Iterator[Tokens]:
        nonlocal written
        for batch in batches:
            written += len(batch.words)
            yield batch

    batches = token_batches(streams, to_keep=vocab_file is None)
    if vocab_file:
        from cli.io.vocabulary_file import read_vocabulary

        vocabulary = read_vocabulary(vocab_file)
    else:
        read = list(batches)
        vocabulary, batches = counted(read), iter(read)
    if (streams.output or "").endswith(".npz"):
        tell_idle(console, "with -o X.npz", "sparse", "format_")
        unknown = write_csr(streams, vocabulary, counting(batches))
    else:
        unknown = write_rows(streams, vocabulary, counting(batches), sparse=sparse)
    console.note(f"{number_of(written, 'vector')} written, of {number_of(len(vocabulary), 'type')}")
    if unknown:
        one = unknown == 1
        told = f"{number_of(unknown, 'token')} {'is' if one else 'are'} not in {vocab_file}"
        console.warn(f"{told}; {'its vector is' if one else 'their vectors are'} zero")
