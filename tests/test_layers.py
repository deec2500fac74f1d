"""The house rule: a module imports only from lower layers, and heavy libraries are imported where they are used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "corpus"

LAYERS = [
    {"errors", "layout", "limits", "model", "naming", "progress", "resources", "schema"},
    {"transforms", "engines"},
    {"io"},
    {"stages"},
    {"release"},
    {"hub"},
    {"history"},
    {"config"},
    {"project", "survey"},
    {"reuse"},
    {"pipeline", "terminal", "init", "ci", "takedown"},
    {"commands"},
    {"cli", "__init__"},
    {"__main__"},
]
"""From the bottom up; a package may import from itself and from any layer below."""

HEAVY = {
    *("chardet", "datasets", "fsspec", "great_expectations", "huggingface_hub", "langdetect", "langidentify", "lxml"),
    *("mlcroissant", "pandas", "py3langid", "ray", "readability", "trafilatura", "warcio"),
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def rank(name: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if name in layer)


def unit(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"corpus.{alias.name}" for alias in node.names] if node.module == "corpus" else [node.module]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_look_down(path: Path) -> None:
    assert upward(path.read_text("utf-8"), unit(path)) == []


def upward(code: str, here: str) -> list[str]:
    """What `code` in the unit `here` imports that does not lie below it."""
    own = [name for name in imports(ast.parse(code)) if name.startswith("corpus.")]
    return [name for name in own if name.split(".")[1] != here and rank(name.split(".")[1]) >= rank(here)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    top = {
        name.split(".")[0] for node in tree.body for name in imports(ast.Module([node], [])) if not is_function(node)
    }
    assert not top & HEAVY


def is_function(node: ast.stmt) -> bool:
    """Whether imports below `node` are not run when the module is."""
    guarded = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    return guarded or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


@pytest.mark.parametrize("code", ["from corpus.cli import main", "from corpus import cli", "import corpus.pipeline"])
def test_the_rule_catches_an_upward_import(code: str) -> None:
    assert upward(code, "transforms")
    assert upward(f"def lazy():\n    {code}", "release")


def test_help_needs_no_heavy_library() -> None:
    code = "import sys, corpus.cli; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pyarrow", "numpy", "corpus.pipeline", *HEAVY} & set(loaded)


def test_no_module_is_too_long() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert [path for path, lines in lengths.items() if lines > 400] == []


def test_no_function_is_too_long() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 70, f"{path.name}: {node.name}"
