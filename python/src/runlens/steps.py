"""`@step`: turns a function into a step, a unit that Runlens runs, records and caches."""

from __future__ import annotations

import os

from ._authoring.compose import check, current_composition
from ._authoring.options import checked, merged
from ._authoring.outputs import outputs_of
from ._process import mode
from ._source.signature import Lazy, bind, has_variadic, hints_of, parameters_of, place_of
from .errors import StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ._authoring.outputs import Outputs, OutputSpec
    from ._policy import CachePolicy
    from ._source.signature import Parameter
    from ._values import ResourceSettings

_RESERVED = ("after", "id")
# ZenML's switch for calling a step outside of pipelines without recording anything
_PLAIN_CALLS = "ZENML_RUN_SINGLE_STEPS_WITHOUT_STACK"


class RetryConfig:
    """How often and how fast a failed step is tried again.

    Waits `delay` seconds before the first repetition, then `backoff` times as long each time.

    Raises:
        ValueError: a number that cannot be.
    """

    __slots__ = ("backoff", "delay", "max_retries")

    def __init__(self, max_retries: int = 1, delay: float = 0.0, backoff: float = 1.0) -> None:
        if isinstance(max_retries, bool) or int(max_retries) != max_retries or max_retries < 0:
            raise ValueError(f"max_retries is a number from 0, not {max_retries!r}")
        if delay < 0:
            raise ValueError(f"delay is seconds from 0, not {delay!r}")
        if backoff < 1:
            raise ValueError(f"backoff is a factor from 1, not {backoff!r}")
        self.max_retries = int(max_retries)
        self.delay = delay
        self.backoff = backoff

    def __repr__(self) -> str:
        return f"RetryConfig({self.max_retries}, delay={self.delay}, backoff={self.backoff})"


def retry_config(given: Any) -> RetryConfig:
    """A retry given as itself, as a number of repetitions or as a dict.

    Raises:
        TypeError, ValueError: it is none of these.
    """
    if isinstance(given, RetryConfig):
        return given
    if isinstance(given, int):
        return RetryConfig(given)
    if isinstance(given, dict):
        return RetryConfig(**given)
    if hasattr(given, "max_retries"):
        return RetryConfig(given.max_retries, given.delay, given.backoff)
    raise TypeError(f"retry= takes a RetryConfig or a number of repetitions, not {given!r}")


class _Function:
    """What is known of a step's function, read once and shared by the copies of a step."""

    __slots__ = ("call", "hints", "outputs", "parameters")

    def __init__(self, call: Callable) -> None:
        self.call = call
        self.parameters: list[Parameter] = parameters_of(call)
        self.hints: dict[str, Any] | None = None
        self.outputs: Outputs | None = None


