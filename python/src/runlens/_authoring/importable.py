"""Whether another process can run a step: its function is found again by module and name."""

from __future__ import annotations

import os
import sys

from .._data.parameters import encode
from .._source.signature import MISSING, file_of, line_of, lines_of, unwrap
from ..errors import RunlensError
from .hooks import hooks_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..steps import Step
    from .compose import Invocation


def step_is_importable(step: Step) -> bool:
    """Whether a process that imports the step's file finds this step and can run it.

    Not when the function is local, a lambda or closes over values; when its file is none (a
    notebook's cell in a kernel, `python -c`); or when what is found there is another object, or has
    other hooks, secrets or repetitions (given with with_options or by the pipeline).
    """
    function = unwrap(step.entrypoint)
    if "<" in function.__qualname__ or function.__closure__:
        return False
    file = file_of(function)
    if file.startswith("<") or not os.path.isfile(file):
        return False
    found = _named(sys.modules.get(function.__module__), function.__qualname__)
    return (
        found is not None
        and _is_function_of(found, step)
        and not _is_for_the_script_only(function, file)
    )


def _named(module: Any, qualname: str) -> Any:
    """What a module has by a qualified name; None when there is nothing."""
    found = module
    for part in qualname.split("."):
        found = getattr(found, part, None)
        if found is None:
            return None
    return found


def _is_function_of(found: Any, step: Step) -> bool:
    """Whether what a module has by the name does the same as the step when it is called.

    Of the options only those count that no task tells: hooks, secrets and repetitions.
    """
    if getattr(found, "entrypoint", found) is not step.entrypoint:
        return False
    if not hasattr(found, "options"):
        return _untold(step) == (None, [], (0, 0.0, 1.0))
    return _untold(found) == _untold(step)


def _untold(step: Step) -> tuple:
    retry = step.retry
    return hooks_of(step) or None, step.secrets, (retry.max_retries, retry.delay, retry.backoff)


def _is_for_the_script_only(function: Callable, file: str) -> bool:
    """Whether it is defined below `if __name__ == "__main__":`, which nobody imports."""
    if function.__module__ != "__main__" or "." in function.__qualname__:
        return False
    lines = lines_of(file)
    number = line_of(function)
    if not lines or number > len(lines):
        return False
    indent = _indent(lines[number - 1])
    for line in reversed(lines[: number - 1]):
        if indent == 0:
            return False
        if line.strip() and _indent(line) < indent:
            if line.lstrip().startswith(("if ", "if(")) and "__name__" in line:
                return True
            indent = _indent(line)
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def values_survive(invocation: Invocation) -> bool:
    """Whether each parameter is the same again when it is read from its JSON."""
    for name, value in invocation.values.items():
        entry = invocation.inputs.get(name)
        if entry is None or entry["kind"] != "parameter" or entry.get("isDefault"):
            continue
        if not _survives(invocation.step, name, entry["value"], value):
            return False
    return True


def _survives(step: Step, name: str, encoded: Any, value: Any) -> bool:
    if type(encoded) is type(value) and (value is None or type(value) in (str, bool, int, float)):
        return True
    try:
        return _is_same(restored(step, name, encoded), value)
    except (RunlensError, TypeError, ValueError, AttributeError):
        return False


def restored(step: Step, name: str, encoded: Any) -> Any:
    """A parameter from its JSON form: the default itself where that was meant.

    Raises:
        StepInterfaceError: it does not fit its annotation.
    """
    default = _default(step, name)
    if default is not MISSING and _is_encoded(default, encoded):
        return default
    return step.fit(name, encoded)


def _default(step: Step, name: str) -> Any:
    return next((one.default for one in step.parameters() if one.name == name), MISSING)


def _is_encoded(value: Any, encoded: Any) -> bool:
    try:
        return encode(value, "") == encoded
    except RunlensError:
        return False


def _is_same(one: Any, other: Any) -> bool:
    """Equal and of equal types: a tuple is no list, and True no 1."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(_is_same(one[key], other[key]) for key in one)
    return bool(one == other)
