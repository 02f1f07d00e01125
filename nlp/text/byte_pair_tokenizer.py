"""Text to the pieces of words that were learnt for a model, as a tokenizer."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.text.byte_pairs import BYTES, BytePairs, words_of
from nlp.text.tokenize import Tokenizer


class BytePairTokenizer(Tokenizer):
    """Tokens are the names of pieces: `▁` stands for the space before a word, `<0x41>` for a byte.

    They are not the text itself; a span is where in the text a token comes from, without a space that stands
    before a line only by convention. Bytes of one character have one span.
    """

    def __init__(self, pieces: BytePairs) -> None:
        self._pieces = pieces
        self._is_cut, self._goes_on = False, False

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of `text` in order."""
        return [self._pieces.names[number] for number in self._pieces.encode(text)]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the [start, end) of each token of `text`, in code points."""
        words = words_of(text)
        place = len(text) - sum(map(len, words))  # -1 where a space stands before the text
        spans = []
        for word in words:
            spelt = bytearray()
            for number in self._pieces.of_word(word):
                if number >= BYTES:
                    length = len(self._pieces.texts[number])
                    spans.append((max(place, 0), place + length))
                    place += length
                    continue
                spelt.append(number)
                spans.append((place, place + 1))
                if _is_character(spelt):
                    spelt.clear()
                    place += 1
        return spans

    def written(self, text: str, spans: Sequence[tuple[int, int]]) -> list[str]:  # noqa: ARG002  by names
        """Return the tokens whose spans these are."""
        return self.tokens(text)

    def ready(self, text: str) -> tuple[str, str]:
        """Divide a text that goes on: spaces at its end wait for the word that they may belong to."""
        self._is_cut = True
        end = len(text.rstrip(" "))
        return text[:end], text[end:]

    def lines(self, block: str) -> str:
        r"""Return `block` with the tokens of each line joined by one space; lines end at `\n` alone.

        Where the block before was cut, the first line goes on from it.
        """
        first, *others = block.split("\n")
        begun = [
            self._pieces.names[number]
            for word in words_of(first, goes_on=self._goes_on)
            for number in self._pieces.of_word(word)
        ]
        self._goes_on, self._is_cut = self._is_cut, False
        return "\n".join([" ".join(begun), *(" ".join(self.tokens(line)) for line in others)])


def _is_character(spelt: bytearray) -> bool:
    """Whether bytes are one whole character."""
    try:
        return len(spelt.decode("utf-8", "surrogatepass")) == 1
    except UnicodeDecodeError:
        return False
