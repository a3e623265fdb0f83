"""One execution of a step: inputs loaded, function called, output captured, outputs stored."""

from __future__ import annotations

import os
import time

from . import _context_state, _mode
from ._server import Server
from .errors import ServerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._compose import Invocation
    from .tracking import StepTracking

_COROUTINE = 0x80


class StepAttempt:
    """One execution of a step: loads its inputs, calls the function, stores its outputs."""

    def __init__(self, server: Server, invocation: Invocation, task: dict) -> None:
        from ._logs import LineSender
        from .tracking import StepTracking

        self._invocation = invocation
        self._task = task
        self._sender = LineSender(server, task["stepRunId"])
        self._tracking = StepTracking(
            server, task["trackingRunId"], task["experimentId"], invocation.values
        )
        self.duration = 0.0

    @property
    def tracking(self) -> StepTracking:
        """Where the step logs to."""
        return self._tracking

    @property
    def metrics(self) -> dict[str, float]:
        """Last value of each metric that the step logged."""
        return self._tracking.last

    @property
    def log_error(self) -> Exception | None:
        """Why its log could not be sent."""
        return self._sender.error

    def run(self, pipeline: str, registered: dict) -> list[dict]:
        """The stored outputs as ReportedOutput.

        Raises:
            BaseException: whatever the step raises, or a MaterializerError.
        """
        from ._outputs_io import save_outputs
        from .context import StepContext

        context = StepContext(pipeline, registered, self._task, self._tracking)
        try:
            with _context_state.entered(context), _environment(self._task["environment"]):
                value = self._call()
                outputs = save_outputs(self._invocation, value, self._task["staging"])
        except BaseException:
            self._close(after_failure=True)
            raise
        self._close(after_failure=False)
        return outputs

    def _call(self) -> Any:
        from ._logs import captured

        arguments = {name: self._input(name, one) for name, one in self._task["inputs"].items()}
        function = self._invocation.step.entrypoint
        with _mode.running(self._invocation.id), captured(self._sender):
            started = time.perf_counter()
            try:
                return _result(function(**arguments))
            finally:
                self.duration = time.perf_counter() - started

    def _input(self, name: str, given: dict) -> Any:
        from ._outputs_io import load_artifact

        if given["kind"] == "artifact":
            return load_artifact(given["artifact"])
        if given["kind"] == "artifacts":
            return [load_artifact(one) for one in given["artifacts"]]
        if given["kind"] == "path":
            from pathlib import Path

            return Path(given["path"])
        if name in self._invocation.values:
            import copy

            return copy.deepcopy(self._invocation.values[name])
        return given["value"]

    def _close(self, after_failure: bool) -> None:
        self._sender.close()
        try:
            self._tracking.close()
        except ServerError:
            # the step's own exception matters more than a metric that was refused
            if not after_failure:
                raise


def _result(value: Any) -> Any:
    """The value itself; for an `async def` step what it comes to."""
    code = getattr(value, "cr_code", None)
    if code is None or not code.co_flags & _COROUTINE:
        return value
    import asyncio

    return asyncio.run(value)


class _environment:
    """Context with more environment variables; what was there before comes back."""

    def __init__(self, variables: dict[str, str]) -> None:
        self._variables = variables

    def __enter__(self) -> None:
        self._before = {name: os.environ.get(name) for name in self._variables}
        os.environ.update(self._variables)

    def __exit__(self, *_: object) -> None:
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
