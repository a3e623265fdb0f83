"""kill -9 of the server while a script logs at full speed: 20 rounds at random moments."""

import json
import random
import time
import urllib.request

import pytest

from conftest import Workspace

FULL_SPEED = """
    import os
    import time
    from runlens import log_metric, pipeline, step

    @step(enable_cache=False)
    def logs() -> int:
        at = 0
        print("logging", flush=True)
        while at % 20 or not os.path.exists("stop"):
            log_metric("value", at * 0.5, step=at)
            at += 1
            if at % 50 == 0:
                time.sleep(0.002)
        return at

    @pipeline
    def p():
        logs()

    run = p()
    print(run.id, run.steps["logs"].output.load())
"""
KILLS = 2  # A third death within a minute ends the restarts.
# What the script has logged by then may be sent after the kill only: it must be there all the same.
MOMENTS = (0.0, 0.3)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory, server_js):
    """One root for all rounds: its store grows, and its server has been killed before."""
    folder = tmp_path_factory.mktemp("kill")
    made = Workspace(folder / "work", folder / "state", server_js)
    made.write("fast.py", FULL_SPEED)
    yield made
    made.close()


@pytest.mark.parametrize("seed", range(10))
def test_no_point_is_lost_or_doubled_and_the_script_goes_on(workspace, seed):
    moments = random.Random(seed)
    (workspace.folder / "stop").unlink(missing_ok=True)
    process = workspace.start("fast.py")
    while "logging" not in process.stdout.readline():
        assert process.poll() is None
    killed = []
    for _ in range(KILLS):
        pause = moments.uniform(*MOMENTS)
        print(f"seed {seed}: kill after {pause:.3f} s")
        time.sleep(pause)
        killed.append(kill_and_wait_for_the_next(workspace))
    assert len(set(killed)) == KILLS
    (workspace.folder / "stop").touch()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    run_id, count = out.split()[-2:]
    print(f"{count} points")
    assert int(count) > 100
    assert points(workspace, run_id) == [(at, at * 0.5) for at in range(int(count))]


def kill_and_wait_for_the_next(workspace) -> int:
    pid = workspace.discovery()["pid"]
    workspace.kill_server()
    deadline = time.monotonic() + 90
    while workspace.discovery()["pid"] == pid:
        assert time.monotonic() < deadline, "the script did not bring the server back"
        time.sleep(0.01)
    return pid


def points(workspace, pipeline_run_id: str) -> list:
    """Step and value of every point of the first step's run, as MLflow's API answers them."""
    detail = get(workspace, f"/api/pipeline-runs/{pipeline_run_id}")
    query = f"run_id={detail['stepRows'][0]['trackingRunId']}&metric_key=value&max_results=25000"
    found, token = [], ""
    while token is not None:
        page = f"{query}&page_token={token}" if token else query
        answer = get(workspace, f"/api/2.0/mlflow/metrics/get-history?{page}")
        found += [(int(one["step"]), one["value"]) for one in answer["metrics"]]
        token = answer.get("next_page_token")
    return found


def get(workspace, path: str) -> dict:
    discovery = workspace.discovery()
    request = urllib.request.Request(
        f"http://127.0.0.1:{discovery['port']}{path}",
        headers={"Authorization": f"Bearer {discovery['tokens']['control']}"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)
