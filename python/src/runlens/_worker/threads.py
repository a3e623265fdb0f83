"""Threads of the registering process, for steps that no other process can run.

Each joins the run as a worker of its own and ends when the server tells it to leave. A step in a
thread is stopped by an exception that Python raises in it at its next line.
"""

from __future__ import annotations

import sys
import threading
import time

from .._authoring.graph import worker_info
from .._process import context_state
from .puller import Puller, Work

# Never more threads of one process, whatever the server proposes.
_MOST = 64


class Crew:
    """The threads of one run."""

    def __init__(self, work: Work, owned: bool) -> None:
        self._work = work
        self._owned = owned
        self._lock = threading.Lock()
        self._pullers: dict[int, Puller | None] = {}
        self._joining = 0
        self._following: context_state.follow_threads | None = None

    def heed(self, answer: dict) -> None:
        """Does what an answer to any worker of this process says of threads."""
        for step_run in answer.get("stop") or ():
            self.stop(step_run)
        with self._lock:
            room = _MOST - len(self._pullers)
            count = min(answer.get("threads") or 0, room) - self._joining
            self._joining += max(0, count)
            if count > 0 and self._following is None:
                self._following = context_state.follow_threads()
                self._following.__enter__()
        for _ in range(count):
            threading.Thread(target=self._work_along, name="runlens-step", daemon=True).start()

    @property
    def is_busy(self) -> bool:
        """Whether one of the threads runs a step."""
        with self._lock:
            return any(one is not None and one.running for one in self._pullers.values())

    def asked_to_stop(self, worker_id: str) -> bool:
        """Asks the server whether a signal was meant for threads, and stops those."""
        answer = Puller(self._work, worker_id, self._join).ask(claim=False, timeout=5.0)
        self.heed(answer)
        return bool(answer.get("stop"))

    def stop(self, step_run: str | None = None) -> None:
        """Raises KeyboardInterrupt in the thread of a step run; in all of them without one."""
        with self._lock:
            meant = [
                ident
                for ident, one in self._pullers.items()
                if one is not None and one.running and step_run in (None, one.running)
            ]
        for ident in meant:
            _raise_in(ident)

    def end(self, seconds: float) -> None:
        """Waits for the threads; one that is stuck in its step ends with the process."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._lock:
                if not self._pullers and not self._joining:
                    break
            time.sleep(0.005)
        if self._following is not None:
            self._following.__exit__()
            self._following = None

    def _work_along(self) -> None:
        ident = threading.get_ident()
        with self._lock:
            self._pullers[ident] = None
        try:
            with context_state.outside():
                self._pull(ident)
        except Exception as error:
            # its step is given to others; the run itself tells when the server is gone
            print(f"A thread for steps has ended: {error}", file=sys.stderr)
        finally:
            with self._lock:
                if self._pullers.pop(ident, None) is None:
                    self._joining -= 1

    def _pull(self, ident: int) -> None:
        puller = Puller(self._work, self._join(), self._join)
        with self._lock:
            self._pullers[ident] = puller
            self._joining -= 1
        puller.pull(self.heed)

    def _join(self) -> str:
        body = {
            "worker": worker_info(owned=self._owned),
            "pipelineRunId": self._work.run_id,
            "modules": [],
            "thread": True,
        }
        return self._work.server.call("POST", "/api/worker/join", body)["workerId"]


def _raise_in(ident: int) -> None:
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(ident), ctypes.py_object(KeyboardInterrupt)
    )
