"""The rules of the house, read off the source: imports run one way, nothing is unpickled, files are small."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGES = ("cli", "nlp", "corpora")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
NAMES = {path: path.relative_to(ROOT).as_posix() for path in SOURCES + TESTS}

LAYERS, COMMANDS = (
    [path for path in SOURCES if NAMES[path].startswith(folder)]
    for folder in ("nlp/layers/", "cli/commands/")
)

every_source = pytest.mark.parametrize("path", SOURCES, ids=NAMES.get)
every_layer = pytest.mark.parametrize("path", LAYERS, ids=NAMES.get)
every_command = pytest.mark.parametrize("path", COMMANDS, ids=NAMES.get)
every_file = pytest.mark.parametrize("path", SOURCES + TESTS, ids=NAMES.get)

# Who → what it may never import, anywhere. The longest prefix of a file's path decides.
FORBIDDEN = {
    "nlp/text": ("numpy", "click", "rich", "cli", "corpora", "nlp.layers", "nlp.models", "nlp.training"),
    "nlp/layers": ("click", "rich", "cli", "corpora", "regex", "nlp.models", "nlp.training", "nlp.text"),
    "nlp/training": ("click", "rich", "cli", "corpora"),
    "nlp/models": ("click", "rich", "cli", "corpora"),
    "nlp": ("click", "rich", "cli", "corpora"),
    "corpora": ("numpy", "click", "rich", "cli", "nlp"),
    "cli": ("tests",),
}
# What loads the model layer or costs start-up time: commands import it inside the function.
SLOW = ("numpy", "rich", "regex", "nlp.layers", "nlp.models", "nlp.training", "nlp.vectors", "nlp.envelope")
STANDARD = {"__future__", "collections", "dataclasses", "functools", "typing", "math"}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(node: ast.AST, *, at_start: bool = False) -> Iterator[str]:
    """Modules that `node` imports; with `at_start`, only those that running its module loads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif at_start and (_is_for_types(child) or isinstance(child, ast.FunctionDef)):
            continue
        else:
            yield from imports(child, at_start=at_start)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


@every_source
def test_imports_run_one_way(path: Path) -> None:
    rule = max((prefix for prefix in FORBIDDEN if NAMES[path].startswith(f"{prefix}/")), key=len)
    assert [module for module in imports(tree(path)) if within(module, FORBIDDEN[rule])] == []


@every_layer
def test_layers_import_numpy_alone(path: Path) -> None:
    allowed = ("numpy", "nlp.errors", "nlp.layers", *STANDARD)
    assert [module for module in imports(tree(path), at_start=True) if not within(module, allowed)] == []


@every_command
def test_commands_start_without_the_model_layer(path: Path) -> None:
    assert [module for module in imports(tree(path), at_start=True) if within(module, SLOW)] == []


def _calls(path: Path) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


@every_source
def test_nothing_that_is_read_is_ever_run(path: Path) -> None:
    dangerous = ("pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle")
    assert [module for module in imports(tree(path)) if within(module, dangerous)] == []
    for call in _calls(path):
        name = ast.unparse(call.func)
        assert name not in {"eval", "exec", "compile", "__import__", "os.system"}, f"line {call.lineno}"
        assert not any(word.arg == "shell" for word in call.keywords), f"line {call.lineno}"
        if name in {"np.load", "np.save"} or name.endswith((".write_array", ".read_array")):
            assert "allow_pickle=False" in ast.unparse(call), f"line {call.lineno}"


@every_source
def test_nothing_talks_to_a_network_or_starts_a_program(path: Path) -> None:
    networks = ("socket", "ssl", "http", "urllib", "ftplib", "smtplib", "requests", "asyncio", "webbrowser")
    forbidden = (*networks, "subprocess", "pty", "code")
    assert [module for module in imports(tree(path)) if within(module, forbidden)] == []
    calls = {ast.unparse(call.func) for call in _calls(path)}
    assert [name for name in calls if name.startswith(("os.exec", "os.spawn", "os.popen"))] == []


@every_file
def test_no_array_is_unpickled(path: Path) -> None:
    for call in _calls(path):
        allowed = [word.value for word in call.keywords if word.arg == "allow_pickle"]
        if ast.unparse(call.func).endswith("load"):
            assert all(ast.unparse(value) == "False" for value in allowed), f"line {call.lineno}"


@every_file
def test_files_are_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


@every_source
def test_modules_and_what_they_offer_say_what_they_are(path: Path) -> None:
    module = tree(path)
    assert ast.get_docstring(module)
    offered = [
        node
        for node in module.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
    ]
    assert [node.name for node in offered if not ast.get_docstring(node)] == []


def test_the_top_level_is_the_promised_one() -> None:
    allowed = {
        "pyproject.toml",
        "README.md",
        "cli",
        "nlp",
        "corpora",
        "tests",
        "Makefile",
        "CHANGELOG.md",
        "LICENSE",
    }
    generated = {"build", "dist", "bench-results.json", "bench-results.md"}  # by make, and ignored by git
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert {name for name in found - allowed - generated if not name.endswith(".egg-info")} == set()


def test_the_reader_of_imports_sees_them() -> None:
    """The rules above would hold of anything if this did not."""
    code = (
        "import a.b\nif TYPE_CHECKING:\n    import c\ndef f():\n    from d import e\nclass G:\n    import h"
    )
    assert list(imports(ast.parse(code))) == ["a.b", "c", "d.e", "h"]
    assert list(imports(ast.parse(code), at_start=True)) == ["a.b", "h"]
    assert within("numpy.lib", ("numpy",))
    assert not within("numpy_other", ("numpy",))
