"""The outputs of a step: read from the return annotation and, for tuples, from its returns."""

from __future__ import annotations

from ._signature import MISSING, hints_of, place_of, returns_of, text_of_hint
from .errors import StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class OutputSpec:
    """One output: its name and the text of its annotation (empty when there is none)."""

    __slots__ = ("annotation", "name")

    def __init__(self, name: str, annotation: str) -> None:
        self.name = name
        self.annotation = annotation


class Outputs:
    """All outputs of a step; `is_tuple` says that the returned tuple is taken apart."""

    __slots__ = ("is_tuple", "items")

    def __init__(self, items: list[OutputSpec], is_tuple: bool) -> None:
        self.items = items
        self.is_tuple = is_tuple


def outputs_of(function: Callable, step: str) -> Outputs:
    """The outputs that a step declares.

    No annotation: one output `output` if something is returned, else none. `-> Tuple[A, B]` with a
    tuple written in `return` gives `output_0`, `output_1`, or the names from `Annotated`; when the
    return is a variable it is one output of type tuple.

    Raises:
        StepInterfaceError: contradicting or doubled names, a tuple of unknown length.
    """
    hint = hints_of(function).get("return", MISSING)
    if hint is MISSING:
        returned = returns_of(function)
        nothing = returned is not None and all(map(_is_none, returned))
        return Outputs([] if nothing else [OutputSpec("output", "")], False)
    if hint is None or hint is type(None) or hint == "None":
        return Outputs([], False)
    name, inner = _annotated(hint, step, function)
    if name is None and _is_tuple(inner) and _returns_tuple(function):
        return Outputs(_parts(inner, step, function), True)
    return Outputs([OutputSpec(name or "output", text_of_hint(inner))], False)


def _is_none(node: Any) -> bool:
    return type(node).__name__ == "Constant" and node.value is None


def _annotated(hint: Any, step: str, function: Callable) -> tuple[str | None, Any]:
    metadata = getattr(hint, "__metadata__", None)
    if metadata is None:
        return None, hint
    names = [one for one in metadata if isinstance(one, str)]
    if len(names) > 1:
        raise StepInterfaceError(
            f"Step {step} ({place_of(function)}): the output annotation has two names, "
            f"{names[0]!r} and {names[1]!r}. Keep one."
        )
    if names and not _is_name(names[0]):
        raise StepInterfaceError(
            f"Step {step} ({place_of(function)}): {names[0]!r} cannot name an output. Use letters, "
            "digits, spaces and the signs _ - . without a path."
        )
    return (names[0] if names else None), hint.__origin__


def _is_name(name: str) -> bool:
    return bool(name.strip(". ")) and not any(sign in name for sign in '/\\:*?"<>|\0\n')


def _is_tuple(hint: Any) -> bool:
    return getattr(hint, "__origin__", None) is tuple


def _returns_tuple(function: Callable) -> bool:
    returned = returns_of(function)
    return bool(returned) and all(type(node).__name__ == "Tuple" for node in returned)


def _parts(hint: Any, step: str, function: Callable) -> list[OutputSpec]:
    if Ellipsis in hint.__args__:
        raise StepInterfaceError(
            f"Step {step} ({place_of(function)}): the number of outputs of {text_of_hint(hint)} is "
            "not known. Name each one, as in Tuple[int, int], or return a list."
        )
    items = []
    for at, part in enumerate(hint.__args__):
        name, inner = _annotated(part, step, function)
        items.append(OutputSpec(name or f"output_{at}", text_of_hint(inner)))
    names = [item.name for item in items]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise StepInterfaceError(
            f"Step {step} ({place_of(function)}): two outputs are named {doubled.pop()!r}."
        )
    lengths = {len(node.elts) for node in returns_of(function) or [] if not _has_star(node)}
    if lengths - {len(items)}:
        raise StepInterfaceError(
            f"Step {step} ({place_of(function)}): the annotation names {len(items)} outputs, but a "
            f"return has {(lengths - {len(items)}).pop()}."
        )
    return items


def _has_star(node: Any) -> bool:
    return any(type(one).__name__ == "Starred" for one in node.elts)
