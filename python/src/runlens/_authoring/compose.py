"""Composing: while a pipeline function runs, each call of a step is recorded as an invocation."""

from __future__ import annotations

import time
from _thread import _local

from .._data.parameters import encode, encode_path, is_path, shown
from .._source.signature import MISSING, bind, place_of, unwrap
from ..errors import CompositionError, StepInterfaceError
from .check import convert

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..pipelines import Pipeline
    from ..steps import Step
    from .outputs import Outputs


class StepArtifact:
    """What a step call gives inside a pipeline: a name for an output that does not exist yet."""

    __slots__ = ("is_typed", "is_void", "output", "step", "step_id")

    def __init__(
        self, step: Step, step_id: str, output: str, *, is_typed: bool, is_void: bool = False
    ) -> None:
        self.step = step
        self.step_id = step_id
        self.output = output
        self.is_typed = is_typed
        self.is_void = is_void

    def __repr__(self) -> str:
        return f"<output {self.output!r} of step {self.step_id}>"

    def _misused(self, how: str) -> StepInterfaceError:
        return StepInterfaceError(
            f"The output {self.output!r} of step {self.step_id} is {how} inside the pipeline, but "
            "it has no value yet: a pipeline only connects steps. Do this in a step.",
            "artifact_misused",
        )

    def __iter__(self) -> Iterator[Any]:
        raise StepInterfaceError(
            f"Step {self.step_id} has one output, {self.output!r}, and cannot be unpacked. To "
            f"return several, write `-> Tuple[A, B]` on {self.step.name} "
            f"({place_of(self.step.entrypoint)}) and `return a, b` with the values in place.",
            "single_output_unpacked",
        )

    def __bool__(self) -> bool:
        raise self._misused("used as a condition")

    def __getitem__(self, key: Any) -> Any:
        raise self._misused(f"indexed ([{key!r}])")

    def __len__(self) -> int:
        raise self._misused("measured with len()")

    def load(self) -> Any:
        """Always an error: nothing has run while a pipeline is composed."""
        raise self._misused("loaded")


class Invocation:
    """One node of the graph, with the values of its parameters as the worker will use them.

    Attributes:
        id: Unique in the pipeline.
        step: The step with the options that it has in this pipeline.
        outputs: What it declares.
        inputs: StepInput by name.
        values: Parameters in their annotated types.
        external: Inputs that are values or artifacts from elsewhere, until they are looked up.
        after: Ids of steps to wait for.
    """

    __slots__ = ("after", "external", "id", "inputs", "outputs", "step", "values")

    def __init__(self, step: Step, step_id: str, outputs: Outputs) -> None:
        self.step = step
        self.id = step_id
        self.outputs = outputs
        self.inputs: dict[str, dict] = {}
        self.values: dict[str, Any] = {}
        self.external: dict[str, Any] = {}
        self.after: list[str] = []


