"""What reaches an owned worker's log file by other ways than Python's streams.

Child processes and C libraries write to the file descriptors, which are the log file. What Python
writes while a step runs goes there through `Tail.write`, which notes where it came to lie; the rest
of what is new in the file is the others'. So nothing stands between them and the file: a crash
loses nothing, and a child that outlives its step has somewhere to write.
"""

from __future__ import annotations

import codecs
import os
import threading

from .._process import context_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 1 << 20
# Output of steps that is copied here as well as to their own logs.
_MOST_COPIED = 20 * 1024 * 1024
_ENOUGH = "Further output is only in the logs of the steps.\n"


class Tail:
    """The log file of an owned worker."""

    def __init__(self, path: str) -> None:
        binary = getattr(os, "O_BINARY", 0)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | binary, 0o644)
        # another descriptor, since both have one place to read and write at
        self._reader = os.open(path, os.O_RDONLY | binary)
        self._lock = threading.Lock()
        self._at = 0
        self._own: list[tuple[int, int]] = []
        self._copied = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    def write(self, text: str) -> int:
        """Text that Python writes; bounded, since the step's own log has it."""
        if self._copied >= _MOST_COPIED:
            return len(text)
        with self._lock:
            self._copied += len(text)
            data = text.encode("utf-8", "backslashreplace")
            if self._copied >= _MOST_COPIED:
                data += _ENOUGH.encode()
            while data:
                written = os.write(self._file, data)
                end = os.lseek(self._file, 0, os.SEEK_CUR)
                self._note(end - written, end)
                data = data[written:]
        return len(text)

    def _note(self, start: int, end: int) -> None:
        if self._own and self._own[-1][1] == start:
            self._own[-1] = (self._own[-1][0], end)
        else:
            self._own.append((start, end))

    def begin(self) -> None:
        """A step begins: what came before is not its own."""
        with self._lock:
            self._skip()

    def _skip(self) -> None:
        self._at = os.fstat(self._file).st_size
        self._own.clear()
        self._decoder.reset()

    def read(self, is_last: bool = False) -> Iterator[str]:
        """What is new and not Python's; nothing while it cannot be told to one step."""
        if is_last:
            _flush_c_streams()
        if context_state.is_parallel():
            with self._lock:
                self._skip()
            return
        while True:
            with self._lock:
                data = self._next()
            if data is None:
                return
            text = self._decoder.decode(data)
            if text:
                yield text

    def _next(self) -> bytes | None:
        """The next bytes of others, at most a piece; None at the end."""
        size = os.fstat(self._file).st_size
        while self._own and self._own[0][0] <= self._at:
            self._at = max(self._at, self._own.pop(0)[1])
        end = min(size, self._own[0][0] if self._own else size, self._at + _PIECE)
        if end <= self._at:
            return None
        os.lseek(self._reader, self._at, os.SEEK_SET)
        data = os.read(self._reader, end - self._at)
        self._at += len(data)
        return data or None

    def close(self) -> None:
        """Gives the descriptors back."""
        os.close(self._file)
        os.close(self._reader)


def _flush_c_streams() -> None:
    """C libraries keep what they print until there is much of it, when it goes to a file."""
    try:
        import ctypes

        ctypes.CDLL(None).fflush(None)
    except (ImportError, OSError, TypeError, AttributeError):
        # no C library that can be asked: it comes when the process ends
        return
