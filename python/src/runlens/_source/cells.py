"""Which cells of a notebook some names need, and which of their statements would run a pipeline."""

from __future__ import annotations

import ast
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .notebook import Notebook

_MAKERS = ("pipeline", "step")
_OPTIONS = ("with_options", "configure")


class _Cell:
    """What a cell binds and uses at its top level."""

    def __init__(self, line: int, tree: ast.Module) -> None:
        self.line = line
        self.tree = tree
        self.binds = {name for one in tree.body for name in bound_by(one)}
        self.uses = {name for one in tree.body for name in used_by(one)}
        self.has_star = "*" in self.binds


def reached_cells(notebook: Notebook, wanted: Iterable[str]) -> list[tuple[int, ast.Module]]:
    """The cells that some names need, transitively, in order, with their first lines.

    All cells that bind or change a needed name, and those with `import *` when a name is bound
    nowhere else. Calls of pipelines and steps at top level are left out, with what uses their
    results.

    Raises:
        SyntaxError: a wanted name is bound nowhere, and a cell cannot be parsed.
    """
    cells, broken = _parsed(notebook)
    everything = {name for cell in cells for name in cell.binds}
    wanted = set(wanted)
    if broken is not None and not wanted <= everything:
        raise broken
    reached: set[_Cell] = set()
    pending = [*wanted]
    seen = set(pending)
    while pending:
        name = pending.pop()
        for cell in cells:
            needed = name in cell.binds or (cell.has_star and name not in everything)
            if not needed or cell in reached:
                continue
            reached.add(cell)
            pending.extend(cell.uses - seen)
            seen |= cell.uses
    kept = [cell for cell in cells if cell in reached]
    return list(_without_runs(kept))


def _parsed(notebook: Notebook) -> tuple[list[_Cell], SyntaxError | None]:
    cells, broken = [], None
    for line, text in notebook.cells:
        try:
            cells.append(_Cell(line, ast.parse("\n" * line + text)))
        except SyntaxError as error:
            broken = broken or error
    return cells, broken


def _without_runs(cells: list[_Cell]) -> Iterator[tuple[int, ast.Module]]:
    runners = _runners(cells)
    lost: set[str] = set()
    for cell in cells:
        kept = []
        for statement in cell.tree.body:
            is_definition = isinstance(statement, _DEFINITIONS)
            runs = not is_definition and _runs(statement, runners)
            if runs or (not is_definition and lost & used_by(statement)):
                lost |= bound_by(statement)
            else:
                lost -= bound_by(statement)
                kept.append(statement)
        yield cell.line, ast.Module(body=kept, type_ignores=[])


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def _runners(cells: list[_Cell]) -> set[str]:
    """Names of pipelines and steps, also of copies with other options."""
    makers = {*_MAKERS}
    runners: set[str] = set()
    for statement in (one for cell in cells for one in cell.tree.body):
        if isinstance(statement, ast.ImportFrom):
            makers |= {one.asname for one in statement.names if one.name in _MAKERS and one.asname}
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if any(_last_name(one) in makers for one in statement.decorator_list):
                runners.add(statement.name)
        elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            function = statement.value.func
            is_copy = isinstance(function, ast.Attribute) and function.attr in _OPTIONS
            if is_copy and _root_name(function) in runners:
                runners |= bound_by(statement)
    return runners


def _runs(statement: ast.AST, runners: set[str]) -> bool:
    """Whether a pipeline or step is called outside of a function."""
    for node in _outside_functions(statement):
        if not isinstance(node, ast.Call) or _root_name(node.func) not in runners:
            continue
        if not (isinstance(node.func, ast.Attribute) and node.func.attr in _OPTIONS):
            return True
    return False


def _outside_functions(statement: ast.AST) -> Iterator[ast.AST]:
    pending = [statement]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))


def _last_name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _root_name(node: ast.AST) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def bound_by(statement: ast.AST) -> set[str]:
    """Names that a statement at top level binds or changes (`x`, `x.a = …`, `x[0] = …`)."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    found: set[str] = set()
    for node in _outside_functions(statement):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {one.asname or one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
        elif isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
            found |= {name} if (name := _root_name(node)) is not None else set()
    return found


def used_by(statement: ast.AST) -> set[str]:
    """All names that are read anywhere in a statement, also inside functions and annotations."""
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.AugAssign) and (name := _root_name(node.target)):
            found.add(name)
        elif isinstance(node, (ast.arg, ast.AnnAssign)):
            found |= _quoted(node.annotation)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found |= _quoted(node.returns)
    return found


def _quoted(annotation: ast.expr | None) -> set[str]:
    """Names in annotations that are written as texts."""
    found: set[str] = set()
    for node in ast.walk(annotation) if annotation is not None else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {*re.findall(r"\w+", node.value)}
    return found


def pipelines_with(notebook: Notebook, pipeline: str | None, step: str | None) -> list[str]:
    """The names that a launch needs: of its pipeline, or of those that use its step, or of all.

    Raises:
        SyntaxError: a cell cannot be parsed and there is no pipeline without it.
    """
    cells, broken = _parsed(notebook)
    runners = _runners(cells)
    functions = {
        one.name: one
        for cell in cells
        for one in cell.tree.body
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)) and one.name in runners
    }
    pipelines = [name for name, one in functions.items() if _is_pipeline(one)]
    if pipeline is not None and pipeline in functions:
        return [pipeline]
    users = [name for name in pipelines if step is not None and step in used_by(functions[name])]
    if not pipelines and broken is not None:
        raise broken
    # a pipeline with a name of its own, or a step that another pipeline brings: all may be meant
    return users if users and pipeline is None else pipelines


def _is_pipeline(function: ast.AST) -> bool:
    decorators = getattr(function, "decorator_list", [])
    return any(_last_name(one) != "step" for one in decorators)
