"""What a person sees when something is wrong: one message, own lines, nothing half-written."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
import zlib

import pytest

BAD_PIPELINES = {
    "a step without a type on its output, used by another": (
        """
        @step
        def untyped():
            return 1

        @step
        def use(value: int) -> int:
            return value

        @pipeline
        def p():
            use(untyped())
        """,
        r"Step untyped \(bad\.py:4\) has no type on its output, but use uses it as 'value'\. "
        r"Annotate the return type, as in `def untyped\(\.\.\.\) -> dict:`\.",
    ),
    "a cycle": (
        """
        @step
        def load() -> int:
            return 1

        @step
        def train(value: int) -> int:
            return value

        @pipeline
        def p():
            train(load(after="train"))
        """,
        r"The steps wait for each other in a cycle: load → train → load\. Remove one `after`\.",
    ),
    "a parameter that is not serialisable": (
        """
        @step
        def train(model: object) -> int:
            return 1

        @pipeline
        def p():
            train(object())
        """,
        r"Step train \(bad\.py:4\): parameter 'model' has a value of type object that is not "
        r"JSON-serialisable\. Pass it as the output of a step, .*",
    ),
    "no steps": (
        """
        @pipeline
        def p():
            pass
        """,
        r"Pipeline p \(bad\.py:4\) has no steps: it calls no function .*",
    ),
}


@pytest.mark.parametrize("name", BAD_PIPELINES)
def test_bad_pipelines_say_where_and_what_to_do_and_leave_nothing_behind(workspace, name):
    body, message = BAD_PIPELINES[name]
    head = "from runlens import pipeline, step\n\n"
    file = workspace.write("bad.py", body)
    file.write_text(head + file.read_text().strip("\n") + "\n\np()\n")
    text = workspace.run("bad.py", code=1)
    assert re.fullmatch(rf"runlens\.errors\.StepInterfaceError: {message}", text.splitlines()[-1])
    assert own_frames(text) == []
    assert not list(workspace.state.glob("*"))
    assert not list((workspace.folder / ".runlens").iterdir())


def own_frames(text: str) -> list[str]:
    """The lines of a traceback that show the SDK's own files."""
    return [line for line in text.splitlines() if re.search(r'File ".*[\\/]runlens[\\/]', line)]


RAISES = """
    from runlens import pipeline, step

    @step
    def load() -> int:
        return 1

    def check(value):
        raise ValueError(f"no good data: {value}")

    @step
    def train(value: int) -> int:
        check(value)
        return value

    @step
    def report(value: int) -> int:
        return value

    @pipeline
    def p():
        report(train(load()))

    p()
"""


def test_a_step_that_raises_leaves_its_traceback_in_terminal_log_and_row(workspace):
    workspace.write("train.py", RAISES)
    text = workspace.run("train.py", code=1)
    assert text.splitlines()[-1] == "ValueError: no good data: 1"
    assert own_frames(text) == []
    assert ", line 13, in train\n    check(value)\n" in text

    [run] = get(workspace, "/api/pipelines/p/runs")["items"]
    assert run["status"] == "failed"
    steps = {
        row["stepId"]: row for row in get(workspace, f"/api/pipeline-runs/{run['id']}")["stepRows"]
    }
    assert {name: row["status"] for name, row in steps.items()} == {
        "load": "ran",
        "train": "failed",
        "report": "skipped",
    }
    error = steps["train"]["error"]
    assert (error["type"], error["message"]) == ("ValueError", "no good data: 1")
    assert error["source"] == {"file": "train.py", "line": 9}
    assert steps["train"]["outputs"] == []
    log = get(workspace, f"/api/logs/{steps['train']['id']}")["text"]
    for shown in (error["traceback"], log):
        assert "Traceback (most recent call last)" in shown
        assert ", line 9, in check" in shown
        assert "ValueError: no good data: 1" in shown
        assert own_frames(shown) == []


