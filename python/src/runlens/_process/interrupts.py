"""SIGINT in a process that runs steps: who is meant, and what it ends.

The server stops a step of this process by SIGINT, the user the whole run by Ctrl+C. In a step of
the main thread both are a KeyboardInterrupt, and the server's answer to the report tells which it
was. A step of another thread is stopped there (`Crew.stop`): the handler has the server asked.
"""

from __future__ import annotations

import _signal
import _thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._worker.puller import Puller
    from .._worker.threads import Crew


class heeded:
    """Context in which SIGINT is taken apart; where it is not ours to take, nothing changes."""

    def __init__(self, puller: Puller, crew: Crew, owned: bool) -> None:
        """`owned`: by the server; nobody presses Ctrl+C there: between steps it means nothing."""
        self._puller = puller
        self._crew = crew
        self._owned = owned
        self._is_set = False
        self._is_asking = False
        self._is_for_main = False

    def __enter__(self) -> None:
        try:
            if _signal.getsignal(_signal.SIGINT) is not _signal.default_int_handler:
                # the program has its own way with Ctrl+C
                return
            _signal.signal(_signal.SIGINT, self._handle)
            self._is_set = True
        except ValueError:
            # not the main thread, which alone gets signals
            return

    def __exit__(self, *_: object) -> None:
        if self._is_set and _signal.getsignal(_signal.SIGINT) == self._handle:
            _signal.signal(_signal.SIGINT, _signal.default_int_handler)

    def _handle(self, number: int, frame: Any) -> None:
        is_meant, self._is_for_main = self._is_for_main, False
        if not is_meant and not self._is_asking and self._crew.is_busy:
            # not in this thread: it may hold what the question needs
            self._is_asking = True
            _thread.start_new_thread(self._ask, ())
            return
        if self._owned and self._puller.running is None:
            return
        raise KeyboardInterrupt

    def _ask(self) -> None:
        try:
            is_for_threads = self._crew.asked_to_stop(self._puller.worker_id)
        except Exception:
            # the server is not there to mean anything: it was Ctrl+C
            is_for_threads = False
        self._is_asking = False
        if not is_for_threads:
            self._is_for_main = True
            _thread.interrupt_main()
