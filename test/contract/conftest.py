"""Starts a Runlens server and points the real MLflow client at it."""

import hashlib
import itertools
import json
import os
import shlex
import subprocess
import time
from pathlib import Path

import pytest

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
# A refused call fails at once instead of being tried again for minutes.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")

import mlflow

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 30


# These take long with few tests. Begun last, they would keep one process busy alone.
LONG = (
    "test_models_flavors",
    "test_autolog",
    "test_projects",
    "test_environment",
    "test_serve",
    "test_example",
    "test_import",
)


def pytest_collection_modifyitems(items):
    """The long files first, the others as they are."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


class Server:
    """A running server: its process, discovery file and root."""

    def __init__(self, root: Path, state: Path):
        self.root = root.resolve()
        command = shlex.split(os.environ.get("RUNLENS_TEST_SERVER", "node dist/server.js"))
        environment = {**os.environ, "RUNLENS_STATE_DIR": str(state)}
        name = hashlib.sha256(str(self.root).encode()).hexdigest()[:32]
        self.file = state / f"{name}.json"
        self.log = (root / "server.log").open("wb")
        self.process = subprocess.Popen(
            [*command, "--root", str(self.root)],
            cwd=REPOSITORY,
            env=environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        self.discovery = self.wait()

    def wait(self) -> dict:
        """Returns the discovery file once this process has written it."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if self.file.exists():
                discovery = json.loads(self.file.read_text())
                if discovery["pid"] == self.process.pid:
                    return discovery
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"The server did not start:\n{(self.root / 'server.log').read_text()}")

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.discovery['port']}"

    @property
    def token(self) -> str:
        return self.discovery["tokens"]["tracking"]

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("state"))
    for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
        os.environ.pop(name, None)
    os.environ["MLFLOW_TRACKING_URI"] = running.uri
    os.environ["MLFLOW_TRACKING_TOKEN"] = running.token
    mlflow.set_tracking_uri(running.uri)
    yield running
    running.stop()


@pytest.fixture
def client(server):
    return mlflow.MlflowClient()


numbers = itertools.count()


@pytest.fixture
def experiment(server):
    """A new experiment, made the current one."""
    made = mlflow.set_experiment(f"experiment {next(numbers)}")
    yield made
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture
def rest(server):
    """Calls the REST API without the client: `rest("GET", "runs/get", params=…)`."""
    import requests

    def call(method: str, path: str, prefix: str = "api/2.0/mlflow", **options):
        headers = {"Authorization": f"Bearer {server.token}", **options.pop("headers", {})}
        url = f"{server.uri}/{prefix}/{path}"
        return requests.request(method, url, headers=headers, timeout=20, **options)

    return call
