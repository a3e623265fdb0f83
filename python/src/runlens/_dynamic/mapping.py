"""`submit`, `map` and `product` of steps in dynamic pipelines."""

from __future__ import annotations

from .._authoring.compose import current_composition
from ..errors import StepInterfaceError
from .composition import DynamicComposition
from .futures import (
    OUTPUTS,
    Item,
    MapResults,
    OutputArtifact,
    OutputFuture,
    StepRunFuture,
    unmapped,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..steps import Step


def submit(step: Step, args: tuple, kwargs: dict, after: Any, given_id: str | None) -> Any:
    """`step.submit(...)`: see `Step.submit`."""
    return _running("submit", step).submit(step, [(args, kwargs)], after, given_id)[0]


def map_step(step: Step, args: tuple, kwargs: dict, after: Any, given_id: str | None) -> MapResults:
    """`step.map(...)`: one call per item; the mapped inputs have equal lengths.

    Raises:
        StepInterfaceError: nothing to map over, or unequal lengths.
    """
    composition = _running("map", step)
    mapped, fixed = _taken_apart(composition, "map", step, args, kwargs)
    lengths = {name: len(items) for name, items in mapped.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise StepInterfaceError(
            f"Step {step.name}: the inputs of .map have unequal numbers of items: {told}. Wrap "
            "what each call is to get whole in unmapped(), or use .product.",
            "unequal_lengths",
        )
    calls = [
        ((), {**fixed, **dict(zip(mapped, items, strict=True))})
        for items in zip(*mapped.values(), strict=True)
    ]
    return MapResults(composition, composition.submit(step, calls, after, given_id))


def product_step(
    step: Step, args: tuple, kwargs: dict, after: Any, given_id: str | None
) -> MapResults:
    """`step.product(...)`: one call per combination; the last input changes fastest.

    Raises:
        StepInterfaceError: nothing to map over.
    """
    from itertools import product

    composition = _running("product", step)
    mapped, fixed = _taken_apart(composition, "product", step, args, kwargs)
    calls = [
        ((), {**fixed, **dict(zip(mapped, items, strict=True))})
        for items in product(*mapped.values())
    ]
    return MapResults(composition, composition.submit(step, calls, after, given_id))


def _running(method: str, step: Step) -> DynamicComposition:
    composition = current_composition()
    if isinstance(composition, DynamicComposition):
        return composition
    place = "in a pipeline that is not dynamic" if composition else "outside of a dynamic pipeline"
    raise StepInterfaceError(
        f"{step.name}.{method}() was called {place}. Call it in a function decorated with "
        "@pipeline(dynamic=True).",
        "not_dynamic",
    )


def _taken_apart(
    composition: DynamicComposition, method: str, step: Step, args: tuple, kwargs: dict
) -> tuple[dict[str, list], dict[str, Any]]:
    """The arguments that are mapped, as lists of inputs, and those that each call gets."""
    from .._source.signature import bind, parameters_of

    given = bind(f"Step {step.name}", parameters_of(step.entrypoint), args, kwargs)
    mapped: dict[str, list] = {}
    fixed: dict[str, Any] = {}
    for name, value in given.items():
        items = _items(composition, step, name, value)
        if items is None:
            fixed[name] = value.value if isinstance(value, unmapped) else value
        else:
            mapped[name] = items
    if not mapped:
        raise StepInterfaceError(
            f"Step {step.name}: .{method}() got nothing to map over. Pass at least one list that a "
            "step of this run made, or a list of outputs.",
            "nothing_to_map",
        )
    return mapped, fixed


def _items(composition: DynamicComposition, step: Step, name: str, value: Any) -> list | None:
    """The items that an argument is mapped over; None: each call gets it whole."""
    if isinstance(value, MapResults):
        return list(value)
    if isinstance(value, StepRunFuture):
        value = value.only(f"mapped by {step.name}")
    if isinstance(value, OutputArtifact):
        value = value.future
    if isinstance(value, OutputFuture) and value.composition is composition:
        return value.chunks() if value.is_sequence else None
    is_list = isinstance(value, (list, tuple)) and len(value) > 0
    if is_list and all(isinstance(one, (*OUTPUTS, Item)) for one in value):
        return list(value)
    if hasattr(value, "artifact_version_id") or isinstance(value, OutputFuture):
        raise StepInterfaceError(
            f"Step {step.name}: {name!r} is an artifact of another run, which cannot be mapped "
            "over. Wrap it in unmapped() to pass it whole, or load it in a step of this run.",
            "foreign_artifact",
        )
    return None
