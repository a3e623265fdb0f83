"""`get_step_context()`: what a running step may know of itself."""

from __future__ import annotations

from ._process import context_state
from .errors import ContextError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ._results.response import PipelineRunResponse, StepResponse
    from .tracking import StepTracking


class PipelineName:
    """The pipeline of a run: its name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<pipeline {self.name}>"


class StepContext:
    """Facts of the running step.

    Attributes:
        pipeline_name: Name of the pipeline.
        pipeline_run_id: Id of its run, 32 hexadecimal digits.
        pipeline_run_name: Name of its run.
        step_name: The invocation, such as `train_model_2`.
        step_run_id: Id of this execution.
        tracking_run_id: The MLflow run that log_metric writes to.
        experiment_id: Its experiment.
        attempt: 1, or higher when the step is tried again.
        inputs: The artifact versions of the inputs that are artifacts, by parameter name.
        tracking: Where the step logs to.
    """

    __slots__ = (
        "_outputs",
        "_run",
        "_staging",
        "attempt",
        "experiment_id",
        "inputs",
        "pipeline_name",
        "pipeline_run_id",
        "pipeline_run_name",
        "step_name",
        "step_run_id",
        "tracking",
        "tracking_run_id",
    )

    def __init__(self, pipeline: str, run: dict, task: dict, tracking: StepTracking) -> None:
        from ._results.response import ArtifactVersion

        self.pipeline_name = pipeline
        self.pipeline_run_id: str = run["pipelineRunId"]
        self.pipeline_run_name: str = run["name"]
        self.step_name: str = task["stepId"]
        self.step_run_id: str = task["stepRunId"]
        self.tracking_run_id: str = task["trackingRunId"]
        self.experiment_id: str = task["experimentId"]
        self.attempt: int = task.get("failures", 0) + 1
        self.tracking = tracking
        self.inputs = {
            name: ArtifactVersion(one["artifact"], tracking.server)
            for name, one in task["inputs"].items()
            if one["kind"] in ("artifact", "item")
        }
        self._staging: str = task["staging"]
        self._run: PipelineRunResponse | None = None
        self._outputs: dict[str, OutputFacts] = {
            one["name"]: OutputFacts() for one in task.get("outputs") or ()
        }

    @property
    def pipeline(self) -> PipelineName:
        """The pipeline: `.name`."""
        return PipelineName(self.pipeline_name)

    @property
    def pipeline_run(self) -> PipelineRunResponse:
        """Its run, as it was when it was first asked for in this step."""
        if self._run is None:
            from ._results.response import run_from_detail

            server = self.tracking.server
            detail = server.call("GET", f"/api/pipeline-runs/{self.pipeline_run_id}")
            self._run = run_from_detail(detail, server)
        return self._run

    @property
    def step_run(self) -> StepResponse:
        """This execution: `.config`, `.tags`, `.run_metadata`."""
        return self.pipeline_run.steps[self.step_name]

    @property
    def model(self) -> Any:
        """The `Model` of the step, else of the pipeline.

        Raises:
            ContextError: neither names one.
        """
        from ._values import model_of

        run = self.pipeline_run
        given = (self.step_run.config.get("options") or {}).get("model") or run.config.get("model")
        if given is None:
            raise ContextError(
                f"Neither step {self.step_name} nor pipeline {self.pipeline_name} names a model: "
                "write @pipeline(model=Model(name=...)).",
                "no_model",
            )
        return model_of(given)

    def get_output_artifact_uri(self, output_name: str | None = None) -> str:
        """Absolute folder in which the files of an output will be; made when asked for.

        What the step writes there itself is kept with the output, beside its materializer's files.

        Raises:
            ContextError: there is no such output, or several and none is named.
        """
        import os

        folder = os.path.join(self._staging, self._output_name(output_name))
        os.makedirs(folder, exist_ok=True)
        return folder

    def add_output_metadata(
        self, metadata: Mapping[str, Any], output_name: str | None = None
    ) -> None:
        """Adds facts to the metadata of an output; the latest value of a key wins.

        Raises:
            ContextError: there is no such output, or several and none is named.
            TypeError: a value is of no type that metadata can have.
        """
        from .metadata import encoded

        self._outputs[self._output_name(output_name)].metadata.update(encoded(metadata))

    def get_output_metadata(self, output_name: str | None = None) -> dict[str, Any]:
        """What was added to the metadata of an output so far."""
        return dict(self._outputs[self._output_name(output_name)].metadata)

    def add_output_tags(self, tags: Iterable[str], output_name: str | None = None) -> None:
        """Adds tags to an output. Raises as `add_output_metadata`."""
        from ._values import tag_names

        known = self._outputs[self._output_name(output_name)].tags
        known.extend(one for one in tag_names(tags) if one not in known)

    def get_output_tags(self, output_name: str | None = None) -> list[str]:
        """The tags that were added to an output so far."""
        return list(self._outputs[self._output_name(output_name)].tags)

    def remove_output_tags(self, tags: Iterable[str], output_name: str | None = None) -> None:
        """Takes tags back that were added to an output in this step."""
        known = self._outputs[self._output_name(output_name)]
        gone = set(tags)
        known.tags = [one for one in known.tags if one not in gone]

    def has_output(self, name: str) -> bool:
        """Whether the step has an output of this name."""
        return name in self._outputs

    def add_to_outputs(self, reported: list[dict]) -> None:
        """Puts what was added to outputs into their reports (ReportedOutput)."""
        for one in reported:
            facts = self._outputs.get(one["name"])
            if facts is None:
                continue
            one["metadata"] = {**one["metadata"], **facts.metadata}
            if facts.tags:
                one["tags"] = [*one.get("tags", ()), *facts.tags]

    def _output_name(self, given: str | None) -> str:
        names = ", ".join(map(repr, self._outputs)) or "none"
        if given is None and len(self._outputs) == 1:
            return next(iter(self._outputs))
        if given is None:
            raise ContextError(
                f"Step {self.step_name} does not have one output, so output_name= must say which; "
                f"its outputs are: {names}.",
                "which_output",
            )
        if given not in self._outputs:
            raise ContextError(
                f"Step {self.step_name} has no output {given!r}; its outputs are: {names}.",
                "unknown_output",
            )
        return given

    def __repr__(self) -> str:
        return f"<context of step {self.step_name} in {self.pipeline_run_name}>"


class OutputFacts:
    """What a running step added to one of its outputs."""

    __slots__ = ("metadata", "tags")

    def __init__(self) -> None:
        self.metadata: dict[str, Any] = {}
        self.tags: list[str] = []


def get_step_context() -> StepContext:
    """The context of the running step.

    Raises:
        ContextError (a RuntimeError): no step runs.
    """
    context = context_state.current()
    if context is None:
        raise ContextError(
            "get_step_context() was called outside of a running step. Call it inside a function "
            "decorated with @step.",
            "no_step",
        )
    return context
