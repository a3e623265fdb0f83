"""Imports and exports: what MLflow answers about its own store, it answers about the import too.

`import_data.py` fills a store of MLflow and asks it; here the same questions go to a Runlens server
after an import, and to MLflow again after an export.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import REPOSITORY, Server

DATA = Path(__file__).with_name("import_data.py")
COMMAND_LINE = ["node", str(REPOSITORY / "dist" / "cli.js")]
FIXTURES = sorted((REPOSITORY / "test" / "fixtures" / "mlflow").glob("*.tar.gz"))


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    return tmp_path_factory.mktemp("import")


@pytest.fixture(scope="module")
def origins(space):
    """Stores made by the real MLflow: its folders, and its database with artifacts beside it."""
    made = {}
    for name in ("mlruns", "mlflow.db"):
        folder = space / f"origin-{name}"
        folder.mkdir()
        made[name] = folder / name
        uri = (folder / name).as_uri() if name == "mlruns" else f"sqlite:///{folder / name}"
        mlflow_asks("fill", uri, cwd=folder)
        made[f"{name} answers"] = json.loads(mlflow_asks("answers", uri, cwd=folder))
    return made


def mlflow_asks(command: str, uri: str, cwd: Path, **environment: str) -> str:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_TRACKING_")}
    environment = {
        **clean,
        "MLFLOW_ALLOW_FILE_STORE": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        **environment,
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(DATA), command, uri],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Store:
    """A Runlens server with its command line."""

    def __init__(self, root: Path):
        root.mkdir()
        (root / ".runlens").mkdir()
        self.state = root.parent / f"{root.name}-state"
        self.state.mkdir()
        self.root = root
        self.server = Server(root, self.state)

    def run(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [*COMMAND_LINE, *arguments],
            cwd=self.root,
            env={**os.environ, "RUNLENS_STATE_DIR": str(self.state)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    def transfer(self, *arguments: str) -> dict:
        return json.loads(self.run(*arguments, "--json"))

    def answers(self) -> dict:
        text = mlflow_asks(
            "answers", self.server.uri, self.root, MLFLOW_TRACKING_TOKEN=self.server.token
        )
        return json.loads(text)

    def call(self, method: str, path: str, body: object = None) -> dict:
        request = urllib.request.Request(
            f"{self.server.uri}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.server.discovery['tokens']['control']}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=20) as reply:
            return json.load(reply)


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "root")
    yield made
    made.server.stop()


def comparable(answers: dict, infinite: bool = True) -> dict:
    """MLflow's SQL store turns infinities into the largest number; a folder keeps them."""
    text = json.dumps(answers, sort_keys=True)
    if not infinite:
        text = text.replace("'inf'", "inf").replace("1.7976931348623157e+308", "inf")
    return json.loads(text)


def without_default(answers: dict) -> dict:
    """Every store has made its own default experiment, with times of its own."""
    kept = [e for e in answers["experiments"] if e[1] != "0"]
    return {**answers, "experiments": kept}


def assert_same(origins: dict, kind: str, actual: dict) -> None:
    """The answers of an import are those of MLflow about its origin."""
    expected = without_default(comparable(origins[f"{kind} answers"], infinite=False))
    actual = without_default(comparable(actual, infinite=False))
    if kind == "mlruns":
        # MLflow itself does not find files of an experiment that it moved to its trash.
        lost = [id for id, run in expected["runs"].items() if run["info"][1] == "gone"]
        for id in lost:
            assert expected["runs"][id].pop("files") == {}
            assert len(actual["runs"][id].pop("files")) == 2
    for part in expected:
        assert actual[part] == expected[part], part


@pytest.mark.parametrize("kind", ["mlruns", "mlflow.db"])
def test_import_gives_the_same_answers(origins, store, kind):
    report = store.transfer("import", str(origins[kind]))
    assert report["state"] == "done"
    assert report["notes"] == []
    assert_same(origins, kind, store.answers())


