"""The worker loop: registers a composed pipeline, claims its steps, runs and reports them."""

from __future__ import annotations

import os
import time

from ._attempt import StepAttempt
from ._failure import hide_own_frames, step_error, users_part
from ._graph import registration, user_name
from ._modules import imported_modules
from ._recording import Recording
from ._response import ArtifactVersion, PipelineRunResponse, StepResponse
from ._root import find_root, is_installed, start_folder
from ._server import Server, connect_server
from ._signature import file_of
from ._system_metrics import Sampler
from ._system_metrics import interval as system_interval
from ._table import Printer, step_table
from .errors import PipelineCancelled, RunlensError, ServerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ._compose import Composition, Invocation
    from .pipelines import Pipeline

# The server answers a poll within 25 s.
_POLL_SECONDS = 45.0
_METRIC_LOOKUPS = 12


def run_composition(compose: Callable[[], Composition], pipeline: Pipeline) -> PipelineRunResponse:
    """Composes and runs a pipeline in this process, finding or starting the server.

    Raises:
        RunlensError: it cannot be composed or there is no server.
        Exception: what the first failed step raised.
    """
    hide_own_frames()
    composition = compose()
    server = connect_server(root_of(pipeline))
    return Worker(server, composition).work()


def root_of(pipeline: Pipeline) -> str:
    """The root of the pipeline's file; of the working folder for a notebook."""
    file = file_of(pipeline.entrypoint)
    folder = os.path.dirname(file)
    is_users = os.path.isfile(file) and not is_installed(folder)
    return find_root(folder if is_users else start_folder())


