"""What this process is doing: running a step, or importing a file on behalf of a worker."""

from __future__ import annotations

from . import context_state

_is_importing = False
recorded_calls: list[str] = []


def is_in_step() -> bool:
    """Whether this thread runs a step, or belongs to one."""
    return context_state.current() is not None


def is_importing() -> bool:
    """Whether a worker imports the user's file: calls of pipelines are then only recorded."""
    return _is_importing


class importing:
    """Context in which calls of pipelines at top level are recorded instead of executed."""

    def __enter__(self) -> list[str]:
        global _is_importing
        _is_importing = True
        recorded_calls.clear()
        return recorded_calls

    def __exit__(self, *_: object) -> None:
        global _is_importing
        _is_importing = False
