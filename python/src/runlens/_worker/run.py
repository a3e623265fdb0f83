"""The worker loop: registers a composed pipeline, claims its steps, runs and reports them."""

from __future__ import annotations

import os
import threading
import time

from .._authoring.graph import registration, user_name, worker_info
from .._logs.echo import Echo
from .._process import context_state
from .._process.failure import users_part
from .._process.interrupts import heeded
from .._record.recording import Recording
from .._record.system_metrics import Sampler
from .._record.system_metrics import interval as system_interval
from .._results.response import ArtifactVersion, PipelineRunResponse, StepResponse
from .._results.table import Printer, step_table
from .._source.signature import file_of
from ..errors import PipelineCancelled, RunlensError, ServerError
from .puller import POLL_SECONDS, Puller, Work
from .threads import Crew

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .._authoring.compose import Composition, Invocation
    from .._connection.server import Server
    from .._logs.descriptors import Tail
    from .attempt import StepAttempt

_CANCEL_SECONDS = 10.0
_METRIC_LOOKUPS = 12


class Worker:
    """A pipeline run that this process registers, and its share of the steps.

    Its own thread runs one step at a time; steps that no other process can run get threads beside
    it (`Crew`). For a dynamic pipeline the calling thread adds steps (`extend`) and works while it
    waits (`work_until`), which may be done from any thread, one at a time.
    """

    def __init__(
        self,
        server: Server,
        composition: Composition,
        *,
        plan: dict | None = None,
        launch_id: str | None = None,
        parameters: dict | None = None,
        tail: Tail | None = None,
        alone: bool = False,
    ) -> None:
        """`plan`, `launch_id` and `parameters` are those of a launch from the editor.

        Args:
            tail: The log file of a process of the server's.
            alone: No step runs beside another in this process (for debugging).
        """
        self._parameters = parameters or {}
        self._server = server
        self._composition = composition
        self._plan = plan
        self._launch_id = launch_id
        self._alone = alone
        self._work = Work(server, composition.pipeline.name, self._invocation, tail)
        self._work.finished = self._keep_metrics
        self._turn = threading.RLock()
        # the interrupt that ended the run
        self.interrupted: KeyboardInterrupt | None = None
        seconds = system_interval()
        self._work.sampler = None if seconds is None else Sampler(seconds)

    def _invocation(self, task: dict) -> Invocation:
        return self._composition.invocations[task["stepId"]]

    def work(self, before_steps: Callable[[], None] | None = None) -> PipelineRunResponse:
        """Registers and works until the run is over.

        `before_steps` is called before each step, and may wait.

        Raises:
            RunlensError: the server refused the graph, or is gone for good.
            PipelineCancelled, KeyboardInterrupt: it was cancelled, here or in the editor.
            Exception: what the first failed step raised, unchanged.
        """
        if before_steps is not None:
            self._work.prepare = before_steps
        self.register()
        try:
            with context_state.outside(), heeded(self._puller, self._crew, self._is_owned):
                if self._composition.is_dynamic:
                    return self._composition.drive(self)
                return self.finish(self.work_until(lambda: False))
        finally:
            self.close()

    @property
    def run(self) -> PipelineRunResponse:
        """What is known of the run so far; there after `register`."""
        return self._run

    @property
    def pipeline(self) -> str:
        """Name of the pipeline."""
        return self._composition.pipeline.name

    @property
    def server(self) -> Server:
        """The server that it works for."""
        return self._server

    @property
    def reporting(self) -> str | None:
        """The step that this thread has run and whose end goes with the next question."""
        return self._puller.reporting

    @property
    def _is_owned(self) -> bool:
        return self._launch_id is not None

    def error_of(self, step_id: str) -> BaseException | None:
        """What a step raised in this process when it last ran."""
        return self._work.errors.get(step_id)

    def register(self) -> None:
        """Tells the server the graph and begins to print the course of the run.

        Raises:
            RunlensError: the server refused the graph.
        """
        self._recording = Recording(self._server, self._launch()).begin()
        body = self.registration()
        self._registered = self._server.call("POST", "/api/worker/register", body)
        self._work.registered = self._registered
        self._run = PipelineRunResponse(
            self._registered["pipelineRunId"],
            self._registered["name"],
            self._composition.pipeline.name,
            self._server,
        )
        self._printer = Printer(self._run)
        self._work.notice = self._notice
        logs = os.path.join(self._registered["data"], "logs", self._run.id)
        self._echo = Echo(logs, self._work.own, self._printer.say)
        self._puller = Puller(self._work, self._registered["workerId"], self._join_again)
        self._crew = Crew(self._work, self._is_owned)
        self._printer.begin(user_name(), self._registered["url"], self._server.root)
        self._recording.keep(self._registered["trackingRunId"])
        tags = self._composition.pipeline.options.get("tags")
        if tags:
            from ..tags import tag_run

            tag_run(self._server, self._run.id, tags)

    def _notice(self, notice: dict) -> None:
        if not self._is_owned:
            self._echo.heed(notice)
        self._printer.notice(notice)

    def registration(self) -> dict:
        """What the server is told of the pipeline and this process (RegisterRequest)."""
        return registration(
            self._composition,
            self._server.root,
            self._work.known_modules,
            plan=self._plan,
            launch_id=self._launch_id,
        )

    def _join_again(self) -> str:
        """A server that was started anew knows the run, and not who works on it."""
        body = {
            "worker": worker_info(owned=self._is_owned),
            "pipelineRunId": self._run.id,
            "modules": [],
            "thread": True,
        }
        return self._server.call("POST", "/api/worker/join", body)["workerId"]

    def close(self) -> None:
        """Ends what runs beside the steps."""
        if self._work.sampler is not None:
            self._work.sampler.close()
        self._echo.close()
        self._crew.end(_CANCEL_SECONDS / 2)

    def extend(
        self,
        steps: list[dict],
        *,
        claim: bool = False,
        closed: bool = False,
        error: dict | None = None,
    ) -> dict:
        """Adds steps (StepInvocation) to a dynamic run, or says that no more will come.

        With `claim` the caller goes on with `work_until` at once: a step is kept for it. Answers
        the id of each step's run by invocation. May be called from any thread.
        """
        body = {
            "workerId": self._puller.worker_id,
            "pipelineRunId": self._run.id,
            "steps": steps,
        }
        if claim:
            body["claim"] = True
        if closed:
            body["closed"] = True
        if error is not None:
            body["error"] = error
        return self._server.call("POST", "/api/worker/extend", body)["stepRunIds"]

    def finish(self, done: dict) -> PipelineRunResponse:
        """Prints how the run ended and answers it.

        Raises:
            PipelineCancelled, KeyboardInterrupt: it was cancelled.
            Exception: what the first failed step raised, unchanged.
        """
        self.conclude(done)
        self._raise_failure(done)
        return self._run

    def conclude(self, done: dict) -> None:
        """Prints how the run ended; raises nothing of its steps."""
        self._crew.end(_CANCEL_SECONDS / 2)
        self._take_end(done)
        self._recording.finish(self._printer.say)
        self._printer.end(step_table(self._run, self._printer.colour, self._printer.width))

    def _launch(self) -> dict | None:
        """What `runlens run` would be given to do what the editor asked for."""
        if self._launch_id is None:
            return None
        import json

        pipeline = self._composition.pipeline
        file = file_of(pipeline.entrypoint)
        given = [
            argument
            for name, value in self._parameters.items()
            for argument in ("--param", f"{name}={json.dumps(value)}")
        ]
        arguments = [file, "--pipeline", pipeline.name, *_plan_arguments(self._plan or {}), *given]
        return {"file": file, "pipeline": pipeline.name, "arguments": arguments}

    def work_until(self, is_enough: Callable[[], bool]) -> dict | None:
        """Runs steps, one at a time, until the run is over: then how it ended.

        None when `is_enough` says so before; it is asked after each news. Then nothing is left to
        report: a step that came with the last news has been run.
        """
        with self._turn:
            return self._pull(is_enough)

    def _pull(self, is_enough: Callable[[], bool]) -> dict | None:
        puller = self._puller
        pending: KeyboardInterrupt | None = None
        while puller.report is not None or pending is not None or not is_enough():
            try:
                interrupt = puller.interrupt or pending
                claim = interrupt is None and (puller.report is None or not is_enough())
                answer = self._ask(claim=claim, interrupted=pending is not None)
                puller.interrupt = pending = None
                if interrupt is not None and not answer.get("goOn"):
                    done = self._interrupt(interrupt, answer)
                    if done is not None:
                        return done
                if "done" in answer:
                    return answer["done"]
                if "task" in answer:
                    puller.execute(answer["task"])
            except KeyboardInterrupt as interrupt:
                if pending is not None:
                    # a second one: the server does not answer
                    raise
                pending = None if self._is_owned else interrupt
        return None

    def _interrupt(self, interrupt: KeyboardInterrupt, answer: dict) -> dict | None:
        """After one that no single step was meant by."""
        if self._is_owned:
            # the server has cancelled the run, and tells when it is over
            return answer.get("done")
        self.interrupted = interrupt
        return answer.get("done") or self.cancel()

    def _ask(
        self, *, claim: bool = True, interrupted: bool = False, timeout: float = POLL_SECONDS
    ) -> dict:
        answer = self._puller.ask(claim=claim, interrupted=interrupted, timeout=timeout)
        if not self._alone:
            self._crew.heed(answer)
        return answer

    def cancel(self) -> dict:
        """After Ctrl+C: cancels the run and waits shortly for its end."""
        path = f"/api/pipeline-runs/{self._run.id}/cancel"
        self._server.call("POST", path, {}, timeout=_CANCEL_SECONDS)
        self._crew.stop()
        deadline = time.monotonic() + _CANCEL_SECONDS
        while time.monotonic() < deadline:
            answer = self._ask(timeout=_CANCEL_SECONDS)
            if "done" in answer:
                return answer["done"]
            if "task" in answer:
                self._puller.decline(answer["task"])
        return {"status": "cancelled", "durationMs": 0, "failed": [], "outputs": {}}

    def _keep_metrics(self, step_id: str, attempt: StepAttempt) -> None:
        step = self._run.steps.setdefault(step_id, StepResponse(step_id, self._run))
        step.metrics = dict(attempt.metrics)
        if attempt.log_error is not None:
            self._printer.say(f"The log of step {step_id} is incomplete: {attempt.log_error}")

    def _take_end(self, done: dict) -> None:
        run = self._run
        run.status = done["status"]
        run.duration = done["durationMs"] / 1000
        for step_id, outputs in done["outputs"].items():
            step = run.steps.setdefault(step_id, StepResponse(step_id, run))
            step.outputs = {
                name: [ArtifactVersion(one, self._server)] for name, one in outputs.items()
            }
        order = [one for one in self._composition.invocations if one in run.steps]
        run.steps = {step_id: run.steps[step_id] for step_id in order}
        self._add_cached_metrics()

    def _add_cached_metrics(self) -> None:
        cached = [step for step in self._run.steps.values() if step.status == "cached"]
        if not cached or len(cached) > _METRIC_LOOKUPS:
            return
        from .._results.step_metrics import metrics_by_step

        try:
            found = metrics_by_step(self._server, self._run.id, {step.name for step in cached})
        except ServerError as error:
            self._printer.say(f"The metrics of cached steps could not be read: {error}")
            return
        for step in cached:
            step.metrics = found.get(step.name, {})

    def _raise_failure(self, done: dict) -> None:
        if self.interrupted is not None:
            raise self.interrupted
        for step_id in [*done["failed"], *self._work.errors]:
            error = self._work.errors.get(step_id)
            if error is not None:
                raise error.with_traceback(users_part(error.__traceback__))
        for step_id in done["failed"]:
            from .raised import failure_elsewhere

            raise failure_elsewhere(
                self._run, step_id, self._composition.invocations[step_id].step.entrypoint
            )
        if done["status"] == "failed":
            failed = ", ".join(done["failed"]) or "unknown"
            raise RunlensError(f"The pipeline run failed in step(s): {failed}", "run_failed")
        if done["status"] == "cancelled":
            raise PipelineCancelled(f"The run {self._run.name} was cancelled.")


_REACHES = {"up-to": "--step", "only": "--only", "from": "--from"}


def _plan_arguments(plan: dict) -> list[str]:
    """A plan as options of `runlens run`."""
    import json

    target = plan.get("target", "all")
    arguments = [] if target == "all" else [_REACHES[target.get("reach", "up-to")], target["step"]]
    if "basedOn" in plan:
        arguments += [f"--{plan.get('mode', 'replay')}", plan["basedOn"]]
    for step in plan.get("skip", ()):
        arguments += ["--skip", step]
    for step, inputs in plan.get("inputs", {}).items():
        for name, given in inputs.items():
            if given["kind"] == "artifact":
                arguments += ["--input", f"{step}.{name}={given['artifactVersionId']}"]
            elif given["kind"] == "parameter":
                arguments += ["--set", f"{step}.{name}={json.dumps(given['value'])}"]
    return arguments
