"""Captures what a step prints, line by line, and sends it to the server in batches."""

from __future__ import annotations

import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from ._server import Server

_FLUSH_SECONDS = 0.1
_MAX_LINES = 1000
_MAX_CHARACTERS = 500_000


class LineSender:
    """Sends the lines of one step from a thread of its own, which starts with the first line."""

    def __init__(self, server: Server, step_run_id: str) -> None:
        self._server = server
        self._id = step_run_id
        self._lines: list[dict] = []
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self.error: Exception | None = None

    def add(self, stream: str, text: str) -> None:
        """Takes a line without its end; never blocks on the network."""
        line = {"time": int(time.time() * 1000), "stream": stream, "text": text[:_MAX_CHARACTERS]}
        with self._lock:
            self._lines.append(line)
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._loop, name="runlens-log", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Sends the rest and ends the thread."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
        self._flush()

    def _loop(self) -> None:
        while not self._closed.wait(_FLUSH_SECONDS):
            self._flush()

    def _flush(self) -> None:
        with self._sending:
            while batch := self._next_batch():
                try:
                    self._server.call("POST", "/api/worker/log", {"id": self._id, "lines": batch})
                except Exception as error:
                    # the step goes on without its log; the runner says so when it is over
                    self.error = error
                    return

    def _next_batch(self) -> list[dict]:
        with self._lock:
            size, count = 0, 0
            for line in self._lines[:_MAX_LINES]:
                size += len(line["text"])
                if count and size > _MAX_CHARACTERS:
                    break
                count += 1
            batch, self._lines = self._lines[:count], self._lines[count:]
        return batch


class _Tee:
    """A text stream that also hands whole lines on; everything else is the original's."""

    def __init__(self, original: TextIO, name: str, sender: LineSender) -> None:
        self._original = original
        self._name = name
        self._sender = sender
        self._partial = ""
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        written = self._original.write(text)
        with self._lock:
            *lines, self._partial = (self._partial + text).split("\n")
            if "\r" in self._partial:
                # a progress bar draws over itself: only its last state is kept
                self._partial = self._partial[self._partial.rstrip("\r").rfind("\r") + 1 :]
        for line in lines:
            self._sender.add(self._name, line.rstrip("\r").rpartition("\r")[2])
        return written

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        self._original.flush()

    def end(self) -> None:
        """Hands on what has no line end yet."""
        with self._lock:
            partial, self._partial = self._partial.strip("\r"), ""
        if partial:
            self._sender.add(self._name, partial)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


class captured:
    """Context in which stdout and stderr also go to a step's log.

    Log handlers that hold the original streams (logging.basicConfig) are led through it as well.
    """

    def __init__(self, sender: LineSender) -> None:
        self._sender = sender

    def __enter__(self) -> None:
        self._originals = sys.stdout, sys.stderr
        self._tees = [
            _Tee(original, name, self._sender)
            for original, name in zip(self._originals, ("stdout", "stderr"), strict=True)
        ]
        sys.stdout, sys.stderr = self._tees  # type: ignore[assignment]
        _redirect_handlers(dict(zip(map(id, self._originals), self._tees, strict=True)))

    def __exit__(self, *_: object) -> None:
        # a step may have replaced a stream for good: then it stays as the step wants it
        if sys.stdout is self._tees[0]:
            sys.stdout = self._originals[0]
        if sys.stderr is self._tees[1]:
            sys.stderr = self._originals[1]
        _redirect_handlers(dict(zip(map(id, self._tees), self._originals, strict=True)))
        for tee in self._tees:
            tee.end()


def _redirect_handlers(replacements: dict[int, Any]) -> None:
    logging = sys.modules.get("logging")
    if logging is None:
        return
    for reference in list(logging._handlerList):
        handler = reference()
        stream = getattr(handler, "stream", None)
        if id(stream) in replacements and hasattr(handler, "setStream"):
            handler.setStream(replacements[id(stream)])
