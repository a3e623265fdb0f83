"""Logged models through the real client: log, load, predict, tag, search and delete."""

import math

import mlflow
import numpy
import pandas
import pytest
from mlflow.entities import LoggedModelInput, LoggedModelOutput, LoggedModelStatus, Metric
from mlflow.exceptions import MlflowException
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression


@pytest.fixture(scope="module")
def fitted():
    features, labels = load_iris(return_X_y=True)
    return LogisticRegression(max_iter=300).fit(features, labels), features


@pytest.fixture
def logged(server, experiment, fitted):
    """A run that logged a model, and what `log_model` said of it."""
    with mlflow.start_run() as run:
        mlflow.log_metric("before", 1.0)
        info = mlflow.sklearn.log_model(fitted[0], name="iris", params={"C": 1.0})
    return run.info.run_id, info


def test_log_and_load(server, experiment, client, logged, fitted):
    run_id, info = logged
    model, features = fitted
    assert info.model_uri == f"models:/{info.model_id}"
    for uri in (info.model_uri, f"runs:/{run_id}/iris"):
        loaded = mlflow.sklearn.load_model(uri)
        assert (loaded.predict(features) == model.predict(features)).all()
        predicted = mlflow.pyfunc.load_model(uri).predict(pandas.DataFrame(features))
        assert (predicted == model.predict(features)).all()
    stored = server.root / ".runlens/artifacts" / experiment.experiment_id / "models"
    assert (stored / info.model_id / "MLmodel").is_file()


def test_what_is_known_of_it(client, logged):
    run_id, info = logged
    found = mlflow.get_logged_model(info.model_id)
    assert found.name == "iris"
    assert found.status == LoggedModelStatus.READY
    assert found.source_run_id == run_id
    assert found.params == {"C": "1.0"}
    assert found.creation_timestamp <= found.last_updated_timestamp
    run = client.get_run(run_id)
    assert [output.model_id for output in run.outputs.model_outputs] == [info.model_id]
    (searched,) = client.search_runs([run.info.experiment_id])
    assert [output.model_id for output in searched.outputs.model_outputs] == [info.model_id]
    assert mlflow.last_logged_model().model_id == info.model_id
    artifacts = {file.path for file in client.list_logged_model_artifacts(info.model_id)}
    assert {"MLmodel", "requirements.txt"} <= artifacts


def test_metrics_of_the_run_come_with_the_model_once(client, logged):
    run_id, info = logged
    (point,) = mlflow.get_logged_model(info.model_id).metrics
    assert (point.key, point.value, point.step) == ("before", 1.0, 0)
    assert (point.model_id, point.run_id) == (info.model_id, run_id)
    # The client has logged the run's points again, with the model.
    assert len(client.get_metric_history(run_id, "before")) == 1


def test_metrics_with_model_and_dataset(client, logged):
    _, info = logged
    data = mlflow.data.from_numpy(numpy.zeros((4, 2)), name="held out")
    with mlflow.start_run() as run:
        for _ in range(2):
            mlflow.log_metric(
                "acc", 0.5, step=1, timestamp=99, model_id=info.model_id, dataset=data
            )
        mlflow.log_metrics({"acc": 0.75, "f1": 0.5}, step=2, model_id=info.model_id, timestamp=100)
        mlflow.log_metric("alone", 9.0)
    run_id = run.info.run_id
    client.log_batch(
        run_id, metrics=[Metric("nan", math.nan, 1, 1, model_id=info.model_id)], synchronous=True
    )
    points = {
        (point.key, point.step): point
        for point in mlflow.get_logged_model(info.model_id).metrics
        if point.run_id == run_id
    }
    assert set(points) == {("acc", 1), ("acc", 2), ("f1", 2), ("nan", 1)}
    assert points["acc", 1].dataset_name == "held out"
    assert points["acc", 1].dataset_digest == data.digest
    assert points["acc", 2].dataset_name is None
    assert math.isnan(points["nan", 1].value)
    assert {point.value for point in client.get_metric_history(run_id, "acc")} == {0.5, 0.75}


def own_tags(info):
    tags = mlflow.get_logged_model(info.model_id).tags
    return {key: value for key, value in tags.items() if not key.startswith("mlflow.")}


