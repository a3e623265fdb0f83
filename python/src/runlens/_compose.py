"""Composing: while a pipeline function runs, each call of a step is recorded as an invocation."""

from __future__ import annotations

from _thread import _local

from ._check import convert
from ._parameters import encode, encode_path, is_path
from ._signature import MISSING, bind, hints_of, parameters_of, place_of
from .errors import StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ._outputs import Outputs
    from .pipelines import Pipeline
    from .steps import Step


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
    """One node of the graph, with the values of its parameters as the worker will use them."""

    __slots__ = ("after", "id", "inputs", "outputs", "step", "values")

    def __init__(self, step: Step, step_id: str, outputs: Outputs) -> None:
        self.step = step
        self.id = step_id
        self.outputs = outputs
        self.inputs: dict[str, dict] = {}
        self.values: dict[str, Any] = {}
        self.after: list[str] = []


class Composition:
    """All invocations of one call of a pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.invocations: dict[str, Invocation] = {}
        self.parameters: dict[str, Any] = {}
        self.explicit: set[str] = set()

    def add(self, step: Step, args: tuple, kwargs: dict, after: Any, given_id: str | None):
        """Records a call of a step and answers its artifacts.

        Raises:
            StepInterfaceError, TypeError: the call cannot work.
        """
        step_id = self._id_for(step, given_id)
        outputs = step.outputs()
        invocation = Invocation(step, step_id, outputs)
        for name, argument in bind(
            f"Step {step.name}", parameters_of(step.entrypoint), args, kwargs
        ).items():
            invocation.inputs[name] = self._input(invocation, name, argument)
        self._defaults(invocation)
        invocation.after = _after_ids(step_id, after)
        self.invocations[step_id] = invocation
        return _artifacts(step, step_id, outputs)

    def _id_for(self, step: Step, given: str | None) -> str:
        if given is not None:
            if given in self.invocations:
                raise StepInterfaceError(f"Duplicate step ID {given!r}: choose another `id=`.")
            return given
        step_id, number = step.name, 1
        while step_id in self.invocations:
            number += 1
            step_id = f"{step.name}_{number}"
        return step_id

    def _input(self, invocation: Invocation, name: str, argument: Any) -> dict:
        if isinstance(argument, StepArtifact):
            _check_usable(argument, invocation.step, name)
            return {"kind": "step", "stepId": argument.step_id, "output": argument.output}
        if isinstance(argument, (list, tuple)) and any(
            isinstance(one, StepArtifact) for one in argument
        ):
            return _list_input(argument, invocation.step, name)
        version = getattr(argument, "artifact_version_id", None)
        if isinstance(version, str):
            return {"kind": "artifact", "artifactVersionId": version}
        entry = self._parameter(invocation, name, argument)
        if entry["kind"] == "parameter":
            origin = self._pipeline_parameter(argument)
            if origin is not None:
                entry["pipelineParameter"] = origin
        return entry

    def _parameter(self, invocation: Invocation, name: str, argument: Any) -> dict:
        step = invocation.step
        where = f"Step {step.name} ({place_of(step.entrypoint)}): parameter {name!r}"
        if is_path(argument):
            return encode_path(argument, where)
        value = check(argument, hints_of(step.entrypoint).get(name, MISSING), where)
        if is_path(value):
            return encode_path(value, where)
        encoded = encode(value, where)
        invocation.values[name] = value
        return {"kind": "parameter", "value": encoded}

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
        constants = self.pipeline.entrypoint.__code__.co_consts
        is_constant = any(type(one) is type(argument) and one == argument for one in constants)
        return None if is_constant and argument is not None else same[0]

    def _defaults(self, invocation: Invocation) -> None:
        for parameter in parameters_of(invocation.step.entrypoint):
            if parameter.name in invocation.inputs or parameter.default is MISSING:
                continue
            entry = self._parameter(invocation, parameter.name, parameter.default)
            if entry["kind"] == "parameter":
                entry["isDefault"] = True
            invocation.inputs[parameter.name] = entry


def check(value: Any, hint: Any, where: str) -> Any:
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


def _list_input(items: Any, user: Step, name: str) -> dict:
    for one in items:
        if not isinstance(one, StepArtifact):
            raise StepInterfaceError(
                f"Step {user.name}: the list {name!r} mixes step outputs with values of type "
                f"{type(one).__name__}. Pass only outputs, or the values as a parameter of their "
                "own.",
                "mixed_list",
            )
        _check_usable(one, user, name)
    return {
        "kind": "steps",
        "items": [{"stepId": one.step_id, "output": one.output} for one in items],
    }


def _after_ids(step_id: str, after: Any) -> list[str]:
    if after is None:
        return []
    if isinstance(after, str):
        return [after]
    if isinstance(after, StepArtifact):
        return [after.step_id]
    if isinstance(after, (list, tuple, set)):
        return list(dict.fromkeys(one for item in after for one in _after_ids(step_id, item)))
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

    def __init__(self, composition: Composition) -> None:
        self._composition = composition

    def __enter__(self) -> Composition:
        self._outer, _state.composition = _state.composition, self._composition
        return self._composition

    def __exit__(self, *_: object) -> None:
        _state.composition = self._outer
