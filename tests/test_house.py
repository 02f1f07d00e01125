"""The rules of the house, read off the source: imports run down, nothing is unpickled, all is explained."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, TypeVar

from tests.conftest import ROOT, covered_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

Node = TypeVar("Node", bound=ast.AST)

PACKAGES = ("cli", "nlp", "corpora")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
NAMES = {path: path.relative_to(ROOT).as_posix() for path in SOURCES + TESTS}

MAKES_MODELS = ROOT / "corpora" / "models"  # scripts; no part imports them
PARTS = [path for path in SOURCES if path.parent != MAKES_MODELS]

LAYERS, COMMANDS = (
    [path for path in SOURCES if NAMES[path].startswith(folder)]
    for folder in ("nlp/layers/", "cli/commands/")
)

# From the ground up. A package imports those below it and those of its own floor, but never in a circle.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("nlp.errors", "nlp.wording", "nlp.settings", "corpora"),
    ("nlp.text",),
    ("nlp.storage", "nlp.layers", "nlp.parallel"),
    ("nlp.data", "nlp.training"),
    ("nlp.networks", "nlp.word2vec", "nlp.ngrams", "nlp.vectors", "nlp.tagging"),
    ("nlp.decoding", "nlp.analysis", "nlp.evaluation", "nlp.classification", "nlp.documents", "nlp.search"),
    ("nlp.translation",),
    ("nlp.lecture",),
    ("cli.console", "cli.machine", "cli.readiness", "cli.signals", "cli.terminal", "cli.translation"),
    ("cli.io",),
    ("cli.options", "cli.drawing"),
    ("cli.training",),
    ("cli.jobs",),
    ("cli.commands",),
    ("cli.cluster",),
    ("cli.main", "cli.manual"),
)
FLOOR_OF = {package: number for number, floor in enumerate(FLOORS) for package in floor}
# Libraries that a part of the house does without. The longest prefix of a module's name decides.
WITHOUT = {
    "nlp.text": ("numpy", "click", "rich"),
    "nlp.layers": ("click", "rich", "regex"),
    "nlp": ("click", "rich"),
    "corpora": ("numpy", "click", "rich", "cli", "nlp"),
    "cli": ("tests",),
}
# Only they talk to a network, where the user asks for a cluster or, there, for files of one.
SPEAK_TO_CLUSTERS = ("nlp/parallel/cluster.py", "cli/io/parts.py")
CLUSTER_LIBRARIES = ("distributed", "dask", "fsspec", "tornado")
# What loads the model layer or costs start-up time: commands import it inside the function.
SLOW = ("numpy", "rich", "regex", *(package for floor in FLOORS[2:8] for package in floor))
STANDARD = {"__future__", "collections", "dataclasses", "functools", "typing", "math"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def nodes(path: Path, kind: type[Node]) -> list[Node]:
    """All nodes of this kind in a file."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, kind)]


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


def told(paths: list[Path], broken: Callable[[Path], Iterable[object]]) -> list[str]:
    """What in these files breaks a rule, and where."""
    return [f"{NAMES[path]}: {one}" for path in paths for one in broken(path)]


def within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def package_of(module: str) -> str:
    """The package of the house that a module is in; the three roots and what has no floor are their own."""
    return ".".join(module.split(".")[:2])


def module_of(path: Path) -> str:
    return NAMES[path].removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def own_imports(path: Path) -> Iterator[str]:
    """The modules of the house that a file imports, those for types and within functions too."""
    modules = {module_of(source) for source in SOURCES}
    for name in imports(tree(path)):
        if within(name, PACKAGES):
            yield name if name in modules else name.rpartition(".")[0]


def test_imports_run_down() -> None:
    def upwards(path: Path) -> list[str]:
        module = module_of(path)
        floor = FLOOR_OF.get(package_of(module), FLOOR_OF.get(module.split(".")[0], len(FLOORS)))
        return [name for name in own_imports(path) if FLOOR_OF.get(package_of(name), -1) > floor]

    assert told(PARTS, upwards) == []


def test_the_model_layer_imports_types_plainly() -> None:
    """Commands load it only when they run, and what is not imported in a circle need not be hidden.

    The package itself is imported first of all, and so it has to wait.
    """
    waiting = [path for path in SOURCES if within(module_of(path), ("nlp",)) and module_of(path) != "nlp"]
    hidden = told(waiting, lambda path: (node.lineno for node in nodes(path, ast.If) if _is_for_types(node)))
    assert hidden == []


def test_each_part_does_without_what_it_does_not_need() -> None:
    def unneeded(path: Path) -> list[str]:
        rule = max((prefix for prefix in WITHOUT if within(module_of(path), (prefix,))), key=len)
        return [name for name in imports(tree(path)) if within(name, WITHOUT[rule])]

    assert told(PARTS, unneeded) == []


def test_no_imports_run_in_a_circle() -> None:
    of_modules = {module_of(path): set(own_imports(path)) - {module_of(path)} for path in SOURCES}
    of_packages: dict[str, set[str]] = {}
    for module, imported in of_modules.items():
        of_packages.setdefault(package_of(module), set()).update(map(package_of, imported))
    # So many are seen today; a reader that misses some would see no circle either.
    assert sum(map(len, of_modules.values())) > 500
    for graph in (of_modules, {name: others - {name} for name, others in of_packages.items()}):
        assert list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle


