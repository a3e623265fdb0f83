"""What this process is doing: running a step, or importing a file on behalf of a worker."""

from __future__ import annotations

_running: list[str] = []
_is_importing = False
recorded_calls: list[str] = []


def is_in_step() -> bool:
    """Whether a step's function runs now (in any thread)."""
    return bool(_running)


class running:
    """Context in which a step's function runs."""

    def __init__(self, step_id: str) -> None:
        self._step_id = step_id

    def __enter__(self) -> None:
        _running.append(self._step_id)

    def __exit__(self, *_: object) -> None:
        _running.pop()


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