class Worker:
    """Runs the steps of one pipeline run, one at a time, in this process."""

    def __init__(
        self,
        server: Server,
        composition: Composition,
        *,
        plan: dict | None = None,
        launch_id: str | None = None,
        parameters: dict | None = None,
    ) -> None:
        """`plan`, `launch_id` and `parameters` are those of a launch from the editor."""
        self._parameters = parameters or {}
        self._server = server
        self._composition = composition
        self._plan = plan
        self._launch_id = launch_id
        self._known_modules: set[str] = set()
        self._errors: dict[str, BaseException] = {}
        self._interrupted: KeyboardInterrupt | None = None
        self._notices = 0
        seconds = system_interval()
        self._sampler = None if seconds is None else Sampler(seconds)

    def work(self, before_steps: Callable[[], None] | None = None) -> PipelineRunResponse:
        """Registers and works until the run is over.

        Raises:
            RunlensError: the server refused the graph, or is gone for good.
            PipelineCancelled, KeyboardInterrupt: it was cancelled, here or in the editor.
            Exception: what the first failed step raised, unchanged.
        """
        body = registration(
            self._composition,
            self._server.root,
            self._known_modules,
            plan=self._plan,
            launch_id=self._launch_id,
        )
        self._registered = self._server.call("POST", "/api/worker/register", body)
        self._run = PipelineRunResponse(
            self._registered["pipelineRunId"],
            self._registered["name"],
            self._composition.pipeline.name,
        )
        self._printer = Printer(self._run)
        self._printer.begin(user_name(), self._registered["url"], self._server.root)
        recording = Recording(self._server, self._registered["trackingRunId"], self._launch())
        recording.start()
        if before_steps is not None:
            before_steps()
        try:
            done = self._work_until_done()
        finally:
            if self._sampler is not None:
                self._sampler.close()
        recording.finish(self._printer.say)
        self._finish(done)
        return self._run

    def _launch(self) -> dict | None:
        """What `runlens run` would be given to do what the editor asked for."""
        if self._launch_id is None:
            return None
        import json

        pipeline = self._composition.pipeline
        file = file_of(pipeline.entrypoint)
        target = (self._plan or {}).get("target", "all")
        step = [] if target == "all" else ["--step", target["step"]]
        given = [
            argument
            for name, value in self._parameters.items()
            for argument in ("--param", f"{name}={json.dumps(value)}")
        ]
        arguments = [file, "--pipeline", pipeline.name, *step, *given]
        return {"file": file, "pipeline": pipeline.name, "arguments": arguments}

    def _work_until_done(self) -> dict:
        report: dict | None = None
        while True:
            try:
                answer = self._next(report)
                report = None
                if "done" in answer:
                    return answer["done"]
                if "task" in answer:
                    report = self._execute(answer["task"])
            except KeyboardInterrupt as interrupt:
                self._interrupted = interrupt
            if self._interrupted is not None and self._launch_id is None:
                return self._cancel(report)

    def _next(self, report: dict | None, timeout: float = _POLL_SECONDS) -> dict:
        body = {
            "workerId": self._registered["workerId"],
            "pipelineRunId": self._run.id,
            "noticesFrom": self._notices,
        }
        if report is not None:
            body["report"] = report
        answer = self._server.call("POST", "/api/worker/next", body, timeout=timeout)
        for notice in answer["notices"]:
            self._printer.notice(notice)
        self._notices = answer["noticesTo"]
        return answer

    def _cancel(self, report: dict | None) -> dict:
        """After Ctrl+C: cancels the run and waits shortly for its end."""
        self._server.call("POST", f"/api/pipeline-runs/{self._run.id}/cancel", {}, timeout=10)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            answer = self._next(report, timeout=10)
            report = None
            if "done" in answer:
                return answer["done"]
            if "task" in answer:
                report = self._report(answer["task"], 0.0, {"status": "cancelled"})
        return {"status": "cancelled", "durationMs": 0, "failed": [], "outputs": {}}

    def _execute(self, task: dict) -> dict:
        """Runs one step and answers its report; remembers what it raised."""
        invocation = self._composition.invocations[task["stepId"]]
        attempt = StepAttempt(self._server, invocation, task)
        _wait_before_retry(invocation, task)
        if self._sampler is not None:
            self._sampler.follow(attempt.tracking)
        try:
            outputs = attempt.run(self._composition.pipeline.name, self._registered)
        except KeyboardInterrupt as interrupt:
            self._interrupted = interrupt
            return self._report(task, attempt.duration, {"status": "cancelled"})
        except BaseException as error:
            self._errors[task["stepId"]] = error
            failure = {"status": "failed", "error": step_error(error, self._server.root)}
            return self._report(task, attempt.duration, failure)
        finally:
            if self._sampler is not None:
                self._sampler.follow(None)
            self._keep_metrics(task["stepId"], attempt)
        self._errors.pop(task["stepId"], None)
        return self._report(task, attempt.duration, {"status": "ran", "outputs": outputs})

    def _keep_metrics(self, step_id: str, attempt: StepAttempt) -> None:
        step = self._run.steps.setdefault(step_id, StepResponse(step_id))
        step.metrics = dict(attempt.metrics)
        if attempt.log_error is not None:
            self._printer.say(f"The log of step {step_id} is incomplete: {attempt.log_error}")

    def _report(self, task: dict, duration: float, result: dict) -> dict:
        return {
            "stepRunId": task["stepRunId"],
            "attempt": task.get("attempt", 1),
            "modules": imported_modules(self._server.root, self._known_modules),
            "durationMs": round(duration * 1000, 3),
            **result,
        }

    def _finish(self, done: dict) -> None:
        run = self._run
        run.status = done["status"]
        run.duration = done["durationMs"] / 1000
        for step_id, outputs in done["outputs"].items():
            step = run.steps.setdefault(step_id, StepResponse(step_id))
            step.outputs = {name: [ArtifactVersion(one)] for name, one in outputs.items()}
        order = [one for one in self._composition.invocations if one in run.steps]
        run.steps = {step_id: run.steps[step_id] for step_id in order}
        self._add_cached_metrics()
        self._printer.end(step_table(run, self._printer.colour, self._printer.width))
        self._raise_failure(done)

    def _add_cached_metrics(self) -> None:
        cached = [step for step in self._run.steps.values() if step.status == "cached"]
        if not cached or len(cached) > _METRIC_LOOKUPS:
            return
        from .client import metrics_by_step

        try:
            found = metrics_by_step(self._server, self._run.id, {step.name for step in cached})
        except ServerError as error:
            self._printer.say(f"The metrics of cached steps could not be read: {error}")
            return
        for step in cached:
            step.metrics = found.get(step.name, {})

    def _raise_failure(self, done: dict) -> None:
        if self._interrupted is not None:
            raise self._interrupted
        for step_id in [*done["failed"], *self._errors]:
            error = self._errors.get(step_id)
            if error is not None:
                raise error.with_traceback(users_part(error.__traceback__))
        if done["status"] == "failed":
            failed = ", ".join(done["failed"]) or "unknown"
            raise RunlensError(f"The pipeline run failed in step(s): {failed}", "run_failed")
        if done["status"] == "cancelled":
            raise PipelineCancelled(f"The run {self._run.name} was cancelled.")


def _wait_before_retry(invocation: Invocation, task: dict) -> None:
    retry = invocation.step.retry
    repetition = task.get("attempt", 1) - 2
    if repetition >= 0 and retry.delay > 0:
        time.sleep(retry.delay * retry.backoff**repetition)
