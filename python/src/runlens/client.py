"""`Client`: reads runs and artifacts of a root's store."""

from __future__ import annotations

from ._response import ArtifactVersion, PipelineRunResponse, run_from_detail
from ._server import Server, connect_server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# metrics of the machine are no results of a step
_SYSTEM = "system/"
_SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class Client:
    """Access to what pipelines have made. Finds or starts the server of the root.

    Args:
        root: Folder whose store it is; default by the root rule from the script's folder.
    """

    def __init__(self, root: Any = None) -> None:
        import os

        from ._root import find_root

        folder = None if root is None else find_root(os.fspath(root))
        self._server = connect_server(folder)

    @property
    def root(self) -> str:
        """The root whose store this is."""
        return self._server.root

    def get_artifact_version(
        self, name_id_or_prefix: str, version: str | int | None = None
    ) -> ArtifactVersion:
        """An artifact version by id (32 hexadecimal digits), or by name: the latest or a version.

        Raises:
            ServerError: there is none.
        """
        given = name_id_or_prefix
        is_id = len(given) == 32 and all(sign in "0123456789abcdef" for sign in given)
        if is_id and version is None:
            return ArtifactVersion(self._server.call("GET", f"/api/artifacts/{given}"))
        query = f"name={_quoted(given)}"
        if version is not None:
            query += f"&version={_quoted(str(version))}"
        return ArtifactVersion(self._server.call("GET", f"/api/artifact-versions?{query}"))

    def get_pipeline_run(self, run_id: str) -> PipelineRunResponse:
        """A run of a pipeline with its steps and the last values of their metrics.

        Raises:
            ServerError: there is none.
        """
        detail = self._server.call("GET", f"/api/pipeline-runs/{_quoted(run_id)}")
        run = run_from_detail(detail)
        for step_id, metrics in _metrics_of(self._server, detail, set(run.steps)).items():
            run.steps[step_id].metrics = metrics
        return run

    def list_pipeline_runs(self, pipeline: str, limit: int = 100) -> list[dict[str, Any]]:
        """The newest runs of a pipeline as plain values: id, name, status, times, counts."""
        path = f"/api/pipelines/{_quoted(pipeline)}/runs?limit={int(limit)}"
        return list(self._server.call("GET", path)["items"])


def metrics_by_step(server: Server, run_id: str, steps: set[str]) -> dict[str, dict]:
    """Last values of the metrics of some steps of a run, by step and key.

    Raises:
        ServerError: there is no such run.
    """
    return _metrics_of(server, server.call("GET", f"/api/pipeline-runs/{run_id}"), steps)


def _metrics_of(server: Server, detail: dict[str, Any], steps: set[str]) -> dict[str, dict]:
    found = {}
    for row in detail["stepRows"]:
        if row["stepId"] not in steps or not row.get("trackingRunId"):
            continue
        run = server.call("GET", f"/api/runs/{row['trackingRunId']}")
        found[row["stepId"]] = {
            metric["key"]: _number(metric["last"]["value"])
            for metric in run["metrics"]
            if not metric["key"].startswith(_SYSTEM)
        }
    return found


def _number(value: Any) -> float:
    return _SPECIAL[value] if isinstance(value, str) else float(value)


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
