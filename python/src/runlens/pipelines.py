"""`@pipeline`: a function whose step calls make a graph; calling it runs that graph."""

from __future__ import annotations

from . import _mode
from ._compose import (
    Composition,
    StepArtifact,
    check,
    composing,
    current_composition,
    unshare,
)
from ._order import check_order
from ._signature import MISSING, bind, has_variadic, hints_of, parameters_of, place_of
from .errors import StepInterfaceError
from .steps import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ._response import PipelineRunResponse


class Pipeline:
    """A pipeline. Made by `@pipeline`; calling it composes the graph and runs it."""

    def __init__(self, function: Callable, options: dict[str, Any]) -> None:
        if not callable(function) or not hasattr(function, "__name__"):
            raise StepInterfaceError(
                f"@pipeline decorates functions, not {type(function).__name__}."
            )
        self.entrypoint = function
        self._options = options
        self.name: str = options.get("name") or function.__name__
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__
        self.__doc__ = function.__doc__
        if has_variadic(function):
            raise StepInterfaceError(
                f"Pipeline {self.name} ({place_of(function)}): a pipeline cannot have *args or "
                "**kwargs, because every parameter needs a name.",
                "variadic",
            )

    def __repr__(self) -> str:
        return f"<pipeline {self.name}>"

    def __call__(self, *args: Any, **kwargs: Any) -> PipelineRunResponse | Any:
        """Runs the pipeline and answers its run: `.id`, `.status`, `.steps['x'].outputs['y']`.

        Inside another pipeline its steps become part of that one. Arguments are JSON values.

        Raises:
            StepInterfaceError, TypeError: it cannot be composed.
            PipelineCancelled: it was cancelled.
            Exception: whatever the first failed step raised, unchanged.
        """
        outer = current_composition()
        if outer is not None:
            return self.entrypoint(*args, **kwargs)
        if _mode.is_importing():
            _mode.recorded_calls.append(self.name)
            return None
        if _mode.is_in_step():
            raise StepInterfaceError(
                f"Pipeline {self.name} was called inside a running step. Call it inside another "
                "pipeline, where its steps become part of that one, or outside."
            )
        from ._run import run_composition

        return run_composition(lambda: self.compose(args, kwargs), self)

    def compose(self, args: tuple, kwargs: dict[str, Any]) -> Composition:
        """The graph of a call; nothing runs.

        Raises:
            StepInterfaceError, TypeError: it cannot be composed; says why.
        """
        composition = Composition(self)
        values = self._bind(composition, args, kwargs)
        with composing(composition):
            self.entrypoint(**values)
        if not composition.invocations:
            raise StepInterfaceError(
                f"Pipeline {self.name} ({place_of(self.entrypoint)}) has no steps: it calls no "
                "function that is decorated with @step.",
                "no_steps",
            )
        check_order(composition)
        return composition

    def with_options(self, **options: Any) -> Pipeline:
        """A copy with other options: name, enable_cache, environment.

        `enable_cache` given here wins over every decorator.
        """
        for name in options:
            if name not in _OPTIONS:
                raise TypeError(
                    f"@pipeline has no option {name!r}; its options are: {', '.join(_OPTIONS)}"
                )
        forced = {"forced_cache": options["enable_cache"]} if "enable_cache" in options else {}
        return Pipeline(self.entrypoint, {**self._options, **options, **forced})

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables for all its steps."""
        given = self._options.get("environment") or {}
        return {str(name): str(value) for name, value in given.items()}

    def caches(self, step: Step) -> bool:
        """Whether a step of this pipeline may use the cache.

        with_options of the pipeline, else the step, else the pipeline's decorator, else yes.
        """
        for choice in (
            self._options.get("forced_cache"),
            step.enable_cache,
            self._options.get("enable_cache"),
        ):
            if choice is not None:
                return bool(choice)
        return True

    def _bind(self, composition: Composition, args: tuple, kwargs: dict[str, Any]) -> dict:
        owner = f"Pipeline {self.name}"
        parameters = parameters_of(self.entrypoint)
        given = bind(owner, parameters, args, kwargs)
        hints = hints_of(self.entrypoint)
        for parameter in parameters:
            name = parameter.name
            value = given.get(name, parameter.default)
            where = f"{owner} ({place_of(self.entrypoint)}): parameter {name!r}"
            if isinstance(value, StepArtifact):
                raise StepInterfaceError(f"{where} is the output of a step of another pipeline.")
            composition.parameters[name] = unshare(check(value, hints.get(name, MISSING), where))
        composition.explicit = set(given)
        return dict(composition.parameters)


_OPTIONS = ("name", "enable_cache", "environment")


def pipeline(
    function: Callable | None = None,
    /,
    *,
    name: str | None = None,
    enable_cache: bool | None = None,
    environment: Mapping[str, str] | None = None,
) -> Any:
    """Makes a pipeline of a function; used as `@pipeline` or `@pipeline(...)`.

    Args:
        name: Name of the pipeline; default the function's.
        enable_cache: False: its steps always run, unless a step says otherwise.
        environment: Environment variables for all its steps; part of their cache keys.

    Raises:
        StepInterfaceError: the function has *args or **kwargs.
    """
    options = {"name": name, "enable_cache": enable_cache, "environment": environment}
    if function is not None:
        return Pipeline(function, options)
    return lambda decorated: Pipeline(decorated, options)


class _SingleStep(Pipeline):
    """A pipeline of one step, for a step that is called outside of any."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.entrypoint, {"name": step.name})
        self._step = step

    def compose(self, args: tuple, kwargs: dict[str, Any]) -> Composition:
        composition = Composition(self)
        composition.add(self._step, args, kwargs, None, None)
        return composition


def run_single_step(step: Step, args: tuple, kwargs: dict[str, Any]) -> Any:
    """Runs a step as a pipeline of its own and answers the value of its output (or a tuple)."""
    single = _SingleStep(step)
    run = single(*args, **kwargs)
    if run is None:
        return None
    outputs = step.outputs()
    made = run.steps[step.name].outputs
    values = tuple(made[one.name][0].load() for one in outputs.items)
    if outputs.is_tuple:
        return values
    return values[0] if values else None
