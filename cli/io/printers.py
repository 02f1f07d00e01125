"""Records out: what each kind of record looks like as text, as JSONL and, where it has columns, as TSV.

All output formats are here: a new one is an entry of `_PRINTERS`. TSV has no line of names, as in every file
of fixed columns that a command reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlp.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nlp.text.records import Record

    Print = Callable[[Record], str]
    Rows = Callable[[Record], Iterable[Sequence[object]]]

TEXT, JSONL, TSV = "text", "jsonl", "tsv"
CSV = "csv"
"""A form that is read only; see `cli.io.tables`."""
_OF_ENTITY = ("label", "text", "start", "end")
_AROUND = ("before", "after")
_NO_FIELD = re.compile(r"[\t\n]")


def _as_jsonl(record: Record) -> str:
    from nlp.text.records import format_record

    return format_record(record)


@dataclass(frozen=True)
class Form:
    """How one kind of record is written.

    Attributes: `rows`, its columns, of which a record may fill several rows (None: it has none); `text`, its
    lines as text, where these are not the rows (without rows: JSONL); `jsonl`, its line of JSONL.
    """

    rows: Rows | None = None
    text: Print | None = None
    jsonl: Print = _as_jsonl

    @property
    def is_json(self) -> bool:
        """Whether its text is JSON too."""
        return (not self.rows and self.text in {None, _indented}) or self.text is self.jsonl

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats that --format offers."""
        return tuple(name for name in _PRINTERS if self.rows or name != TSV)

    def printer(self, format_: str) -> Print:
        """The function that makes the lines of a record in this format, ends included."""
        return _PRINTERS[format_](self)


def _text_printer(form: Form) -> Print:
    rows = form.rows
    if form.text or not rows:
        return form.text or form.jsonl
    return lambda record: "".join("\t".join(map(str, row)) + "\n" for row in rows(record))


def _tsv_printer(form: Form) -> Print:
    rows = form.rows or (lambda _: ())
    return lambda record: "".join("\t".join(map(_field, row)) + "\n" for row in rows(record))


def _field(value: object) -> str:
    """One field; of what JSON writes as null it is empty. Raises: InputError for what no field can hold."""
    text = "" if value is None else str(value)
    if _NO_FIELD.search(text):
        raise InputError(f"{text!r} does not fit a column of TSV; write --format jsonl")
    return text


_PRINTERS: dict[str, Callable[[Form], Print]] = {
    TEXT: _text_printer,
    JSONL: lambda form: form.jsonl,
    TSV: _tsv_printer,
}


def _columns(*names: str) -> Rows:
    return lambda record: [[record[name] for name in names]]


def _one_line(text: str) -> str:
    return text.replace("\n", " ") + "\n"


def _count_as_text(record: Record) -> str:
    """Return one line. Raises: InputError for a token of JSONL that would not be read again as it is."""
    token = record["token"]
    if not token or "\n" in token:
        raise InputError(f"the token {token!r} does not fit a line of text; write --format jsonl")
    return f"{token}\t{record['count']}\n"


def _one_hot_as_jsonl(record: Record) -> str:
    """As JSON writes it, but in a fraction of the seconds that it takes for ten million zeros."""
    return _with_vector(record, record["vector"].replace(" ", ","))


def _with_vector(record: Record, numbers: str) -> str:
    opened = _as_jsonl({key: value for key, value in record.items() if key != "vector"}).removesuffix("}\n")
    return f'{opened},"vector":[{numbers}]}}\n'


def _vector_as_jsonl(record: Record) -> str:
    return _with_vector(record, ",".join(_numbers(record))) if record.get("vector") else _as_jsonl(record)


def _vectors_of(name: str) -> Form:
    """The form of vectors, of what the field `name` holds; a record without a vector has no row."""

    def rows(record: Record) -> Iterable[Sequence[object]]:
        if "vector" in record:
            yield record[name].replace("\t", " "), *_numbers(record)

    def text(record: Record) -> str:
        return "".join(f"{item}\t{' '.join(map(str, numbers))}\n" for item, *numbers in rows(record))

    return Form(rows, text, _vector_as_jsonl)


