"""The example script, unmodified, in a process of its own."""

import os
import subprocess
import sys

from conftest import REPOSITORY

SCRIPT = REPOSITORY / "examples/mlflow_script/train.py"


def test_example_script(server, client, tmp_path):
    done = subprocess.run(
        [sys.executable, SCRIPT, "--pause", "0"],
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    experiment = client.get_experiment_by_name("digits with mlflow")
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FINISHED"
    assert run.data.params["model"] == "SGDClassifier"
    losses = [point.value for point in client.get_metric_history(run.info.run_id, "loss")]
    assert len(losses) == 60
    assert losses[-1] < losses[0] / 2
    assert run.data.metrics["accuracy"] > 0.9
    assert [file.path for file in client.list_artifacts(run.info.run_id)] == [
        "report.txt",
        "summary.json",
    ]
    # The address that MLflow prints, which the editor turns into the run.
    assert f"/#/experiments/{experiment.experiment_id}/runs/{run.info.run_id}" in done.stdout
