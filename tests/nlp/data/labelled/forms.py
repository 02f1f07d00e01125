"""Labelled text of every form, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.data.labelled.reading import read_labelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlp.data.labelled.sentence import Form, Sentence, SourceLine

CONLL = """-DOCSTART- -X- O

EU NNP B-ORG
rejects VBZ O
the DT O

Peter NNP B-PER
Blackburn NNP I-PER
"""
CONLLU = """# sent_id = 1
# text = I didn't go
1\tI\tI\tPRON\tPRP\t_\t4\tnsubj\t_\t_
2-3\tdidn't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
2\tdid\tdo\tAUX\tVBD\t_\t4\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_
3.1\tnot\tnot\tPART\tRB\t_\t_\t_\t4:x\t_
4\tgo\tgo\tVERB\tVB\t_\t0\troot\t_\t_

# a comment at the end
"""
NUMBERED = "# text = 同樣,\n1\t同樣\tO\t-\t-\n2\t,\tO\t-\t-\n\n1\t台 北\tB-LOC\t-\t-\n"
BMES = "高 B-NAME\n勇 E-NAME\n\u3000 O\n\n男 O\n"
SLASHES = "The/DT 1/2/CD  cat/NN\n\n我/r 爱/v\n"
SIGHAN = "我  爱\u3000北京\n\n好\n"
TAGGED_RECORDS = '{"id":7,"tokens":["New York","is"],"tags":["B-LOC","O"]}\n\n{"tokens":[],"tags":[]}\n'
SPANS = '{"text":"我在IBM工作。","label":[[2,5,"ORG"]],"id":1}\n'
OBJECTS = '{"text":"IBMs slept","entities":[{"start":0,"end":3,"label":"ORG","text":"IBM"}]}\n'

ALL = (CONLL, CONLLU, NUMBERED, BMES, SLASHES, TAGGED_RECORDS, SPANS, OBJECTS)


def lines_of(text: str, path: str = "a.txt") -> Iterator[SourceLine]:
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        yield path, number, line


def read(text: str, columns: str | None = None) -> tuple[Form, list[Sentence]]:
    form, sentences = read_labelled(lines_of(text), columns=columns)
    return form, list(sentences)


def pairs(text: str, columns: str | None = None) -> list[list[tuple[str, str]]]:
    return [list(zip(one.tokens, one.tags, strict=True)) for one in read(text, columns)[1] if one.tokens]
