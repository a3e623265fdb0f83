"""Shows in the user's terminal what steps print that run in other processes.

It is read from their log files, which the server writes on this machine. Each line stands with
`[step]` before it.
"""

from __future__ import annotations

import os
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_SECONDS = 0.2
_OVER = ("finished", "failed", "cancelled", "retrying")
_MARKS = ("[debug] ", "[info] ", "[warning] ", "[error] ")
# `12:41:04.576 `
_CLOCK = 13


class Echo:
    """Follows the logs of the steps of one run that this process does not execute."""

    def __init__(self, folder: str, own: set[str], say: Callable[[str], None]) -> None:
        """`folder`: of the run's logs; `own`: the steps whose last attempt is this process's."""
        self._folder = folder
        self._own = own
        self._say = say
        self._offsets: dict[str, int] = {}
        self._watched: list[str] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def heed(self, notice: dict) -> None:
        """Begins with a step that has started; ends with one that is over, all that it wrote shown.

        Called before the notice itself is shown.
        """
        step_id = notice["stepId"]
        with self._lock:
            if notice["kind"] == "started" and step_id not in self._watched:
                self._watched.append(step_id)
            elif notice["kind"] in _OVER and step_id in self._watched:
                self._watched.remove(step_id)
                self._show(step_id)
                # the next attempt may be another process's
                self._own.discard(step_id)
            # one step alone is most likely this process's own
            is_needed = len(self._watched) > 1 and self._thread is None
            if is_needed and not self._closed.is_set():
                self._thread = threading.Thread(target=self._loop, name="runlens-echo", daemon=True)
                # as debugpy marks its own: neither shown nor held at a breakpoint
                self._thread.is_pydev_daemon_thread = True
                self._thread.start()

    def close(self) -> None:
        """Ends."""
        self._closed.set()

    def _loop(self) -> None:
        while not self._closed.wait(_LOOK_SECONDS):
            with self._lock:
                for step_id in self._watched:
                    if step_id not in self._own:
                        self._show(step_id)

    def _show(self, step_id: str) -> None:
        """What is new in the step's log; passes over what this process wrote."""
        offset = self._offsets.get(step_id, 0)
        try:
            with open(os.path.join(self._folder, f"{step_id}.log"), "rb") as file:
                size = os.fstat(file.fileno()).st_size
                # a shorter one was begun anew, since the log had grown long
                file.seek(offset if offset <= size else 0)
                data = file.read()
                end = file.tell()
        except OSError:
            # it has written nothing
            return
        whole, line_end, rest = data.rpartition(b"\n")
        self._offsets[step_id] = end - len(rest)
        if line_end and step_id not in self._own:
            lines = whole.decode("utf-8", "replace").split("\n")
            self._say("\n".join(f"[{step_id}] {_text(line)}" for line in lines))


def _text(line: str) -> str:
    text = line[_CLOCK:]
    mark = next((one for one in _MARKS if text.startswith(one)), "")
    return text[len(mark) :]