def test_import_whose_server_is_killed_goes_on_where_it_was(origins, store):
    for seconds in (0.01, 0.04, 0.08):
        store.call("POST", "/api/imports", {"path": str(origins["mlruns"])})
        time.sleep(seconds)
        store.server.process.kill()
        store.server.stop()
        store.server = Server(store.root, store.state)
    store.transfer("import", str(origins["mlruns"]))
    assert_same(origins, "mlruns", store.answers())


@pytest.mark.parametrize("archive", FIXTURES, ids=lambda archive: archive.name)
def test_folders_of_older_releases_give_the_same_answers(archive, store, tmp_path):
    """Written, and asked, by that release; moved since; asked here by the newest one."""
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "old", filter="data")
    report = store.transfer("import", str(tmp_path / "old" / "mlruns"))
    assert (report["state"], report["notes"]) == ("done", [])
    expected = json.loads((tmp_path / "old" / "answers.json").read_text())
    actual = store.answers()
    for search, found in expected["searches"].items():
        assert actual["searches"][search] == found, search
    assert set(expected["runs"]) == set(actual["runs"])
    for id, run in expected["runs"].items():
        is_lost = run["info"][1] == "gone"  # its artifacts: MLflow does not find them in its trash
        for part in set(run) - ({"files"} if is_lost else set()):
            assert actual["runs"][id][part] == run[part], part
    assert actual["registry"] == expected["registry"]
    assert without_default(actual)["experiments"] == without_default(expected)["experiments"]


@pytest.mark.parametrize("kind", ["mlruns", "mlflow.db"])
def test_export_opens_in_mlflow_with_the_same_answers(origins, store, kind, tmp_path):
    store.transfer("import", str(origins[kind]))
    out = tmp_path / "out"
    report = store.transfer("export", str(out), "--format", "mlruns")
    assert (report["state"], report["notes"]) == ("done", [])
    again = json.loads(mlflow_asks("answers", out.as_uri(), tmp_path))
    ours = store.answers()
    alive = {
        id
        for id, run in ours["runs"].items()
        if run["info"][4] == "active" and run["info"][1] != "gone"
    }
    assert set(again["runs"]) == alive
    for id in alive:
        assert again["runs"][id] == ours["runs"][id]
    assert again["registry"] == ours["registry"]
    assert again["models"] == ours["models"]
    assert [e for e in again["experiments"]] == [e for e in ours["experiments"] if e[2] == "active"]


def test_second_import_adds_only_what_is_new(origins, store, tmp_path):
    folder = tmp_path / "copy" / "mlruns"
    shutil.copytree(origins["mlruns"], folder)
    first = store.transfer("import", str(folder))
    assert first["counts"]["runs"] == 8
    second = store.transfer("import", str(folder))
    assert {k: v for k, v in second["counts"].items() if v} == {"seen": 8}
    before = store.answers()
    metric = next(folder.glob("*/*/metrics/loss"))
    with metric.open("a") as file:
        file.write("1700000999999 0.125 99\n")
    third = store.transfer("import", str(folder))
    assert (third["counts"]["runs"], third["counts"]["points"]) == (0, 1)
    run_id = metric.parent.parent.name
    after = store.answers()
    history = before["runs"][run_id]["history"]["loss"]
    assert after["runs"][run_id]["history"]["loss"] == [*history, [99, 1700000999999, "0.125"]]


