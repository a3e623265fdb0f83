"""The exception of a step that ran in another process, as near to the original as it can be."""

from __future__ import annotations

import builtins

from ..errors import RunlensError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .._results.response import PipelineRunResponse


class RemoteTraceback(Exception):
    """The cause of a rebuilt exception: where it was raised in the other process, as text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text

    def __str__(self) -> str:
        return f'\n"""\n{self._text.rstrip()}\n"""'


def failure_elsewhere(run: PipelineRunResponse, step_id: str, function: Callable) -> BaseException:
    """The exception of a failed step of a run.

    Of the class that it had, when that is built in or known where the step's function is written;
    else a RunlensError that names it. Its cause shows the traceback.
    """
    row = run.steps[step_id].detail()
    error = row.get("error") or {"type": "", "message": "it has no result", "traceback": ""}
    made = _rebuilt(error, function)
    if made is None:
        made = RunlensError(
            f"Step {step_id} failed: {error['type']}: {error['message']}", "step_failed"
        )
    if error.get("traceback"):
        made.__cause__ = RemoteTraceback(error["traceback"])
    return made


def _rebuilt(error: dict[str, Any], function: Callable) -> BaseException | None:
    from .._source.signature import unwrap

    name = error["type"]
    known = getattr(builtins, name, None) or unwrap(function).__globals__.get(name)
    if not isinstance(known, type) or not issubclass(known, Exception):
        return None
    try:
        made = known(error["message"])
    except Exception:
        # its constructor wants something else
        return None
    return made if str(made) == error["message"] or isinstance(made, KeyError) else None
