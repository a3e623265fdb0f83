"""Dynamic pipelines: step calls run at once, so ordinary code decides what comes next."""

from __future__ import annotations

from .._authoring.compose import Composition, StepArtifact, composing
from .._authoring.hooks import run_hook
from .._process.failure import users_part
from ..errors import PipelineCancelled, StepInterfaceError
from .futures import (
    OUTPUTS,
    Item,
    MapResults,
    OutputArtifact,
    OutputFuture,
    StepRunFuture,
    unmapped,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .._authoring.compose import Invocation
    from .._results.response import ArtifactVersion, PipelineRunResponse
    from .._worker.run import Worker
    from ..pipelines import Pipeline
    from ..steps import Step

_OVER = ("ran", "cached", "failed", "skipped", "cancelled")
_HAS_RESULT = ("ran", "cached")


class DynamicComposition(Composition):
    """A run of a dynamic pipeline: its invocations grow while the pipeline's function runs."""

    is_dynamic = True
    # each of its steps says for itself
    caches = True

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__(pipeline)
        # effective arguments of the pipeline's function
        self.values: dict[str, Any] = {}
        self._worker: Worker | None = None
        self._step_runs: dict[str, str] = {}
        self._raised: dict[str, BaseException] = {}
        self._ended: dict | None = None
        self._facts: dict[int, dict] = {}

    def drive(self, worker: Worker) -> PipelineRunResponse:
        """Runs the pipeline's function; `worker` is registered and runs steps while it waits.

        Raises:
            Exception: what the function raises, or a step whose failure nobody has seen.
        """
        self._worker = worker
        problem: BaseException | None = None
        hooks = self.pipeline.hooks
        run_hook(hooks.start)
        try:
            with composing(self):
                self.returned = self.pipeline.entrypoint(**self.values)
        except BaseException as error:
            problem = error
        worker.conclude(self._close(worker, problem))
        if problem is None:
            problem = self._unseen_failure()
        run_hook(hooks.end, problem)
        if problem is None:
            run_hook(hooks.success)
            return worker.run
        run_hook(hooks.failure, problem)
        raise problem.with_traceback(users_part(problem.__traceback__))

    def _close(self, worker: Worker, problem: BaseException | None) -> dict:
        """Tells that no more steps come and works until those that are there are over."""
        if self._ended is not None:
            return self._ended
        if isinstance(problem, KeyboardInterrupt):
            return worker.cancel()
        known = any(one is problem for one in self._raised.values())
        if problem is None or known:
            worker.extend([], closed=True)
        else:
            from .._process.failure import step_error

            worker.extend([], closed=True, error=step_error(problem, worker.server.root))
        with composing(None):
            done = worker.work_until(lambda: False)
        if done is None:
            raise AssertionError("a worker left before its run was over")
        return done

    def _unseen_failure(self) -> BaseException | None:
        """Of submitted steps whose result was never asked for."""
        steps = self._current().run.steps
        for step_id in self.invocations:
            has_failed = step_id in steps and steps[step_id].status == "failed"
            if has_failed and step_id not in self._raised:
                return self.failure_of(step_id)
        return None

    def _current(self) -> Worker:
        if self._worker is None:
            raise StepInterfaceError(f"The pipeline {self.pipeline.name} does not run.")
        return self._worker

    def add(self, step: Step, args: tuple, kwargs: dict, after: Any, given_id: str | None) -> Any:
        """Runs a step now and answers its artifacts (or raises what it raised)."""
        return self.submit(step, [(args, kwargs)], after, given_id, wait=True)[0].result()

    def submit(
        self,
        step: Step,
        calls: Iterable[tuple[tuple, dict]],
        after: Any = None,
        given_id: str | None = None,
        *,
        wait: bool = False,
    ) -> list[StepRunFuture]:
        """Adds calls of a step to the run, all at once, and does not wait for them.

        `wait` says that the caller is about to.

        Raises:
            StepInterfaceError, TypeError: one of them cannot work; then none is added.
        """
        worker = self._current()
        if self._ended is not None:
            raise self._cut_off()
        added: list[Invocation] = []
        try:
            for args, kwargs in calls:
                wanted = given_id if given_id is None or not added else self._free_id(given_id)
                added.append(self._record(step, args, kwargs, after, wanted))
            if added:
                described = [self._described(one, worker.server.root) for one in added]
                self._step_runs.update(worker.extend(described, claim=wait))
        except BaseException:
            for one in added:
                self.invocations.pop(one.id, None)
            raise
        return [StepRunFuture(self, one) for one in added]

    def _record(
        self, step: Step, args: tuple, kwargs: dict, after: Any, given_id: str | None
    ) -> Invocation:
        plain = {name: self._plain(value, step, name) for name, value in kwargs.items()}
        values = tuple(
            self._plain(value, step, f"argument {at + 1}") for at, value in enumerate(args)
        )
        Composition.add(self, step, values, plain, self._after(after), given_id)
        invocation = self.invocations[next(reversed(self.invocations))]
        for other in invocation.after:
            if other not in self.invocations:
                del self.invocations[invocation.id]
                raise StepInterfaceError(
                    f"Step {invocation.id} is to run after {other!r}, which has not been called. "
                    f"Called so far: {', '.join(self.invocations) or 'none'}.",
                    "unknown_step",
                )
        return invocation

    def _described(self, invocation: Invocation, root: str) -> dict:
        from .._authoring.graph import invocation_of

        return invocation_of(invocation, self, root, self._facts)

    def _free_id(self, wanted: str) -> str:
        number = 2
        while f"{wanted}_{number}" in self.invocations:
            number += 1
        return f"{wanted}_{number}"

    def _plain(self, value: Any, step: Step, name: str) -> Any:
        """An argument as `Composition` knows it: outputs of this run by who makes them."""
        if isinstance(value, unmapped):
            raise StepInterfaceError(
                f"Step {step.name}: unmapped() is for .map and .product; pass {name} as it is.",
                "unmapped",
            )
        if isinstance(value, MapResults):
            return [self._plain(one, step, name) for one in value]
        if isinstance(value, StepRunFuture) and value.composition is self:
            return self._artifact(value.only(f"passed to {step.name}"))
        if isinstance(value, OutputArtifact) and value.future.composition is self:
            return self._artifact(value.future)
        if isinstance(value, OutputFuture) and value.composition is self:
            return self._artifact(value)
        if isinstance(value, (StepRunFuture, OutputFuture)):
            # of a run that is over, or of the pipeline around: it has a version
            return value.result()
        if isinstance(value, (list, tuple)) and any(isinstance(one, Item) for one in value):
            raise StepInterfaceError(
                f"Step {step.name}: {name} is a list with single items of a list. Pass the whole "
                "list, or outputs of steps.",
                "list_of_items",
            )
        if isinstance(value, (list, tuple)) and any(isinstance(one, OUTPUTS) for one in value):
            return [self._plain(one, step, name) for one in value]
        return value

    def _artifact(self, output: OutputFuture) -> StepArtifact:
        made = next(
            one for one in output.invocation.outputs.items if one.name == output.output_name
        )
        return StepArtifact(
            output.invocation.step,
            output.invocation_id,
            output.output_name,
            is_typed=bool(made.annotation),
        )

    def _input(self, invocation: Invocation, name: str, argument: Any) -> dict:
        if not isinstance(argument, Item):
            return super()._input(invocation, name, argument)
        if argument.source.composition is not self:
            raise StepInterfaceError(
                f"Step {invocation.id}: {name!r} is an item of a list of another run. Pass the "
                "whole artifact, or the item's value.",
                "foreign_item",
            )
        return {
            "kind": "item",
            "stepId": argument.source.invocation_id,
            "output": argument.source.output_name,
            "index": argument.index,
            "digest": argument.digest,
        }

    def _after(self, after: Any) -> Any:
        if isinstance(after, (list, tuple, set)):
            return [one for item in after for one in self._after(item) or []]
        if isinstance(after, MapResults):
            return [one.invocation_id for one in after]
        if isinstance(after, OUTPUTS):
            return [after.invocation_id]
        return None if after is None else [after]

    def is_over(self, step_id: str) -> bool:
        """Whether the step is known to have ended."""
        step = self._current().run.steps.get(step_id)
        return step is not None and step.status in _OVER

    def wait_for(self, step_ids: list[str]) -> None:
        """Runs steps in this process until all of these are over.

        Raises:
            PipelineCancelled, KeyboardInterrupt: the run was cancelled.
        """
        worker = self._current()
        from itertools import islice

        at = 0

        def is_enough() -> bool:
            # asked after each news of thousands of steps: those that are over are passed once
            nonlocal at
            while at < len(step_ids) and self.is_over(step_ids[at]):
                at += 1
            if at == len(step_ids):
                return True
            rest = islice(step_ids, at + 1, None)
            return step_ids[at] == worker.reporting and all(map(self.is_over, rest))

        while self._ended is None and not all(map(self.is_over, step_ids)):
            with composing(None):
                self._ended = worker.work_until(is_enough)
        if worker.interrupted is not None or not all(map(self.is_over, step_ids)):
            raise self._cut_off()

    def _cut_off(self) -> BaseException:
        worker = self._current()
        if worker.interrupted is not None:
            return worker.interrupted
        status = (self._ended or {}).get("status")
        if status == "cancelled":
            return PipelineCancelled(f"The run {worker.run.name} was cancelled.")
        return StepInterfaceError(f"The run {worker.run.name} is over ({status}).", "run_over")

    def outputs_of(self, step_id: str) -> dict[str, ArtifactVersion]:
        """The outputs of a step by name; waits for it.

        Raises:
            Exception: what it raised, or a step that it needed.
        """
        self.wait_for([step_id])
        step = self._current().run.steps[step_id]
        if step.status in _HAS_RESULT:
            return {name: versions[0] for name, versions in step.outputs.items()}
        raise self.failure_of(step_id)

    def failure_of(self, step_id: str) -> BaseException:
        """Why a step that is over has no result: the exception of the step where it began."""
        cause = self._first_failure(step_id)
        if cause not in self._raised:
            self._raised[cause] = self._exception(cause)
        return self._raised[cause]

    def _first_failure(self, step_id: str) -> str:
        from .._authoring.order import needs_of

        steps = self._current().run.steps
        seen = {step_id}
        pending = [step_id]
        for one in pending:
            if steps[one].status == "failed" or self._is_cancelled(steps[one].status):
                return one
            for need in needs_of(self.invocations[one]):
                status = steps[need].status if need in steps else "pending"
                has_none = status in _OVER and status not in _HAS_RESULT
                if has_none and need not in seen:
                    seen.add(need)
                    pending.append(need)
        failed = [one for one, step in steps.items() if step.status == "failed"]
        return failed[0] if failed else step_id

    def _is_cancelled(self, status: str) -> bool:
        """With fail-fast a step is cancelled because another has failed: that one is the reason."""
        return status == "cancelled" and self.pipeline.execution_mode != "fail-fast"

    def _exception(self, step_id: str) -> BaseException:
        worker = self._current()
        here = worker.error_of(step_id)
        if here is not None:
            return here.with_traceback(users_part(here.__traceback__))
        step = worker.run.steps[step_id]
        if step.status == "cancelled":
            return PipelineCancelled(f"Step {step_id} of {worker.run.name} was cancelled.")
        from .._worker.raised import failure_elsewhere

        step.id = self._step_runs[step_id]
        return failure_elsewhere(worker.run, step_id, self.invocations[step_id].step.entrypoint)
