"""Fills an MLflow store with everything that an import takes, and says what it answers.

    python import_data.py fill TRACKING_URI      # of any MLflow from 1.30 on
    python import_data.py answers TRACKING_URI   # JSON on standard output
    python import_data.py fixture                # mlflow-VERSION.tar.gz of test/fixtures/mlflow

`answers` asks the same of any store or server, so that two of them can be compared.
"""

import hashlib
import json
import math
import os
import sys
import tarfile
import tempfile
from pathlib import Path

import mlflow
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.tracking import MlflowClient

MAJOR = int(mlflow.__version__.split(".")[0])
T0 = 1_700_000_000_000


def fill(uri: str, count: int = 4) -> None:
    client = MlflowClient(uri, registry_uri=uri)
    first = client.create_experiment(
        "first", tags={"team": "vision", "mlflow.note.content": "# A\nnote"}
    )
    second = client.create_experiment("second/nested name")
    gone = client.create_experiment("gone")
    runs = [fill_run(client, first, n) for n in range(count)]
    child = client.create_run(
        first, start_time=T0 + 50, tags={"mlflow.parentRunId": runs[0], "mlflow.runName": "child"}
    ).info.run_id
    client.set_terminated(child, status="KILLED", end_time=T0 + 60)
    other = fill_run(client, second, 7)
    client.create_run("0", start_time=T0 + 99)  # still running, in Default
    client.delete_run(runs[-1])
    fill_run(client, gone, 9)
    client.delete_experiment(gone)
    if MAJOR >= 2:  # folders had no registry before
        fill_registry(client, runs[0], other)
    if MAJOR >= 3:
        fill_models(client, first, runs[1])


def fill_run(client: MlflowClient, experiment: str, n: int) -> str:
    run = client.create_run(
        experiment,
        start_time=T0 + n,
        tags={"mlflow.runName": f"run {n}", "mlflow.user": "ada", "mlflow.source.name": "train.py"},
    )
    run_id = run.info.run_id
    values = [Metric("loss", 1 / (k + 1), T0 + k, k) for k in range(30)]
    odd = [
        Metric("odd", math.nan, T0, 0),
        Metric("odd", math.inf, T0 + 1, 1),
        Metric("odd", -math.inf, T0 + 2, 2),
        Metric("odd", 1e-300, T0 + 3, -5),
        Metric("val/acc", 0.5 + n / 100, T0, 3),
        Metric("val/acc", 0.25, T0, 2),
        Metric("same step", 2.0, T0 + 5, 0),
        Metric("same step", 1.0, T0 + 9, 0),
    ]
    params = [
        Param("lr", str(n / 10)),
        Param("opt/name", "adam"),
        Param("text", "one\ntwo: \u00e4\U0001f600"),
    ]
    tags = [RunTag("kind", "odd" if n % 2 else "even"), RunTag("deep/er", "x"), RunTag("empty", "")]
    client.log_batch(run_id, values + odd, params, tags)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "plain.txt").write_text(f"run {n}\n")
        Path(folder, "bytes.bin").write_bytes(bytes(range(256)) * n)
        client.log_artifacts(run_id, folder, "some/folder")
    if MAJOR >= 2:  # datasets
        fill_inputs(client, run_id)
    client.set_terminated(run_id, status="FINISHED" if n % 2 else "FAILED", end_time=T0 + 1000 * n)
    return run_id


def fill_inputs(client: MlflowClient, run_id: str) -> None:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    dataset = Dataset("wine", "abc123", "local", '{"uri": "wine.csv"}', '{"a": 1}', '{"rows": 3}')
    tags = [InputTag("mlflow.data.context", "training")]
    client.log_inputs(run_id, [DatasetInput(dataset, tags)])


def fill_registry(client: MlflowClient, run_id: str, other: str) -> None:
    client.create_registered_model("wine", tags={"owner": "ada"}, description="Good wine: 'yes'")
    source = client.get_run(run_id).info.artifact_uri
    for k in range(3):
        client.create_model_version(
            "wine", f"{source}/some", run_id=run_id, tags={"k": str(k)}, description=f"version {k}"
        )
    client.transition_model_version_stage("wine", "2", "Production")
    client.transition_model_version_stage("wine", "1", "Archived")
    if hasattr(client, "set_registered_model_alias"):
        client.set_registered_model_alias("wine", "champion", "2")
    client.create_registered_model("empty one")
    client.create_model_version("empty one", f"runs:/{other}/some", run_id=other)
    client.create_model_version("empty one", f"runs:/{other}/some", run_id=other)
    client.delete_model_version("empty one", "2")


def fill_models(client: MlflowClient, experiment: str, run_id: str) -> None:
    from mlflow.entities import LoggedModelOutput, LoggedModelStatus

    model = client.create_logged_model(
        experiment,
        "net",
        source_run_id=run_id,
        tags={"size": "big"},
        params={"depth": "3"},
        model_type="nn",
    )
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 4)])
    client.log_metric(run_id, "acc", 0.75, timestamp=T0, step=4, model_id=model.model_id)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "MLmodel").write_text("flavors: {}\n")
        client.log_model_artifacts(model.model_id, folder)
    client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    client.create_logged_model(experiment, "unfinished", source_run_id=run_id)


