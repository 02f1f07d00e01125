"""`nlptool plot`: which words are drawn, and in which form."""

from __future__ import annotations

import gzip
import importlib.util
import warnings
from typing import TYPE_CHECKING

import pytest

from tests.cli.word_model import write_words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool, Outcome

WORDS = {"3.14": (1, 1, 1), "man": (1, 0, 0), "king": (0.9, 0.5, 0), "woman": (0, 1, 0), "sea": (-1, 0, 1)}
MORE = {"queen": (0.1, 1, 0.5), "soup": (0, -1, 0.2)}

needs_plot = pytest.mark.skipif(
    importlib.util.find_spec("matplotlib") is None or importlib.util.find_spec("sklearn") is None,
    reason="the extra [plot] is not installed",
)


@pytest.fixture
def plot(nlptool: Nlptool, tmp_path: Path) -> Nlptool:
    path = write_words(tmp_path / "words.model", {**WORDS, **MORE}, epoch_losses=[3.0, 2.5, 2.25])

    def run(*arguments: str) -> Outcome:
        return nlptool("plot", "-m", path, *arguments)

    return run


def words_in(result: Outcome) -> set[str]:
    assert (result.status, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == 24
    return set(result.stdout.replace("•", " ").split())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["man", "king", "sea", "man"], {"man", "king", "sea"}),
        (["-n", "4"], {"man", "king", "woman", "sea"}),
        (["-n", "3", "--near", "man"], {"man", "king", "3.14"}),
        (["--near", "man", "-n", "4", "sea"], {"man", "sea", "king", "queen"}),
    ],
    ids=["those named, once each", "the most frequent with a letter", "one and its neighbours", "in turn"],
)
def test_the_words_drawn(arguments: list[str], expected: set[str], plot: Nlptool) -> None:
    assert words_in(plot(*arguments)) == expected


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("x.svg", b"<svg "),
        ("x.SVG", b"<svg "),
        ("x.html", b"<!doctype html>"),
        ("x.txt", (b" ", b"loss")),
        pytest.param("x.png", b"\x89PNG", marks=needs_plot),
    ],
)
@pytest.mark.parametrize("arguments", [["man", "king", "sea"], ["--losses"]])
def test_the_ending_decides(
    name: str, start: bytes | tuple[bytes, ...], arguments: list[str], plot: Nlptool, tmp_path: Path
) -> None:
    assert plot(*arguments, "-o", str(tmp_path / name)) == (0, "", "")
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["x.pdf", "x.GIF", "x.jpg.gz"])
@pytest.mark.parametrize("command", ["plot", "gradients"])
def test_a_picture_that_is_not_drawn_here_is_refused(
    command: str, name: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    status, _, stderr = nlptool(command, "-o", str(tmp_path / name))
    assert status == 2
    assert "figures are .svg, .html, .png or text, not" in stderr
    assert not list(tmp_path.iterdir())


def test_a_compressed_figure_is_the_figure(plot: Nlptool, tmp_path: Path) -> None:
    plain, packed = tmp_path / "x.svg", tmp_path / "x.svg.gz"
    for path in (plain, packed):
        assert plot("man", "king", "sea", "-o", str(path)).status == 0
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()


@needs_plot
def test_tsne_is_another_map_that_repeats(plot: Nlptool) -> None:
    first, again, other = (plot("--method", method, "-n", "6").stdout for method in ("tsne", "tsne", "pca"))
    assert first == again != other


def test_losses_of_several_models(plot: Nlptool, nlptool: Nlptool, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    other = write_words(folder / "words.model", WORDS, epoch_losses=[4, 3])
    result = nlptool("plot", "--losses", str(tmp_path / "words.model"), other)
    lines = result.stdout.splitlines()
    assert (result.status, result.stderr, len(lines)) == (0, "", 24)
    assert lines[-2:] == ["a  words.model", f"b  {other}"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["man", "kign", "sea"], 1, "a map needs at least 3 points; got 2"),
        (["man", "sea"], 1, "a map needs at least 3 points; got 2"),
        (["--words", "2"], 2, "--words"),
        (["--method", "umap"], 2, "--method"),
    ],
)
def test_what_cannot_be_drawn_is_told(arguments: list[str], status: int, message: str, plot: Nlptool) -> None:
    result = plot(*arguments)
    assert (result.status, result.stdout) == (status, "")
    assert message in result.stderr