def test_tags_and_states(client, logged):
    _, info = logged
    mlflow.set_logged_model_tags(info.model_id, {"team": "x", "note": "größe"})
    mlflow.set_logged_model_tags(info.model_id, {"team": "y"})
    assert own_tags(info) == {"team": "y", "note": "größe"}
    mlflow.delete_logged_model_tag(info.model_id, "note")
    assert own_tags(info) == {"team": "y"}
    with pytest.raises(MlflowException, match="No tag with key 'note' found"):
        mlflow.delete_logged_model_tag(info.model_id, "note")
    mlflow.finalize_logged_model(info.model_id, LoggedModelStatus.FAILED)
    assert mlflow.get_logged_model(info.model_id).status == LoggedModelStatus.FAILED
    client.log_model_params(info.model_id, {"depth": "3"})
    assert mlflow.get_logged_model(info.model_id).params == {"C": "1.0", "depth": "3"}


def test_external_and_initialized(server, experiment):
    external = mlflow.create_external_model(name="agent", params={"a": "1"}, tags={"t": "v"})
    assert external.status == LoggedModelStatus.READY
    assert mlflow.get_logged_model(external.model_id).params == {"a": "1"}
    pending = mlflow.initialize_logged_model(name="later")
    assert mlflow.get_logged_model(pending.model_id).status == LoggedModelStatus.PENDING
    with pytest.raises(MlflowException, match="Invalid model name"):
        mlflow.initialize_logged_model(name="a/b")


def test_active_model(server, experiment, client):
    model = mlflow.set_active_model(name="current")
    try:
        with mlflow.start_run():
            mlflow.log_metric("m", 2.0)
    finally:
        mlflow.clear_active_model()
    assert [point.value for point in mlflow.get_logged_model(model.model_id).metrics] == [2.0]


def test_inputs_and_outputs(server, experiment, client, logged):
    _, info = logged
    with mlflow.start_run() as run:
        mlflow.log_input(model=LoggedModelInput(model_id=info.model_id))
    found = client.get_run(run.info.run_id)
    assert [model.model_id for model in found.inputs.model_inputs] == [info.model_id]
    client.log_outputs(run.info.run_id, [LoggedModelOutput(info.model_id, step=7)])
    (output,) = client.get_run(run.info.run_id).outputs.model_outputs
    assert (output.model_id, output.step) == (info.model_id, 7)


def test_dataset_and_model_as_input(server, experiment, client, logged):
    _, info = logged
    data = mlflow.data.from_pandas(pandas.DataFrame({"a": [1, 2]}), name="train")
    with mlflow.start_run() as run:
        mlflow.log_input(
            data, context="training", tags={"k": "v"}, model=LoggedModelInput(info.model_id)
        )
    inputs = client.get_run(run.info.run_id).inputs
    assert [model.model_id for model in inputs.model_inputs] == [info.model_id]
    (dataset,) = inputs.dataset_inputs
    assert dataset.dataset.name == "train"
    assert {tag.key: tag.value for tag in dataset.tags} == {
        "mlflow.data.context": "training",
        "k": "v",
    }


def test_search(server, experiment, logged):
    _, info = logged
    other = mlflow.create_external_model(name="other", model_type="agent")
    found = mlflow.search_logged_models(
        experiment_ids=[experiment.experiment_id], output_format="list"
    )
    assert [model.model_id for model in found] == [other.model_id, info.model_id]
    agents = mlflow.search_logged_models(
        experiment_ids=[experiment.experiment_id],
        filter_string="model_type = 'agent'",
        output_format="list",
    )
    assert [model.name for model in agents] == ["other"]
    table = mlflow.search_logged_models(experiment_ids=[experiment.experiment_id])
    assert set(table["name"]) == {"iris", "other"}


def test_delete(client, logged):
    _, info = logged
    client.delete_logged_model(info.model_id)
    with pytest.raises(MlflowException, match="not found"):
        mlflow.get_logged_model(info.model_id)
    found = mlflow.search_logged_models(filter_string=f"model_id = '{info.model_id}'")
    assert len(found) == 0


def test_steps_of_a_model(server, experiment, client, fitted):
    """Checkpoints: a model for each step, each with its own metrics."""
    with mlflow.start_run() as run:
        ids = []
        for step in (1, 2):
            info = mlflow.sklearn.log_model(fitted[0], name="checkpoint", step=step)
            mlflow.log_metric("loss", 1 / step, step=step, model_id=info.model_id)
            ids.append(info.model_id)
    outputs = client.get_run(run.info.run_id).outputs.model_outputs
    assert {(output.model_id, output.step) for output in outputs} == {(ids[0], 1), (ids[1], 2)}
    values = [
        [point.value for point in mlflow.get_logged_model(model_id).metrics if point.key == "loss"]
        for model_id in ids
    ]
    assert values == [[1.0], [0.5]]
