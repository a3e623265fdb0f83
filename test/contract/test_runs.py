"""Runs, and what they log, through the fluent API and the client."""

import math
import time

import mlflow
import pytest
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException, RestException


def test_fluent_run(experiment):
    with mlflow.start_run(run_name="fluent", description="what it is", tags={"t": "1"}) as run:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"depth": 3, "name": "größe"})
        mlflow.log_metric("loss", 0.5, step=1)
        mlflow.log_metrics({"loss": 0.25, "accuracy": 0.9}, step=2)
        mlflow.set_tag("team", "vision")
        mlflow.set_tags({"a": 1, "b": True})
    found = mlflow.get_run(run.info.run_id)
    assert found.info.run_name == "fluent"
    assert found.info.status == "FINISHED"
    assert found.info.end_time >= found.info.start_time > 0
    assert found.info.experiment_id == experiment.experiment_id
    assert found.info.artifact_uri == (
        f"mlflow-artifacts:/{experiment.experiment_id}/{run.info.run_id}/artifacts"
    )
    assert found.data.params == {"lr": "0.1", "depth": "3", "name": "größe"}
    assert found.data.metrics == {"loss": 0.25, "accuracy": 0.9}
    tags = found.data.tags
    assert tags["mlflow.runName"] == "fluent"
    assert tags["mlflow.note.content"] == "what it is"
    assert {key: tags[key] for key in ("t", "team", "a", "b")} == {
        "t": "1",
        "team": "vision",
        "a": "1",
        "b": "True",
    }


def test_nested_runs(experiment):
    with mlflow.start_run() as parent, mlflow.start_run(nested=True) as child:
        assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
    children = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'", output_format="list"
    )
    assert [run.info.run_id for run in children] == [child.info.run_id]


def test_run_without_name_gets_one(experiment):
    with mlflow.start_run() as run:
        pass
    word, animal, number = run.info.run_name.split("-")
    assert word.isalpha() and animal.isalpha() and 0 <= int(number) < 1000
    assert run.data.tags["mlflow.runName"] == run.info.run_name


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED"])
def test_end_run_with_each_status(experiment, status):
    run = mlflow.start_run()
    mlflow.end_run(status)
    assert mlflow.get_run(run.info.run_id).info.status == status


