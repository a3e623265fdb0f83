"""Autologging of scikit-learn through the real client."""

import mlflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression


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
