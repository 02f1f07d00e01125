from __future__ import annotations

import io
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.errors import ModelError
from nlp.layers.workspace import Workspace
from nlp.networks.files import kind_of, save_language_model
from nlp.storage.kinds import LANGUAGE_MODEL, load
from nlp.storage.model_file import write_model
from nlp.storage.vocabulary import vocabulary_arrays
from tests.files import write_anew
from tests.nlp.networks.network_cases import CASES, SMALL, VOCABULARY, batch_of, made
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from nlp.networks.network import NetworkConfig

TOKENS = language_vocabulary("char", "abcde 我é🙂")
assert len(TOKENS) == VOCABULARY


@pytest.mark.parametrize("config", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_was_saved_is_what_is_loaded(config: NetworkConfig, dtype: type, tmp_path: Path) -> None:
    model, path = made(config, dtype=dtype), tmp_path / "x.model"
    with path.open("wb") as file:
        save_language_model(file, model, TOKENS, {"epoch_losses": [2.5, None], "seed": 7})
    loaded = load(str(path), kind_of(config))
    assert loaded.model.config == config
    assert loaded.vocabulary == TOKENS
    assert loaded.metadata["epoch_losses"] == [2.5, None]
    assert loaded.model.parameters.flat.dtype == dtype
    assert loaded.model.parameters.flat.tobytes() == model.parameters.flat.tobytes()
    batch = batch_of(dtype=dtype)
    assert loaded.model.loss(batch, loaded.model.new_state(3), Workspace(dtype)) == model.loss(
        batch, model.new_state(3), Workspace(dtype)
    )
    again = io.BytesIO()
    save_language_model(again, loaded.model, loaded.vocabulary, {"epoch_losses": [2.5, None], "seed": 7})
    assert again.getvalue() == path.read_bytes()


def test_parameters_are_mapped_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "x.model"
    with path.open("wb") as file:
        save_language_model(file, made(SMALL, dtype=np.float32), TOKENS, {})
    flat = load(str(path), LANGUAGE_MODEL).model.parameters.flat
    assert not flat.flags.writeable
    assert isinstance(flat, np.memmap)


def write(path: Path, config: dict[str, Any], arrays: dict[str, Any], kind: str = "language-model") -> None:
    with path.open("wb") as file:
        write_model(file, kind, {"config": config}, arrays)


def parts() -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings and arrays that fit together."""
    flat = made(SMALL, dtype=np.float32).parameters.flat
    return asdict(SMALL), {**vocabulary_arrays(TOKENS), "parameters": flat}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hidden": 6}, "values are needed"),
        ({"hidden": 100_000, "embed_dim": 100_000}, "values are needed"),  # 80 GB are not asked for
        ({"layers": 3}, "values are needed"),
        ({"cell": "perceptron"}, "cell is 'perceptron'"),
        ({"hidden": "5"}, "its setting hidden is '5'"),
        ({"hidden": 5.0}, "its setting hidden is 5.0"),
        ({"layers": True}, "its setting layers is True"),
        ({"tied": 1}, "its setting tied is 1"),
        ({"init_scale": "x"}, "its setting init_scale is 'x'"),
        ({"dropout": None}, "its setting dropout is None"),
        ({"level": ["char"]}, "its setting level"),
        ({"flavour": "new"}, "not those of this nlptool"),
        ({"bidirectional": True}, "its settings are of 'fill-model'"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, Any], message: str, tmp_path: Path) -> None:
    config, arrays = parts()
    write(tmp_path / "x.model", config | settings, arrays)
    refused(tmp_path / "x.model", message)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"parameters": np.zeros((2, 3), np.float32)}, "its parameters are float32 of shape"),
        ({"parameters": np.zeros(3, np.float32)}, "but 3 given"),
        ({"parameters": np.zeros(3, np.int32)}, "its parameters are int32"),
        ({"parameters": np.array([np.nan], np.float32)}, "its parameters are not finite"),
        ({"statistics": np.zeros(3, np.float32)}, "but 3 given"),
        ({"statistics": np.zeros(3)}, "its parameters are float32, but its statistics float64"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changed: dict[str, Any], message: str, tmp_path: Path) -> None:
    config, arrays = parts()
    write(tmp_path / "x.model", config, arrays | changed)
    refused(tmp_path / "x.model", message)


def test_missing_parts_are_refused(tmp_path: Path) -> None:
    config, arrays = parts()
    for name in arrays:
        write(tmp_path / "x.model", config, {key: value for key, value in arrays.items() if key != name})
        refused(tmp_path / "x.model", f"it has no array '{name}'")
    with (tmp_path / "x.model").open("wb") as file:
        write_model(file, "language-model", {}, arrays)
    refused(tmp_path / "x.model", "its settings are not those")


def test_other_kinds_are_refused_by_name(tmp_path: Path) -> None:
    config, arrays = parts()
    write(tmp_path / "x.model", config, arrays, "word-vectors")
    refused(
        tmp_path / "x.model", "a model of kind 'word-vectors', but this command needs .* 'language-model'"
    )


def test_every_damaged_byte_is_noticed(tmp_path: Path) -> None:
    config, arrays = parts()
    path = tmp_path / "x.model"
    write(path, config, arrays)
    whole = path.read_bytes()
    start, end = whole.index(arrays["parameters"].tobytes()), len(whole)
    assert start > 0
    for place in (start, start + 400, whole.index(b"hidden") + 3):
        write_anew(path, whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        refused(path, "not a whole nlptool model")
    for length in (0, 10, start, end - 1):
        write_anew(path, whole[:length])
        refused(path, "not a whole nlptool model")


def refused(path: Path, message: str) -> None:
    """Told in one line that names the file."""
    with pytest.raises(ModelError, match=message) as caught:
        load(str(path), LANGUAGE_MODEL)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
