"""Runs are recorded with code and environment, and `runlens recreate` brings them back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import venv
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CLI = ["node", str(REPOSITORY / "dist" / "cli.js")]
SDK = REPOSITORY / "dist" / "python"

SCRIPT = """
    import sys

    import mlflow
    from helper import score

    gamma = float(sys.argv[2])
    mlflow.set_experiment("recreated")
    with mlflow.start_run() as run:
        mlflow.log_param("gamma", gamma)
        for step in range(5):
            mlflow.log_metric("score", score(gamma, step), step=step)
    print("run", run.info.run_id)
"""
HELPER = """
    def score(gamma, step):
        return gamma * step
"""
# what the run sees and nobody committed
CHANGED_HELPER = """
    from extra import bonus

    def score(gamma, step):
        return gamma * step + bonus()
"""
EXTRA = """
    def bonus():
        return 0.25
"""


def git(folder, *arguments):
    identity = ["-c", "user.name=anna", "-c", "user.email=anna@example.org"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


class Workspace:
    """A folder with a server of its own, and what a terminal of it has."""

    def __init__(self, folder: Path):
        self.top = folder.resolve()
        self.folder = self.top / "work space"
        (self.folder / ".runlens").mkdir(parents=True)
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MLFLOW_", "RUNLENS_", "GIT_")) and name != "PYTHONPATH"
        }
        self.env = {
            **kept,
            "RUNLENS_STATE_DIR": str(self.top / "state"),
            "RUNLENS_SERVER": str(REPOSITORY / "dist" / "server.js"),
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
        }
        self.env.update(json.loads(self.cli("env", "--json").stdout))

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(textwrap.dedent(text))

    def commit(self) -> str:
        git(self.folder, "init", "-q", "-b", "main")
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-qm", "as it was")
        return git(self.folder, "rev-parse", "HEAD")

    def cli(self, *arguments: str, code: int = 0, cwd: Path | None = None):
        done = subprocess.run(
            [*CLI, *arguments],
            cwd=cwd or self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def run(self, *command: str, cwd: Path | None = None, code: int = 0, **env: str):
        done = subprocess.run(
            [str(word) for word in command],
            cwd=cwd or self.folder,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def script(self, *arguments: str, **env: str) -> str:
        """Runs the script in a terminal of the workspace: the id of its run."""
        done = self.run(sys.executable, "train.py", *arguments, **env)
        assert "Runlens" not in done.stderr, done.stderr
        return run_id_of(done.stdout)

    def show(self, run_id: str) -> dict:
        return json.loads(self.cli("show", run_id, "--json").stdout)

    def metrics(self, run_id: str) -> dict:
        """What can be compared of each metric: not its times."""
        points = {one["key"]: one for one in self.show(run_id)["metrics"]}
        return {
            key: [one["count"], *(one[kind]["value"] for kind in ("last", "min", "max"))]
            for key, one in points.items()
            if not key.startswith("system/")
        }

    def close(self) -> None:
        self.cli("stop", "--force")


def run_id_of(text: str) -> str:
    return re.search(r"^run ([0-9a-f]{32})$", text, re.MULTILINE)[1]


@pytest.fixture
def workspace(tmp_path):
    one = Workspace(tmp_path)
    yield one
    one.close()


@pytest.fixture
def dirty(workspace):
    """A commit, a change on top of it, and a module that git does not know."""
    workspace.write("train.py", SCRIPT)
    workspace.write("helper.py", HELPER)
    workspace.hash = workspace.commit()
    workspace.write("helper.py", CHANGED_HELPER)
    workspace.write("extra.py", EXTRA)
    return workspace


def test_an_unmodified_script_is_recorded(dirty):
    run_id = dirty.script("--gamma", "0.5", "--token", "hunter2", LOGNAME="berta")
    shown = dirty.show(run_id)
    tags = {one["key"]: one["value"] for one in shown["tags"]}
    assert tags["mlflow.source.git.commit"] == dirty.hash
    assert tags["mlflow.source.git.branch"] == "main"
    assert tags["mlflow.source.git.dirty"] == "true"
    assert tags["mlflow.user"] == "berta"
    environment = shown["environment"]
    assert environment["entry"]["arguments"][-4:] == ["--gamma", "0.5", "--token", "***"]
    assert {one["name"] for one in environment["packages"]} >= {"mlflow", "numpy"}
    text = dirty.cli("show", run_id).stdout
    assert re.search(r"^Code and environment$", text, re.MULTILINE)
    assert f"{dirty.hash[:12]} on main, with changes of" in text
    assert "hunter2" not in json.dumps(shown)


def test_a_dirty_run_gives_the_same_metrics_again(dirty, tmp_path):
    run_id = dirty.script("--gamma", "0.5")
    before = dirty.metrics(run_id)
    # the workspace moves on, and what the run saw is gone from it
    git(dirty.folder, "checkout", "-q", "--", ".")
    (dirty.folder / "extra.py").unlink()
    dirty.write("helper.py", "def score(gamma, step):\n    return -1\n")
    dirty.commit()

    target = tmp_path / "again"
    dirty.cli("recreate", run_id[:10], "--to", str(target))
    assert git(target / "code", "rev-parse", "HEAD") == dirty.hash
    assert (target / "code" / "extra.py").read_text() == textwrap.dedent(EXTRA)
    assert json.loads((target / "params.json").read_text()) == {"gamma": "0.5"}
    assert re.search(r"^mlflow==\d", (target / "requirements.txt").read_text(), re.MULTILINE)

    done = dirty.run("sh", target / "run.sh", cwd=tmp_path, PYTHON=sys.executable)
    again = run_id_of(done.stdout)
    assert again != run_id
    assert dirty.metrics(again) == before
    # and the run that was made so says the same of itself
    tags = {one["key"]: one["value"] for one in dirty.show(again)["tags"]}
    assert tags["mlflow.source.git.commit"] == dirty.hash
    assert git(dirty.folder, "worktree", "list").count("\n") == 0, "the repository was touched"


def test_the_patch_and_the_files_are_kept_once(dirty):
    folder = dirty.folder / ".runlens" / "artifacts" / "_objects"

    def objects():
        return {file.name: file.stat().st_mtime_ns for file in folder.glob("*/*")}

    dirty.script("--gamma", "0.5")
    before = objects()
    assert len(before) == 3, "the record, the patch, the module that git does not know"
    dirty.script("--gamma", "0.5")
    assert objects() == before
    dirty.script("--gamma", "0.6")
    assert len(objects()) == len(before) + 1


def test_without_git_the_files_that_were_used_come_back(workspace, tmp_path):
    workspace.write("train.py", SCRIPT)
    workspace.write("helper.py", HELPER)
    run_id = workspace.script("--gamma", "2")
    before = workspace.metrics(run_id)
    for name in ("train.py", "helper.py"):
        (workspace.folder / name).unlink()
    target = tmp_path / "again"
    workspace.cli("recreate", run_id, "--to", str(target))
    done = workspace.run("sh", target / "run.sh", cwd=tmp_path, PYTHON=sys.executable)
    assert workspace.metrics(run_id_of(done.stdout)) == before


PIPELINE = """
    import sys

    from runlens import log_metric, pipeline, step

    @step
    def load() -> list:
        return [1, 2, 3]

    @step
    def train(data: list, gamma: float = 0.1) -> float:
        for at, value in enumerate(data):
            log_metric("score", gamma * value, step=at)
        return gamma

    @pipeline
    def training(gamma: float = 0.1):
        train(load(), gamma)

    if __name__ == "__main__":
        print("run", training(float(sys.argv[1])).id)
