"""Exceptions of steps: as the server records them, and as the user sees them."""

from __future__ import annotations

import os
import sys

from .._source.root import is_installed
from ..errors import RunlensError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def users_part(trace: Any) -> Any:
    """A traceback from the first frame that is not Runlens' own; the whole if there is none."""
    inner = trace
    while inner is not None and inner.tb_frame.f_code.co_filename.startswith(_PACKAGE):
        inner = inner.tb_next
    return inner or trace


def hide_own_frames() -> None:
    """From now on an exception that ends the program is shown without Runlens' own frames.

    A hook that somebody else has set stays.
    """
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _show


def _show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, RunlensError):
        # Its text says all; what was raised deep inside does not help.
        error.__cause__ = None
        error.__suppress_context__ = True
    sys.__excepthook__(kind, error.with_traceback(_without_own(trace)), error.__traceback__)


def _without_own(trace: TracebackType | None) -> TracebackType | None:
    frames = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_PACKAGE):
            frames.append(trace)
        trace = trace.tb_next
    kept = None
    for one in reversed(frames):
        kept = type(one)(kept, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return kept


def step_error(error: BaseException, root: str) -> dict:
    """An exception as StepError: type, message, traceback, innermost frame in the workspace."""
    import traceback

    trace = users_part(error.__traceback__)
    described = {
        "type": type(error).__name__,
        "message": _message(error),
        "traceback": "".join(traceback.format_exception(type(error), error, trace)),
    }
    source = _innermost(trace, root) or _syntax_place(error, root)
    if source is not None:
        described["source"] = source
    return described


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return f"<{type(error).__name__} whose text cannot be made>"


def _innermost(trace: Any, root: str) -> dict | None:
    prefix = root.rstrip(os.sep) + os.sep
    found = None
    while trace is not None:
        file = os.path.realpath(trace.tb_frame.f_code.co_filename)
        if file.startswith(prefix) and not is_installed(file) and not file.startswith(_PACKAGE):
            found = {"file": file[len(prefix) :].replace(os.sep, "/"), "line": trace.tb_lineno}
        trace = trace.tb_next
    return found


def _syntax_place(error: BaseException, root: str) -> dict | None:
    prefix = root.rstrip(os.sep) + os.sep
    if not isinstance(error, SyntaxError) or not error.filename or error.lineno is None:
        return None
    file = os.path.realpath(error.filename)
    if not file.startswith(prefix):
        return None
    return {"file": file[len(prefix) :].replace(os.sep, "/"), "line": error.lineno}
