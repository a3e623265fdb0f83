"""`runlens project` against the real `mlflow.projects`: commands, runs, environments."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from mlflow.exceptions import ExecutionException
from mlflow.projects import _project_spec

REPOSITORY = Path(__file__).resolve().parents[2]
CLI = ["node", str(REPOSITORY / "dist" / "cli.js")]

TRAIN = """
import argparse, mlflow, os, sys
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
parser.add_argument("--note", default="")
parser.add_argument("--fail", action="store_true")
given = parser.parse_args()
with mlflow.start_run() as run:
    mlflow.log_metric("loss", given.lr * 2)
    mlflow.set_tag("note", given.note)
    if given.fail:
        sys.exit(3)
"""

PROJECT = """
name: digits
entry_points:
  main:
    parameters:
      lr: {type: float, default: 0.1}
      note: {type: string, default: "it's {plain}"}
    command: "python train.py --lr {lr} --note {note}"
  broken:
    parameters: {lr: float}
    command: "python train.py --lr {lr} --fail"
"""

COMMANDS = [
    ("python a.py {x}", {"x": "string"}, {"x": "two words"}),
    ("python a.py {x}", {"x": {"type": "string", "default": "it's"}}, {}),
    ("python a.py {x} {x}", {"x": {"default": 3}}, {}),
    ("python a.py '{{kept}}' {x}", {"x": "float"}, {"x": "1e-3"}),
    ("python a.py", {}, {"extra": "a b", "more": "1"}),
    ("echo {a}-{b}", {"a": "string", "b": {"type": "uri"}}, {"a": "$HOME", "b": "s3://x/y z"}),
    ("echo {a}", {"a": {"type": "float", "default": 5}}, {"a": "6", "b": "`id`"}),
    ("echo {dashed-name}", {"dashed-name": "string"}, {"dashed-name": "v"}),
]


@pytest.fixture
def cli(server):
    """Runs the command line on the server's root; answers code and outputs."""
    environment = {
        **os.environ,
        "RUNLENS_STATE_DIR": str(server.file.parent),
        "XDG_CACHE_HOME": str(server.root / "cache"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }

    def run(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*CLI, *args, "--root", str(server.root)],
            cwd=cwd or server.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def project(tmp_path):
    (tmp_path / "MLproject").write_text(PROJECT)
    (tmp_path / "train.py").write_text(TRAIN)
    return tmp_path


def run_of(result: subprocess.CompletedProcess, client):
    """The run that the command line's last line names."""
    run_id = result.stdout.splitlines()[-1].split()[1]
    return client.get_run(run_id)


@pytest.mark.parametrize(("command", "parameters", "given"), COMMANDS)
def test_commands_are_those_of_mlflow(cli, tmp_path, command, parameters, given):
    spec = {"entry_points": {"main": {"parameters": parameters, "command": f"true || {command}"}}}
    (tmp_path / "MLproject").write_text(json.dumps(spec))
    expected = _project_spec.load_project(str(tmp_path)).get_entry_point("main")
    pairs = [part for name, value in given.items() for part in ("-P", f"{name}={value}")]
    result = cli("project", "run", str(tmp_path), "--env", "local", *pairs)
    assert result.returncode == 0, result.stderr
    shown = result.stdout.splitlines()[0].removeprefix("main: ")
    # the same words to the shell: there are two ways to write a quote
    assert shlex.split(shown) == shlex.split(expected.compute_command(given, None))


def test_a_missing_value_is_an_error_before_anything_is_made(cli, client, project):
    entry_point = _project_spec.load_project(str(project)).get_entry_point("broken")
    with pytest.raises(ExecutionException, match="'lr'"):
        entry_point.compute_command({}, None)
    before = len(client.search_runs(["0"]))
    result = cli("project", "run", str(project), "-e", "broken", "--env", "local")
    assert result.returncode == 1
    assert "needs a value for `lr`" in result.stderr
    assert len(client.search_runs(["0"])) == before


def test_the_script_logs_into_the_run_that_was_made_for_it(cli, client, project):
    result = cli(
        "project", "run", str(project), "-P", "lr=0.25", "--experiment", "projects",
        "--run-name", "first", "--env", "local",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    run = run_of(result, client)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "first"
    assert client.get_experiment(run.info.experiment_id).name == "projects"
    assert run.data.metrics == {"loss": 0.5}
    assert run.data.params == {"lr": "0.25", "note": "it's {plain}"}
    assert run.data.tags["note"] == "it's {plain}"
    assert run.data.tags["mlflow.project.entryPoint"] == "main"
    assert run.data.tags["mlflow.source.type"] == "PROJECT"
    assert run.data.tags["mlflow.project.env"] == "local"


def test_a_failing_script_fails_its_run_and_the_command(cli, client, project):
    result = cli("project", "run", str(project), "-e", "broken", "-P", "lr=1", "--env", "local")
    assert result.returncode == 3
    assert run_of(result, client).info.status == "FAILED"


def test_it_runs_in_the_environment_that_the_project_names_and_keeps_it(cli, client, tmp_path):
    (tmp_path / "python_env.yaml").write_text(
        f'python: "{sys.version_info[0]}.{sys.version_info[1]}"\ndependencies: ["-r own.txt"]\n'
    )
    (tmp_path / "own.txt").write_text("./here\n")
    package = tmp_path / "here"
    (package / "runlens_here").mkdir(parents=True)
    (package / "runlens_here" / "__init__.py").write_text("WHERE = 'in its own environment'\n")
    (package / "pyproject.toml").write_text(
        textwrap.dedent(
            """
            [project]
            name = "runlens-here"
            version = "1"
            [build-system]
            requires = ["setuptools"]
            build-backend = "setuptools.build_meta"
            """
        )
    )
    (tmp_path / "MLproject").write_text(
        "python_env: python_env.yaml\n"
        "entry_points:\n"
        "  main:\n"
        "    command: python -c 'import sys, runlens_here; print(runlens_here.WHERE, sys.prefix)'\n"
    )
    first = cli("project", "run", str(tmp_path))
    assert first.returncode == 0, first.stderr
    assert "in its own environment" in first.stdout
    assert "making an environment" in first.stderr
    assert run_of(first, client).data.tags["mlflow.project.env"] == "virtualenv"
    again = cli("project", "run", str(tmp_path))
    assert again.returncode == 0
    assert "making an environment" not in again.stderr
    places = [result.stdout.split("environment ")[1].split()[0] for result in (first, again)]
    assert places[0] == places[1] != sys.prefix


def test_what_cannot_be_run_says_why(cli, tmp_path):
    (tmp_path / "MLproject").write_text("docker_env: {image: busybox}\nentry_points:\n  main: {}\n")
    assert "has no `command`" in cli("project", "run", str(tmp_path)).stderr
    (tmp_path / "MLproject").write_text(
        "docker_env: {image: busybox}\nentry_points: {main: {command: ls}}\n"
    )
    assert "Docker image busybox" in cli("project", "run", str(tmp_path)).stderr
    assert (
        "no entry point `x`; it has: main" in cli("project", "run", str(tmp_path), "-e", "x").stderr
    )
    (tmp_path / "MLproject").write_text("entry_points: [")
    assert "is not YAML" in cli("project", "show", str(tmp_path)).stderr
