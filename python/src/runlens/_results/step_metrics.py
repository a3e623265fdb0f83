"""The metrics that a step logged, read from the server: of a cached step, the original's."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._connection.server import Server

# metrics of the machine are no results of a step
_SYSTEM = "system/"
_SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def metrics_by_step(server: Server, run_id: str, steps: set[str]) -> dict[str, dict]:
    """Last values of the metrics of some steps of a run, by step and key.

    Raises:
        ServerError: there is no such run.
    """
    detail = server.call("GET", f"/api/pipeline-runs/{run_id}")
    return {
        row["stepId"]: metrics_of_step(server, row)
        for row in detail["stepRows"]
        if row["stepId"] in steps
    }


def metrics_of_step(server: Server, row: dict[str, Any]) -> dict[str, float]:
    """Last values of the metrics of a step (StepRow); of none that has not run."""
    if not row.get("trackingRunId"):
        return {}
    run = server.call("GET", f"/api/runs/{row['trackingRunId']}")
    return {
        metric["key"]: _number(metric["last"]["value"])
        for metric in run["metrics"]
        if not metric["key"].startswith(_SYSTEM)
    }


def _number(value: Any) -> float:
    return _SPECIAL[value] if isinstance(value, str) else float(value)
