"""Which steps may run side by side in one process: one that changes the process runs alone."""

from __future__ import annotations

import threading

# A thread that waits looks up so often whether it is to stop.
_LOOK_SECONDS = 0.2


class Turns:
    """Lets any number of steps run together, or one alone; who waits to be alone goes first."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._together = 0
        self._is_taken = False
        self._waiting = 0

    def taken(self, *, alone: bool) -> _Turn:
        """Context in which the step may run."""
        return _Turn(self, alone)

    def _begin(self, alone: bool) -> None:
        with self._changed:
            self._waiting += alone
            try:
                while self._is_taken or (self._together if alone else self._waiting):
                    self._changed.wait(_LOOK_SECONDS)
            finally:
                self._waiting -= alone
            if alone:
                self._is_taken = True
            else:
                self._together += 1

    def _end(self, alone: bool) -> None:
        with self._changed:
            if alone:
                self._is_taken = False
            else:
                self._together -= 1
            self._changed.notify_all()


class _Turn:
    def __init__(self, turns: Turns, alone: bool) -> None:
        self._turns = turns
        self._alone = alone

    def __enter__(self) -> None:
        self._turns._begin(self._alone)

    def __exit__(self, *_: object) -> None:
        self._turns._end(self._alone)
