"""Finding, starting and losing the server; and who may be trusted to be it."""

import json
import os
import shutil
import subprocess
import sys
import time

import pytest
from runlens import ServerError
from runlens._connection.discovery import check_owner, discovery_path, read_private_json

SLOW = """
    import time
    from pathlib import Path
    from runlens import log_metric, pipeline, step

    @step
    def first() -> int:
        for at in range(40):
            log_metric("value", at, step=at)
            Path("at").write_text(str(at))
            time.sleep(0.05)
        return 1

    @step
    def second(value: int) -> int:
        return value + 1

    @pipeline
    def p():
        second(first())

    run = p()
    print("value:", run.steps["second"].output.load())
    from runlens._connection.server import connect_server
    from runlens.client import Client
    print("last:", Client().get_pipeline_run(run.id).steps["first"].metrics)
"""


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def test_a_killed_server_is_restarted_and_the_run_goes_on(workspace):
    workspace.write("slow.py", SLOW)
    process = workspace.start("slow.py")
    at = workspace.folder / "at"
    wait_for(lambda: at.exists() and at.read_text().strip() in {str(n) for n in range(8, 40)})
    first = workspace.discovery()["pid"]
    workspace.kill_server()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    assert "value: 2" in out
    assert "last: {'value': 39.0}" in out
    assert workspace.discovery()["pid"] != first


def test_two_scripts_at_once_share_one_server(workspace):
    workspace.write("connect.py", "import runlens; print(runlens.connect().url)")
    processes = [workspace.start("connect.py") for _ in range(4)]
    results = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, results
    assert len({out for out, _ in results}) == 1


def test_an_owner_that_dies_without_an_answer_is_followed(workspace):
    """As after a kill: for a moment the process is still there, and the next server gives up."""
    workspace.write("connect.py", "import runlens; print(runlens.connect().url)")
    workspace.run("connect.py")
    owner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    data = workspace.folder / ".runlens"
    lock = max(data.glob("lock.*"), key=lambda file: int(file.name.split(".")[1]))
    held = json.loads(lock.read_text())
    workspace.kill_server()
    lock.write_text(json.dumps({**held, "pid": owner.pid}))
    process = workspace.start("connect.py")
    [log] = workspace.state.glob("*.start.log")
    wait_for(lambda: "The store is in use by process" in log.read_text())
    owner.kill()
    owner.wait()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out.startswith("http://127.0.0.1:")


def test_connect_sets_the_environment_but_never_replaces_the_users(workspace):
    workspace.write(
        "connect.py",
        """
        import json, os, runlens
        try:
            made = runlens.connect()
            assert all(os.environ[name] == value for name, value in made.env.items())
            print(json.dumps(made.env))
        except runlens.RunlensError as error:
            print("refused:", error, os.environ["MLFLOW_TRACKING_URI"])
        """,
    )
    env = json.loads(workspace.run("connect.py"))
    assert env["MLFLOW_TRACKING_URI"].startswith("http://127.0.0.1:")
    tokens = workspace.discovery()["tokens"]
    assert env["MLFLOW_TRACKING_TOKEN"] == env["MLFLOW_TRACKING_PASSWORD"] == tokens["tracking"]
    assert tokens["control"] not in json.dumps(env)
    text = workspace.run("connect.py", MLFLOW_TRACKING_URI="https://company.example")
    assert "refused: MLFLOW_TRACKING_URI is set to https://company.example" in text
    assert text.strip().endswith("https://company.example")
    moved = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:1", "MLFLOW_TRACKING_USERNAME": "runlens"}
    assert json.loads(workspace.run("connect.py", **moved)) == env


def test_a_foreign_process_on_the_port_gets_no_token(workspace, tmp_path):
    import http.server
    import threading

    seen = []

    class Foreign(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(dict(self.headers))
            self.send_response(200)
            self.send_header("x-runlens-proof", "0" * 64)
            self.send_header("content-length", "0")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_):
            pass

    workspace.write("connect.py", "import runlens; print(runlens.connect().url)")
    workspace.run("connect.py")
    discovery = workspace.discovery()
    workspace.kill_server()
    time.sleep(0.2)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", discovery["port"]), Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = workspace.run("connect.py").strip()
    finally:
        server.shutdown()
        server.server_close()
    assert url != f"http://127.0.0.1:{discovery['port']}"
    assert seen
    for secret in discovery["tokens"].values():
        assert all(secret not in str(headers) for headers in seen)
    assert workspace.discovery()["tokens"] != discovery["tokens"]


