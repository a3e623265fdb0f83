"""`get_step_context()`: what a running step may know of itself."""

from __future__ import annotations

from . import _context_state
from .errors import RunlensError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .tracking import StepTracking


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
    """

    __slots__ = (
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
        from ._response import ArtifactVersion

        self.pipeline_name = pipeline
        self.pipeline_run_id: str = run["pipelineRunId"]
        self.pipeline_run_name: str = run["name"]
        self.step_name: str = task["stepId"]
        self.step_run_id: str = task["stepRunId"]
        self.tracking_run_id: str = task["trackingRunId"]
        self.experiment_id: str = task["experimentId"]
        self.attempt: int = task.get("attempt", 1)
        self.tracking = tracking
        self.inputs = {
            name: ArtifactVersion(one["artifact"])
            for name, one in task["inputs"].items()
            if one["kind"] == "artifact"
        }

    def __repr__(self) -> str:
        return f"<context of step {self.step_name} in {self.pipeline_run_name}>"


def get_step_context() -> StepContext:
    """The context of the running step.

    Raises:
        RunlensError: no step runs.
    """
    context = _context_state.current()
    if context is None:
        raise RunlensError(
            "get_step_context() was called outside of a running step. Call it inside a function "
            "decorated with @step.",
            "no_step",
        )
    return context
