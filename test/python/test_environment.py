"""What is recorded of code and environment, what is left out, and the samples of the system."""

from __future__ import annotations

import json
import os
import shutil
import string
import subprocess
import sys

import pytest
from runlens._record import environment, machine, packages, secrets, system_metrics
from runlens._record import git as _git


@pytest.fixture(autouse=True)
def no_git_configuration(monkeypatch, tmp_path):
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def git(folder, *arguments):
    identity = ["-c", "user.name=anna", "-c", "user.email=anna@example.org"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "train.py").write_text("print(1)\n")
    (folder / ".gitignore").write_text("ignored.txt\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


class TestGit:
    def state(self, folder, most=1 << 20):
        return _git.git_state(str(folder), most)

    def test_a_clean_repository(self, repository):
        state = self.state(repository)
        assert state.commit == git(repository, "rev-parse", "HEAD")
        assert (state.branch, state.is_dirty, state.patch) == ("main", False, None)
        assert (state.untracked, state.remote) == ([], None)
        assert state.folder == os.path.realpath(repository)

    def test_the_patch_brings_changes_back_from_a_subfolder(self, repository, tmp_path):
        (repository / "sub").mkdir()
        (repository / "train.py").write_text("print(2)\n")
        (repository / "data.bin").write_bytes(bytes(range(256)))
        (repository / "größe ü.py").write_text("x = 1\n")
        git(repository, "add", "data.bin", "größe ü.py")
        state = self.state(repository / "sub")
        assert state.is_dirty and state.patch_bytes == len(state.patch)
        clone = tmp_path / "clone"
        git(tmp_path, "clone", "-q", str(repository), str(clone))
        subprocess.run(["git", "apply", "-"], cwd=clone, input=state.patch, check=True)
        for name in ("train.py", "data.bin", "größe ü.py"):
            assert (clone / name).read_bytes() == (repository / name).read_bytes()

    def test_a_patch_above_the_bound_is_not_kept(self, repository):
        (repository / "train.py").write_text("x = 1\n" * 5000)
        state = self.state(repository, most=1000)
        assert state.patch is None
        assert state.patch_bytes > 1000
        assert self.state(repository, most=100_000).patch is not None

    def test_untracked_files_are_named_and_ignored_ones_are_not(self, repository):
        (repository / "new.py").write_text("")
        (repository / "ignored.txt").write_text("")
        state = self.state(repository)
        assert state.untracked == ["new.py"]
        assert state.is_dirty and state.patch is None

    def test_before_the_first_commit_what_was_added_counts_as_untracked(self, tmp_path):
        git(tmp_path, "init", "-q")
        (tmp_path / "a.py").write_text("")
        (tmp_path / "b.py").write_text("")
        git(tmp_path, "add", "a.py")
        state = self.state(tmp_path)
        assert state.commit is None
        assert state.untracked == ["a.py", "b.py"]

    def test_no_branch(self, repository):
        git(repository, "checkout", "-q", "--detach")
        assert self.state(repository).branch is None

    def test_the_remote_is_without_its_password(self, repository):
        git(repository, "remote", "add", "origin", "https://anna:hunter2@example.org/x.git")
        assert self.state(repository).remote == "https://example.org/x.git"

    def test_no_repository(self, tmp_path):
        assert self.state(tmp_path) is None

    def test_no_git(self, repository, monkeypatch):
        monkeypatch.setenv("PATH", "")
        assert self.state(repository) is None

    def test_a_git_that_hangs(self, repository, monkeypatch, tmp_path):
        program = tmp_path / "bin" / "git"
        program.parent.mkdir()
        program.write_text("#!/bin/sh\nexec sleep 60\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setattr(_git, "_SECONDS", 0.2)
        assert self.state(repository) is None

    def test_a_diff_that_hangs_is_a_patch_that_is_not_kept(self, repository, monkeypatch, tmp_path):
        program = tmp_path / "bin" / "git"
        program.parent.mkdir()
        real = shutil.which("git")
        program.write_text(
            f'#!/bin/sh\ncase "$*" in *" diff "*) exec sleep 60;; esac\nexec {real} "$@"\n'
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setattr(_git, "_SECONDS", 1.0)
        (repository / "train.py").write_text("print(2)\n")
        state = self.state(repository)
        assert state.patch is None
        assert state.patch_bytes > 0
        assert state.is_dirty


class TestSecrets:
    @pytest.mark.parametrize(
        "given, shown",
        [
            (["--password", "hunter2"], ["--password", "***"]),
            (["--password=hunter2"], ["--password=***"]),
            (["-p", "5", "--api-key", "hunter2", "x"], ["-p", "5", "--api-key", "***", "x"]),
            (["--db_password=hunter2"], ["--db_password=***"]),
            (["MY_API_KEY=hunter2"], ["MY_API_KEY=***"]),
            (["+trainer.hf_token=hunter2"], ["+trainer.hf_token=***"]),
            (["--wandb-token", "hunter2"], ["--wandb-token", "***"]),
            (["--secret", "-hunter2"], ["--secret", "***"]),
            (["postgres://anna:hunter2@db/x"], ["postgres://***@db/x"]),
            (["https://x.org/?access_token=hunter2&a=1"], ["https://x.org/?access_token=***&a=1"]),
            (["ghp_" + "hunter2" * 5], ["***"]),
            (["--key", "AKIA" + "H" * 16], ["--key", "***"]),
            (["--password", "--verbose"], ["--password", "--verbose"]),
            (["--lr", "0.1", "--max_tokens=512"], ["--lr", "0.1", "--max_tokens=512"]),
            (
                ["--tokenizer", "bert", "--author", "anna"],
                ["--tokenizer", "bert", "--author", "anna"],
            ),
            (["data/tokens.txt", "auth.py"], ["data/tokens.txt", "auth.py"]),
            (["--password="], ["--password="]),
        ],
    )
    def test_arguments(self, given, shown):
        result, hidden = secrets.hide_arguments(given)
        assert result == shown
        assert hidden == sum(one != other for one, other in zip(given, shown, strict=True))
        assert "hunter2" not in " ".join(result)


class TestRecord:
    def collect(self, monkeypatch, folder, arguments=("train.py",), launch=None):
        main = type(sys)("__main__")
        main.__file__ = str(folder / "train.py")
        main.__spec__ = None
        monkeypatch.setitem(sys.modules, "__main__", main)
        monkeypatch.setattr(sys, "orig_argv", ["python", *arguments])
        monkeypatch.chdir(folder)
        record = environment.collect(launch)
        return record, json.loads(record.objects[record.digest])

    def test_says_what_was_run_where_and_with_what(self, monkeypatch, repository):
        (repository / "train.py").write_text("print(2)\n")
        record, document = self.collect(monkeypatch, repository, ["-u", "train.py", "--lr", "0.1"])
        assert document["entry"] == {
            "kind": "script",
            "arguments": ["-u", "train.py", "--lr", "0.1"],
            "hidden": 0,
            "folder": str(repository),
        }
        assert document["base"] == str(repository)
        patch = document["git"]["patch"]
        assert record.objects[patch["object"]].endswith(b"-print(1)\n+print(2)\n")
        assert document["python"]["version"] == ".".join(map(str, sys.version_info[:3]))
        assert any(one["name"] == "pytest" for one in document["packages"])
        assert record.tags["mlflow.source.git.commit"] == document["git"]["commit"]
        assert record.tags["mlflow.source.git.dirty"] == "true"
        assert record.tags["runlens.environment"] == record.digest

    def test_equal_surroundings_give_equal_records(self, monkeypatch, repository):
        first, _ = self.collect(monkeypatch, repository)
        second, _ = self.collect(monkeypatch, repository)
        assert first.objects.keys() == second.objects.keys()

    def test_no_value_of_the_environment_is_in_it(self, monkeypatch, repository):
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "hunter2-of-mlflow")
        monkeypatch.setenv("OPENAI_API_KEY", "hunter2-of-openai")
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "hunter2-of-cuda")
        arguments = ["train.py", "--password", "hunter2-as-argument"]
        record, document = self.collect(monkeypatch, repository, arguments)
        assert not any(b"hunter2" in content for content in record.objects.values())
        assert not any("hunter2" in value for value in record.tags.values())
        assert "MLFLOW_TRACKING_PASSWORD" in document["variables"]
        assert "OPENAI_API_KEY" not in document["variables"]
        assert document["entry"]["hidden"] == 1

    def test_a_patch_that_is_too_large_is_told_and_left_out(self, monkeypatch, repository):
        monkeypatch.setattr(environment, "MOST_PATCH_BYTES", 100)
        (repository / "train.py").write_text("x = 1\n" * 500)
        record, document = self.collect(monkeypatch, repository)
        assert document["git"]["patch"].keys() == {"bytes"}
        assert list(record.objects) == [record.digest]

    def test_untracked_code_is_kept_and_other_files_are_named(self, monkeypatch, repository):
        (repository / "helper.py").write_text("x = 1\n")
        (repository / ".env").write_text("SECRET=hunter2\n")
        (repository / "data.csv").write_text("1,2\n")
        record, document = self.collect(monkeypatch, repository)
        kept = {one["path"]: one["kept"] for one in document["files"]}
        assert kept == {"helper.py": True, ".env": False, "data.csv": False}
        assert not any(b"hunter2" in content for content in record.objects.values())

    def test_files_are_bounded(self, monkeypatch, repository):
        monkeypatch.setattr(environment, "_MOST_FILES", 5)
        monkeypatch.setattr(environment, "_MOST_KEPT_BYTES", 20)
        for name in string.ascii_lowercase[:8]:
            (repository / f"{name}.py").write_text("x = 123456\n")
        record, document = self.collect(monkeypatch, repository)
        assert len(document["files"]) == 5
        assert document["filesLeftOut"] == 3
        assert sum(one["kept"] for one in document["files"]) == 1
        assert sum(map(len, record.objects.values())) - len(record.objects[record.digest]) <= 20

    def test_without_git_the_imported_code_of_the_workspace_is_kept(self, monkeypatch, tmp_path):
        (tmp_path / "train.py").write_text("import part\n")
        (tmp_path / "part.py").write_text("y = 2\n")
        (tmp_path / "other.py").write_text("z = 3\n")
        part = type(sys)("part")
        part.__file__ = str(tmp_path / "part.py")
        monkeypatch.setitem(sys.modules, "part", part)
        record, document = self.collect(monkeypatch, tmp_path)
        assert "git" not in document
        assert [one["path"] for one in document["files"]] == ["part.py", "train.py"]
        assert b"y = 2\n" in record.objects.values()

    def test_a_changed_working_folder_is_seen_through(self, monkeypatch, repository, tmp_path):
        main = type(sys)("__main__")
        main.__file__ = str(repository / "sub" / "train.py")
        monkeypatch.setitem(sys.modules, "__main__", main)
        monkeypatch.setattr(sys, "orig_argv", ["python", "sub/train.py"])
        monkeypatch.chdir(tmp_path)
        assert environment._entry(None)["folder"] == str(repository)

    def test_it_can_be_turned_off(self, monkeypatch):
        monkeypatch.setenv("RUNLENS_RECORD_ENVIRONMENT", "False")
        assert not environment.is_enabled()


class TestPackages:
    def test_are_those_that_importlib_tells(self):
        import importlib.metadata as metadata

        def normal(name):
            return name.lower().replace("_", "-").replace(".", "-")

        expected = {}
        for one in metadata.distributions():
            if one.metadata["Name"]:
                expected.setdefault(normal(one.metadata["Name"]), one.version)
        found = {one["name"]: one["version"] for one in packages.installed_packages()}
        expected.pop("runlens", None)
        found.pop("runlens", None)
        assert found == expected

    def test_where_they_came_from(self, monkeypatch, tmp_path):
        def make(folder, url, **more):
            info = tmp_path / folder
            info.mkdir()
            if url:
                (info / "direct_url.json").write_text(json.dumps({"url": url, **more}))

        make("plain-1.0.dist-info", None)
        vcs = {"vcs": "git", "commit_id": "abc"}
        make("from_git-2.0.dist-info", "https://u:p@example.org/x.git", vcs_info=vcs)
        make("local-3.0.dist-info", "file:///home/anna/local", dir_info={"editable": True})
        make("old-4.0-py3.11.egg-info", None)
        make("nothing.egg-info", None)
        monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "missing")])
        assert packages.installed_packages() == [
            {"name": "from-git", "version": "2.0", "url": "git+https://example.org/x.git@abc"},
            {"name": "local", "version": "3.0", "local": "/home/anna/local"},
            {"name": "old", "version": "4.0"},
            {"name": "plain", "version": "1.0"},
        ]