"""


def test_a_pipeline_comes_back_in_an_environment_made_of_its_requirements(workspace, tmp_path):
    workspace.write("train.py", PIPELINE)
    workspace.commit()
    workspace.write("train.py", PIPELINE.replace("gamma * value", "gamma * value + 1"))
    first = make_environment(tmp_path / "first")
    printed = workspace.run(first, "train.py", "0.3").stdout
    run_id = run_id_of(printed)
    step = json.loads(workspace.cli("show", run_id, "--json").stdout)["stepRows"][1]
    before = workspace.metrics(step["trackingRunId"])
    assert before["score"] == [3, 1.9, 1.3, 1.9]

    # by the pipeline's run or by that of a step: both have the same code
    target = tmp_path / "again"
    workspace.cli("recreate", step["trackingRunId"], "--to", str(target))
    second = make_environment(tmp_path / "second")
    requirements = target / "requirements.txt"
    assert "mlflow" not in requirements.read_text()
    install = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", requirements]
    workspace.run(second, *install)
    (target / ".runlens").mkdir()
    done = workspace.run("sh", target / "run.sh", cwd=tmp_path, PYTHON=second)
    shown = workspace.cli("show", run_id_of(done.stdout), "--json", cwd=target)
    again = json.loads(shown.stdout)["stepRows"][1]
    found = json.loads(workspace.cli("show", again["trackingRunId"], "--json", cwd=target).stdout)
    score = next(one for one in found["metrics"] if one["key"] == "score")
    assert [score["count"], score["last"]["value"], score["min"]["value"]] == [3, 1.9, 1.3]
    workspace.cli("stop", "--force", cwd=target)


def make_environment(folder: Path) -> str:
    venv.create(folder, with_pip=True)
    return str(folder / "bin" / "python")


def test_a_launch_comes_back_as_a_launch(workspace, tmp_path):
    workspace.write("train.py", PIPELINE)
    workspace.commit()
    launched = ["run", "train.py", "--param", "gamma=0.7", "--python", sys.executable]
    workspace.cli(*launched)
    latest = json.loads(workspace.cli("ls", "runs", "--json").stdout)
    run_id = next(one["runId"] for one in latest if one["name"].startswith("training"))
    target = tmp_path / "again"
    workspace.cli("recreate", run_id, "--to", str(target))
    script = (target / "run.sh").read_text()
    assert "run train.py --pipeline training --param gamma=0.7" in script
    (target / ".runlens").mkdir()
    runlens = tmp_path / "runlens"
    runlens.write_text(f'#!/bin/sh\nexec {" ".join(CLI)} "$@" --python {sys.executable}\n')
    runlens.chmod(0o755)
    done = workspace.run("sh", target / "run.sh", cwd=tmp_path, RUNLENS=str(runlens))
    assert "score" in done.stdout
    workspace.cli("stop", "--force", cwd=target)


class TestWhatCannotComeBack:
    def test_a_commit_that_is_gone(self, dirty, tmp_path):
        run_id = dirty.script("--gamma", "0.5")
        shutil.rmtree(dirty.folder / ".git")
        target = tmp_path / "again"
        said = dirty.cli("recreate", run_id, "--to", str(target), code=1).stderr
        assert f"The commit {dirty.hash} of this run is not in" in said
        assert "--repository DIR" in said
        assert list(tmp_path.glob("again*")) == [], "nothing half written is left"

    def test_a_clone_elsewhere_can_be_named(self, dirty, tmp_path):
        run_id = dirty.script("--gamma", "0.5")
        clone = tmp_path / "clone"
        git(tmp_path, "clone", "-q", str(dirty.folder), str(clone))
        shutil.rmtree(dirty.folder / ".git")
        target = tmp_path / "again"
        dirty.cli("recreate", run_id, "--to", str(target), "--repository", str(clone))
        assert "bonus" in (target / "code" / "helper.py").read_text()

    def test_changes_that_were_too_large(self, dirty, tmp_path):
        dirty.write("helper.py", textwrap.dedent(CHANGED_HELPER) + "# padding\n" * 200_000)
        run_id = dirty.script("--gamma", "0.5")
        target = tmp_path / "again"
        said = dirty.cli("recreate", run_id, "--to", str(target), code=1).stderr
        assert "were too large to keep" in said
        dirty.cli("recreate", run_id, "--to", str(target), "--commit-only")
        assert (target / "code" / "helper.py").read_text() == textwrap.dedent(HELPER)

    def test_a_folder_that_is_there(self, dirty, tmp_path):
        run_id = dirty.script("--gamma", "0.5")
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "file").write_text("keep me")
        said = dirty.cli("recreate", run_id, "--to", str(tmp_path / "mine"), code=1).stderr
        assert "is there already" in said
        assert (tmp_path / "mine" / "file").read_text() == "keep me"

    def test_a_run_without_a_record(self, dirty, tmp_path):
        run_id = dirty.script("--gamma", "0.5", RUNLENS_RECORD_ENVIRONMENT="false")
        assert "environment" not in dirty.show(run_id)
        said = dirty.cli("recreate", run_id, "--to", str(tmp_path / "x"), code=1).stderr
        assert "were not recorded" in said

    def test_a_data_file_that_has_changed(self, dirty, tmp_path):
        (dirty.folder / "same.csv").write_text("1\n")
        (dirty.folder / "changed.csv").write_text("1\n")
        run_id = dirty.script("--gamma", "0.5")
        (dirty.folder / "changed.csv").write_text("2\n")
        target = tmp_path / "again"
        done = dirty.cli("recreate", run_id, "--to", str(target))
        assert "note: changed.csv" in done.stdout
        assert "same.csv" not in done.stdout
        assert (target / "code" / "same.csv").read_text() == "1\n"
        assert "changed.csv" in (target / "README.md").read_text()


class TestThePluginNeverBreaksAScript:
    @pytest.mark.parametrize(
        "planted",
        [
            "def collect(launch=None): raise ValueError('planted')",
            "def collect(launch=None): return None",
            "raise RuntimeError('planted')",
        ],
    )
    def test_whatever_fails_in_it(self, dirty, tmp_path, planted):
        copy = tmp_path / "python"
        shutil.copytree(SDK, copy)
        file = copy / "runlens" / "_record" / "environment.py"
        file.write_text(f"{file.read_text()}\n{planted}\n")
        done = dirty.run(
            sys.executable, "train.py", "--gamma", "0.5", PYTHONPATH=f"{dirty.folder}:{copy}"
        )
        assert dirty.metrics(run_id_of(done.stdout))["score"][0] == 5
        assert done.stderr.count("Runlens could not record") == 1, done.stderr

    def test_another_tracking_server_gets_nothing(self, dirty, tmp_path):
        store = tmp_path / "elsewhere.db"
        done = dirty.run(
            sys.executable, "train.py", "--gamma", "0.5", MLFLOW_TRACKING_URI=f"sqlite:///{store}"
        )
        assert "Runlens" not in done.stderr
        assert run_id_of(done.stdout)
        assert b"runlens.environment" not in store.read_bytes()

    def test_it_is_found_beside_the_package(self, dirty):
        code = (
            "import importlib.metadata as m;"
            "print([e.value for e in m.entry_points(group='mlflow.run_context_provider')])"
        )
        assert "runlens._mlflow_context:RunContext" in dirty.run(sys.executable, "-c", code).stdout
