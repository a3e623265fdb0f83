"""A real Jupyter kernel: connect() with mlflow, and a pipeline defined in a cell."""

import jupyter_client
import pytest


class Kernel:
    def __init__(self, folder, env):
        self._manager = jupyter_client.KernelManager(kernel_name="python3")
        self._manager.start_kernel(cwd=str(folder), env=env)
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)

    def run(self, code):
        text = []

        def hook(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                text.append(content["text"])
            if message["msg_type"] == "error":
                text.append("\n".join(content["traceback"]))

        reply = self._client.execute_interactive(code, timeout=60, output_hook=hook)
        assert reply["content"]["status"] == "ok", "".join(text)
        return "".join(text)

    def close(self):
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(workspace):
    made = Kernel(workspace.folder, workspace.env)
    yield made
    made.close()


def test_mlflow_logs_through_connect(kernel):
    kernel.run("import runlens; server = runlens.connect()")
    text = kernel.run(
        """
import mlflow
mlflow.set_experiment("notebook")
with mlflow.start_run() as run:
    for at in range(5):
        mlflow.log_metric("loss", 1 / (at + 1), step=at)
client = mlflow.MlflowClient()
print([point.value for point in client.get_metric_history(run.info.run_id, "loss")])
print(mlflow.get_tracking_uri() == server.url)
"""
    )
    assert text.splitlines()[-2:] == ["[1.0, 0.5, 0.3333333333333333, 0.25, 0.2]", "True"]


def test_a_pipeline_in_a_cell(kernel):
    text = kernel.run(
        """
from runlens import pipeline, step

@step
def load() -> list:
    return [1, 2]

@step
def total(values: list) -> int:
    print("summing")
    return sum(values)

@pipeline
def p():
    total(load())

run = p()
print("value:", run.steps["total"].output.load())
"""
    )
    assert "summing" in text
    assert "value: 3" in text