class Composition:
    """All invocations of one call of a pipeline."""

    # of a dynamic pipeline, whose steps are added while it runs (`_dynamic.DynamicComposition`)
    is_dynamic = False

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.invocations: dict[str, Invocation] = {}
        self.parameters: dict[str, Any] = {}
        self.explicit: set[str] = set()
        # code of the pipeline and of those that are called inside it, innermost last
        self.codes: list[Any] = [unwrap(pipeline.entrypoint).__code__]
        self.started = time.time()
        self.run_name: str | None = None
        # what the pipeline's function returned
        self.returned: Any = None
        self._moment: dict[str, str] | None = None

    @property
    def cascading_tags(self) -> list[str]:
        """Tags of the pipeline that go onto every artifact of the run."""
        tags = self.pipeline.options.get("tags")
        if not tags:
            return []
        from .._values import tags_of

        return [one.name for one in tags_of(tags) if one.cascade]

    def substitutions(self, step: Mapping[str, str]) -> dict[str, str]:
        """What name templates are filled with: a step's own over the pipeline's over the moment."""
        if self._moment is None:
            from .names import moment_substitutions

            self._moment = moment_substitutions(self.started)
        inherited = self.pipeline.options.get("substitutions") or {}
        return {**self._moment, **inherited, **step}

    def add(self, step: Step, args: tuple, kwargs: dict, after: Any, given_id: str | None):
        """Records a call of a step and answers its artifacts.

        Raises:
            StepInterfaceError, TypeError: the call cannot work.
        """
        step_id = self._id_for(step, given_id)
        configured = self.pipeline.step_configuration(step_id)
        step = step.resolved(self.pipeline.step_defaults, configured)
        outputs = step.outputs()
        step.check_materializers(outputs.items)
        invocation = Invocation(step, step_id, outputs)
        self._inputs(invocation, args, kwargs, configured.get("parameters") or {})
        invocation.after = _after_ids(step_id, after)
        self.invocations[step_id] = invocation
        return _artifacts(step, step_id, outputs)

    def _inputs(
        self, invocation: Invocation, args: tuple, kwargs: dict, configured: Mapping[str, Any]
    ) -> None:
        """Arguments, then what a YAML file or with_options give, then defaults."""
        step = invocation.step
        chosen = step.options.get("parameters") or {}
        parameters = step.parameters()
        given = bind(f"Step {step.name}", parameters, args, kwargs, chosen)
        if chosen:
            given = _with_configured(invocation, given, chosen, configured)
        for name, argument in given.items():
            invocation.inputs[name] = self._input(invocation, name, argument)
        for parameter in parameters:
            if parameter.name in invocation.inputs or parameter.default is MISSING:
                continue
            entry = self._parameter(invocation, parameter.name, parameter.default)
            if entry["kind"] == "parameter":
                entry["isDefault"] = True
            invocation.inputs[parameter.name] = entry

    def _id_for(self, step: Step, given: str | None) -> str:
        if given is not None:
            if given in self.invocations:
                raise CompositionError(
                    f"Duplicate step ID {given!r}: choose another `id=`.", "duplicate_step"
                )
            return given
        step_id, number = step.name, 1
        while step_id in self.invocations:
            number += 1
            step_id = f"{step.name}_{number}"
        return step_id

    def _input(self, invocation: Invocation, name: str, argument: Any) -> dict:
        """What an argument is, told by its class."""
        if isinstance(argument, StepArtifact):
            _check_usable(argument, invocation.step, name)
            return {"kind": "step", "stepId": argument.step_id, "output": argument.output}
        if isinstance(argument, (list, tuple)) and argument:
            listed = _list_input(argument, invocation.step, name)
            if listed is not None:
                return listed
        version = getattr(argument, "artifact_version_id", None)
        if isinstance(version, str):
            return {"kind": "artifact", "artifactVersionId": version}
        if getattr(argument, "is_external_artifact", False) is True:
            invocation.external[name] = argument
            return {"kind": "artifact", "artifactVersionId": ""}
        entry = self._parameter(invocation, name, argument)
        if entry["kind"] == "parameter":
            origin = self._pipeline_parameter(argument)
            if origin is not None:
                entry["pipelineParameter"] = origin
        return entry

    def replacement(self, invocation: Invocation, name: str, value: Any) -> dict:
        """What an input becomes that a plan replaces (StepInput); the invocation keeps its own.

        Raises:
            StepInterfaceError: the value does not fit.
        """
        before = dict(invocation.values)
        entry = self._input(invocation, name, value)
        invocation.values = before
        entry.pop("pipelineParameter", None)
        return entry

    def _parameter(self, invocation: Invocation, name: str, argument: Any) -> dict:
        step = invocation.step
        if is_path(argument):
            return encode_path(argument, step.where(name))
        # `gamma: float = None` is common and means what it says
        is_empty = argument is None and any(
            one.name == name and one.default is None for one in step.parameters()
        )
        value = None if is_empty else step.fit(name, argument)
        if is_path(value):
            return encode_path(value, step.where(name))
        encoded = encode(value, step.where(name))
        invocation.values[name] = value
        return {"kind": "parameter", "value": encoded, **shown(value)}

    def _pipeline_parameter(self, argument: Any) -> str | None:
        """Which pipeline parameter an argument is, unchanged: told by identity.

        Values are copied when the pipeline is called, so that identity is theirs alone, except for
        those that Python shares (small integers, short text, None, booleans): these count only if
        one parameter has the value and the pipeline's code holds no equal constant.
        """
        same = [name for name, value in self.parameters.items() if value is argument]
        if len(same) != 1:
            return None
        if not _is_shared(argument):
            return same[0]
        constants = (one for code in self.codes for one in code.co_consts)
        is_constant = any(type(one) is type(argument) and one == argument for one in constants)
        return None if is_constant and argument is not None else same[0]


def _with_configured(
    invocation: Invocation,
    given: dict[str, Any],
    chosen: Mapping[str, Any],
    configured: Mapping[str, Any],
) -> dict[str, Any]:
    """Arguments over configured parameters; `configured` are those of a YAML file.

    Raises:
        CompositionError: a file says one value and the code another.
        StepInterfaceError: the step has no such parameter.
    """
    step = invocation.step
    names = [one.name for one in step.parameters()]
    result = dict(given)
    for name, value in chosen.items():
        if name not in names:
            raise StepInterfaceError(
                f"Step {invocation.id} has no parameter {name!r}, for which a value is configured; "
                f"its parameters are: {', '.join(names) or 'none'}.",
                "unknown_parameter",
            )
        if name not in given:
            result[name] = value
        elif isinstance(given[name], StepArtifact) or hasattr(given[name], "artifact_version_id"):
            import warnings

            warnings.warn(
                f"Step {invocation.id}: the configured value of {name!r} is not used, because the "
                "pipeline passes an artifact.",
                stacklevel=5,
            )
        elif name in configured and given[name] != step.fit(name, value):
            raise CompositionError(
                f"Configured parameter for the step '{invocation.id}' conflict with parameter "
                f"passed in runtime: {name} is {value!r} in the configuration and {given[name]!r} "
                "in the code. Remove one of them.",
                "conflict",
            )
    return result


