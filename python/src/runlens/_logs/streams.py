"""stdout and stderr of this process while steps run: each text also goes to its step's log.

The streams are led through once for all steps; which step a text belongs to is that of its thread.
Where several steps run side by side, the terminal gets whole lines with `[step]` before them.
"""

from __future__ import annotations

import sys
import threading

from .._process import context_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, TextIO

    from ..context import StepContext
    from .sender import LineSender

_lock = threading.RLock()
_sinks: dict[int, _Sink] = {}
_MOST_PIECES = 1000
# How many callers up a log handler may be that writes through other objects (rich's, for instance).
_DEEP = 24


class _Sink:
    """A step's log, with the half lines that it and the terminal do not have yet."""

    __slots__ = ("_levels", "_lock", "_parts", "halves", "label", "sender")

    def __init__(self, sender: LineSender, label: str) -> None:
        self.sender = sender
        self.label = label
        self.halves: dict[str, str] = {}
        self._lock = threading.Lock()
        self._parts: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._levels: dict[str, str | None] = {}

    def write(self, name: str, text: str, frame: FrameType) -> None:
        """`print` writes a line in several pieces: it goes on as one."""
        with self._lock:
            parts = self._parts[name]
            if not parts:
                self._levels[name] = _level_of(frame)
            parts.append(text)
            if "\n" not in text and "\r" not in text and len(parts) < _MOST_PIECES:
                return
            whole = text if len(parts) == 1 else "".join(parts)
            parts.clear()
            level = self._levels[name]
        self.sender.write(name, whole, level)

    def end(self) -> None:
        """Hands on what has no line end."""
        for name, parts in self._parts.items():
            if parts:
                self.sender.write(name, "".join(parts), self._levels[name])


def sink_of(context: StepContext | None) -> LineSender | None:
    """Where the output of a step goes."""
    sink = _sinks.get(id(context))
    return None if sink is None else sink.sender


class captured:
    """Context in which what a step writes also goes to its log.

    Log handlers that hold the original streams (logging.basicConfig) are led through it as well.
    """

    def __init__(self, context: StepContext, sender: LineSender) -> None:
        self._context = context
        self._sink = _Sink(sender, context.step_name)

    def __enter__(self) -> None:
        with _lock:
            _sinks[id(self._context)] = self._sink
            if len(_sinks) == 1:
                _lead_through()

    def __exit__(self, *_: object) -> None:
        with _lock:
            self._sink.end()
            for name, half in self._sink.halves.items():
                if half:
                    _write_lines(name, self._sink.label, [half])
            del _sinks[id(self._context)]
            if not _sinks:
                _lead_back()


class _Stream:
    """A text stream that also hands on what steps write; everything else is the original's."""

    def __init__(self, original: TextIO, name: str) -> None:
        self._original = original
        self._name = name
        # where the text goes that Python writes: an owned worker's log file (`_logs/descriptors`)
        self.copy = original.write

    def write(self, text: str) -> int:
        sink = _sinks.get(id(context_state.current()))
        if sink is None:
            return self._original.write(text)
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        sink.write(self._name, text, sys._getframe(1))
        if len(_sinks) > 1 or sink.halves.get(self._name):
            _write_prefixed(sink, self._name, text)
        else:
            self.copy(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        self._original.flush()

    @property
    def buffer(self) -> _Bytes:
        """For bytes; they are text for the log."""
        return _Bytes(self._original.buffer, self._name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)

    def __iter__(self) -> Any:
        return iter(self._original)


class _Bytes:
    """The binary side of a stream, whose bytes go to a step's log as text."""

    def __init__(self, original: Any, name: str) -> None:
        self._original = original
        self._name = name

    def write(self, data: Any) -> int:
        written = self._original.write(data)
        sink = _sinks.get(id(context_state.current()))
        if sink is not None and sink.sender.sees_bytes:
            # half characters at the border of two writes are rare, and told as what they are
            sink.sender.write(self._name, bytes(data).decode("utf-8", "backslashreplace"))
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def _write_prefixed(sink: _Sink, name: str, text: str) -> None:
    """Whole lines only, so that those of several steps do not mix."""
    with _lock:
        *lines, half = (sink.halves.get(name, "") + text).split("\n")
        sink.halves[name] = half.rpartition("\r")[2] if "\r" in half else half
        if lines:
            _write_lines(name, sink.label, [line.rpartition("\r")[2] for line in lines])


def _write_lines(name: str, label: str, lines: list[str]) -> None:
    stream = _streams.get(name)
    if stream is not None:
        stream.copy("".join(f"[{label}] {line}\n" for line in lines))


_streams: dict[str, _Stream] = {}
# set by an owned worker: takes text in the place of its stdout and stderr
copy_to: Any = None


def _lead_through() -> None:
    for name in ("stdout", "stderr"):
        original = getattr(sys, name)
        if original is None:
            continue
        stream = _streams.get(name)
        if stream is None or stream._original is not original:
            stream = _streams[name] = _Stream(original, name)
        stream.copy = copy_to or original.write
        setattr(sys, name, stream)
        _redirect_handlers(original, stream)


def _lead_back() -> None:
    for name, stream in _streams.items():
        # a step may have replaced a stream for good: then it stays as the step wants it
        if getattr(sys, name) is stream:
            setattr(sys, name, stream._original)
        _redirect_handlers(stream, stream._original)


def _redirect_handlers(before: Any, after: Any) -> None:
    logging = sys.modules.get("logging")
    if logging is None:
        return
    for reference in list(logging._handlerList):
        handler = reference()
        if getattr(handler, "stream", None) is before and hasattr(handler, "setStream"):
            handler.setStream(after)


def _level_of(frame: FrameType | None) -> str | None:
    """The level of what is being written: of the log record on the way, a warning, an exception.

    Told by who calls, so that it holds for every handler and nothing of logging is replaced.
    """
    logging = sys.modules.get("logging")
    handle = None if logging is None else logging.Handler.handle.__code__
    for _ in range(_DEEP):
        if frame is None:
            return None
        code = frame.f_code
        if code is handle:
            return _level_name(getattr(frame.f_locals.get("record"), "levelno", 0))
        if code.co_name == "_showwarnmsg_impl":
            return "warning"
        if code.co_name == "invoke_excepthook":
            # of a thread that ended with an exception
            return "error"
        frame = frame.f_back
    return None


def _level_name(number: int) -> str:
    if number >= 40:
        return "error"
    if number >= 30:
        return "warning"
    return "info" if number >= 20 else "debug"
