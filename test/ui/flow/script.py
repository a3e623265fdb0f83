"""An MLflow script that knows nothing of Runlens."""

import mlflow

mlflow.set_experiment("by script")
with mlflow.start_run(run_name="from the lens"):
    for step in range(5):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
