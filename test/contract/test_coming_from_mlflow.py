"""The commands of docs/coming-from-mlflow.md, in their order, in a project with MLflow code."""

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "coming-from-mlflow.md").read_text()
RUNLENS = f'#!/bin/sh\nexec node "{REPOSITORY / "dist" / "cli.js"}" "$@"\n'
TRAIN = """
import mlflow
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier

mlflow.set_experiment("forest")
data, target = load_iris(return_X_y=True)
for depth in (1, 2, 3):
    with mlflow.start_run(run_name=f"depth {depth}"):
        mlflow.log_param("depth", depth)
        forest = RandomForestClassifier(5, max_depth=depth, random_state=0).fit(data, target)
        for step in range(5):
            mlflow.log_metric("accuracy", forest.score(data, target), step=step)
"""


@pytest.fixture
def shell(tmp_path):
    """Runs the lines of a block in a project of its own; its server ends with the test."""
    project, tools, state = (tmp_path / name for name in ("project", "bin", "state"))
    for folder in (project, tools):
        folder.mkdir()
    (project / "train.py").write_text(TRAIN)
    with tarfile.open(REPOSITORY / "test" / "fixtures" / "mlflow" / "mlflow-2.22.1.tar.gz") as old:
        old.extractall(project, filter="data")
    (tools / "runlens").write_text(RUNLENS)
    (tools / "runlens").chmod(0o755)
    path = os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]])
    given = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")}
    environment = {
        **given,
        "PATH": path,
        "RUNLENS_STATE_DIR": str(state),
        "RUNLENS_SERVER": str(REPOSITORY / "dist" / "server.js"),
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }

    def run(lines: str) -> str:
        done = subprocess.run(
            ["sh", "-e", "-c", lines],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"{lines}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    run.project = project
    yield run
    run("runlens stop --force || true")


def test_commands_of_the_page(shell):
    log, bring, search, back = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    said = shell(log)
    assert "forest" in said
    assert "depth 3" in said
    assert re.search(r"\d+ runs", shell(bring))
    found = shell(search)
    assert "depth 1" in found
    assert "depth 2" in found
    assert "depth 3" not in found
    shell(back)
    metas = list((shell.project / "for-mlflow").glob("*/*/meta.yaml"))
    assert len(metas) > 3
    runs = json.loads(shell("runlens ls --experiment forest --json"))
    assert len(runs["items"] if isinstance(runs, dict) else runs) == 3
