"""What a run left behind: the run, its steps, and artifact versions that can be loaded."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .._connection.server import Server


class ArtifactVersion:
    """One immutable version of a step's output; passed to a step it is an input by reference.

    Attributes:
        id: 32 hexadecimal digits.
        name: Name of the artifact.
        version: "1", "2" … per name.
        type: Qualified name of the Python type.
        server: The server that knows it; None: only what `row` says is known.
    """

    def __init__(self, row: Mapping[str, Any], server: Server | None = None) -> None:
        self.row = dict(row)
        self.server = server
        self.id: str = row["id"]
        self.name: str = row["name"]
        self.version: str = row["version"]
        self.type: str = row["type"]

    @property
    def artifact_version_id(self) -> str:
        """The id, by which a pipeline recognises an artifact among its arguments."""
        return self.id

    @property
    def materializer(self) -> str:
        """Name of the materializer that wrote it."""
        return self._known("materializer")

    @property
    def folder(self) -> str:
        """Absolute folder of its read-only files."""
        return self._known("folder")

    uri = folder

    @property
    def metadata(self) -> dict[str, Any]:
        """Facts such as shape, columns or length, and what `log_metadata` added; the latest win."""
        return dict(self._known("metadata") or {})

    run_metadata = metadata

    @property
    def tags(self) -> list[str]:
        """Its tags, in order."""
        return list(self._known("tags") or [])

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return self._known("size")

    @property
    def created(self) -> float:
        """Seconds since 1970."""
        return self._known("createdAt") / 1000

    @property
    def step_name(self) -> str | None:
        """The call of the step that made it; None for one that was saved by hand."""
        return self._known("stepId")

    def load(self) -> Any:
        """The value, read anew from the files.

        Raises:
            MaterializerError: its files are gone or its type cannot be imported.
        """
        from .._data.outputs_io import load_artifact

        return load_artifact({**self.row, "folder": self.folder, "materializer": self.materializer})

    def download_files(self, path: Any, overwrite: bool = False) -> None:
        """Copies its files to a folder, or into a zip file where `path` ends in `.zip`.

        Raises:
            FileExistsError: there is something, and `overwrite` is False.
        """
        from .viewing import download

        download(self, path, overwrite)

    def visualize(self, title: str | None = None) -> None:
        """Shows its preview: rich in a notebook, else printed. Nothing is unpickled."""
        from .viewing import visualize

        visualize(self, title)

    def _known(self, name: str) -> Any:
        """A member of the whole row, which is asked for when it is not there yet."""
        if name not in self.row and self.server is not None:
            self.row.update(self.server.call("GET", f"/api/artifacts/{self.id}"))
        return self.row.get(name)

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
        id: Of this execution, 32 hexadecimal digits; None before it is known.
        run: The run that it belongs to.
    """

    def __init__(self, name: str, run: PipelineRunResponse | None = None) -> None:
        self.name = name
        self.status = "pending"
        self.outputs: dict[str, list[ArtifactVersion]] = {}
        self.duration: float | None = None
        self.reasons: list[str] = []
        self.is_first_run = False
        self.cached_from: float | None = None
        self.message: str | None = None
        self._metrics: dict[str, float] | None = {}
        self.artifact_labels: list[str] = []
        self.id: str | None = None
        self.run = run
        self.row: dict[str, Any] = {}

    @property
    def metrics(self) -> dict[str, float]:
        """Last value of each metric that it logged; of a cached step, the original's."""
        if self._metrics is None:
            from .step_metrics import metrics_of_step

            server = self.run.server if self.run else None
            self._metrics = {} if server is None else metrics_of_step(server, self.row)
        return self._metrics

    @metrics.setter
    def metrics(self, metrics: dict[str, float]) -> None:
        self._metrics = metrics

    @property
    def output(self) -> ArtifactVersion:
        """The artifact version of a step with one output.

        Raises:
            ValueError: it has none or several.
        """
        if len(self.outputs) != 1:
            raise ValueError(f"Step {self.name} has {len(self.outputs)} outputs; use .outputs.")
        return next(iter(self.outputs.values()))[0]

    @property
    def run_metadata(self) -> dict[str, Any]:
        """What `log_metadata` attached to it; of a cached step, to the one whose result it uses."""
        return dict(self.detail().get("metadata") or {})

    @property
    def tags(self) -> list[str]:
        """Its tags, in order."""
        return list(self.detail().get("tags") or [])

    @property
    def config(self) -> dict[str, Any]:
        """Its call in the graph: source, inputs, outputs, options."""
        return dict(self.detail().get("config") or {})

    @property
    def inputs(self) -> dict[str, ArtifactVersion]:
        """The artifact versions that it took, by input."""
        server = self.run.server if self.run else None
        given = self.detail().get("inputs") or {}
        return {name: ArtifactVersion(row, server) for name, row in given.items()}

    def detail(self) -> dict[str, Any]:
        """What the server knows of it (StepFacts); asked for once."""
        if "metadata" not in self.row and self.run is not None:
            if self.id is None:
                self.id = self.run.detail()["stepIds"].get(self.name)
            if self.id is not None and self.run.server is not None:
                self.row = self.run.server.call("GET", f"/api/steps/{self.id}")
        return self.row

    def __repr__(self) -> str:
        return f"<step {self.name}: {self.status}>"