def _numbers(record: Record) -> Iterable[str]:
    """The numbers of a vector: nine digits restore each float32 exactly."""
    return [f"{number:.9g}" for number in record["vector"] or ()]


def _clusters_of(name: str) -> Form:
    """The form of what is in a cluster, by the field `name` of the record; -1 is that of none."""
    return Form(
        lambda record: [
            (record[name].replace("\t", " "), -1 if record["cluster"] is None else record["cluster"])
        ]
    )


def _cluster(record: Record) -> Iterable[Sequence[object]]:
    yield record["cluster"], record["size"], " ".join(near["word"] for near in record["words"])


def _neighbours(record: Record) -> Iterable[Sequence[object]]:
    """Rows of a word and its cosine, empty for null; `z` keeps what rounds to zero from becoming -0.0000."""
    neighbours = record.get("neighbours", ())
    if neighbours is None:
        yield "", ""
        return
    for found in neighbours:
        yield found["word"], f"{found['score']:z.4f}"


def _cosine(record: Record) -> Iterable[Sequence[object]]:
    if "score" in record:
        yield ("" if record["score"] is None else f"{record['score']:z.4f}",)


def _candidates(record: Record) -> Iterable[Sequence[object]]:
    for number, gap in enumerate(record["gaps"], 1):
        for candidate in gap["candidates"]:
            yield number, candidate["text"], f"{candidate['probability']:.4f}"


def _scores(record: Record) -> Iterable[Sequence[object]]:
    names = ("text", "tokens", "unknown", "logprob", "perplexity", "known_perplexity")
    yield [record[name] for name in names if name in record]


def _surprisals(record: Record) -> Iterable[Sequence[object]]:
    """Rows of a token, its surprisal and whether it is known; a line end is shown as two characters."""
    for piece, *figures in zip(record["pieces"], record["surprisals"], record["known"], strict=True):
        yield piece.replace("\n", "\\n"), *map(_json, figures)


def of_models(form: Form) -> Form:
    """The form of records of several models: `model` is the first column."""
    rows = form.rows or (lambda _: ())
    return Form(lambda record: [[record["model"], *row] for row in rows(record)], form.text, form.jsonl)


def _entities(record: Record) -> str:
    """A line for each entity, and an empty one."""
    rows = (
        [*map(str, map(entity.get, _OF_ENTITY)), *([f"{entity['score']:.4f}"] if "score" in entity else [])]
        for entity in record["entities"]
    )
    return "".join("\t".join(row) + "\n" for row in rows) + "\n"