def test_every_package_has_a_floor() -> None:
    packages = {package_of(module_of(path)) for path in SOURCES} - set(PACKAGES)
    assert packages - {"corpora.models"} == FLOOR_OF.keys() - {"corpora"}


def test_layers_import_numpy_alone() -> None:
    allowed = ("numpy", "nlp.errors", "nlp.layers", *STANDARD)

    def others(path: Path) -> list[str]:
        return [module for module in imports(tree(path), at_start=True) if not within(module, allowed)]

    assert told(LAYERS, others) == []


# What a user chooses, from which options are made: the one part of the model layer that help loads.
SETTINGS = tuple(
    module_of(path) for path in SOURCES if "nlp.settings.setting" in imports(tree(path), at_start=True)
)


def test_commands_start_without_the_model_layer() -> None:
    def slow(path: Path) -> list[str]:
        at_start = [module for module in imports(tree(path), at_start=True) if within(module, SLOW)]
        return [module for module in at_start if not within(module, SETTINGS)]

    assert told(COMMANDS, slow) == []


def test_settings_load_neither_numpy_nor_what_shows_things() -> None:
    assert len(SETTINGS) >= 6
    names = ", ".join(SETTINGS)
    code = f"import sys, {names}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=ROOT
    )
    assert not {module.split(".")[0] for module in loaded.stdout.split()} & {
        "numpy",
        "regex",
        "rich",
        "click",
    }


@cache
def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """All calls in a file, by what they call."""
    return [(ast.unparse(call.func), call) for call in nodes(path, ast.Call)]


def test_nothing_that_is_read_is_ever_run() -> None:
    modules = ("pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle")
    functions = {"eval", "exec", "compile", "__import__", "os.system"}

    def dangers(path: Path) -> Iterator[str]:
        yield from (module for module in imports(tree(path)) if within(module, modules))
        for name, call in calls(path):
            of_arrays = name in {"np.load", "np.save"} or name.endswith((".write_array", ".read_array"))
            if (
                name in functions
                or any(word.arg == "shell" for word in call.keywords)
                or (of_arrays and "allow_pickle=False" not in ast.unparse(call))
            ):
                yield f"{name} in line {call.lineno}"

    assert told(SOURCES, dangers) == []


def test_nothing_talks_to_a_network_or_starts_a_program() -> None:
    networks = ("socket", "ssl", "http", "urllib", "ftplib", "smtplib", "requests", "asyncio", "webbrowser")
    programs = ("subprocess", "pty", "code")

    def ways_out(path: Path) -> Iterator[str]:
        speaks = NAMES[path] in SPEAK_TO_CLUSTERS
        forbidden = programs if speaks else (*programs, *networks, *CLUSTER_LIBRARIES)
        yield from (module for module in imports(tree(path)) if within(module, forbidden))
        yield from (name for name, _ in calls(path) if name.startswith(("os.exec", "os.spawn", "os.popen")))

    assert told(SOURCES, ways_out) == []


def test_no_array_is_unpickled() -> None:
    def unpickled(path: Path) -> Iterator[int]:
        for name, call in calls(path):
            allowed = [word.value for word in call.keywords if word.arg == "allow_pickle"]
            if name.endswith("load") and any(ast.unparse(value) != "False" for value in allowed):
                yield call.lineno

    assert told(SOURCES + TESTS, unpickled) == []


def test_the_model_layer_names_settings_and_leaves_flags_to_the_command_line() -> None:
    """Docstrings apart, which may speak of other tools."""
    flags = []
    for path in SOURCES:
        nodes = list(ast.walk(tree(path))) if NAMES[path].startswith("nlp/") else []
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        texts = {
            node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        texts -= {ast.get_docstring(node, clean=False) for node in nodes if isinstance(node, documented)}
        flags += [text for text in texts if re.search(r"--[a-z]{2}", text)]
    assert flags == []


def test_modules_and_what_they_offer_say_what_they_are() -> None:
    def silent(path: Path) -> Iterator[str]:
        module = tree(path)
        if not ast.get_docstring(module):
            yield "the module"
        offered = [node for node in module.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        for offer in offered:
            if not offer.name.startswith("_") and not ast.get_docstring(offer):
                yield offer.name
        everywhere = [node for node in ast.walk(module) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        for one in everywhere:
            if (ast.get_docstring(one) or "").startswith("See `"):
                yield f"{one.name}: a docstring says what is done itself"

    assert told(SOURCES, silent) == []


def test_what_may_never_lose_data_is_where_coverage_is_measured() -> None:
    for file, test in covered_files().items():
        assert file.is_file(), f"{file} has moved: tell the list of coverage in pyproject.toml"
        assert test.is_file(), f"{file} has no test of its own"


def test_no_test_changes_a_private_constant() -> None:
    """A test states a rule of the product: a size is a parameter, or the input is larger than it."""

    def changes(path: Path) -> Iterator[int]:
        for name, call in calls(path):
            names = [str(one.value) for one in call.args[:2] if isinstance(one, ast.Constant)]
            if name.endswith(".setattr") and re.search(r"(^|\.)_[A-Z]", " ".join(names)):
                yield call.lineno

    assert told(TESTS, changes) == []


def test_the_top_level_is_the_promised_one() -> None:
    allowed = {
        "pyproject.toml",
        "README.md",
        "README.zh-CN.md",
        "cli",
        "nlp",
        "corpora",
        "tests",
        "Makefile",
        "CHANGELOG.md",
        "LICENSE",
        "docs",
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
