"""Autologging of scikit-learn through the real client."""

import mlflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV


def test_autolog_without_models(client, experiment):
    features, labels = load_iris(return_X_y=True)
    mlflow.sklearn.autolog(log_models=False, silent=True)
    try:
        LogisticRegression(C=0.5, max_iter=300).fit(features, labels)
    finally:
        mlflow.sklearn.autolog(disable=True)
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FINISHED"
    assert run.data.params["C"] == "0.5"
    assert run.data.metrics["training_score"] > 0.9
    assert run.data.tags["estimator_name"] == "LogisticRegression"
    assert len(run.inputs.dataset_inputs) == 1
    assert "estimator.html" in [file.path for file in client.list_artifacts(run.info.run_id)]


def test_autolog_with_its_defaults(client, experiment):
    features, labels = load_iris(return_X_y=True)
    mlflow.sklearn.autolog(silent=True)
    try:
        model = LogisticRegression(C=0.5, max_iter=300).fit(features, labels)
    finally:
        mlflow.sklearn.autolog(disable=True)
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FINISHED"
    (output,) = run.outputs.model_outputs
    logged = mlflow.get_logged_model(output.model_id)
    assert logged.params["C"] == "0.5"
    assert "training_score" in {point.key for point in logged.metrics}
    loaded = mlflow.sklearn.load_model(f"models:/{output.model_id}")
    assert (loaded.predict(features) == model.predict(features)).all()


def test_grid_search_with_child_runs(client, experiment):
    features, labels = load_iris(return_X_y=True)
    mlflow.sklearn.autolog(silent=True, max_tuning_runs=3)
    try:
        GridSearchCV(LogisticRegression(max_iter=300), {"C": [0.1, 1, 10]}, cv=2).fit(
            features, labels
        )
    finally:
        mlflow.sklearn.autolog(disable=True)
    runs = client.search_runs([experiment.experiment_id])
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    children = [run for run in runs if "mlflow.parentRunId" in run.data.tags]
    (parent,) = parents
    assert len(children) == 3
    assert {run.data.tags["mlflow.parentRunId"] for run in children} == {parent.info.run_id}
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert {run.data.params["C"] for run in children} == {"0.1", "1", "10"}
    assert "best_cv_score" in parent.data.metrics
    assert len(parent.outputs.model_outputs) == 2
