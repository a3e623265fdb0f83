"""What is known of a user's function without `inspect`: parameters, hints, place in the source."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any

_VARARGS = 0x04
_VARKEYWORDS = 0x08


class Missing:
    """No value: a parameter without default, a hint that is not there."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


class Lazy:
    """A text that is only made when it is shown: where something is, for messages."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make

    def __str__(self) -> str:
        return self._make()


class Parameter:
    """One parameter: its name, default (or MISSING) and whether it is keyword-only."""

    __slots__ = ("default", "keyword_only", "name")

    def __init__(self, name: str, default: Any, keyword_only: bool) -> None:
        self.name = name
        self.default = default
        self.keyword_only = keyword_only


def unwrap(function: Callable) -> Callable:
    """The innermost function behind decorators that use functools.wraps."""
    seen = 0
    while hasattr(function, "__wrapped__") and seen < 100:
        function = function.__wrapped__
        seen += 1
    return function


def has_variadic(function: Callable) -> bool:
    """Whether the signature has *args or **kwargs."""
    return bool(unwrap(function).__code__.co_flags & (_VARARGS | _VARKEYWORDS))


def parameters_of(function: Callable) -> list[Parameter]:
    """The parameters in order; *args and **kwargs are left out."""
    function = unwrap(function)
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    keyword = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    defaults = function.__defaults__ or ()
    offset = len(positional) - len(defaults)
    keyword_defaults = function.__kwdefaults__ or {}
    return [
        Parameter(name, defaults[at - offset] if at >= offset else MISSING, False)
        for at, name in enumerate(positional)
    ] + [Parameter(name, keyword_defaults.get(name, MISSING), True) for name in keyword]


def bind(
    owner: str,
    parameters: list[Parameter],
    args: tuple,
    kwargs: dict,
    configured: Collection[str] = (),
) -> dict:
    """Arguments by parameter name, as Python would bind them; defaults are not filled in.

    `configured` names parameters that have their value from elsewhere, so none is missing.

    Raises:
        TypeError: too many, unknown, doubled or missing arguments; names the owner.
    """
    positional = [one.name for one in parameters if not one.keyword_only]
    if len(args) > len(positional):
        raise TypeError(
            f"{owner} takes {len(positional)} positional arguments but {len(args)} were given"
        )
    bound = dict(zip(positional, args, strict=False))
    names = {one.name for one in parameters}
    for name, value in kwargs.items():
        if name not in names:
            known = ", ".join(one.name for one in parameters) or "none"
            raise TypeError(f"{owner} has no parameter {name!r}; its parameters are: {known}")
        if name in bound:
            raise TypeError(f"{owner} got two values for {name!r}")
        bound[name] = value
    missing = [
        one.name
        for one in parameters
        if one.default is MISSING and one.name not in bound and one.name not in configured
    ]
    if missing:
        raise TypeError(f"{owner} lacks a value for {', '.join(map(repr, missing))}")
    return bound


def hints_of(function: Callable) -> dict[str, Any]:
    """Evaluated annotations; one that cannot be evaluated (a local name) stays its text."""
    function = unwrap(function)
    raw = _raw_hints(function)
    if not any(isinstance(hint, str) for hint in raw.values()):
        return dict(raw)
    names = _namespace(function)
    return {
        name: _evaluate(hint, names) if isinstance(hint, str) else hint
        for name, hint in raw.items()
    }


def _raw_hints(function: Callable) -> dict[str, Any]:
    try:
        return getattr(function, "__annotations__", {})
    except NameError:
        # Python 3.14 evaluates annotations when they are asked for, and one names what is not there
        import annotationlib

        return annotationlib.get_annotations(function, format=annotationlib.Format.STRING)


def _namespace(function: Callable) -> dict:
    names = dict(getattr(function, "__globals__", {}))
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            names[name] = cell.cell_contents
        except ValueError:
            continue
    return names


def _evaluate(text: str, names: dict) -> Any:
    try:
        return eval(text, names)
    except Exception:
        return text


def text_of_hint(hint: Any) -> str:
    """An annotation as it is written: `dict`, `Tuple[int, str]`, `np.ndarray` as `ndarray`."""
    if isinstance(hint, str):
        return hint
    if hint is None or hint is type(None):
        return "None"
    if hint is Ellipsis:
        return "..."
    if isinstance(hint, list):
        return f"[{', '.join(map(text_of_hint, hint))}]"
    arguments = getattr(hint, "__args__", None)
    origin = getattr(hint, "__origin__", None)
    if arguments and (origin is None or _is_union(origin)):
        return " | ".join(map(text_of_hint, arguments))
    if arguments and origin is not None:
        name = getattr(hint, "_name", None) or getattr(origin, "__name__", str(origin))
        return f"{name}[{', '.join(map(text_of_hint, arguments))}]"
    if isinstance(hint, type):
        return hint.__qualname__
    return repr(hint).replace("typing.", "")


def _is_union(origin: Any) -> bool:
    name = getattr(origin, "_name", None) or getattr(origin, "__name__", None)
    return name == "Union"


_texts: dict[str, list[str]] = {}
# per file: the lines that were parsed, and their functions by name and line
_functions: dict[str, tuple[list[str], dict[tuple[str, int], Any]]] = {}


def lines_of(file: str) -> list[str]:
    """Lines of a source file, kept; of a notebook cell from linecache; empty when unknown."""
    if file not in _texts:
        _texts[file] = _read_lines(file)
    return _texts[file]


def _read_lines(file: str) -> list[str]:
    if file.endswith(".ipynb"):
        from .notebook import lines_of_notebook

        return lines_of_notebook(file)
    try:
        with open(file, encoding="utf-8", errors="replace") as text:
            return text.read().splitlines()
    except OSError:
        import linecache

        return [line.rstrip("\n") for line in linecache.getlines(file)]


def file_of(function: Callable) -> str:
    """Real path of the function's file (a cell's name in a notebook)."""
    name = unwrap(function).__code__.co_filename
    if name.startswith("<"):
        return name
    if not os.path.isabs(name):
        module = sys.modules.get(getattr(function, "__module__", ""))
        name = getattr(module, "__file__", None) or name
    return os.path.realpath(name)


def line_of(function: Callable) -> int:
    """Line of `def`, counted from 1 (the code object starts at the first decorator)."""
    first = unwrap(function).__code__.co_firstlineno
    lines = lines_of(file_of(function))
    for number in range(first, min(len(lines), first + 100) + 1):
        if lines[number - 1].lstrip().startswith(("def ", "async def ")):
            return number
    return first


def place_of(function: Callable) -> str:
    """`features.py:12`, for messages."""
    return f"{os.path.basename(file_of(function))}:{line_of(function)}"


def syntax_of(function: Callable) -> Any:
    """The function's `ast` node, or None when its source is not known."""
    file = file_of(function)
    lines = lines_of(file)
    if file not in _functions or _functions[file][0] is not lines:
        _functions[file] = (lines, _functions_in(lines))
    return _functions[file][1].get((unwrap(function).__name__, line_of(function)))


def _functions_in(lines: list[str]) -> dict[tuple[str, int], Any]:
    import ast

    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError):
        return {}
    return {
        (node.name, node.lineno): node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def returns_of(function: Callable) -> list[Any] | None:
    """The values of the function's own `return` statements; None when the source is not known."""
    import ast

    node = syntax_of(function)
    if node is None:
        return None
    found = []
    pending = list(node.body)
    while pending:
        one = pending.pop()
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(one, ast.Return) and one.value is not None:
            found.append(one.value)
        pending.extend(ast.iter_child_nodes(one))
    return found
