"""One worker of a run: asks the server for steps, runs them one at a time and reports them."""

from __future__ import annotations

import threading

from .._process.failure import step_error
from .._process.turns import Turns
from .._source.modules import imported_modules
from ..errors import ServerError
from .attempt import StepAttempt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .._authoring.compose import Invocation
    from .._connection.server import Server
    from .._logs.descriptors import Tail
    from .._record.system_metrics import Sampler

# The server answers a poll within 25 s.
POLL_SECONDS = 45.0
# A worker that prints nothing wants no notices.
_NO_NOTICES = 2**31 - 1


class Work:
    """What the workers of one run share in this process.

    Attributes:
        find: The invocation of a task.
        prepare: Called before each step.
        errors: What each step raised when it last ran here.
        finished: Called with the step's id and its attempt after each execution.
        notice: Takes one notice after the other; None: nobody wants any.
        own: The steps that ran or run in this process.
    """

    def __init__(
        self, server: Server, pipeline: str, find: Callable[[dict], Invocation], tail: Tail | None
    ) -> None:
        self.server = server
        self.pipeline = pipeline
        self.find = find
        self.tail = tail
        self.registered: dict = {}
        self.known_modules: set[str] = set()
        self.errors: dict[str, BaseException] = {}
        self.sampler: Sampler | None = None
        self.turns = Turns()
        self.finished: Callable[[str, StepAttempt], None] = lambda step_id, attempt: None
        self.prepare: Callable[[], None] = lambda: None
        self.notice: Callable[[dict], None] | None = None
        self.own: set[str] = set()
        self._told = 0
        self._lock = threading.Lock()

    @property
    def run_id(self) -> str:
        """Id of the pipeline run."""
        return self.registered["pipelineRunId"]

    def tell(self, notices: list[dict], start: int) -> None:
        """Hands notices on that no other worker has brought; the first has the index `start`."""
        with self._lock:
            for notice in notices[max(0, self._told - start) :]:
                if self.notice is not None:
                    self.notice(notice)
            self._told = max(self._told, start + len(notices))

    def new_modules(self) -> list[dict]:
        """Modules of the workspace that were imported and not told yet."""
        with self._lock:
            return imported_modules(self.server.root, self.known_modules)


class Puller:
    """A worker by its id. For one thread at a time."""

    def __init__(self, work: Work, worker_id: str, join_again: Callable[[], str]) -> None:
        self._work = work
        self.worker_id = worker_id
        self._join_again = join_again
        # the step run that it executes, for whoever is to stop it
        self.running: str | None = None
        # of the step that it has executed, until the server has it; and that step's id
        self.report: dict | None = None
        self.reporting: str | None = None
        self.interrupt: KeyboardInterrupt | None = None
        # its own index, so that it hears of each news, whoever has brought it first
        self._notices = 0 if work.notice is not None else _NO_NOTICES

    def ask(
        self,
        *,
        claim: bool = True,
        interrupted: bool = False,
        timeout: float = POLL_SECONDS,
    ) -> dict:
        """Reports and asks what to do (NextReply). May be repeated.

        Raises:
            ServerError: the server refused or is gone for good.
        """
        body: dict[str, Any] = {
            "workerId": self.worker_id,
            "pipelineRunId": self._work.run_id,
            "noticesFrom": self._notices,
        }
        if not claim:
            body["claim"] = False
        if interrupted:
            body["interrupted"] = True
        if self.report is not None:
            body["report"] = self.report
        answer = self._next(body, timeout)
        if self._notices != _NO_NOTICES:
            self._work.tell(answer["notices"], self._notices)
            self._notices = answer["noticesTo"]
        self.report = self.reporting = None
        return answer

    def pull(self, heed: Callable[[dict], None] = lambda answer: None) -> None:
        """Works until it is told to leave, or the run is over; `heed` gets each answer."""
        while True:
            try:
                answer = self.ask()
                heed(answer)
                if "done" in answer or answer.get("leave"):
                    return
                if "task" in answer:
                    self.execute(answer["task"])
            except KeyboardInterrupt:
                # it came a moment too late, when the step was over already
                continue

    def _next(self, body: dict, timeout: float) -> dict:
        try:
            return self._work.server.call("POST", "/api/worker/next", body, timeout=timeout)
        except ServerError as error:
            if error.code != "worker.unknown":
                raise
        # the server was started anew and has read only what is recorded
        self.worker_id = body["workerId"] = self._join_again()
        return self._work.server.call("POST", "/api/worker/next", body, timeout=timeout)

    def execute(self, task: dict) -> None:
        """Runs one step, whose report goes with the next question.

        What it raised is kept in `Work.errors`.
        """
        self.interrupt = None
        self.running = task["stepRunId"]
        self._work.own.add(task["stepId"])
        try:
            self.report = self._execute(task)
        except KeyboardInterrupt as interrupt:
            # at the border of the step, where nothing else catches it
            self.report = self._cancelled(task, 0.0, interrupt)
        finally:
            self.running = None
            self.reporting = task["stepId"]

    def _execute(self, task: dict) -> dict:
        work = self._work
        try:
            work.prepare()
            invocation = work.find(task)
        except KeyboardInterrupt as interrupt:
            return self._cancelled(task, 0.0, interrupt)
        except BaseException as error:
            problem = step_error(error, work.server.root)
            return self._report(task, 0.0, {"status": "unavailable", "error": problem})
        attempt = StepAttempt(work.server, invocation, task, work.tail)
        try:
            with work.turns.taken(alone=attempt.changes_process):
                outputs = self._run(attempt)
        except KeyboardInterrupt as interrupt:
            return self._cancelled(task, attempt.duration, interrupt)
        except BaseException as error:
            work.errors[task["stepId"]] = error
            failure = {"status": "failed", "error": step_error(error, work.server.root)}
            return self._report(task, attempt.duration, failure)
        finally:
            self.running = None
            work.finished(task["stepId"], attempt)
        work.errors.pop(task["stepId"], None)
        return self._report(task, attempt.duration, {"status": "ran", "outputs": outputs})

    def _run(self, attempt: StepAttempt) -> list[dict]:
        sampler = self._work.sampler
        if sampler is None:
            return attempt.run(self._work.pipeline, self._work.registered)
        sampler.follow(attempt.tracking)
        try:
            return attempt.run(self._work.pipeline, self._work.registered)
        finally:
            sampler.leave(attempt.tracking)

    def decline(self, task: dict) -> None:
        """Does not run a step that came while the run is being cancelled."""
        self.report = self._report(task, 0.0, {"status": "cancelled"})

    def _cancelled(self, task: dict, duration: float, interrupt: KeyboardInterrupt) -> dict:
        self.running = None
        self.interrupt = interrupt
        return self._report(task, duration, {"status": "cancelled"})

    def _report(self, task: dict, duration: float, result: dict) -> dict:
        return {
            "stepRunId": task["stepRunId"],
            "attempt": task.get("attempt", 1),
            "modules": self._work.new_modules(),
            "durationMs": round(duration * 1000, 3),
            **result,
        }
