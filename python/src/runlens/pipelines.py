"""`@pipeline`: a function whose step calls make a graph; calling it runs that graph."""

from __future__ import annotations

from ._authoring.compose import (
    Composition,
    StepArtifact,
    check,
    composing,
    current_composition,
    inside,
    unshare,
)
from ._authoring.options import checked, tell_without_effect
from ._authoring.order import check_order
from ._authoring.pipeline_options import PipelineOptions
from ._process import mode
from ._source.signature import MISSING, Lazy, bind, has_variadic, hints_of, parameters_of, place_of
from .errors import CompositionError, StepInterfaceError
from .steps import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from ._plans import PlanPreview
    from ._policy import CachePolicy
    from ._results.response import PipelineRunResponse
    from .client import PipelineResponse
    from .steps import RetryConfig

_NOTHING: dict[str, Any] = {}


class Pipeline(PipelineOptions):
    """A pipeline. Made by `@pipeline`; calling it composes the graph and runs it."""

    def __init__(self, function: Callable, options: dict[str, Any]) -> None:
        if not callable(function) or not hasattr(function, "__name__"):
            raise StepInterfaceError(
                f"@pipeline decorates functions, not {type(function).__name__}."
            )
        self._take(function, checked("pipeline", options), {}, None)
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

        Inside another pipeline its steps become part of that one, and it gives what its function
        returns. Arguments are JSON values.

        Raises:
            StepInterfaceError, TypeError: it cannot be composed.
            PipelineCancelled: it was cancelled.
            Exception: whatever the first failed step raised, unchanged.
        """
        outer = current_composition()
        if outer is not None:
            return self._inlined(outer, args, kwargs)
        if mode.is_importing():
            mode.recorded_calls.append(self.name)
            return None
        if mode.is_in_step():
            raise StepInterfaceError(
                f"Pipeline {self.name} was called inside a running step. Call it inside another "
                "pipeline, where its steps become part of that one, or outside."
            )
        from ._worker.begin import run_composition

        return run_composition(lambda: self.compose(args, kwargs), self)

    def _inlined(self, outer: Composition, args: tuple, kwargs: dict[str, Any]) -> Any:
        if self.is_dynamic and not outer.is_dynamic:
            raise StepInterfaceError(
                f"Pipeline {self.name} is dynamic and cannot be a part of {outer.pipeline.name}"
                f", which is not: write @pipeline(dynamic=True) on {outer.pipeline.name}.",
                "dynamic_in_static",
            )
        with inside(outer, self.entrypoint):
            return self.entrypoint(*args, **kwargs)

    def compose(self, args: tuple, kwargs: dict[str, Any]) -> Composition:
        """The graph of a call; nothing runs.

        Raises:
            StepInterfaceError, TypeError: it cannot be composed; says why.
        """
        if self.is_dynamic:
            from ._dynamic.composition import DynamicComposition

            dynamic = DynamicComposition(self)
            dynamic.values = self._bind(dynamic, args, kwargs)
            dynamic.run_name = self._run_name(dynamic)
            if self._file is not None and self.options.get("depends_on"):
                # without depends_on only the run itself shows which steps there are
                names = [getattr(one, "name", str(one)) for one in self.options["depends_on"]]
                self._file.check_steps(self.name, names)
            return dynamic
        composition = Composition(self)
        values = self._bind(composition, args, kwargs)
        composition.run_name = self._run_name(composition)
        with composing(composition):
            composition.returned = self.entrypoint(**values)
        if not composition.invocations:
            raise StepInterfaceError(
                f"Pipeline {self.name} ({place_of(self.entrypoint)}) has no steps: it calls no "
                "function that is decorated with @step.",
                "no_steps",
            )
        check_order(composition)
        self._check_composed(composition)
        return composition

    def run_step(
        self, step: Any, /, *args: Any, force: bool = False, **kwargs: Any
    ) -> PipelineRunResponse:
        """Runs one step of it, with the newest results as inputs; what was never made is made.

        Args:
            step: The invocation's id, the step's name, or the step.
            args, kwargs: As in a call of the pipeline.
            force: Run it even if it would be cached.

        Raises:
            StepInterfaceError: the pipeline does not call it.
            Exception: as a call of the pipeline.
        """
        from ._plans import run_target

        return run_target(self, step, "only", force, args, kwargs)

    def run_from(
        self, step: Any, /, *args: Any, force: bool = False, **kwargs: Any
    ) -> PipelineRunResponse:
        """Runs a step and all that depends on it; as `run_step`."""
        from ._plans import run_target

        return run_target(self, step, "from", force, args, kwargs)

    def run_up_to(
        self, step: Any, /, *args: Any, force: bool = False, **kwargs: Any
    ) -> PipelineRunResponse:
        """Runs a step and all that it depends on; as `run_step`."""
        from ._plans import run_target

        return run_target(self, step, "up-to", force, args, kwargs)

    def plan(
        self,
        *args: Any,
        step: Any = None,
        reach: str = "up-to",
        force: bool = False,
        **kwargs: Any,
    ) -> PlanPreview:
        """What a run would do and why; nothing runs. Prints as a table.

        Args:
            args, kwargs: As in a call of the pipeline.
            step: Plan only for this step, and what `reach` takes with it.
            reach: up-to, only or from.
            force: As if nothing (with `step`: that step) were cached.

        Raises:
            StepInterfaceError: it cannot be composed, has no such step, or is dynamic.
        """
        from ._plans import preview

        return preview(self, args, kwargs, step, reach, force)

    def replay(
        self,
        pipeline_run: Any = None,
        *,
        input_overrides: Mapping[str, Any] | None = None,
        skip: Iterable[str] = (),
        step_input_overrides: Mapping[str, Mapping[str, Any]] | None = None,
        dry_run: bool = False,
    ) -> Any:
        """Runs it again as in an earlier run, with changes; answers the new run.

        Args:
            pipeline_run: The run, its id, name, or the start of its id; default the newest.
            input_overrides: Other values for parameters of the pipeline.
            skip: Invocations whose outputs are taken from that run as they are.
            step_input_overrides: Other inputs of steps: invocation → input → value or artifact.
            dry_run: Only answer what would run, as `plan`.

        Raises:
            StepInterfaceError: there is no such step or input.
            RunlensError: there is no such run, or it is one of another pipeline.
            Exception: as a call of the pipeline.
        """
        from ._plans import replay_named

        return replay_named(
            self,
            pipeline_run,
            input_overrides or {},
            skip,
            step_input_overrides or {},
            dry_run,
        )

    def prepare(self, *args: Any, **kwargs: Any) -> None:
        """Composes a call without running it.

        Raises:
            StepInterfaceError, TypeError: it cannot be composed; says why.
        """
        self.compose(args, kwargs)

    def _check_composed(self, composition: Composition) -> None:
        if self._file is not None:
            self._file.check_steps(self.name, composition.invocations)
        owners = {one.step.name: one.step.options for one in composition.invocations.values()}
        tell_without_effect(
            [(self.name, self.options, True), *((n, o, False) for n, o in owners.items())]
        )

    @property
    def model(self) -> PipelineResponse:
        """What its root's store knows of it: `.last_run`, `.runs`.

        Raises:
            ServerError: it has never run.
        """
        from ._worker.begin import root_of
        from .client import Client

        return Client(root_of(self)).get_pipeline(self.name)

    def write_run_configuration_template(self, path: Any, stack: Any = None) -> None:
        """Writes a YAML file with everything that a run can be configured with, as it is now.

        Raises:
            OSError: it cannot be written.
        """
        from ._configuration.template import write_template

        write_template(self, path)

    def _run_name(self, composition: Composition) -> str | None:
        template = self.options.get("run_name")
        if template is None:
            return None
        from ._authoring.names import filled

        return filled(template, composition.substitutions({}))

    def _bind(self, composition: Composition, args: tuple, kwargs: dict[str, Any]) -> dict:
        owner = f"Pipeline {self.name}"
        parameters = parameters_of(self.entrypoint)
        configured = self._configured_parameters([one.name for one in parameters])
        given = bind(owner, parameters, args, kwargs, configured)
        hints = hints_of(self.entrypoint)

        def fit(name: str, value: Any) -> Any:
            where = Lazy(lambda: f"{owner} ({place_of(self.entrypoint)}): parameter {name!r}")
            if isinstance(value, StepArtifact):
                raise StepInterfaceError(f"{where} is the output of a step of another pipeline.")
            return check(value, hints.get(name, MISSING), where)

        for parameter in parameters:
            name = parameter.name
            value = given.get(name, configured.get(name, parameter.default))
            # `gamma: float = None` is common and means what it says
            if value is not None or parameter.default is not None:
                value = fit(name, value)
            if name in given and name in configured and value != fit(name, configured[name]):
                raise CompositionError(
                    f"Configured parameter for the pipeline `{self.name}` conflict with parameter "
                    f"passed in runtime: {name} is {configured[name]!r} in the configuration and "
                    f"{given[name]!r} in the call. Remove one of them.",
                    "conflict",
                )
            composition.parameters[name] = unshare(value)
        composition.explicit = {*given, *configured}
        return dict(composition.parameters)

    def _configured_parameters(self, names: list[str]) -> Mapping[str, Any]:
        configured = self.options.get("parameters") or _NOTHING
        for name in configured:
            if name not in names:
                raise StepInterfaceError(
                    f"Pipeline {self.name} has no parameter {name!r}, for which a value is "
                    f"configured; its parameters are: {', '.join(names) or 'none'}.",
                    "unknown_parameter",
                )
        return configured


def pipeline(
    function: Callable | None = None,
    /,
    *,
    name: str | None = None,
    dynamic: bool | None = None,
    enable_cache: bool | None = None,
    cache_policy: CachePolicy | str | None = None,
    environment: Mapping[str, str] | None = None,
    secrets: Sequence[str] | None = None,
    on_start: Callable | str | None = None,
    on_end: Callable | str | None = None,
    on_success: Callable | str | None = None,
    on_failure: Callable | str | None = None,
    retry: RetryConfig | Mapping[str, float] | int | None = None,
    settings: Mapping[str, Any] | None = None,
    substitutions: Mapping[str, str] | None = None,
    tags: Sequence[Any] | None = None,
    model: Any = None,
    extra: Mapping[str, Any] | None = None,
    execution_mode: Any = None,
    **others: Any,
) -> Any:
    """Makes a pipeline of a function; used as `@pipeline` or `@pipeline(...)`.

    Args:
        name: Name of the pipeline; default the function's.
        dynamic: Its steps run when they are called, so that `if`, `for` and results decide what
            comes next.
        enable_cache: False: its steps always run, unless a step says otherwise.
        cache_policy, environment, secrets, retry, settings, model: For all its steps; what a step
            says itself comes first. Environment and names of secrets are part of the cache keys.
        on_start, on_end, on_success, on_failure: Hooks for its steps that have none of their own;
            of a dynamic pipeline: called once for the run.
        substitutions: Values for placeholders in names of outputs, runs and models.
        tags: Tags of its runs: texts, or `Tag`s that may cascade to every artifact.
        extra: Facts to record.
        execution_mode: What a failed step means for the others: `continue-on-failure` (default),
            `stop-on-failure` (nothing more starts), `fail-fast` (running ones are stopped, too).
        others: `depends_on` of a dynamic pipeline, `parameters`, `run_name`; options of ZenML that
            have no effect here, which a warning names once.

    Raises:
        StepInterfaceError: the function has *args or **kwargs.
        TypeError, ValueError: an option does not exist or cannot be.
    """
    options = {
        "name": name,
        "dynamic": dynamic,
        "enable_cache": enable_cache,
        "cache_policy": cache_policy,
        "environment": environment,
        "secrets": secrets,
        "on_start": on_start,
        "on_end": on_end,
        "on_success": on_success,
        "on_failure": on_failure,
        "retry": retry,
        "settings": settings,
        "substitutions": substitutions,
        "tags": tags,
        "model": model,
        "extra": extra,
        "execution_mode": execution_mode,
        **others,
    }
    if function is not None:
        return Pipeline(function, options)
    checked("pipeline", options)
    return lambda decorated: Pipeline(decorated, options)


class _SingleStep(Pipeline):
    """A pipeline of one step, for a step that is called outside of any."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.entrypoint, {"name": step.name})
        self._step = step

    def compose(self, args: tuple, kwargs: dict[str, Any]) -> Composition:
        composition = Composition(self)
        composition.add(self._step, args, kwargs, None, None)
        self._check_composed(composition)
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
