"""The outputs of a step: read from the return annotation and, for tuples, from its returns."""

from __future__ import annotations

from .._source.signature import MISSING, hints_of, place_of, returns_of, text_of_hint
from ..errors import CompositionError, StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class OutputSpec:
    """One output.

    Attributes:
        name: Its name; of a name template the template, so that it is the same in every run.
        annotation: The text of its annotation, empty when there is none.
        hint: The annotation itself, MISSING when there is none.
        config: Its ArtifactConfig, if the annotation has one.
    """

    __slots__ = ("annotation", "config", "hint", "name")

    def __init__(self, name: str, annotation: str, hint: Any = MISSING, config: Any = None) -> None:
        self.name = name
        self.annotation = annotation
        self.hint = hint
        self.config = config

    @property
    def is_template(self) -> bool:
        """Whether the name has placeholders."""
        return "{" in self.name


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
    name, inner, config = _annotated(hint, step, function)
    is_one = name is not None or config is not None
    if not is_one and _is_tuple(inner) and _returns_tuple(function):
        return Outputs(_parts(inner, step, function), True)
    return Outputs([OutputSpec(name or "output", text_of_hint(inner), inner, config)], False)


def _is_none(node: Any) -> bool:
    return type(node).__name__ == "Constant" and node.value is None


def _annotated(hint: Any, step: str, function: Callable) -> tuple[str | None, Any, Any]:
    """Name, type and ArtifactConfig of an annotation."""
    metadata = getattr(hint, "__metadata__", None)
    if metadata is None:
        return None, hint, None
    names = [one for one in metadata if isinstance(one, str)]
    configs = [one for one in metadata if _is_config(one)]
    problem = _contradiction(metadata, names, configs)
    if problem:
        raise StepInterfaceError(
            f"Step {step} ({place_of(function)}): the output annotation {problem}", "output_name"
        )
    config = configs[0] if configs else None
    name = names[0] if names else config and config.name
    if name is not None and not _is_name(name):
        raise StepInterfaceError(
            f"Step {step} ({place_of(function)}): {name!r} cannot name an output. Use letters, "
            "digits, spaces and the signs _ - . without a path.",
            "output_name",
        )
    return name, hint.__origin__, config


def _is_config(one: Any) -> bool:
    return type(one).__name__ == "ArtifactConfig"


def _contradiction(metadata: tuple, names: list[str], configs: list[Any]) -> str | None:
    if len(names) > 1:
        return f"has two names, {names[0]!r} and {names[1]!r}. Keep one."
    if len(configs) > 1:
        return "has two ArtifactConfigs. Keep one."
    foreign = [one for one in metadata if not isinstance(one, str) and not _is_config(one)]
    if foreign:
        return (
            f"holds {foreign[0]!r}, which is neither a name nor an ArtifactConfig. Annotate the "
            'output as in Annotated[dict, "report"].'
        )
    if names and configs and configs[0].name not in (None, names[0]):
        return f"has two names, {names[0]!r} and {configs[0].name!r}. Keep one."
    return None


def _is_name(name: str) -> bool:
    return bool(name.strip(". ")) and not any(sign in name for sign in '/\\:*?"<>|\0\n')


def _is_tuple(hint: Any) -> bool:
    return getattr(hint, "__origin__", None) is tuple


def _returns_tuple(function: Callable) -> bool:
    returned = returns_of(function)
    return bool(returned) and all(type(node).__name__ == "Tuple" for node in returned)


def _parts(hint: Any, step: str, function: Callable) -> list[OutputSpec]:
    if Ellipsis in hint.__args__:
        raise CompositionError(
            f"Step {step} ({place_of(function)}): the number of outputs of {text_of_hint(hint)} is "
            "not known. Name each one, as in Tuple[int, int], or return a list.",
            "output_count",
        )
    items = []
    for at, part in enumerate(hint.__args__):
        name, inner, config = _annotated(part, step, function)
        items.append(OutputSpec(name or f"output_{at}", text_of_hint(inner), inner, config))
    _check_parts(items, step, function)
    return items


def _check_parts(items: list[OutputSpec], step: str, function: Callable) -> None:
    names = [item.name for item in items]
    doubled = [name for name in names if names.count(name) > 1]
    if doubled:
        raise CompositionError(
            f"Step {step} ({place_of(function)}): two outputs are named {doubled[0]!r}.",
            "output_name",
        )
    lengths = {len(node.elts) for node in returns_of(function) or [] if not _has_star(node)}
    if lengths - {len(items)}:
        raise CompositionError(
            f"Step {step} ({place_of(function)}): the annotation names {len(items)} outputs, but a "
            f"return has {(lengths - {len(items)}).pop()}.",
            "output_count",
        )


def _has_star(node: Any) -> bool:
    return any(type(one).__name__ == "Starred" for one in node.elts)