def test_exception_fails_the_run_and_it_can_be_resumed(experiment):
    with pytest.raises(ZeroDivisionError), mlflow.start_run() as run:
        raise ZeroDivisionError
    assert mlflow.get_run(run.info.run_id).info.status == "FAILED"
    with mlflow.start_run(run_id=run.info.run_id):
        assert mlflow.get_run(run.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("later", 1)
    assert mlflow.get_run(run.info.run_id).info.status == "FINISHED"


def test_rename(client, experiment):
    run = client.create_run(experiment.experiment_id, run_name="one")
    client.update_run(run.info.run_id, name="two")
    found = client.get_run(run.info.run_id)
    assert found.info.run_name == found.data.tags["mlflow.runName"] == "two"
    client.set_tag(run.info.run_id, "mlflow.runName", "three")
    assert client.get_run(run.info.run_id).info.run_name == "three"


def test_start_time_and_termination(client, experiment):
    run = client.create_run(experiment.experiment_id, start_time=1234567890123)
    assert run.info.start_time == 1234567890123
    client.set_terminated(run.info.run_id, "KILLED", end_time=1234567890999)
    info = client.get_run(run.info.run_id).info
    assert (info.status, info.end_time) == ("KILLED", 1234567890999)


def test_parameters_do_not_change(experiment):
    with mlflow.start_run() as run:
        mlflow.log_param("p", 1)
        mlflow.log_param("p", "1")
        with pytest.raises(MlflowException, match="Changing param values is not allowed") as one:
            mlflow.log_param("p", 2)
        assert one.value.error_code == "INVALID_PARAMETER_VALUE"
        assert f"was already logged with value='1' for run ID='{run.info.run_id}'" in str(one.value)
        with pytest.raises(MlflowException, match="Changing param values is not allowed"):
            mlflow.log_params({"q": 1, "p": 2})
    # Unlike MLflow, a refused batch has written nothing.
    assert mlflow.get_run(run.info.run_id).data.params == {"p": "1"}


def test_nan_and_infinities(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_metrics({"nan": math.nan, "up": math.inf, "down": -math.inf})
        for step, value in enumerate([1.0, math.nan, math.inf]):
            mlflow.log_metric("mixed", value, step=step)
    metrics = client.get_run(run.info.run_id).data.metrics
    assert math.isnan(metrics["nan"])
    assert (metrics["up"], metrics["down"]) == (math.inf, -math.inf)
    values = [point.value for point in client.get_metric_history(run.info.run_id, "mixed")]
    assert values[0] == 1.0 and math.isnan(values[1]) and values[2] == math.inf


def test_latest_metric_is_by_step(client, experiment):
    run_id = client.create_run(experiment.experiment_id).info.run_id
    client.log_metric(run_id, "m", 1, timestamp=10, step=5)
    client.log_metric(run_id, "m", 2, timestamp=20, step=3)
    assert client.get_run(run_id).data.metrics == {"m": 1}
    client.log_metric(run_id, "m", 3, timestamp=5, step=-7)
    assert [p.step for p in client.get_metric_history(run_id, "m")] == [-7, 5, 3]


def test_long_history_is_paged(client, experiment):
    run_id = client.create_run(experiment.experiment_id).info.run_id
    count = 26_001
    for start in range(0, count, 1000):
        points = [
            Metric("m", step / 2, 1_700_000_000_000 + step, step)
            for step in range(start, min(start + 1000, count))
        ]
        client.log_batch(run_id, metrics=points)
    history = client.get_metric_history(run_id, "m")
    assert len(history) == count
    assert [point.step for point in history] == list(range(count))
    assert history[-1].value == (count - 1) / 2
    assert client.get_metric_history(run_id, "none") == []


def test_batch_is_idempotent(client, experiment):
    run_id = client.create_run(experiment.experiment_id).info.run_id
    batch = {
        "metrics": [Metric("m", 1.5, 100 + step, step) for step in range(10)],
        "params": [Param("p", "1")],
        "tags": [RunTag("t", "1")],
    }
    client.log_batch(run_id, **batch)
    client.log_batch(run_id, **batch)
    assert len(client.get_metric_history(run_id, "m")) == 10


def test_more_than_a_batch_through_the_fluent_api(experiment):
    with mlflow.start_run() as run:
        mlflow.log_params({f"p{n}": n for n in range(250)})
        mlflow.log_metrics({f"m{n}": n for n in range(900)}, step=1)
        mlflow.set_tags({f"t{n}": n for n in range(250)})
    data = mlflow.get_run(run.info.run_id).data
    assert len(data.params) == 250
    assert len(data.metrics) == 900
    assert sum(key.startswith("t") for key in data.tags) == 250


def test_asynchronous_logging(experiment):
    with mlflow.start_run() as run:
        for step in range(200):
            mlflow.log_metric("m", step, step=step, synchronous=False)
        mlflow.log_param("p", 1, synchronous=False).wait()
        mlflow.flush_async_logging()
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "m")
    assert [point.value for point in history] == list(range(200))


def test_tags_are_deleted(client, experiment):
    with mlflow.start_run() as run:
        mlflow.set_tag("t", 1)
        mlflow.delete_tag("t")
        with pytest.raises(RestException, match="No tag with name: t in run with id") as raised:
            mlflow.delete_tag("t")
    assert raised.value.get_http_status_code() == 404
    assert "t" not in client.get_run(run.info.run_id).data.tags


def test_delete_and_restore(client, experiment):
    run_id = client.create_run(experiment.experiment_id).info.run_id
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    with pytest.raises(RestException, match="Current state is deleted"):
        client.log_metric(run_id, "m", 1)
    ids = [experiment.experiment_id]
    assert client.search_runs(ids) == []
    assert len(client.search_runs(ids, run_view_type=ViewType.DELETED_ONLY)) == 1
    client.restore_run(run_id)
    assert len(client.search_runs(ids)) == 1


def test_long_values_are_cut(client, experiment):
    run_id = client.create_run(experiment.experiment_id).info.run_id
    client.log_param(run_id, "p", "x" * 7000)
    client.set_tag(run_id, "t", "y" * 9000)
    client.log_batch(run_id, params=[Param("q", "z" * 7000)])
    data = client.get_run(run_id).data
    assert [len(data.params[key]) for key in "pq"] == [6000, 6000]
    assert len(data.tags["t"]) == 8000


def test_limits_and_keys(rest, client, experiment):
    run_id = client.create_run(experiment.experiment_id).info.run_id
    with pytest.raises(MlflowException, match="Names may only contain alphanumerics"):
        client.log_metric(run_id, "a*b", 1)
    point = {"value": 1, "timestamp": 1}
    metrics = [{"key": f"m{n}", **point} for n in range(1001)]
    answer = rest("POST", "runs/log-batch", json={"run_id": run_id, "metrics": metrics})
    assert answer.status_code == 400
    assert answer.json() == {
        "error_code": "INVALID_PARAMETER_VALUE",
        "message": "A batch logging request can contain at most 1000 metrics. Got 1001 metrics. "
        "Please split up metrics across multiple requests and try again.",
    }
    for key in ("../up", "/abs", "a//b", "."):
        answer = rest("POST", "runs/log-metric", json={"run_id": run_id, "key": key, **point})
        assert answer.status_code == 400 and "must not resolve" in answer.json()["message"]


def test_missing_run(client):
    with pytest.raises(RestException, match="Run with id=0123 not found") as raised:
        client.get_run("0123")
    assert raised.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert raised.value.get_http_status_code() == 404


def test_datasets(client, experiment):
    import numpy
    import pandas

    frame = pandas.DataFrame({"x": [1, 2, 3], "y": [0.1, 0.2, 0.3]})
    with mlflow.start_run() as run:
        dataset = mlflow.data.from_pandas(frame, source="https://example.org/x.csv", name="frame")
        mlflow.log_input(dataset, context="training", tags={"fold": "1"})
        mlflow.log_input(dataset, context="training")
        array = mlflow.data.from_numpy(numpy.zeros((4, 2)), name="array")
        mlflow.log_input(array, context="evaluation")
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    by_name = {found.dataset.name: found for found in inputs}
    assert sorted(by_name) == ["array", "frame"]
    found = by_name["frame"]
    assert found.dataset.digest == dataset.digest
    assert found.dataset.source_type == "http"
    assert "mlflow_colspec" in found.dataset.schema
    assert {tag.key: tag.value for tag in found.tags} == {
        "mlflow.data.context": "training",
        "fold": "1",
    }
    for text, count in [
        ("dataset.name = 'frame'", 1),
        ("dataset.name = 'none'", 0),
        ("dataset.context = 'evaluation' AND dataset.name LIKE 'arr%'", 1),
        (f"dataset.digest IN ('{dataset.digest}')", 1),
    ]:
        assert len(client.search_runs([experiment.experiment_id], text)) == count, text


def test_points_come_quickly(experiment):
    with mlflow.start_run() as run:
        started = time.monotonic()
        for step in range(100):
            mlflow.log_metric("m", step, step=step)
        seconds = time.monotonic() - started
    assert len(mlflow.MlflowClient().get_metric_history(run.info.run_id, "m")) == 100
    # Not a benchmark: it only must not wait for a timer with each call.
    assert seconds < 10