def test_no_way_to_start_names_all_ways(workspace, tmp_path):
    workspace.write("connect.py", "import runlens; runlens.connect()")
    copy = tmp_path / "installed"
    shutil.copytree(
        workspace.env["PYTHONPATH"] + "/runlens",
        copy / "runlens",
        ignore=shutil.ignore_patterns("_server"),
    )
    text = workspace.run(
        "connect.py",
        code=1,
        PYTHONPATH=str(copy),
        RUNLENS_SERVER="",
        PATH=os.path.dirname(sys.executable),
    )
    for way in ("launcher.json", "RUNLENS_SERVER", "Node.js"):
        assert way in text


def test_a_wrong_server_path_says_so(workspace):
    workspace.write("connect.py", "import runlens; runlens.connect()")
    text = workspace.run("connect.py", code=1, RUNLENS_SERVER="/nowhere/server.js")
    assert "RUNLENS_SERVER names /nowhere/server.js, which is not a file" in text


def test_a_server_that_cannot_start_shows_its_last_words(workspace, tmp_path):
    broken = tmp_path / "broken.js"
    broken.write_text("console.error('the reason why'); process.exit(1)")
    workspace.write("connect.py", "import runlens; runlens.connect()")
    text = workspace.run("connect.py", code=1, RUNLENS_SERVER=str(broken))
    assert "ended with exit code 1" in text
    assert "the reason why" in text


KILLED_WHILE_IT_STARTS = """
const fs = require('node:fs');
const starts = fs.readdirSync({folder}).length;
fs.writeFileSync(`${{{folder}}}/${{starts}}`, '');
if (starts < {times}) process.kill(process.pid, 'SIGKILL');
else require({server});
"""


@pytest.mark.parametrize(("times", "code"), [(1, 0), (2, 1)])
def test_a_server_that_is_killed_while_it_starts_is_started_once_more(
    workspace, tmp_path, times, code
):
    folder = tmp_path / "starts"
    folder.mkdir()
    mortal = tmp_path / "mortal.js"
    given = {"folder": str(folder), "server": workspace.env["RUNLENS_SERVER"]}
    texts = {key: json.dumps(value) for key, value in given.items()}
    mortal.write_text(KILLED_WHILE_IT_STARTS.format(times=times, **texts))
    workspace.write("connect.py", "import runlens; print(runlens.connect().url)")
    text = workspace.run("connect.py", code=code, RUNLENS_SERVER=str(mortal))
    assert ("http://127.0.0.1:" in text) is (code == 0)
    assert ("ended with exit code -9" in text) is (code == 1)
    assert len(list(folder.iterdir())) == 2


def test_the_launcher_of_the_extension_is_used(workspace):
    server = workspace.env.pop("RUNLENS_SERVER")
    workspace.state.mkdir()
    launcher = workspace.state / "launcher.json"
    value = {"runtime": shutil.which("node"), "env": {"A": "1"}, "server": server, "version": "1"}
    launcher.write_text(json.dumps(value))
    workspace.write("connect.py", "import runlens; print(runlens.connect().url)")
    assert workspace.run("connect.py").startswith("http://127.0.0.1:")
    launcher.chmod(0o666)
    workspace.kill_server()
    time.sleep(0.1)
    assert "is open to other users" in workspace.run("connect.py", code=1)


def test_files_that_others_may_read_are_refused(tmp_path):
    file = tmp_path / "x.json"
    file.write_text("{}")
    file.chmod(0o600)
    assert read_private_json(str(file)) == {}
    file.chmod(0o644)
    with pytest.raises(ServerError, match="open to other users"):
        read_private_json(str(file))
    status = os.stat_result((0o100600, 0, 0, 1, os.getuid() + 1, 0, 0, 0, 0, 0))
    with pytest.raises(ServerError, match="belongs to another user"):
        check_owner("x", status, 0o077)


def test_the_discovery_file_is_named_by_the_root(monkeypatch):
    import hashlib

    monkeypatch.setenv("RUNLENS_STATE_DIR", "/state")
    digest = hashlib.sha256("/mes données".encode()).hexdigest()[:32]
    assert discovery_path("/mes données") == f"/state/{digest}.json"
