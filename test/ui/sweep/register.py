"""Logs a real model to each run that is named, and registers them as versions of one model."""

import sys

import mlflow
from mlflow.models import infer_signature
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

features, labels = load_digits(return_X_y=True)
for regularization, run_id in enumerate(sys.argv[2:], start=1):
    model = LogisticRegression(C=regularization / 10, max_iter=40).fit(features[:200], labels[:200])
    with mlflow.start_run(run_id=run_id):
        mlflow.sklearn.log_model(
            model,
            name="model",
            registered_model_name=sys.argv[1],
            signature=infer_signature(features[:5], model.predict(features[:5])),
            pip_requirements=["scikit-learn"],
            step=29,
        )