FILTERS = [
    "",
    "metrics.loss < 0.5",
    "metrics.`val/acc` > 0.505",
    "params.lr = '0.1'",
    "tags.kind = 'even'",
    "params.`opt/name` LIKE 'ad%'",
    "attributes.status = 'FINISHED'",
    "attributes.run_name = 'child'",
    "tags.`mlflow.parentRunId` LIKE '%'",
    *(["dataset.name = 'wine'"] if MAJOR >= 2 else []),
]
ORDERS = [[], ["metrics.`val/acc` DESC"], ["params.lr ASC"], ["attributes.end_time DESC"]]


def answers(uri: str) -> dict:
    client = MlflowClient(uri, registry_uri=uri)
    experiments = {e.experiment_id: e for e in client.search_experiments(view_type=ViewType.ALL)}
    ids = sorted(experiments)
    name_of = {id: e.name for id, e in experiments.items()}
    runs = client.search_runs(ids, run_view_type=ViewType.ALL, max_results=1000)
    return {
        "experiments": sorted(
            (
                [
                    e.name,
                    e.experiment_id,
                    e.lifecycle_stage,
                    e.creation_time,
                    e.last_update_time,
                    dict(e.tags),
                ]
                for e in experiments.values()
            ),
            key=repr,
        ),
        "runs": {run.info.run_id: run_answer(client, run, name_of) for run in runs},
        "searches": {
            f"{text} | {order}": found(client, ids, text, order)
            for text in FILTERS
            for order in ORDERS
        },
        "registry": []
        if MAJOR < 2
        else [
            registered(client, m)
            for m in sorted(client.search_registered_models(), key=lambda m: m.name)
        ],
        "models": logged_models(client, ids) if MAJOR >= 3 else [],
    }


def found(client: MlflowClient, ids: list, text: str, order: list) -> list:
    return [run.info.run_id for run in client.search_runs(ids, text, order_by=order)]


def run_answer(client: MlflowClient, run, name_of: dict) -> dict:
    info = run.info
    return {
        "info": [
            info.run_name,
            name_of[info.experiment_id],
            info.user_id,
            info.status,
            info.lifecycle_stage,
        ],
        "times": [info.start_time, info.end_time],
        "params": run.data.params,
        "tags": run.data.tags,
        "metrics": {key: repr(value) for key, value in sorted(run.data.metrics.items())},
        "history": {key: history(client, info.run_id, key) for key in run.data.metrics},
        "inputs": [input.to_dictionary() for input in getattr(run, "inputs", None).dataset_inputs]
        if getattr(run, "inputs", None)
        else [],
        "outputs": [
            [o.model_id, o.step]
            for o in getattr(getattr(run, "outputs", None), "model_outputs", None) or []
        ],
        "files": files(client, info.run_id),
    }


def history(client: MlflowClient, run_id: str, key: str) -> list:
    points = client.get_metric_history(run_id, key)
    return sorted([p.step, p.timestamp, repr(p.value)] for p in points)


def files(client: MlflowClient, run_id: str, path: str | None = None) -> dict:
    found = {}
    for file in client.list_artifacts(run_id, path):
        if file.is_dir:
            found.update(files(client, run_id, file.path))
        else:
            with tempfile.TemporaryDirectory() as folder:
                local = client.download_artifacts(run_id, file.path, folder)
                found[file.path] = hashlib.sha256(Path(local).read_bytes()).hexdigest()
    return found


def registered(client: MlflowClient, model) -> dict:
    model = client.get_registered_model(model.name)
    versions = client.search_model_versions(f"name = '{model.name}'")
    return {
        "model": [
            model.name,
            model.description or "",
            model.creation_timestamp,
            model.last_updated_timestamp,
        ],
        "tags": model.tags,
        "aliases": {key: str(value) for key, value in getattr(model, "aliases", {}).items()},
        "versions": [
            [
                str(v.version),
                v.current_stage,
                v.run_id or "",
                v.description or "",
                v.status,
                v.tags,
                v.creation_timestamp,
            ]
            for v in sorted(versions, key=lambda v: int(v.version))
        ],
    }


def logged_models(client: MlflowClient, ids: list) -> list:
    found = client.search_logged_models(ids)
    return sorted(
        (
            [
                m.model_id,
                m.name,
                m.model_type or "",
                str(m.status),
                m.source_run_id,
                m.params,
                {k: v for k, v in m.tags.items()},
                sorted([p.key, p.value, p.step, p.timestamp, p.run_id] for p in m.metrics or []),
                [m.creation_timestamp, m.last_updated_timestamp],
            ]
            for m in found
        ),
        key=repr,
    )


if __name__ == "__main__":
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    command, *targets = sys.argv[1:]
    if command == "fixture":
        here = Path("mlruns").resolve().as_uri()
        fill(here, count=2)
        Path("answers.json").write_text(json.dumps(answers(here), indent=1, sort_keys=True) + "\n")
        with tarfile.open(f"mlflow-{mlflow.__version__}.tar.gz", "w:gz") as archive:
            for name in ("mlruns", "answers.json"):
                archive.add(name)
    elif command == "fill":
        fill(*targets)
    else:
        json.dump(answers(*targets), sys.stdout, indent=1, sort_keys=True)