class TestMachine:
    def test_facts(self):
        facts = machine.system_facts()
        assert facts["cpus"] == os.cpu_count()
        assert facts["os"] and isinstance(facts["gpus"], list)
        assert facts["memory"] > 1e8

    def test_gpus_are_those_of_nvidia_smi(self, monkeypatch, tmp_path):
        program = tmp_path / "nvidia-smi"
        program.write_text("#!/bin/sh\necho 'NVIDIA X, 40960 MiB, 555.1'\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        assert machine._ask_gpu_names() == ["NVIDIA X, 40960 MiB, 555.1"]


class TestSystemMetrics:
    def test_a_sample_has_mlflows_names_and_sensible_values(self):
        source = system_metrics.Source()
        sum(range(3_000_000))
        values = source.sample()
        assert values.keys() >= {
            "system/cpu_utilization_percentage",
            "system/system_memory_usage_megabytes",
            "system/system_memory_usage_percentage",
            "system/disk_usage_percentage",
            "system/disk_usage_megabytes",
            "system/disk_available_megabytes",
            "system/network_receive_megabytes",
            "system/network_transmit_megabytes",
        }
        assert all(value >= 0 for value in values.values())
        for name, value in values.items():
            assert not name.endswith("_percentage") or value <= 100

    def test_gpu_values(self):
        text = "0, 87, 1024, 4096, 150.5, 300\n1, [N/A], 0, 4096, [N/A], [N/A]\nbroken\n"
        values = system_metrics.parse_gpus(text)
        assert values["gpu_0_utilization_percentage"] == 87
        assert values["gpu_0_memory_usage_percentage"] == 25
        assert values["gpu_0_memory_usage_megabytes"] == pytest.approx(1073.741824)
        assert values["gpu_0_power_usage_watts"] == 150.5
        assert values["gpu_0_power_usage_percentage"] == pytest.approx(50.1666, abs=1e-3)
        assert values["gpu_1_memory_usage_percentage"] == 0
        assert "gpu_1_utilization_percentage" not in values

    def test_a_gpu_that_does_not_answer_is_not_asked_again(self, monkeypatch, tmp_path):
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\necho x >> {tmp_path}/asked\nexit 9\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        source = system_metrics.Source()
        for _ in range(3):
            assert not any("gpu" in name for name in source.sample())
        assert (tmp_path / "asked").read_text() == "x\n"

    @pytest.mark.parametrize(
        "env, seconds",
        [
            ({}, 10.0),
            ({"RUNLENS_SYSTEM_METRICS": "false"}, None),
            ({"RUNLENS_SYSTEM_METRICS_INTERVAL": "2"}, 2.0),
            ({"RUNLENS_SYSTEM_METRICS_INTERVAL": "0"}, 0.1),
            ({"RUNLENS_SYSTEM_METRICS_INTERVAL": "soon"}, 10.0),
            ({"MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "false"}, None),
            (
                {"RUNLENS_SYSTEM_METRICS": "true", "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "false"},
                10.0,
            ),
            ({"MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL": "3"}, 3.0),
        ],
    )
    def test_interval_and_switch(self, monkeypatch, env, seconds):
        for name in list(os.environ):
            if "SYSTEM_METRICS" in name:
                monkeypatch.delenv(name)
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        assert system_metrics.interval() == seconds


PIPELINE = """
    import time
    from runlens import log_metric, pipeline, step

    @step
    def slow() -> int:
        log_metric("loss", 0.5)
        time.sleep(1.2)
        return 1

    @step
    def quick(x: int) -> int:
        return x + 1

    @pipeline
    def training():
        quick(slow())

    if __name__ == "__main__":
        training()
"""


class TestPipelineRuns:
    def runs(self, workspace):
        """Tracking runs of the last pipeline run: of the pipeline, and by step."""
        from runlens._connection.server import Server

        server = Server(str(workspace.folder), workspace.discovery())
        run = server.call("GET", "/api/pipelines/training/runs")["items"][0]
        detail = server.call("GET", f"/api/pipeline-runs/{run['id']}")
        ids = {step["stepId"]: step["trackingRunId"] for step in detail["stepRows"]}
        by_step = {name: server.call("GET", f"/api/runs/{one}") for name, one in ids.items()}
        return server, server.call("GET", f"/api/runs/{run['trackingRunId']}"), by_step

    def test_are_recorded_and_sampled(self, workspace):
        git(workspace.folder, "init", "-q")
        workspace.write("train.py", PIPELINE)
        git(workspace.folder, "add", ".")
        git(workspace.folder, "commit", "-qm", "x")
        printed = workspace.run("train.py", RUNLENS_SYSTEM_METRICS_INTERVAL="0.3")
        assert "system/" not in printed
        server, run, steps = self.runs(workspace)
        tags = {one["key"]: one["value"] for one in run["tags"]}
        assert tags["mlflow.source.git.commit"] == git(workspace.folder, "rev-parse", "HEAD")
        reply = server.call("GET", f"/api/objects/{tags['runlens.environment']}")
        import base64

        document = json.loads(base64.b64decode(reply["base64"]))
        assert document["entry"]["arguments"] == ["train.py"]
        metrics = {one["key"]: one["count"] for one in steps["slow"]["metrics"]}
        assert metrics["system/cpu_utilization_percentage"] >= 2
        assert metrics["loss"] == 1
        # cached steps tell their own metrics only
        again = workspace.rows("train.py")
        assert again["slow"]["metrics"] == "loss 0.5"

    def test_can_be_left_alone(self, workspace):
        workspace.write("train.py", PIPELINE)
        workspace.run(
            "train.py",
            RUNLENS_SYSTEM_METRICS="0",
            RUNLENS_SYSTEM_METRICS_INTERVAL="0.2",
            RUNLENS_RECORD_ENVIRONMENT="0",
        )
        _, run, steps = self.runs(workspace)
        assert not any(one["key"] == "runlens.environment" for one in run["tags"])
        assert [one["key"] for one in steps["slow"]["metrics"]] == ["loss"]

    def test_a_workspace_that_cannot_be_read_does_not_fail_the_run(self, workspace):
        workspace.write("train.py", PIPELINE)
        workspace.write(
            "sitecustomize.py",
            """
            import runlens._record.environment
            def collect(launch=None):
                raise PermissionError("not allowed")
            runlens._record.environment.collect = collect
            """,
        )
        path = f"{workspace.folder}{os.pathsep}{workspace.env['PYTHONPATH']}"
        printed = workspace.run("train.py", PYTHONPATH=path)
        assert printed.count("not recorded: not allowed") == 1
        assert "2 ran" in printed