class PipelineRunResponse:
    """A run of a pipeline.

    Attributes:
        id: 32 hexadecimal digits.
        name: Its name, such as `training-12`.
        pipeline: Name of the pipeline.
        status: running, finished, failed or cancelled.
        duration: Seconds; None while it runs.
        server: The server that knows it.
    """

    def __init__(self, run_id: str, name: str, pipeline: str, server: Server | None = None) -> None:
        self.id = run_id
        self.name = name
        self.pipeline = pipeline
        self.status = "running"
        self._steps: dict[str, StepResponse] | None = {}
        self.duration: float | None = None
        self.server = server
        self._about: dict[str, Any] | None = None

    @classmethod
    def listed(cls, row: Mapping[str, Any], server: Server) -> PipelineRunResponse:
        """A run of a list; its steps are read when they are asked for."""
        run = cls(row["id"], row["name"], row["pipeline"], server)
        run._take(row)
        run._steps = None
        return run

    @property
    def steps(self) -> dict[str, StepResponse]:
        """Invocation → step, in an order in which they can run."""
        if self._steps is None and self.server is not None:
            detail = self.server.call("GET", f"/api/pipeline-runs/{self.id}")
            self._steps = {row["stepId"]: step_from_row(row, self) for row in detail["stepRows"]}
        return self._steps if self._steps is not None else {}

    @steps.setter
    def steps(self, steps: dict[str, StepResponse]) -> None:
        self._steps = steps

    def _take(self, row: Mapping[str, Any]) -> None:
        self.status = row["status"]
        if row.get("endedAt") is not None:
            self.duration = (row["endedAt"] - row["startedAt"]) / 1000

    @property
    def run_metadata(self) -> dict[str, Any]:
        """What `log_metadata` attached to it, and to its steps as `step::key`; the latest win."""
        return dict(self.detail(fresh=True)["metadata"])

    @property
    def tags(self) -> list[str]:
        """Its tags, in order."""
        return list(self.detail(fresh=True)["tags"])

    @property
    def config(self) -> dict[str, Any]:
        """Its graph as it was registered: parameters, options, steps with inputs and options."""
        return dict(self.detail()["config"])

    @property
    def parameters(self) -> dict[str, Any]:
        """Effective values of the pipeline's parameters."""
        return {name: one["value"] for name, one in self.config["parameters"].items()}

    @property
    def created(self) -> float:
        """When it began, in seconds since 1970."""
        return self.detail()["startedAt"] / 1000

    def detail(self, fresh: bool = False) -> dict[str, Any]:
        """What the server knows of it beyond its steps; `fresh` asks again.

        Raises:
            RunlensError: no server is known.
        """
        if self.server is None:
            from ..errors import RunlensError

            raise RunlensError(f"The run {self.name} is not connected to a server.", "no_server")
        if self._about is None or fresh:
            self._about = self.server.call("GET", f"/api/facts/pipeline-runs/{self.id}")
        return self._about

    def table(self) -> str:
        """The step table as text: what ran, what was cached and why, times, metrics, artifacts."""
        from .table import step_table

        return step_table(self)

    def __repr__(self) -> str:
        return f"<run {self.name} of pipeline {self.pipeline}: {self.status}>"


def run_from_detail(detail: Mapping[str, Any], server: Server | None = None) -> PipelineRunResponse:
    """A run as `/api/pipeline-runs/:id` describes it."""
    run = PipelineRunResponse(detail["id"], detail["name"], detail["pipeline"], server)
    run._take(detail)
    for row in detail["stepRows"]:
        run.steps[row["stepId"]] = step_from_row(row, run)
    return run


def step_from_row(row: Mapping[str, Any], run: PipelineRunResponse | None = None) -> StepResponse:
    """A step as a StepRow describes it."""
    step = StepResponse(row["stepId"], run)
    step.id = row["id"]
    step.row = dict(row)
    step._metrics = None
    step.status = row["status"]
    step.reasons = [one["text"] for one in row.get("reasons") or []]
    step.is_first_run = any(one["kind"] == "first-run" for one in row.get("reasons") or [])
    if row.get("cachedFrom") is not None:
        step.cached_from = row["cachedFrom"] / 1000
    has_times = row.get("startedAt") is not None and row.get("endedAt") is not None
    if has_times and step.status in ("ran", "failed"):
        step.duration = (row["endedAt"] - row["startedAt"]) / 1000
    for output in row.get("outputs") or []:
        version = ArtifactVersion(output["artifact"], run.server if run else None)
        step.outputs[output["name"]] = [version]
        step.artifact_labels.append(artifact_label(version.name, version.version))
    error = row.get("error")
    if error:
        step.message = f"{error['type']}: {error['message']}"
    return step


def noticed_outputs(
    notice: Mapping[str, Any], server: Server | None
) -> dict[str, list[ArtifactVersion]]:
    """The outputs that a notice names; the rest of what is known of them is asked for later."""
    return {
        one["name"]: [
            ArtifactVersion(
                {
                    "id": one["artifactId"],
                    "name": one["artifact"],
                    "version": one["version"],
                    "type": one["type"],
                },
                server,
            )
        ]
        for one in notice["outputs"]
    }


def artifact_label(name: str, version: str) -> str:
    """`classifier v7`; an output without a name of its own goes by its step: `load_data v2`."""
    parts = name.split("::")
    return f"{parts[1] if len(parts) == 3 else name} v{version}"