def test_opened_folder_is_shown_and_read_again(origins, store, tmp_path):
    folder = tmp_path / "project" / "mlruns"
    shutil.copytree(origins["mlruns"], folder)
    before = tree(folder)
    events = subprocess.Popen(  # somebody must look, else nothing is read again
        [
            "curl",
            "-sN",
            "-H",
            f"Authorization: Bearer {store.server.discovery['tokens']['control']}",
            f"{store.server.uri}/events?topics=transfers",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        source = store.call("POST", "/api/sources", {"path": str(folder)})
        wait_for(events, source["id"], "ready")
        shown = store.call("GET", f"/api/experiments?source={source['id']}")["items"]
        assert {e["name"]: e["runs"] for e in shown} == {
            "Default": 1,
            "first": 3,
            "second/nested name": 1,
        }
        run = run_named(store, source["id"], shown, "run 1")
        detail = store.call("GET", f"/api/runs/{run['runId']}?source={source['id']}")
        assert {p["key"]: p["value"] for p in detail["params"]}["lr"] == "0.1"
        files = store.call(
            "GET", f"/api/runs/{run['runId']}/files?source={source['id']}&path=some/folder"
        )["items"]
        assert [Path(f["file"]).read_bytes() for f in files] == [bytes(range(256)), b"run 1\n"]
        ask = {"source": source["id"], "series": [{"runId": run["runId"], "key": "loss"}]}
        assert store.call("POST", "/api/series", ask)["series"][0]["count"] == 30
        assert tree(folder) == before  # read-only
        assert store.call("GET", "/api/experiments")["total"] == 1  # the project's own store

        metric = next(folder.glob(f"*/{run['runId']}/metrics/loss"))
        with metric.open("a") as file:
            file.write("1700000999999 0.125 99\n")
        wait_for(events, source["id"], "ready")
        assert store.call("POST", "/api/series", ask)["series"][0]["count"] == 31
        shutil.rmtree(metric.parent.parent)
        wait_for(events, source["id"], "ready")
        shown = store.call("GET", f"/api/experiments?source={source['id']}")["items"]
        assert {e["name"]: e["runs"] for e in shown}["first"] == 2
        store.server.stop()
        store.server = Server(store.root, store.state)  # it opens again what was open
        wait_until(lambda: [s["id"] for s in store.call("GET", "/api/sources")["items"]])
        store.call("POST", f"/api/sources/{source['id']}/close", {})
        assert store.call("GET", "/api/sources")["items"] == []
    finally:
        events.kill()
        events.wait()


def wait_for(events: subprocess.Popen, source: str, state: str) -> None:
    for line in events.stdout:
        if not line.startswith("data: "):
            continue
        row = json.loads(line[6:]).get("source", {})
        if (row.get("id"), row.get("state")) == (source, state):
            return
    raise AssertionError("the stream of events ended")


def wait_until(holds) -> None:
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come true in ten seconds")


def run_named(store: Store, source: str, experiments: list, name: str) -> dict:
    for experiment in experiments:
        runs = store.call(
            "GET", f"/api/experiments/{experiment['experimentId']}/runs?source={source}"
        )
        for run in runs["items"]:
            if run["name"] == name:
                return run
    raise AssertionError(f"no run {name}")


def tree(folder: Path) -> dict:
    return {str(f): (f.stat().st_mtime_ns, f.stat().st_size) for f in folder.rglob("*")}


def test_commands_of_the_page_work(origins, store, tmp_path):
    """Every `runlens …` line of docs/import.md, with the folders that it names."""
    shutil.copytree(origins["mlruns"], store.root / "old" / "mlruns")
    shutil.copytree(origins["mlflow.db"].parent, store.root / "database")
    page = (REPOSITORY / "docs" / "import.md").read_text()
    commands = [line for line in page.splitlines() if line.startswith("runlens ")]
    assert len(commands) >= 6
    for line in commands:
        store.run(*shlex.split(line.split(" #")[0])[1:])
    assert (store.root / "runs.csv").read_text().startswith("run_id,run_name,")
    lines = [json.loads(line) for line in (store.root / "runs.jsonl").read_text().splitlines()]
    assert all(len(run["metrics"]["loss"]) == 30 for run in lines)
    assert (store.root / "for-mlflow" / "models" / "wine" / "meta.yaml").exists()


def test_refusals_say_what_to_do(store, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "holds no MLflow data" in store.run("import", str(tmp_path / "empty"), code=1)
    assert "There is no" in store.run("import", "nowhere", code=1)
    (tmp_path / "some.csv").write_text("mine")
    assert "is there already" in store.run("export", str(tmp_path / "some.csv"), code=1)
    assert (tmp_path / "some.csv").read_text() == "mine"
