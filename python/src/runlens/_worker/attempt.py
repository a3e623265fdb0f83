"""One execution of a step: inputs loaded, function called, output captured, outputs stored."""

from __future__ import annotations

import os
import time

from .._connection.server import Server
from .._process import context_state
from ..errors import ServerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._authoring.compose import Invocation
    from .._authoring.hooks import Hooks
    from .._logs.descriptors import Tail
    from ..tracking import StepTracking

_COROUTINE = 0x80


class StepAttempt:
    """One execution of a step: loads its inputs, calls the function, stores its outputs."""

    def __init__(
        self, server: Server, invocation: Invocation, task: dict, tail: Tail | None = None
    ) -> None:
        from .._logs.sender import LineSender
        from ..tracking import StepTracking

        self._invocation = invocation
        self._task = task
        self._sender = LineSender(server, task["stepRunId"], tail)
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

    @property
    def changes_process(self) -> bool:
        """Whether it has environment variables of its own, which all threads would see."""
        return bool(self._task["environment"] or self._invocation.step.secrets)

    def run(self, pipeline: str, registered: dict) -> list[dict]:
        """The stored outputs as ReportedOutput.

        Raises:
            BaseException: whatever the step raises, or a MaterializerError.
        """
        from .._data.outputs_io import save_outputs
        from .._logs.streams import captured
        from ..context import StepContext

        context = StepContext(pipeline, registered, self._task, self._tracking)
        hooks = self._hooks()
        try:
            with (
                context_state.entered(context),
                captured(context, self._sender),
                _environment(self._variables()),
            ):
                try:
                    value = self._call(hooks)
                    outputs = save_outputs(self._invocation, value, self._task["staging"])
                    context.add_to_outputs(outputs)
                except BaseException as error:
                    self._after_failure(hooks, error)
                    raise
                self._after_success(hooks)
        except BaseException:
            self._close(after_failure=True)
            raise
        self._close(after_failure=False)
        return outputs

    def _hooks(self) -> Hooks | None:
        from .._authoring.hooks import hooks_of

        return hooks_of(self._invocation.step) or None

    def _variables(self) -> dict[str, str]:
        secrets = self._invocation.step.secrets
        if not secrets:
            return self._task["environment"]
        from .._authoring.secret_values import secret_environment

        return {**self._task["environment"], **secret_environment(secrets)}

    def _call(self, hooks: Hooks | None) -> Any:
        arguments = {name: self._input(name, one) for name, one in self._task["inputs"].items()}
        function = self._invocation.step.entrypoint
        _run_hook(hooks and hooks.start)
        started = time.perf_counter()
        try:
            return _result(function(**arguments))
        finally:
            self.duration = time.perf_counter() - started

    def _after_success(self, hooks: Hooks | None) -> None:
        if hooks is not None:
            _run_hook(hooks.end)
            _run_hook(hooks.success)

    def _after_failure(self, hooks: Hooks | None, error: BaseException) -> None:
        if hooks is None:
            return
        _run_hook(hooks.end, error)
        is_last = self._task.get("failures", 0) >= self._invocation.step.retry.max_retries
        if is_last and not isinstance(error, KeyboardInterrupt):
            _run_hook(hooks.failure, error)

    def _input(self, name: str, given: dict) -> Any:
        from .._data.outputs_io import load_artifact, reader_for

        kind = given["kind"]
        if kind == "item":
            return load_artifact(given["artifact"])[given["index"]]
        if kind in ("artifact", "artifacts"):
            read = reader_for(self._invocation.step.entrypoint, name, self._tracking.server)
            return read(given[kind]) if kind == "artifact" else list(map(read, given[kind]))
        if kind == "path":
            from pathlib import Path

            return Path(given["path"])
        if given.get("replaced"):
            # a plan's value instead of what the pipeline was composed with
            value = self._invocation.step.fit(name, given["value"])
            self._invocation.values[name] = value
            return value
        if name in self._invocation.values:
            return _copied(self._invocation.values[name])
        return given["value"]

    def _close(self, after_failure: bool) -> None:
        self._sender.close()
        try:
            self._tracking.close()
        except ServerError:
            # the step's own exception matters more than a metric that was refused
            if not after_failure:
                raise


def _copied(value: Any) -> Any:
    """A copy all the way down, so that a step cannot change what others get."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    import copy

    return copy.deepcopy(value)


def _run_hook(hook: Any, error: BaseException | None = None) -> None:
    if hook is not None:
        from .._authoring.hooks import run_hook

        run_hook(hook, error)


def _result(value: Any) -> Any:
    """The value itself; for an `async def` step what it comes to."""
    code = getattr(value, "cr_code", None)
    if code is None or not code.co_flags & _COROUTINE:
        return value
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(value)
    return _in_another_thread(lambda: asyncio.run(value))


def _in_another_thread(run: Any) -> Any:
    """For a notebook, whose own thread has an event loop already."""
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    with ThreadPoolExecutor(1) as executor:
        return executor.submit(copy_context().run, run).result()


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