def check(value: Any, hint: Any, where: object) -> Any:
    """The value in the annotated type.

    Raises:
        StepInterfaceError: it does not fit; `where` names step and parameter.
    """
    if hint is MISSING:
        return value
    try:
        return convert(value, hint)
    except ValueError as error:
        raise StepInterfaceError(
            f"{where}: {error}. Pass a value of the annotated type, or change the annotation.",
            "parameter_type",
        ) from None


def _is_shared(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int):
        return -5 <= value <= 256
    return (isinstance(value, (str, bytes)) and len(value) < 2) or value == ()


def unshare(value: Any) -> Any:
    """An equal value that is an object of its own, where Python allows it."""
    kind = type(value)
    if kind is float:
        return value + 0.0 if value == value and value != 0 else float(repr(value))
    if kind is int:
        return int(str(value))
    if kind is str:
        return "".join([*value])
    if kind in (list, dict, set):
        return kind(value)
    if kind is tuple:
        return tuple([*value])
    return value


def _check_usable(artifact: StepArtifact, user: Step, name: str) -> None:
    step = artifact.step
    if artifact.is_void:
        raise StepInterfaceError(
            f"Step {step.name} ({place_of(step.entrypoint)}) returns nothing, but {user.name} uses "
            f"its output as {name!r}. Return a value and annotate it; to order the two only, write "
            f"`after={artifact.step_id!r}`.",
            "no_output",
        )
    if not artifact.is_typed:
        raise StepInterfaceError(
            f"Step {step.name} ({place_of(step.entrypoint)}) has no type on its output, but "
            f"{user.name} uses it as {name!r}. Annotate the return type, as in "
            f"`def {step.entrypoint.__name__}(...) -> dict:`.",
            "output_without_type",
        )


def _list_input(items: Any, user: Step, name: str) -> dict | None:
    """A list of outputs, or one of stored artifacts; None for any other list."""
    made = [isinstance(one, StepArtifact) for one in items]
    if all(made):
        for one in items:
            _check_usable(one, user, name)
        return {
            "kind": "steps",
            "items": [{"stepId": one.step_id, "output": one.output} for one in items],
        }
    versions = [getattr(one, "artifact_version_id", None) for one in items]
    stored = [isinstance(version, str) for version in versions]
    if all(stored):
        return {"kind": "stored", "artifactVersionIds": versions}
    if not any(made) and not any(stored):
        return None
    other = next(
        (one for one, is_made, kept in zip(items, made, stored, strict=True) if not is_made | kept),
        None,
    )
    mixed = "stored artifacts" if other is None else f"values of type {type(other).__name__}"
    outputs = "step outputs" if any(made) else "stored artifacts"
    raise StepInterfaceError(
        f"Step {user.name}: the list {name!r} mixes {outputs} with {mixed}. Pass only outputs of "
        "this pipeline, only stored artifacts, or the values as a parameter of their own.",
        "mixed_list",
    )


def _after_ids(step_id: str, after: Any) -> list[str]:
    if after is None:
        return []
    if isinstance(after, str):
        return [after]
    if isinstance(after, StepArtifact):
        return [after.step_id]
    if isinstance(after, (list, tuple, set)):
        return list(dict.fromkeys(one for item in after for one in _after_ids(step_id, item)))
    invocation = getattr(after, "invocation_id", None)
    if isinstance(invocation, str):
        return [invocation]
    raise StepInterfaceError(
        f"Step {step_id}: `after` takes step ids, outputs of steps or a list of them, not "
        f"{type(after).__name__}."
    )


def _artifacts(step: Step, step_id: str, outputs: Outputs) -> Any:
    made = tuple(
        StepArtifact(step, step_id, one.name, is_typed=bool(one.annotation))
        for one in outputs.items
    )
    if outputs.is_tuple:
        return made
    return made[0] if made else StepArtifact(step, step_id, "", is_typed=False, is_void=True)


class _State(_local):
    composition: Composition | None = None


_state = _State()


def current_composition() -> Composition | None:
    """The composition of this thread, while a pipeline function runs."""
    return _state.composition


class composing:
    """Context in which calls of steps are recorded."""

    def __init__(self, composition: Composition | None) -> None:
        self._composition = composition

    def __enter__(self) -> Composition | None:
        self._outer, _state.composition = _state.composition, self._composition
        return self._composition

    def __exit__(self, *_: object) -> None:
        _state.composition = self._outer


class inside:
    """Context in which a pipeline is composed as a part of another."""

    def __init__(self, composition: Composition, function: Any) -> None:
        self._codes = composition.codes
        self._code = unwrap(function).__code__

    def __enter__(self) -> None:
        self._codes.append(self._code)

    def __exit__(self, *_: object) -> None:
        self._codes.pop()
