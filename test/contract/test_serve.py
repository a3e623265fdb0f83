"""`runlens serve` as docs/team-server.md has it: tokens, TLS by nginx, the real MLflow client."""

from __future__ import annotations

import http.client
import json
import os
import re
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from proxy import Nginx, make_certificate

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = (REPOSITORY / "docs" / "team-server.md").read_text()
CLI = ["node", str(REPOSITORY / "dist" / "cli.js")]
NAME = "localhost"
READ, WRITE = "r" * 40, "w" * 40


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def block_of(language: str, containing: str) -> str:
    """A code block of the page."""
    blocks = re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)
    return next(block for block in blocks if containing in block)


def own_environment(state: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MLFLOW_", "RUNLENS_"))
    }
    return {**kept, "RUNLENS_STATE_DIR": str(state)}


class Team:
    """A served folder behind nginx, with what a member of the team has."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.root = folder / "root"
        self.root.mkdir()
        self.port = free_port()
        self.env = own_environment(folder / "state")
        self.tokens = folder / "tokens"
        self.tokens.touch(0o600)
        self.tokens.write_text(f"# the team\nci read {READ}\nanna write {WRITE}\n")
        self.access_log = folder / "access.log"
        self.process = self.serve()
        self.tls_port = free_port()
        self.certificate, key = make_certificate(folder, NAME)
        block = (
            block_of("nginx", "proxy_pass")
            .replace("listen 443", f"listen 127.0.0.1:{self.tls_port}")
            .replace("/etc/ssl/runs.example.org.crt", str(self.certificate))
            .replace("/etc/ssl/runs.example.org.key", str(key))
            .replace("runs.example.org", NAME)
            .replace("127.0.0.1:5000", f"127.0.0.1:{self.port}")
        )
        assert "5000" not in block and "443 " not in block
        (folder / "nginx").mkdir()
        self.nginx = Nginx(folder / "nginx", block)
        self.wait_for_proxy()

    def serve(self) -> subprocess.Popen:
        """The command of the page, with this folder's paths."""
        command = next(line for line in block_of("sh", "/etc/runlens/tokens").splitlines() if line)
        words = shlex.split(
            command.replace("/etc/runlens/tokens", str(self.tokens))
            .replace("/var/log/runlens/access.log", str(self.access_log))
            .replace("runs.example.org", NAME)
        )
        assert words.pop(0) == "runlens"
        process = subprocess.Popen(
            [*CLI, *words, "--port", str(self.port), "--root", str(self.root)],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "SIGTERM ends it" in line:
                break
        self.printed = "".join(lines)
        assert process.poll() is None, self.printed
        return process

    def wait_for_proxy(self) -> None:
        for _ in range(200):
            try:
                if self.ask("GET", "/health", None)[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(self.nginx.log.read_text())

    def ask(self, method: str, path: str, token: str | None, body: dict | None = None):
        """A request through the proxy: status and text."""
        trust = ssl.create_default_context(cafile=str(self.certificate))
        connection = http.client.HTTPSConnection(NAME, self.tls_port, context=trust, timeout=20)
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def member(self, token: str, script: str) -> subprocess.CompletedProcess:
        """Runs a script with what the page tells everybody to set."""
        file = self.folder / "member.py"
        file.write_text(textwrap.dedent(script))
        env = {
            **self.env,
            "MLFLOW_TRACKING_URI": f"https://{NAME}:{self.tls_port}",
            "MLFLOW_TRACKING_USERNAME": "runlens",
            "MLFLOW_TRACKING_PASSWORD": token,
            "MLFLOW_TRACKING_SERVER_CERT_PATH": str(self.certificate),
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "PYTHONPATH": str(REPOSITORY / "dist" / "python"),
            "LOGNAME": "berta",
        }
        return subprocess.run(
            [sys.executable, str(file)],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def discovery(self) -> dict:
        file = next(iter((self.folder / "state").glob("*.json")))
        return json.loads(file.read_text())

    def close(self) -> None:
        self.nginx.stop()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


@pytest.fixture(scope="module")
def team(tmp_path_factory):
    one = Team(tmp_path_factory.mktemp("team"))
    yield one
    one.close()


WRITES = """
    import mlflow, os, pathlib, sys
    mlflow.set_experiment("team")
    with mlflow.start_run() as run:
        mlflow.log_param("gamma", 0.1)
        for step in range(50):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        content = os.urandom(6_000_000)
        pathlib.Path("big.bin").write_bytes(content)
        mlflow.log_artifact("big.bin")
    found = mlflow.search_runs(experiment_names=["team"], filter_string="metrics.loss < 0.1")
    assert list(found.run_id) == [run.info.run_id]
    local = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="big.bin")
    assert pathlib.Path(local).read_bytes() == content
    print(run.info.run_id, mlflow.get_run(run.info.run_id).data.tags["mlflow.user"])
"""


@pytest.fixture(scope="module")
def logged(team) -> str:
    """A run that a member with a write token has logged through TLS."""
    done = team.member(WRITE, WRITES)
    assert done.returncode == 0, done.stdout + done.stderr
    run_id, user = done.stdout.split("\n")[-2].split()
    assert user == "berta", "not the name that the client logs in with"
    return run_id


def test_the_command_prints_what_to_type(team):
    assert f"export MLFLOW_TRACKING_URI=http://127.0.0.1:{team.port}\n" in team.printed
    assert "export MLFLOW_TRACKING_USERNAME=runlens\n" in team.printed
    assert WRITE not in team.printed


def test_a_write_token_logs_through_tls(logged):
    assert re.fullmatch("[0-9a-f]{32}", logged)


def test_the_environment_of_a_remote_run_is_recorded(team, logged):
    status, text = team.ask("GET", f"/api/2.0/mlflow/runs/get?run_id={logged}", READ)
    assert status == 200
    tags = {tag["key"]: tag["value"] for tag in json.loads(text)["run"]["data"]["tags"]}
    status, text = team.ask("GET", f"/api/objects/{tags['runlens.environment']}", READ)
    assert status == 200


def test_a_read_token_reads(team, logged):
    done = team.member(
        READ,
        f"""
        import mlflow
        client = mlflow.MlflowClient()
        assert client.get_run("{logged}").data.params == {{"gamma": "0.1"}}
        assert len(client.get_metric_history("{logged}", "loss")) == 50
        assert [file.path for file in client.list_artifacts("{logged}")] == ["big.bin"]
        assert len(client.search_experiments()) == 2
        """,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "call",
    [
        "client.create_experiment('by ci')",
        "client.log_metric(run, 'loss', 1.0)",
        "client.log_param(run, 'p', 1)",
        "client.set_tag(run, 't', 1)",
        "client.delete_run(run)",
        "client.set_terminated(run)",
        "client.log_text(run, 'x', 'x.txt')",
        "client.log_batch(run, [], [mlflow.entities.Param('q', '1')], [])",
    ],
)
def test_a_read_token_writes_nothing(team, logged, call):
    done = team.member(
        READ,
        f"""
        import mlflow
        client, run = mlflow.MlflowClient(), "{logged}"
        try:
            {call}
        except Exception as error:
            assert "may read only" in str(error) or "403" in str(error), repr(error)
        else:
            raise SystemExit("it was let in")
        """,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_nobody_without_a_valid_token(team):
    search = "/api/2.0/mlflow/experiments/search?max_results=5"
    for token in (None, "", "x" * 40, WRITE.upper(), WRITE[:-1], WRITE + "w"):
        assert team.ask("GET", search, token)[0] == 401


def test_code_is_not_run_through_the_proxy(team):
    control = team.discovery()["tokens"]["control"]
    for token in (WRITE, READ, control):
        for method, path in (
            ("POST", "/api/launches"),
            ("POST", "/api/shutdown"),
            ("POST", "/api/worker/register"),
            ("GET", "/api/info"),
            ("GET", "/events"),
        ):
            status, _ = team.ask(method, path, token, {} if method == "POST" else None)
            assert status in (401, 403), (method, path)
    assert team.process.poll() is None


def test_the_access_log_says_who_and_tells_no_token(team, logged):
    team.ask("GET", "/api/2.0/mlflow/experiments/search?token=hunter2", WRITE)
    time.sleep(0.3)
    text = team.access_log.read_text()
    assert re.search(
        r' 127\.0\.0\.1,127\.0\.0\.1 anna "POST /api/2\.0/mlflow/runs/create" 200 ', text
    )
    assert re.search(r' - "GET /api/2\.0/mlflow/experiments/search\S*" 401 ', text)
    control = team.discovery()["tokens"]["control"]
    for secret in (READ, WRITE, control, "hunter2"):
        assert secret not in text


def test_the_log_is_reopened_after_it_was_moved(team):
    team.access_log.rename(team.folder / "access.log.1")
    for _ in range(100):
        team.ask("GET", "/version", None)
        if team.access_log.exists() and "/version" in team.access_log.read_text():
            return
        time.sleep(0.1)
    raise AssertionError("the log was not opened anew")


def test_programs_of_the_machine_use_the_same_server(team, logged):
    shown = subprocess.run(
        [*CLI, "show", logged[:8], "--json", "--root", str(team.root)],
        env=team.env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["runId"] == logged


def test_sigterm_ends_it_with_everything_on_disk(tmp_path):
    team = Team(tmp_path)
    try:
        server = team.discovery()["pid"]
        assert (
            team.ask("POST", "/api/2.0/mlflow/experiments/create", WRITE, {"name": "kept"})[0]
            == 200
        )
        team.process.send_signal(signal.SIGTERM)
        assert team.process.wait(30) == 0
        with pytest.raises(ProcessLookupError):
            os.kill(server, 0)
        team.process = team.serve()
        path = "/api/2.0/mlflow/experiments/get-by-name?experiment_name=kept"
        assert team.ask("GET", path, READ)[0] == 200
    finally:
        team.close()


def test_the_unit_names_the_command_as_it_is():
    start = re.search(r"^ExecStart=(.*)$", block_of("ini", "ExecStart"), re.MULTILINE)
    words = shlex.split(start[1])
    options = [word for word in words if word.startswith("--")]
    helped = subprocess.run([*CLI, "serve", "--help"], capture_output=True, text=True)
    assert words[2] == "serve"
    assert all(f"{option} " in helped.stdout for option in options)
