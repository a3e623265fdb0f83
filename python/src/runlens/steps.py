"""`@step`: turns a function into a step, a unit that Runlens runs, records and caches."""

from __future__ import annotations

from . import _mode
from ._compose import current_composition
from ._outputs import outputs_of
from ._signature import has_variadic, parameters_of, place_of
from .errors import StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ._outputs import Outputs

_RESERVED = ("after", "id")


class RetryConfig:
    """How often and how fast a failed step is tried again.

    Waits `delay` seconds before the first repetition, then `backoff` times as long each time.
    """

    __slots__ = ("backoff", "delay", "max_retries")

    def __init__(self, max_retries: int = 1, delay: float = 0.0, backoff: float = 1.0) -> None:
        self.max_retries = max_retries
        self.delay = delay
        self.backoff = backoff


class Step:
    """A step. Made by `@step`; calling it in a pipeline records an invocation."""

    def __init__(self, function: Callable, options: dict[str, Any]) -> None:
        if isinstance(function, Step):
            function = function.entrypoint
        if not callable(function) or not hasattr(function, "__name__"):
            raise StepInterfaceError(f"@step decorates functions, not {type(function).__name__}.")
        self.entrypoint = function
        self._options = options
        self._outputs: Outputs | None = None
        self.name: str = options.get("name") or function.__name__
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__
        self.__doc__ = function.__doc__
        _check_signature(function, self.name)

    def __repr__(self) -> str:
        return f"<step {self.name}>"

    def __call__(self, *args: Any, after: Any = None, id: str | None = None, **kwargs: Any) -> Any:
        """In a pipeline: records an invocation. In a running step: calls the function.

        Elsewhere it runs as a pipeline of this one step and gives the output's value. `after` names
        steps (ids or outputs) to wait for without using their outputs, `id` the invocation.

        Raises:
            StepInterfaceError, TypeError: the call cannot work; says why.
        """
        composition = current_composition()
        if composition is not None:
            return composition.add(self, args, kwargs, after, id)
        if _mode.is_in_step():
            return self.entrypoint(*args, **kwargs)
        from .pipelines import run_single_step

        return run_single_step(self, args, kwargs)

    def with_options(self, **options: Any) -> Step:
        """A copy with other options (those of `@step`)."""
        check_options(options)
        return Step(self.entrypoint, {**self._options, **options})

    def outputs(self) -> Outputs:
        """The declared outputs, read once."""
        if self._outputs is None:
            self._outputs = outputs_of(self.entrypoint, self.name)
        return self._outputs

    @property
    def enable_cache(self) -> bool | None:
        """None when neither the decorator nor with_options says."""
        return self._options.get("enable_cache")

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables set while the step runs."""
        given = self._options.get("environment") or {}
        return {str(name): str(value) for name, value in given.items()}

    @property
    def retry(self) -> RetryConfig:
        """How a failure is repeated; by default not at all."""
        given = self._options.get("retry")
        if given is None:
            return RetryConfig(int(self._options.get("retries") or 0))
        if isinstance(given, int):
            return RetryConfig(given)
        if isinstance(given, dict):
            return RetryConfig(**given)
        return RetryConfig(given.max_retries, given.delay, given.backoff)

    def materializer_for(self, output: str) -> str | None:
        """Name of the materializer chosen for an output, None when its value decides."""
        chosen = self._options.get("output_materializers")
        if isinstance(chosen, dict):
            chosen = chosen.get(output)
        if isinstance(chosen, (list, tuple)):
            chosen = chosen[0] if chosen else None
        if chosen is None:
            return None
        from .materializers import name_of

        return name_of(chosen)


def _check_signature(function: Callable, name: str) -> None:
    if not hasattr(function, "__code__") and not hasattr(function, "__wrapped__"):
        raise StepInterfaceError(f"Step {name}: @step needs a function written in Python.")
    if has_variadic(function):
        raise StepInterfaceError(
            f"Step {name} ({place_of(function)}): a step cannot have *args or **kwargs, because "
            "every input needs a name. Name each one, or take a list or a dict.",
            "variadic",
        )
    for parameter in parameters_of(function):
        if parameter.name in _RESERVED:
            raise StepInterfaceError(
                f"Step {name} ({place_of(function)}): the parameter name {parameter.name!r} is "
                "taken by Runlens. Rename it.",
                "reserved_name",
            )


_OPTIONS = ("name", "enable_cache", "environment", "retries", "retry", "output_materializers")


def check_options(options: dict[str, Any]) -> None:
    """Raises TypeError for an option that @step does not know."""
    for name in options:
        if name not in _OPTIONS:
            raise TypeError(f"@step has no option {name!r}; its options are: {', '.join(_OPTIONS)}")


def step(
    function: Callable | None = None,
    /,
    *,
    name: str | None = None,
    enable_cache: bool | None = None,
    environment: Mapping[str, str] | None = None,
    retries: int = 0,
    retry: RetryConfig | Mapping[str, float] | int | None = None,
    output_materializers: Any | Sequence[Any] | Mapping[str, Any] = None,
) -> Any:
    """Makes a step of a function; used as `@step` or `@step(...)`.

    Args:
        name: Name of the step; default the function's.
        enable_cache: False: always run. Default: as the pipeline says, else cached.
        environment: Environment variables during the step; part of the cache key.
        retries: How often a failed step is tried again.
        retry: The same with pauses: `RetryConfig(max_retries, delay, backoff)`, delay in seconds.
        output_materializers: A materializer (class or name) for the output, or one per output name.

    Raises:
        StepInterfaceError: the function has *args, **kwargs or a reserved parameter name.
    """
    options = {
        "name": name,
        "enable_cache": enable_cache,
        "environment": environment,
        "retries": retries,
        "retry": retry,
        "output_materializers": output_materializers,
    }
    if function is not None:
        return Step(function, options)
    return lambda decorated: Step(decorated, options)
