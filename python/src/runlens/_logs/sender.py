"""A step's output on its way to the server: lines with time, stream and level, sent in batches."""

from __future__ import annotations

import os
import threading
import time

from .fold import Folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._connection.server import Server
    from .descriptors import Tail

_FLUSH_SECONDS = 0.1
_PROGRESS_SECONDS = 0.2
_MAX_LINES = 2000
_MAX_CHARACTERS = 500_000
# A step that prints faster than its lines are taken waits when so many are on their way.
_MAX_WAITING = 100_000
_WAIT_SECONDS = 10.0
# What did not come by Python's streams; which of the two it was is not known.
_UNSEEN = "unseen"


class LineSender:
    """Takes what one step writes and sends it from a thread of its own."""

    def __init__(self, server: Server, step_run_id: str, tail: Tail | None = None) -> None:
        """`tail`: where output that Python does not see arrives, in a process of the server's."""
        self._server = server
        self._id = step_run_id
        self._tail = tail
        self._folders: dict[str, Folder] = {}
        self._levels: dict[str, str | None] = {}
        self._lines: list[tuple[int, str, str | None, str]] = []
        self._progress: dict | None = None
        self._sent_progress: dict | None = None
        self._progress_due = 0.0
        self._bar: str | None = None
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._sending = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()
        self.error: Exception | None = None
        if tail is not None:
            tail.begin()
            self._start()

    @property
    def sees_bytes(self) -> bool:
        """Whether bytes that are written to the descriptors have to be handed in."""
        return self._tail is None

    def write(self, stream: str, text: str, level: str | None = None) -> None:
        """Takes text as it is written. Waits only when far too much is on its way."""
        if self._pid != os.getpid() and not self._after_fork():
            return
        now = int(time.time() * 1000)
        with self._lock:
            self._levels[stream] = level
            for line in self._folder(stream).feed(text):
                self._lines.append((now, stream, level, line))
            if len(self._lines) > _MAX_WAITING:
                self._wait_for_room()
            if self._thread is None and not self._closed.is_set():
                self._start()
        if self._pid != os.getpid():
            self._flush()

    def set_progress(self, progress: dict) -> None:
        """How far the step is; the newest state is sent."""
        self._progress = progress
        if self._thread is None and self._pid == os.getpid():
            with self._lock:
                if self._thread is None and not self._closed.is_set():
                    self._start()

    def close(self) -> None:
        """Sends the rest and ends the thread."""
        self._closed.set()
        if self._thread is not None and self._pid == os.getpid():
            self._thread.join()
        self._read_tail(is_last=True)
        with self._lock:
            for stream, folder in self._folders.items():
                self._take(stream, folder.end())
        self._flush(is_last=True)

    def _folder(self, stream: str) -> Folder:
        folder = self._folders.get(stream)
        if folder is None:
            folder = self._folders[stream] = Folder()
        return folder

    def _after_fork(self) -> bool:
        """Whether a forked process has to send for itself: it has no thread and may end soon.

        In a process of the server's its output arrives by the log file anyway.
        """
        if self._tail is not None:
            return False
        if self._thread is not _NOBODY:
            self._lines, self._folders = [], {}
            self._lock, self._sending = threading.Lock(), threading.Lock()
            self._room = threading.Condition(self._lock)
            self._thread = _NOBODY
        return True

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._loop, name="runlens-log", daemon=True)
        # as debugpy marks its own: neither shown nor held at a breakpoint
        self._thread.is_pydev_daemon_thread = True
        # not by Thread.start of follow_threads: it belongs to no step
        self._thread.start()

    def _wait_for_room(self) -> None:
        if self._closed.is_set() or self.error is not None or self._pid != os.getpid():
            return
        self._room.wait_for(lambda: len(self._lines) < _MAX_WAITING // 2, _WAIT_SECONDS)

    def _loop(self) -> None:
        while not self._closed.wait(_FLUSH_SECONDS):
            self._read_tail()
            with self._lock:
                for stream, folder in self._folders.items():
                    self._take(stream, folder.settle())
            self._flush()

    def _take(self, stream: str, lines: list[str]) -> None:
        now = int(time.time() * 1000)
        level = self._levels.get(stream)
        name = "stdout" if stream == _UNSEEN else stream
        self._lines.extend((now, name, level, line) for line in lines)

    def _read_tail(self, is_last: bool = False) -> None:
        if self._tail is None or self._pid != os.getpid():
            return
        for text in self._tail.read(is_last):
            with self._lock:
                # another folder than print's: a half line of one must not be glued to the other's
                self._take(_UNSEEN, self._folder(_UNSEEN).feed(text))

    def _flush(self, is_last: bool = False) -> None:
        with self._sending:
            progress = self._due_progress(is_last)
            while (batch := self._next_batch()) or progress:
                body: dict = {"id": self._id, "lines": batch}
                if progress:
                    body["progress"], progress = progress, None
                try:
                    self._server.call("POST", "/api/worker/log", body)
                except Exception as error:
                    # the step goes on without its log; the runner says so when it is over
                    self.error = error
                    with self._lock:
                        self._lines = []
                        self._room.notify_all()
                    return

    def _due_progress(self, is_last: bool) -> dict | None:
        now = time.monotonic()
        if now < self._progress_due and not is_last:
            return None
        self._read_bars()
        if self._progress is None or self._progress == self._sent_progress:
            return None
        self._progress_due = now + _PROGRESS_SECONDS
        self._sent_progress = self._progress
        return self._progress

    def _read_bars(self) -> None:
        with self._lock:
            bars = [folder.bar for folder in self._folders.values()]
        bar = next((one for one in bars if one and one.strip()), None)
        if bar is None or bar == self._bar:
            return
        self._bar = bar
        from .progress import parse_bar

        self._progress = parse_bar(bar) or self._progress

    def _next_batch(self) -> list[dict]:
        with self._lock:
            size, count = 0, 0
            for line in self._lines[:_MAX_LINES]:
                size += len(line[3])
                if count and size > _MAX_CHARACTERS:
                    break
                count += 1
            batch, self._lines = self._lines[:count], self._lines[count:]
            self._room.notify_all()
        return [_described(line) for line in batch]


# in the place of a thread that a forked process does not have
_NOBODY: threading.Thread = threading.Thread(name="runlens-log-of-a-fork")


def _described(line: tuple[int, str, str | None, str]) -> dict:
    time_, stream, level, text = line
    described = {"time": time_, "stream": stream, "text": text}
    if level is not None:
        described["level"] = level
    return described