class Step:
    """A step. Made by `@step`; calling it in a pipeline records an invocation."""

    def __init__(self, function: Callable, options: dict[str, Any]) -> None:
        if isinstance(function, Step):
            function = function.entrypoint
        if not callable(function) or not hasattr(function, "__name__"):
            raise StepInterfaceError(f"@step decorates functions, not {type(function).__name__}.")
        given = checked("step", options)
        name = given.get("name") or function.__name__
        _check_signature(function, name)
        self._take(_Function(function), given, {})

    def _take(self, function: _Function, declared: dict, chosen: dict) -> None:
        """`declared`: the decorator's options; `chosen`: those of with_options and configure."""
        self._function = function
        self._declared = declared
        self._chosen = chosen
        self.options: dict[str, Any] = merged(declared, chosen) if chosen else declared
        entrypoint = function.call
        self.entrypoint = entrypoint
        self.name: str = self.options.get("name") or entrypoint.__name__
        self.__name__ = entrypoint.__name__
        self.__qualname__ = entrypoint.__qualname__
        self.__module__ = entrypoint.__module__
        self.__doc__ = entrypoint.__doc__

    def _copy(self, declared: dict, chosen: dict) -> Step:
        copy = object.__new__(type(self))
        copy._take(self._function, declared, chosen)
        return copy

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
        if mode.is_in_step():
            return self.entrypoint(*args, **kwargs)
        if os.environ.get(_PLAIN_CALLS, "").lower() in ("1", "true", "yes", "y"):
            return self._plain_call(args, kwargs)
        from .pipelines import run_single_step

        return run_single_step(self, args, kwargs)

    def _plain_call(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        given = bind(f"Step {self.name}", self.parameters(), args, kwargs)
        return self.entrypoint(**{name: self.fit(name, value) for name, value in given.items()})

    def submit(self, *args: Any, after: Any = None, id: str | None = None, **kwargs: Any) -> Any:
        """In a dynamic pipeline: a call that does not wait; answers a `StepRunFuture` at once."""
        from ._dynamic.mapping import submit

        return submit(self, args, kwargs, after, id)

    def map(self, *args: Any, after: Any = None, id: str | None = None, **kwargs: Any) -> Any:
        """In a dynamic pipeline: one call per item of the inputs, which have equal lengths."""
        from ._dynamic.mapping import map_step

        return map_step(self, args, kwargs, after, id)

    def product(self, *args: Any, after: Any = None, id: str | None = None, **kwargs: Any) -> Any:
        """In a dynamic pipeline: one call per combination of the inputs' items."""
        from ._dynamic.mapping import product_step

        return product_step(self, args, kwargs, after, id)

    def with_options(self, *, merge: bool = True, **options: Any) -> Step:
        """A copy with other options (those of `@step`), over its own and over a YAML file's.

        Dicts are merged and lists joined with what it has; with `merge=False` they are replaced.
        """
        given = checked("step", options)
        chosen = merged(self._chosen, given) if merge else {**self._chosen, **given}
        return self._copy(*self._layers(chosen, given, merge))

    def configure(self, *, merge: bool = True, **options: Any) -> Step:
        """As `with_options`, but changes this step and answers it."""
        given = checked("step", options)
        chosen = merged(self._chosen, given) if merge else {**self._chosen, **given}
        self._take(self._function, *self._layers(chosen, given, merge))
        return self

    def _layers(self, chosen: dict, given: dict, merge: bool) -> tuple[dict, dict]:
        if merge:
            return self._declared, chosen
        kept = {name: value for name, value in self._declared.items() if name not in given}
        return kept, chosen

    def resolved(self, defaults: Mapping[str, Any], configured: Mapping[str, Any]) -> Step:
        """The step as an invocation has it: with what its pipeline and a YAML file say.

        with_options, then `configured` (YAML), then the decorator, then the pipeline's `defaults`.
        """
        if not defaults and not configured:
            return self
        declared = merged(merged(defaults, self._declared), configured)
        return self._copy(declared, self._chosen)

    def parameters(self) -> list[Parameter]:
        """The parameters of its function."""
        return self._function.parameters

    def hints(self) -> dict[str, Any]:
        """The annotations of its function, evaluated."""
        hints = self._function.hints
        if hints is None:
            hints = hints_of(self.entrypoint)
            # a name that is not there yet may be later
            if not any(isinstance(hint, str) for hint in hints.values()):
                self._function.hints = hints
        return hints

    def fit(self, name: str, value: Any) -> Any:
        """A parameter's value in its annotated type.

        Raises:
            StepInterfaceError: it does not fit.
        """
        hints = self.hints()
        return check(value, hints[name], self.where(name)) if name in hints else value

    def where(self, name: str) -> Lazy:
        """`Step train (train.py:3): parameter 'gamma'`, for messages; made when it is shown."""
        return Lazy(lambda: f"Step {self.name} ({place_of(self.entrypoint)}): parameter {name!r}")

    def outputs(self) -> Outputs:
        """The declared outputs, read once."""
        if self._function.outputs is None:
            self._function.outputs = outputs_of(self.entrypoint, self.name)
        return self._function.outputs

    @property
    def configuration(self) -> Any:
        """The options as attributes; None for those that were not given."""
        from ._authoring.pipeline_context import Configuration

        return Configuration(self.name, self.options)

    @property
    def enable_cache(self) -> bool | None:
        """None when neither the decorator nor with_options says."""
        return self.options.get("enable_cache")

    @property
    def cache_policy(self) -> CachePolicy | None:
        """What its cache key takes in; None: the default."""
        given = self.options.get("cache_policy")
        if given is None:
            return None
        from ._policy import policy_of

        return policy_of(given)

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables set while the step runs."""
        given = self.options.get("environment") or {}
        return {str(name): str(value) for name, value in given.items()}

    @property
    def secrets(self) -> list[str]:
        """Names of the secrets that it gets as environment variables."""
        return [str(name) for name in self.options.get("secrets") or ()]

    @property
    def retry(self) -> RetryConfig:
        """How a failure is repeated; by default not at all."""
        given = self.options.get("retry")
        if given is None:
            return RetryConfig(self.options.get("retries") or 0)
        return retry_config(given)

    @property
    def timeout(self) -> float | None:
        """Longest time of one execution in seconds; None: any."""
        return self.options.get("timeout")

    @property
    def resources(self) -> ResourceSettings | None:
        """What it is expected to need; None when it does not say."""
        if "resources" not in self.options and "settings" not in self.options:
            return None
        from ._values import resources_of

        return resources_of(self.options)

    def materializer_for(self, output: str) -> str | None:
        """Name of the materializer chosen for an output, None when its value decides."""
        chosen = self.options.get("output_materializers")
        if isinstance(chosen, dict):
            chosen = chosen.get(output)
        if chosen is None:
            return None
        from ._authoring.materializer_choice import chosen_name

        return chosen_name(chosen, self._hint_of(output))

    def _hint_of(self, output: str) -> Any:
        return next((one.hint for one in self.outputs().items if one.name == output), None)

    def check_materializers(self, items: Sequence[OutputSpec]) -> None:
        """Raises StepInterfaceError when materializers are given for outputs that it has not."""
        chosen = self.options.get("output_materializers")
        if not isinstance(chosen, dict):
            return
        names = [one.name for one in items]
        for name in chosen:
            if name not in names:
                raise StepInterfaceError(
                    f"Step {self.name}: output_materializers names {name!r}, but its outputs are: "
                    f"{', '.join(names) or 'none'}.",
                    "unknown_output",
                )


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


def step(
    function: Callable | None = None,
    /,
    *,
    name: str | None = None,
    enable_cache: bool | None = None,
    cache_policy: CachePolicy | str | None = None,
    output_materializers: Any | Sequence[Any] | Mapping[str, Any] = None,
    environment: Mapping[str, str] | None = None,
    secrets: Sequence[str] | None = None,
    on_start: Callable | str | None = None,
    on_end: Callable | str | None = None,
    on_success: Callable | str | None = None,
    on_failure: Callable | str | None = None,
    retry: RetryConfig | Mapping[str, float] | int | None = None,
    retries: int | None = None,
    timeout: float | None = None,
    resources: ResourceSettings | Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    substitutions: Mapping[str, str] | None = None,
    tags: Sequence[Any] | None = None,
    model: Any = None,
    extra: Mapping[str, Any] | None = None,
    group: Any = None,
    step_type: Any = None,
    **others: Any,
) -> Any:
    """Makes a step of a function; used as `@step` or `@step(...)`.

    Args:
        name: Name of the step; default the function's.
        enable_cache: False: always run. Default: as the pipeline says, else cached.
        cache_policy: What the cache key takes in: a `CachePolicy`, or `"default"`.
        output_materializers: A materializer (class, name or dotted path) for the outputs, or one
            per output name; where there are several, the first that knows the annotated type.
        environment: Environment variables during the step; part of the cache key.
        secrets: Names of secrets that the step gets as environment variables; the names are part
            of the cache key. Values: `RUNLENS_SECRET_<NAME>`, or a file named by `RUNLENS_SECRETS`.
        on_start, on_end: Called before and after each execution: a function or its dotted path.
        on_success, on_failure: Called once when it succeeded or failed for good; `on_failure` may
            take the exception. Steps from the cache call none.
        retry: Repetitions with pauses: `RetryConfig(max_retries, delay, backoff)`, or a number.
        retries: How often a failed step is tried again, at once.
        timeout: Longest time of one execution in seconds; then it has failed.
        resources: What it is expected to need: `ResourceSettings(cpu_count=2, memory="2GB")`.
        settings: `{"resources": …}`; other keys are ZenML's and have no effect.
        substitutions: Values for placeholders in names of outputs.
        tags: Texts or `Tag`s.
        model: The `Model` that it works on.
        extra: Facts to record.
        group: Steps of one group are shown together.
        step_type: A label.
        others: Options of ZenML that have no effect here; a warning names them once.

    Raises:
        StepInterfaceError: the function has *args, **kwargs or a reserved parameter name.
        TypeError, ValueError: an option does not exist or cannot be.
    """
    options = {
        "name": name,
        "enable_cache": enable_cache,
        "cache_policy": cache_policy,
        "output_materializers": output_materializers,
        "environment": environment,
        "secrets": secrets,
        "on_start": on_start,
        "on_end": on_end,
        "on_success": on_success,
        "on_failure": on_failure,
        "retry": retry,
        "retries": retries,
        "timeout": timeout,
        "resources": resources,
        "settings": settings,
        "substitutions": substitutions,
        "tags": tags,
        "model": model,
        "extra": extra,
        "group": group,
        "step_type": step_type,
        **others,
    }
    if function is not None:
        return Step(function, options)
    checked("step", options)
    return lambda decorated: Step(decorated, options)


# ZenML's name for it
StepRetryConfig = RetryConfig
