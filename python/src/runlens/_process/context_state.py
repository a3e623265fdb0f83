"""Which step each thread of this process runs, for whatever is called inside it.

A thread that runs a step knows it by a context variable, which asyncio's tasks inherit. A thread
that a step starts belongs to that step (`follow_threads`). Any other thread, such as one of a C
library, counts to the step that runs, if there is just one.
"""

from __future__ import annotations

from _contextvars import ContextVar
from _thread import allocate_lock, get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..context import StepContext

_UNKNOWN: Any = object()
_step: ContextVar[Any] = ContextVar("runlens_step", default=_UNKNOWN)
_running: list[StepContext] = []
_lock = allocate_lock()
# threads by ident, with the step that started them (None: the pipeline's own code); only while
# `follow_threads` is in effect
_started: dict[int, StepContext | None] = {}


def current() -> StepContext | None:
    """The context of the step that this thread runs or belongs to."""
    step = _step.get()
    if step is _UNKNOWN:
        step = _started.get(get_ident(), _UNKNOWN)
        if step is _UNKNOWN or (step is not None and step not in _running):
            return only()
    return step


def only() -> StepContext | None:
    """The step that runs in this process, if there is just one."""
    try:
        (step,) = _running
    except ValueError:
        return None
    return step


def is_parallel() -> bool:
    """Whether several steps run in this process now."""
    return len(_running) > 1


class entered:
    """Context in which this thread runs a step."""

    def __init__(self, context: StepContext) -> None:
        self._context = context

    def __enter__(self) -> None:
        self._token = _step.set(self._context)
        with _lock:
            _running.append(self._context)

    def __exit__(self, *_: object) -> None:
        with _lock:
            _running.remove(self._context)
        _step.reset(self._token)


class outside:
    """Context in which this thread runs no step, whatever others do: it hands steps out."""

    def __enter__(self) -> None:
        self._token = _step.set(None)

    def __exit__(self, *_: object) -> None:
        _step.reset(self._token)


class follow_threads:
    """Context in which a thread belongs to the step whose thread started it.

    Needed only where several steps run in one process: `threading.Thread.run` is led through here.
    """

    _users = 0
    _original: Any = None

    def __enter__(self) -> None:
        with _lock:
            follow_threads._users += 1
            if follow_threads._users == 1:
                _lead_threads_through()

    def __exit__(self, *_: object) -> None:
        with _lock:
            follow_threads._users -= 1
            if follow_threads._users == 0:
                _leave_threads_alone()


def _lead_threads_through() -> None:
    from threading import Thread

    original = Thread.start
    follow_threads._original = original

    def start(self: Thread) -> None:
        step = current() if _step.get() is _UNKNOWN else _step.get()
        run = self.run
        given = self.__dict__.get("run")

        def owned() -> None:
            ident = get_ident()
            _started[ident] = step
            # whoever looks for `run` finds what was there
            del self.run
            if given is not None:
                self.run = given  # type: ignore[method-assign]
            try:
                run()
            finally:
                _started.pop(ident, None)

        self.run = owned  # type: ignore[method-assign]
        original(self)

    start.__wrapped__ = original  # type: ignore[attr-defined]
    Thread.start = start  # type: ignore[method-assign]


def _leave_threads_alone() -> None:
    from threading import Thread

    if getattr(Thread.start, "__wrapped__", None) is follow_threads._original:
        Thread.start = follow_threads._original  # type: ignore[method-assign]
    follow_threads._original = None
