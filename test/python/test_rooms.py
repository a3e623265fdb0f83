"""The rooms of the SDK (docs/architecture.md): what is loaded with a module lies further up."""

import ast
import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "python" / "src" / "runlens"
ARCHITECTURE = REPOSITORY / "docs" / "architecture.md"
PRIVATE = {
    "_enums",
    "_external",
    "_mlflow_context",
    "_pickling",
    "_plans",
    "_policy",
    "_standin",
    "_values",
    "_zenml",
}


def rooms() -> list[str]:
    """In the order of the table."""
    text = ARCHITECTURE.read_text(encoding="utf-8").split("### The rooms of the Python SDK")[1]
    table = text.split("|---|---|\n")[1].split("\n\n")[0]
    return re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)


def loaded_with(file: Path) -> list[str]:
    """First names below `runlens` that a module imports when it is loaded itself."""
    found = []
    pending = list(ast.parse(file.read_text(encoding="utf-8")).body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom):
            found += _below_package(node, file)
        pending += ast.iter_child_nodes(node)
    return found


def _below_package(node: ast.ImportFrom, file: Path) -> list[str]:
    above = ["runlens", *file.relative_to(PACKAGE).parent.parts]
    parts = above[: len(above) - node.level + 1] if node.level else []
    parts += (node.module or "").split(".") if node.module else []
    if parts[:1] != ["runlens"]:
        return []
    return [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]


def test_every_private_module_has_a_room():
    names = {file.stem for file in PACKAGE.glob("_*.py")} - {"__init__"}
    assert names == PRIVATE
    folders = {file.parent.name for file in PACKAGE.glob("_*/__init__.py")}
    assert folders == set(rooms())


def test_rooms_say_what_they_are_and_load_nothing():
    for room in rooms():
        text = (PACKAGE / room / "__init__.py").read_text(encoding="utf-8")
        assert [type(node).__name__ for node in ast.parse(text).body] == ["Expr"], room


def test_a_module_loads_only_rooms_above_its_own():
    order = rooms()
    wrong = [
        f"{file.relative_to(PACKAGE)} loads {name}"
        for at, room in enumerate(order)
        for file in sorted((PACKAGE / room).glob("*.py"))
        for name in loaded_with(file)
        if name in order[at + 1 :]
    ]
    assert wrong == []
