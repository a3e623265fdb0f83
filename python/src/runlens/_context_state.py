"""The running step of this process, for whatever is called inside it (also from its threads)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .context import StepContext

_contexts: list[StepContext] = []


def current() -> StepContext | None:
    """The context of the innermost running step."""
    return _contexts[-1] if _contexts else None


class entered:
    """Context in which `current()` answers this step."""

    def __init__(self, context: StepContext) -> None:
        self._context = context

    def __enter__(self) -> None:
        _contexts.append(self._context)

    def __exit__(self, *_: object) -> None:
        _contexts.remove(self._context)
