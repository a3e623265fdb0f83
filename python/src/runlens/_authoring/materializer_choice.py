"""Which of the materializers that a step names an output gets."""

from __future__ import annotations

from ..errors import StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def chosen_name(chosen: Any, hint: Any) -> str:
    """The name by which the chosen materializer is recorded.

    `chosen` is a class, a name, a dotted path (`module.Class`), or several of these: then the first
    that knows the annotated type, else the first.

    Raises:
        StepInterfaceError: a path names nothing.
        MaterializerError: it is no materializer.
    """
    from ..materializers import name_of

    if isinstance(chosen, (list, tuple)):
        if not chosen:
            raise StepInterfaceError("output_materializers= has an empty list.", "materializer")
        classes = [_class_of(one) for one in chosen]
        fitting = [one for one in classes if _knows(one, hint)]
        return name_of((fitting or classes)[0])
    return name_of(_class_of(chosen))


def _class_of(chosen: Any) -> Any:
    """A class for a dotted path; names and classes as they are."""
    if not isinstance(chosen, str) or ":" in chosen or "." not in chosen:
        return chosen
    from .hooks import find_dotted

    try:
        return find_dotted(chosen)
    except (ImportError, AttributeError) as error:
        raise StepInterfaceError(
            f"output_materializers names {chosen!r}, which cannot be imported: {error}.",
            "materializer",
        ) from error


def _knows(materializer: Any, hint: Any) -> bool:
    types = getattr(materializer, "types", ())
    inner = getattr(hint, "__origin__", None) or hint
    for one in types if isinstance(types, (list, tuple)) else (types,):
        if isinstance(one, type) and isinstance(inner, type) and issubclass(inner, one):
            return True
        if isinstance(one, str) and isinstance(inner, type):
            names = {f"{base.__module__}.{base.__qualname__}" for base in inner.__mro__}
            if one in names or one in {base.__qualname__ for base in inner.__mro__}:
                return True
    return False
