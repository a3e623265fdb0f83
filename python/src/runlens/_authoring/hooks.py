"""Hooks: functions that run when a step starts, ends, succeeds or fails."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..steps import Step


class Hooks:
    """What a step has of hooks: callables, dotted paths or None.

    Attributes:
        start: Before each execution.
        end: After each execution, however it ended.
        success: Once, when the step has succeeded.
        failure: Once, when it has failed for good; may take the exception.
    """

    __slots__ = ("end", "failure", "start", "success")

    def __init__(self, start: Any, end: Any, success: Any, failure: Any) -> None:
        self.start = start
        self.end = end
        self.success = success
        self.failure = failure

    def __bool__(self) -> bool:
        return any(hook is not None for hook in self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hooks) and self._all() == other._all()

    __hash__ = None  # type: ignore[assignment]

    def _all(self) -> tuple:
        return (self.start, self.end, self.success, self.failure)


def hooks_of(step: Step) -> Hooks:
    """The hooks of a step; those of its pipeline where an invocation's step has none of its own."""
    return hooks_in(step.options)


def hooks_in(options: Mapping[str, Any]) -> Hooks:
    """The hooks among options of a step or a pipeline."""
    return Hooks(
        options.get("on_start"),
        options.get("on_end"),
        options.get("on_success"),
        options.get("on_failure"),
    )


def run_hook(hook: Any, exception: BaseException | None = None) -> None:
    """Calls a hook, if there is one: with the exception when it takes an argument.

    What it raises is printed as a warning and goes no further. KeyboardInterrupt does.
    """
    if hook is None:
        return
    try:
        function = resolved_hook(hook)
        if _takes_argument(function):
            function(exception)
        else:
            function()
    except Exception as error:
        _warn(hook, error)


def resolved_hook(hook: Any) -> Callable:
    """The function of a hook that may be given by its dotted path (`module.function`).

    Raises:
        ImportError, AttributeError: there is none of this path.
    """
    return find_dotted(hook) if isinstance(hook, str) else hook


def find_dotted(path: str) -> Any:
    """What a dotted path (`module.function`, `module:Class.method`) names.

    Raises:
        ImportError, AttributeError: there is none of this path.
    """
    from .._pickling import class_named

    return class_named(path.replace(":", "."))


def _takes_argument(function: Callable) -> bool:
    """Whether a hook has a parameter for the exception."""
    import inspect

    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(
        one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD, one.VAR_POSITIONAL)
        for one in parameters
    )


def check_hook(name: str, hook: Any) -> None:
    """Raises TypeError for what is no hook, or one that needs more than the exception."""
    if isinstance(hook, str):
        if "." not in hook.replace(":", "."):
            raise TypeError(f"{name}= takes a function or its path `module.function`, not {hook!r}")
        return
    if not callable(hook):
        raise TypeError(f"{name}= takes a function or its path `module.function`, not {hook!r}")
    if not hasattr(hook, "__code__"):
        return
    from .._source.signature import MISSING, parameters_of

    needed = [one for one in parameters_of(hook) if one.default is MISSING]
    allowed = 1 if name in ("on_failure", "on_end") else 0
    if len(needed) > allowed or any(one.keyword_only for one in needed):
        what = "the exception only" if allowed else "no argument"
        raise TypeError(f"{name}= calls {hook.__name__} with {what}, but it needs more.")


def _warn(hook: Any, error: Exception) -> None:
    import sys
    import traceback

    name = hook if isinstance(hook, str) else getattr(hook, "__qualname__", repr(hook))
    print(f"warning: the hook {name} failed and is passed over:", file=sys.stderr)
    traceback.print_exception(type(error), error, error.__traceback__)
