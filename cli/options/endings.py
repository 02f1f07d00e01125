"""Endings of file names that promise a compression or a format which is not written."""

from __future__ import annotations

import click

from cli.io.streams import COMPRESSIONS, ending_of

_OTHER_COMPRESSIONS = (
    *(".zst", ".zstd", ".lz4", ".lzma", ".lz", ".br", ".z", ".sz", ".lzo"),
    *(".zip", ".7z", ".rar", ".tar", ".tgz", ".tbz", ".tbz2", ".txz"),
)
_OTHER_FORMATS = (
    *(".parquet", ".feather", ".arrow", ".avro", ".orc", ".xlsx", ".xls", ".ods", ".sqlite", ".db"),
    *(".csv", ".xml", ".yaml", ".yml", ".doc", ".docx", ".odt", ".rtf"),
    *(".h5", ".hdf5", ".mat", ".pkl", ".pickle", ".joblib", ".kv", ".pt", ".pth", ".onnx", ".gguf"),
)
_OTHER_PICTURES = (".pdf", ".jpg", ".jpeg", ".gif", ".webp", ".eps")  # told by the commands that draw, too
_WITH_MODELS = ("export", "w2v-train", "rnn-train", "transformer-train", "ngram-train")
_DRAWING = ("gradients", "plot")
_WRITTEN_BY = {
    ".npy": ("export", "vectors"),
    ".npz": ("onehot",),
    ".safetensors": _WITH_MODELS,
    ".arpa": ("export", "ngram-train"),
    **dict.fromkeys([".svg", ".html", ".png"], _DRAWING),
}
_OF_JSON = (".jsonl", ".ndjson", ".json")


def writable(context: click.Context, parameter: click.Parameter, path: str | None) -> str | None:
    """The `path` of an output. Raises: BadParameter for an ending that would say what it does not hold.

    Any other tool would be misled by plain text that is called x.zst or x.parquet.
    """
    ending = ending_of(path)
    writers, command = _WRITTEN_BY.get(ending, ()), context.command.name
    is_other = ending in _OTHER_FORMATS or (ending in _OTHER_PICTURES and command not in _DRAWING)
    if ending in _OTHER_COMPRESSIONS:
        remedy = f"write {', '.join(COMPRESSIONS[:-1])} or {COMPRESSIONS[-1]}, or compress it afterwards"
    elif is_other or (writers and command not in writers):
        remedy = f"only nlptool {' and '.join(writers)} do{'es' * (len(writers) == 1)}; " if writers else ""
        remedy += "give the file another ending"
    else:
        return path
    raise click.BadParameter(f"{path}: {ending} is not written here; {remedy}", context, parameter)


def refuse_json(path: str | None, remedy: str) -> None:
    """Raises: UsageError, with the `remedy`, for a `path` that says that it holds JSON."""
    if (ending := ending_of(path)) in _OF_JSON:
        raise click.UsageError(f"{path}: what is written is not {ending}; {remedy}")