def test_a_model_without_losses_is_told(nlptool: Nlptool, tmp_path: Path) -> None:
    model = write_words(tmp_path / "m", WORDS)
    result = nlptool("plot", "--losses", model)
    assert (result.status, result.stdout) == (1, "")
    assert result.stderr.startswith(f"nlptool: {model}: it holds no losses")
    assert nlptool("plot", "--losses").status == 2
    bundled = nlptool("plot", "--losses", "en-vectors")
    assert bundled.status == 1
    assert "en-vectors.model: it holds no losses" in bundled.stderr


def test_epochs_without_a_loss_are_left_out(nlptool: Nlptool, tmp_path: Path) -> None:
    some = write_words(tmp_path / "some.model", WORDS, epoch_losses=[None, 2.5, 2.25])
    none = write_words(tmp_path / "none.model", WORDS, epoch_losses=[None])
    assert nlptool("plot", "--losses", some).status == 0
    refused = nlptool("plot", "--losses", none)
    assert (refused.status, refused.stdout) == (1, "")
    assert "it holds no losses" in refused.stderr


def test_a_word_without_a_vector_is_left_out_with_a_warning(plot: Nlptool) -> None:
    result = plot("man", "kign", "sea", "woman")
    assert result.status == 0
    assert result.stderr == "nlptool: warning: 'kign' has no vector; did you mean 'king'?; it is left out\n"
    assert set(result.stdout.replace("•", " ").split()) == {"man", "sea", "woman"}


def test_function_words_are_drawn_only_where_they_are_asked_for(nlptool: Nlptool, tmp_path: Path) -> None:
    function = {"the": (1, 0, 0), "Of": (0, 1, 0), "的": (0, 0, 1)}
    model = write_words(tmp_path / "some", {**function, **WORDS})
    assert words_in(nlptool("plot", "-m", model, "-n", "4")) == {"man", "king", "woman", "sea"}
    assert words_in(nlptool("plot", "-m", model, "the", "Of", "sea")) == {"the", "Of", "sea"}
    alone = write_words(tmp_path / "alone", function)
    assert words_in(nlptool("plot", "-m", alone)) == set(function)


@pytest.mark.parametrize("ending", ["txt", "svg"])
def test_labels_without_room_are_counted(ending: str, nlptool: Nlptool, tmp_path: Path) -> None:
    close = {f"word{number}": (1, number * 1e-9, 0) for number in range(30)}
    model = write_words(tmp_path / "m", {**close, "far": (0, 1, 1)})
    status, _, stderr = nlptool("plot", "-m", model, "-o", str(tmp_path / f"x.{ending}"))
    assert status == 0
    assert "of 31 words" in stderr
    assert "labels find no room: word" in stderr


def test_held_out_losses_are_a_curve_of_their_own(nlptool: Nlptool, tmp_path: Path) -> None:
    model = write_words(tmp_path / "m", WORDS, epoch_losses=[4.0, 3.0], valid_losses=[5.0, 4.5])
    lines = nlptool("plot", "--losses", model).stdout.splitlines()
    assert lines[-2:] == ["a  m", "b  m, held out"]
    assert "b b b" in "".join(lines)


def test_a_model_that_was_counted_has_no_losses(nlptool: Nlptool, tmp_path: Path) -> None:
    model = str(tmp_path / "m.kn")
    assert nlptool("ngram-train", "-o", model, stdin="the king rode\n" * 3).status == 0
    status, _, stderr = nlptool("plot", "--losses", model)
    assert status == 1
    assert "an n-gram model is counted at once, not trained in epochs" in stderr


@needs_plot
def test_warnings_of_libraries_are_not_shown(
    plot: Nlptool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli.drawing import png

    drawn = png._png

    def warns(figure: object) -> bytes:
        warnings.warn("'oldName' deprecated - use 'new_name'", UserWarning, stacklevel=1)
        return drawn(figure)

    monkeypatch.setattr(png, "_png", warns)
    assert plot("man", "king", "sea", "-o", str(tmp_path / "x.png")) == (0, "", "")
