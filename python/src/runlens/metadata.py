"""`log_metadata`: facts for a step, a run, an artifact version or a model version."""

from __future__ import annotations

from ._process import context_state
from .errors import ContextError, RunlensError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ._connection.server import Server
    from .context import StepContext

_MODEL_TAG = "/api/2.0/mlflow/model-versions/set-tag"
_MODEL_VERSIONS = "/api/2.0/mlflow/registered-models/get-latest-versions"
# how metadata of model versions is told from their other tags
MODEL_PREFIX = "metadata."


class Uri(str):
    """Metadata that is an address."""

    __slots__ = ()


class DType(str):
    """Metadata that is the name of a data type, such as `float64`."""

    __slots__ = ()


class StorageSize(int):
    """Metadata that is a size in bytes."""

    __slots__ = ()


def encoded(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata as JSON: sets and tuples become lists, paths and types text.

    Raises:
        TypeError: a key is no text, or a value is of no type that metadata can have; says which.
    """
    if not hasattr(metadata, "items"):
        raise TypeError(f"metadata is a dict of names and values, not {type(metadata).__name__}.")
    return {_key(name): _value(value, str(name)) for name, value in metadata.items()}


def _key(name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise TypeError(f"The name of metadata is a text that is not empty, not {name!r}.")
    return name


def _value(value: Any, where: str) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value if value is None or isinstance(value, bool) else str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        # JSON has no NaN and no infinities
        return float(value) if value - value == 0 else str(value)
    if isinstance(value, (list, tuple)):
        return [_value(one, f"{where}[{at}]") for at, one in enumerate(value)]
    if isinstance(value, (set, frozenset)):
        return [_value(one, where) for one in sorted(value, key=repr)]
    if hasattr(value, "items"):
        return {_text(name, where): _value(one, f"{where}.{name}") for name, one in value.items()}
    if hasattr(value, "__fspath__"):
        return str(value)
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        # a NumPy scalar
        return _value(value.item(), where)
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    raise TypeError(
        f"Metadata {where!r} is a {type(value).__name__}. Metadata can be numbers, texts, "
        "booleans, None, paths, Uri, DType, StorageSize, and lists, sets, tuples and dicts of "
        "them. Save anything else as an artifact."
    )


def _text(name: Any, where: str) -> str:
    if isinstance(name, (str, int, float, bool)):
        return str(name)
    raise TypeError(f"Metadata {where!r} has the key {name!r}, which is no text.")


def log_metadata(
    metadata: Mapping[str, Any],
    *,
    infer_artifact: bool = False,
    infer_model: bool = False,
    artifact_name: str | None = None,
    artifact_version: str | int | None = None,
    artifact_version_id: str | None = None,
    step_id: str | None = None,
    step_name: str | None = None,
    run_id_name_or_prefix: str | None = None,
    model_name: str | None = None,
    model_version: str | int | None = None,
    model_version_id: str | None = None,
) -> None:
    """Attaches facts; the latest value of each key wins.

    Without a target: to the running step. Otherwise to one of these:

    * `step_id`; or `step_name` with `run_id_name_or_prefix`;
    * `run_id_name_or_prefix` alone: the run. Inside a step the keys are then `step::key`;
    * `artifact_version_id`; `artifact_name` with or without `artifact_version` (the newest);
      inside a step, the name of one of its outputs; `infer_artifact`: its only output;
    * `model_name` with `model_version` (the newest); `infer_model`: the model of the step.

    Raises:
        ContextError (a RuntimeError): there is no target, and no step runs.
        ServerError: the target does not exist; near names are told.
        TypeError: a value is of no type that metadata can have.
        ValueError: targets that exclude each other.
    """
    values = encoded(metadata)
    context = context_state.current()
    artifact = infer_artifact or artifact_name is not None or artifact_version_id is not None
    model = infer_model or model_name is not None or model_version_id is not None
    run = run_id_name_or_prefix is not None or step_id is not None or step_name is not None
    if artifact + model + run > 1:
        raise ValueError(
            "log_metadata() attaches to one target; it was given several. Call it once for each."
        )
    if artifact:
        _of_artifact(
            context, values, infer_artifact, artifact_name, artifact_version, artifact_version_id
        )
    elif model:
        _of_model(context, values, infer_model, model_name, model_version, model_version_id)
    elif run:
        server = _server()
        target = _run_target(server, step_id, step_name, run_id_name_or_prefix)
        if context is not None and target["on"] == "pipeline":
            values = {f"{context.step_name}::{name}": value for name, value in values.items()}
        send(server, [target], metadata=values)
    else:
        if context is None:
            raise ContextError(
                "log_metadata() was called outside of a running step and names no target. Call it "
                "inside a function decorated with @step, or pass run_id_name_or_prefix=, "
                "artifact_name= or model_name=.",
                "no_step",
            )
        target = {"on": "step", "id": context.step_run_id}
        send(context.tracking.server, [target], metadata=values)


def bulk_log_metadata(
    metadata: Mapping[str, Any],
    *,
    pipeline_runs: Iterable[Any] = (),
    step_runs: Iterable[Any] = (),
    artifact_versions: Iterable[Any] = (),
) -> None:
    """Attaches the same facts to several targets, all or none of them.

    Args:
        pipeline_runs: Runs, or their ids, names or prefixes of ids.
        step_runs: Steps of runs, or their ids.
        artifact_versions: Artifact versions, their ids, names (the newest), or (name, version).

    Raises:
        ValueError: there is no target.
        ServerError: one of them does not exist.
    """
    values = encoded(metadata)
    server = _server()
    targets = [{"on": "pipeline", "id": run_id_of(server, one)} for one in pipeline_runs]
    targets += [{"on": "step", "id": _step_id_of(one)} for one in step_runs]
    targets += [{"on": "artifact", "id": artifact_id_of(server, one)} for one in artifact_versions]
    if not targets:
        raise ValueError("bulk_log_metadata() was given no target.")
    send(server, targets, metadata=values)


def send(server: Server, targets: list[dict], **change: Any) -> None:
    """Adds metadata and tags on the server (FactsRequest)."""
    server.call("POST", "/api/facts", {"targets": targets, **change})


def _server() -> Server:
    """That of the running step; else that of the root."""
    context = context_state.current()
    if context is not None:
        return context.tracking.server
    from ._connection.server import connect_server

    return connect_server()


def run_id_of(server: Server, run: Any) -> str:
    """The id of a run that is given as a response, an id, a name, or the start of an id.

    Raises:
        ServerError: there is none; near names are told.
    """
    if not isinstance(run, str):
        return run.id
    from urllib.parse import quote

    found = server.call("GET", f"/api/find/pipeline-run?of={quote(run, safe='')}")
    return found["id"]


def artifact_id_of(server: Server, artifact: Any, version: str | int | None = None) -> str:
    """The id of an artifact version by response, id, name (the newest), or (name, version).

    Raises:
        ServerError: there is none; near names are told.
    """
    if isinstance(artifact, (tuple, list)):
        artifact, version = artifact
    if not isinstance(artifact, str):
        return artifact.id
    from urllib.parse import quote

    path = f"/api/find/artifact-version?of={quote(artifact, safe='')}"
    if version is not None:
        path += f"&version={quote(str(version), safe='')}"
    return server.call("GET", path)["id"]


def _step_id_of(step: Any) -> str:
    if isinstance(step, str):
        return step
    if step.id is None and step.run is not None:
        return step.run.detail()["stepIds"][step.name]
    return step.id


def _run_target(
    server: Server, step_id: str | None, step_name: str | None, run: str | None
) -> dict[str, str]:
    if step_id is not None:
        return {"on": "step", "id": step_id}
    if run is None:
        raise ValueError("step_name= needs run_id_name_or_prefix=, too: a step belongs to a run.")
    run_id = run_id_of(server, run)
    if step_name is None:
        return {"on": "pipeline", "id": run_id}
    steps = server.call("GET", f"/api/facts/pipeline-runs/{run_id}")["stepIds"]
    if step_name not in steps:
        raise RunlensError(
            f"The run {run} has no step {step_name!r}; its steps are: {', '.join(steps)}.",
            "unknown_step",
        )
    return {"on": "step", "id": steps[step_name]}


def _of_artifact(
    context: StepContext | None,
    values: dict[str, Any],
    infer: bool,
    name: str | None,
    version: str | int | None,
    version_id: str | None,
) -> None:
    if infer:
        if context is None:
            raise ContextError("infer_artifact=True needs a running step.", "no_step")
        context.add_output_metadata(values, name)
    elif context is not None and name is not None and version is None and context.has_output(name):
        # not made yet: it gets it with the step's result
        context.add_output_metadata(values, name)
    else:
        server = _server()
        artifact_id = version_id or artifact_id_of(server, name, version)
        send(server, [{"on": "artifact", "id": artifact_id}], metadata=values)


def _of_model(
    context: StepContext | None,
    values: dict[str, Any],
    infer: bool,
    name: str | None,
    version: str | int | None,
    version_id: str | None,
) -> None:
    """To a version in the model registry, as tags `metadata.<key>` with JSON."""
    if infer:
        if context is None:
            raise ContextError("infer_model=True needs a running step.", "no_step")
        name, version = context.model.name, context.model.version
    if name is None:
        name, _, version = (version_id or "").rpartition("/")
        if not name:
            raise ValueError("model_version_id= is `name/version`; or pass model_name=.")
    import json

    server = _server()
    number = version if version is not None else _newest_version(server, name)
    for key, value in values.items():
        tag = {"key": f"{MODEL_PREFIX}{key}", "value": json.dumps(value)}
        body = {"name": name, "version": str(number), **tag}
        server.call("POST", _MODEL_TAG, body, tracking=True)


def _newest_version(server: Server, name: str) -> str:
    found = server.call("POST", _MODEL_VERSIONS, {"name": name}, tracking=True)
    versions = [int(one["version"]) for one in found.get("model_versions") or ()]
    if not versions:
        raise RunlensError(f"The model {name} has no version yet: register one first.", "no_model")
    return str(max(versions))
