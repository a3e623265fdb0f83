"""What a run left behind: the run, its steps, and artifact versions that can be loaded."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class ArtifactVersion:
    """One immutable version of a step's output; passed to a step it is an input by reference.

    Attributes:
        id: 32 hexadecimal digits.
        name: Name of the artifact.
        version: "1", "2" … per name.
        type: Qualified name of the Python type.
        materializer: Name of the materializer that wrote it.
        folder: Absolute folder of its read-only files.
        metadata: Facts such as shape, columns or length.
    """

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = dict(row)
        self.id: str = row["id"]
        self.name: str = row["name"]
        self.version: str = row["version"]
        self.type: str = row["type"]
        self.materializer: str = row["materializer"]
        self.folder: str = row["folder"]
        self.metadata: dict[str, Any] = dict(row.get("metadata") or {})

    @property
    def artifact_version_id(self) -> str:
        """The id, by which a pipeline recognises an artifact among its arguments."""
        return self.id

    def load(self) -> Any:
        """The value, read anew from the files.

        Raises:
            MaterializerError: its files are gone or its type cannot be imported.
        """
        from ._outputs_io import load_artifact

        return load_artifact(self._row)

    def __repr__(self) -> str:
        return f"<artifact {self.name} v{self.version} ({self.type})>"


class StepResponse:
    """One step of a run.

    Attributes:
        name: The invocation, such as `train_model`.
        status: ran, cached, failed, skipped, cancelled or pending.
        outputs: Output name → list with its artifact version.
        duration: Seconds in the user's function; None when it did not run.
        reasons: Why it ran, one text each.
        cached_from: When the result that it used was made, in seconds since 1970.
        message: Why it failed or was skipped.
        metrics: Last value of each metric that it logged in this process.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.status = "pending"
        self.outputs: dict[str, list[ArtifactVersion]] = {}
        self.duration: float | None = None
        self.reasons: list[str] = []
        self.is_first_run = False
        self.cached_from: float | None = None
        self.message: str | None = None
        self.metrics: dict[str, float] = {}
        self.artifact_labels: list[str] = []

    @property
    def output(self) -> ArtifactVersion:
        """The artifact version of a step with one output.

        Raises:
            ValueError: it has none or several.
        """
        if len(self.outputs) != 1:
            raise ValueError(f"Step {self.name} has {len(self.outputs)} outputs; use .outputs.")
        return next(iter(self.outputs.values()))[0]

    def __repr__(self) -> str:
        return f"<step {self.name}: {self.status}>"


class PipelineRunResponse:
    """A run of a pipeline.

    Attributes:
        id: 32 hexadecimal digits.
        name: Its name, such as `training-2026_01_31-12_00_00`.
        pipeline: Name of the pipeline.
        status: running, finished, failed or cancelled.
        steps: Invocation → step.
        duration: Seconds; None while it runs.
    """

    def __init__(self, run_id: str, name: str, pipeline: str) -> None:
        self.id = run_id
        self.name = name
        self.pipeline = pipeline
        self.status = "running"
        self.steps: dict[str, StepResponse] = {}
        self.duration: float | None = None

    def table(self) -> str:
        """The step table as text: what ran, what was cached and why, times, metrics, artifacts."""
        from ._table import step_table

        return step_table(self)

    def __repr__(self) -> str:
        return f"<run {self.name} of pipeline {self.pipeline}: {self.status}>"


def run_from_detail(detail: Mapping[str, Any]) -> PipelineRunResponse:
    """A run as `/api/pipeline-runs/:id` describes it."""
    run = PipelineRunResponse(detail["id"], detail["name"], detail["pipeline"])
    run.status = detail["status"]
    if detail.get("endedAt") is not None:
        run.duration = (detail["endedAt"] - detail["startedAt"]) / 1000
    for row in detail["stepRows"]:
        run.steps[row["stepId"]] = _step_from_row(row)
    return run


def _step_from_row(row: Mapping[str, Any]) -> StepResponse:
    step = StepResponse(row["stepId"])
    step.status = row["status"]
    step.reasons = [one["text"] for one in row.get("reasons") or []]
    step.is_first_run = any(one["kind"] == "first-run" for one in row.get("reasons") or [])
    if row.get("cachedFrom") is not None:
        step.cached_from = row["cachedFrom"] / 1000
    has_times = row.get("startedAt") is not None and row.get("endedAt") is not None
    if has_times and step.status in ("ran", "failed"):
        step.duration = (row["endedAt"] - row["startedAt"]) / 1000
    for output in row.get("outputs") or []:
        version = ArtifactVersion(output["artifact"])
        step.outputs[output["name"]] = [version]
        step.artifact_labels.append(artifact_label(version.name, version.version))
    error = row.get("error")
    if error:
        step.message = f"{error['type']}: {error['message']}"
    return step


def artifact_label(name: str, version: str) -> str:
    """`classifier v7`; an output without a name of its own goes by its step: `load_data v2`."""
    parts = name.split("::")
    return f"{parts[1] if len(parts) == 3 else name} v{version}"