def get(workspace, path: str) -> dict:
    discovery = workspace.discovery()
    request = urllib.request.Request(
        f"http://127.0.0.1:{discovery['port']}{path}",
        headers={"Authorization": f"Bearer {discovery['tokens']['control']}"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


GOOD = """
    from runlens import pipeline, step

    @step
    def load() -> int:
        return 1

    @pipeline
    def p():
        load()

    p()
"""

linux = pytest.mark.skipif(sys.platform != "linux", reason="mount namespaces are Linux's")
# Entered anew, so that the working folder is the one that was mounted.
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0" && exec "$@"'


def run_on_read_only_disk(workspace, script: str) -> str:
    """Runs a script that must fail, in its folder on a disk that is really read-only."""
    user = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    namespace = ["unshare", *user, "--mount"]
    done = subprocess.run(
        [*namespace, "sh", "-c", READ_ONLY, workspace.folder, sys.executable, script],
        env=workspace.env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout + done.stderr


def stop_server(workspace) -> None:
    """Ends it well, so that there is a snapshot, and waits for the lock to be free."""
    os.kill(workspace.discovery()["pid"], signal.SIGTERM)
    for _ in range(200):
        if list((workspace.folder / ".runlens").glob("lock.*.released")):
            return
        time.sleep(0.05)
    raise AssertionError("the server did not end")


def only_message(text: str) -> str:
    """The message of an error that is shown with the user's own line alone."""
    lines = text.strip().splitlines()
    assert lines[0] == "Traceback (most recent call last):", text
    assert len(lines) == 4, text
    assert own_frames(text) == []
    return lines[-1].removeprefix("runlens.errors.ServerError: ")


@linux
def test_a_read_only_disk_without_a_store(workspace):
    workspace.write("train.py", GOOD)
    (workspace.folder / ".runlens").rmdir()
    (workspace.folder / "pyproject.toml").touch()
    message = only_message(run_on_read_only_disk(workspace, "train.py"))
    assert message == (
        f"Runs cannot be stored: {workspace.folder}/.runlens cannot be written (the disk is "
        "read-only). Set the environment variable RUNLENS_DIR to a folder that can be."
    )
    assert sorted(one.name for one in workspace.folder.iterdir()) == ["pyproject.toml", "train.py"]


@linux
def test_a_read_only_disk_with_a_store(workspace):
    workspace.write("train.py", GOOD)
    workspace.run("train.py")
    stop_server(workspace)
    before = content(workspace)
    message = only_message(run_on_read_only_disk(workspace, "train.py"))
    assert message.startswith(
        f"Nothing can be run. The store is opened read-only: {workspace.folder}/.runlens cannot be "
        "written (the disk is read-only). "
    )
    assert "RUNLENS_DIR" in message
    assert content(workspace) == before


def test_a_store_of_a_newer_version(workspace):
    workspace.write("train.py", GOOD)
    workspace.run("train.py")
    stop_server(workspace)
    make_newer(workspace)
    before = content(workspace)
    message = only_message(workspace.run("train.py", code=1))
    assert re.match(r"Nothing can be run\. .* newer version of Runlens\..* Update Runlens", message)
    assert content(workspace) == before


def make_newer(workspace) -> None:
    """Gives the newest snapshot the schema of a version to come, with a right checksum."""
    manifest = max((workspace.folder / ".runlens" / "store").glob("snapshot-*.json"))
    snapshot = manifest.with_suffix(".sqlite")
    database = sqlite3.connect(snapshot)
    database.execute("PRAGMA user_version = 99")
    database.commit()
    database.close()
    data = snapshot.read_bytes()
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "size": len(data), "crc32": zlib.crc32(data)}))


def content(workspace) -> dict:
    """Every file of the store and its artifacts."""
    data = workspace.folder / ".runlens"
    files = [*data.glob("store/**/*"), *data.glob("artifacts/**/*")]
    return {str(file): file.read_bytes() for file in files if file.is_file()}


def test_the_users_own_hook_for_exceptions_stays(workspace):
    workspace.write(
        "hook.py",
        """
        import sys
        from runlens import pipeline

        sys.excepthook = lambda kind, error, trace: print("mine:", error)

        @pipeline
        def p():
            pass

        p()
        """,
    )
    assert "mine: Pipeline p (hook.py:8) has no steps" in workspace.run("hook.py", code=1)