def _json(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _indented(record: Record) -> str:
    import json

    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def _lecture_step(record: Record) -> str:
    from cli.io.lecture_steps import step_as_text

    return step_as_text(record)


def _finding(record: Record) -> Iterable[Sequence[object]]:
    advice = record["advice"]
    yield [record["name"], record["value"], *([] if advice is None else [advice])]


def _keywords(record: Record) -> Iterable[Sequence[object]]:
    """One row: a word and its weight, the next one and its, and so on."""
    yield [value for found in record["keywords"] for value in (found["word"], f"{found['weight']:.4f}")]


def _translation(record: Record) -> str:
    """Return the target on a line or, of several, each behind the number of its source and its logarithm."""
    if "best" not in record:
        return _one_line(record["target"])
    rows = ((record["number"], f"{one['logprob']:.4f}", _one_line(one["target"])) for one in record["best"])
    return "".join("\t".join(map(str, row)) for row in rows)


def _translation_as_jsonl(record: Record) -> str:
    return _as_jsonl({key: value for key, value in record.items() if key != "number"})


def _summary(record: Record) -> str:
    """A line for each sentence, and an empty one."""
    return "".join(" ".join(found["text"].split()) + "\n" for found in record["summary"]) + "\n"


def _labels(record: Record) -> Iterable[Sequence[object]]:
    """One row: a label and its probability, the next one and its, and so on."""
    yield _labels_as_text(record).removesuffix("\n").split("\t")


def _labels_as_text(record: Record) -> str:
    pairs = zip(record["labels"], record["scores"], strict=True)
    fields = [field for label, score in pairs for field in (label.replace("\t", " "), f"{score:.4f}")]
    return "\t".join(fields) + "\n"


KEYWORDS = Form(_keywords)
SUMMARY = Form(text=_summary)
TEXTS = Form(text=lambda record: _one_line(record["text"]))
GROUPED = Form(_columns("group", "text"), lambda record: f"{record['group']}\t{_one_line(record['text'])}")


def hits_form(*, with_query: bool, is_coloured: bool = False, lines: int = 0) -> Form:
    """The form of what a search has found: rows of a score, an id and the text.

    Of a text of several lines it is the one with the most words of the query, with so many `lines` around it;
    those have no score. `is_coloured` marks the words.
    """

    def of_hit(hit: Record) -> list[tuple[str, str, str]]:
        from nlp.search.passages import best_line

        texts = hit["text"].split("\n")
        place, spans = best_line(texts, hit["spans"])
        first = max(place - lines, 0)
        rows = [("", hit["id"], text) for text in texts[first : place + lines + 1]]
        shown = _marked(texts[place], spans) if is_coloured else texts[place]
        rows[place - first] = f"{hit['score']:z.4f}", hit["id"], shown
        before, after = ([("", one["id"], one["text"]) for one in hit.get(name, ())] for name in _AROUND)
        return [*before, *rows, *after]

    def groups(record: Record) -> list[list[list[str]]]:
        query = [record["query"]] if with_query else []
        return [
            [[_NO_FIELD.sub(" ", one) for one in (*query, *row)] for row in of_hit(hit)]
            for hit in record["hits"]
        ]

    def as_text(record: Record) -> str:
        printed = ["".join("\t".join(row) + "\n" for row in group) for group in groups(record)]
        return ("--\n" if lines else "").join(printed)

    return Form(lambda record: [row for group in groups(record) for row in group], as_text)


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """A text with the spans in the colour in which grep shows what it has found."""
    for start, end in reversed(spans):
        text = f"{text[:start]}\x1b[1;31m{text[start:end]}\x1b[m{text[end:]}"
    return text


TOKENS = Form(text=lambda record: " ".join(record["tokens"]) + "\n")
COUNTS = Form(_columns("token", "count"), _count_as_text)
ONE_HOT = Form(_columns("token", "vector"), jsonl=_one_hot_as_jsonl)
SPARSE = Form(
    lambda record: [[record["token"], -1 if record["index"] is None else record["index"], record["size"]]]
)
WORD_VECTORS = _vectors_of("word")
LINE_VECTORS = _vectors_of("text")
CLUSTERED_WORDS = _clusters_of("word")
CLUSTERED_LINES = _clusters_of("text")
CLUSTERS = Form(_cluster)
NEIGHBOURS = Form(_neighbours)
OF_QUERIES = Form(lambda record: [[record["word"], *row] for row in _neighbours(record)])
COSINE = Form(_cosine)
OF_PAIRS = Form(lambda record: [[*record["pair"], *row] for row in _cosine(record)])
GAPS = Form(_candidates)
LABELS = Form(_labels, _labels_as_text)
TRANSLATIONS = Form(text=_translation, jsonl=_translation_as_jsonl)
SCORES = Form(_scores, _as_jsonl)
SURPRISALS = Form(_surprisals, _as_jsonl)
BUNDLED_TEXTS = Form(_columns("name", "bytes", "description"))
PARAGRAPHS = Form(_columns("source", "text"))
ESTIMATE = Form(lambda record: record.items())
ENTITIES = Form(text=_entities)
HITS = hits_form(with_query=False)
HITS_OF_QUERIES = hits_form(with_query=True)
REPORT = Form(text=_indented)
LECTURE_TOPICS = Form(_columns("topic", "title"))
LECTURE_STEPS = Form(text=_lecture_step)
FINDINGS = Form(_finding)
SCRIPT = Form(text=lambda record: str(record["script"]))
RECORDS = Form()
"""Records whose text is JSONL."""
