"""Artifacts through the real client."""

import hashlib
import json

import mlflow
import pytest
from mlflow.exceptions import MlflowException


def paths(run_id, path=None):
    return [found.path for found in mlflow.MlflowClient().list_artifacts(run_id, path)]


def test_text_and_dict(server, experiment):
    with mlflow.start_run() as run:
        mlflow.log_text("hello ünïcode", "notes/a b.txt")
        mlflow.log_dict({"a": [1, 2]}, "data.json")
        mlflow.log_dict({"a": 1}, "data.yaml")
    run_id, uri = run.info.run_id, run.info.artifact_uri
    assert paths(run_id) == ["data.json", "data.yaml", "notes"]
    assert paths(run_id, "notes") == ["notes/a b.txt"]
    assert mlflow.artifacts.load_text(f"{uri}/notes/a b.txt") == "hello ünïcode"
    assert mlflow.artifacts.load_dict(f"{uri}/data.json") == {"a": [1, 2]}
    file = server.root / ".runlens/artifacts" / experiment.experiment_id / run_id / "data.json"
    assert json.loads(file.read_text()) == {"a": [1, 2]}


def test_files_and_folders(tmp_path, experiment):
    (tmp_path / "up/deep").mkdir(parents=True)
    (tmp_path / "up/one.txt").write_text("1")
    (tmp_path / "up/deep/two.bin").write_bytes(bytes(range(256)))
    (tmp_path / "up/empty.txt").write_text("")
    with mlflow.start_run() as run:
        mlflow.log_artifact(tmp_path / "up/one.txt")
        mlflow.log_artifact(tmp_path / "up/one.txt", "again")
        mlflow.log_artifacts(tmp_path / "up", "tree")
        mlflow.log_text("second", "one.txt")
    run_id = run.info.run_id
    assert paths(run_id) == ["again", "one.txt", "tree"]
    assert paths(run_id, "tree") == ["tree/deep", "tree/empty.txt", "tree/one.txt"]
    assert paths(run_id, "one.txt") == []
    assert paths(run_id, "missing") == []
    sizes = {f.path: f.file_size for f in mlflow.MlflowClient().list_artifacts(run_id, "tree/deep")}
    assert sizes == {"tree/deep/two.bin": 256}
    down = tmp_path / "down"
    down.mkdir()
    mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="tree", dst_path=str(down))
    assert (down / "tree/deep/two.bin").read_bytes() == bytes(range(256))
    assert (down / "tree/empty.txt").read_bytes() == b""
    everything = mlflow.artifacts.download_artifacts(
        artifact_uri=f"runs:/{run_id}/", dst_path=str(tmp_path / "all")
    )
    assert everything
    assert (tmp_path / "all/one.txt").read_text() == "second"


def test_figure_image_and_table(client, experiment):
    import matplotlib
    import numpy
    import pandas

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with mlflow.start_run() as run:
        figure, axes = pyplot.subplots()
        axes.plot([1, 2, 3])
        mlflow.log_figure(figure, "plots/line.png")
        pyplot.close(figure)
        mlflow.log_image(numpy.zeros((8, 8, 3), dtype=numpy.uint8), "black.png")
        mlflow.log_image(numpy.zeros((8, 8, 3), dtype=numpy.uint8), key="dog", step=3)
        mlflow.log_table(pandas.DataFrame({"a": [1], "b": ["x"]}), "table.json")
        mlflow.log_table({"a": [2], "b": ["y"]}, "table.json")
    run_id = run.info.run_id
    assert paths(run_id, "plots") == ["plots/line.png"]
    images = paths(run_id, "images")
    assert len(images) == 2
    assert any(path.endswith(".png") for path in images)
    assert all(path.startswith("images/dog%step%3%") or "+step+3+" in path for path in images)
    table = mlflow.load_table("table.json", run_ids=[run_id])
    assert list(table["b"]) == ["x", "y"]
    tags = client.get_run(run_id).data.tags
    assert json.loads(tags["mlflow.loggedArtifacts"]) == [{"path": "table.json", "type": "table"}]
    assert tags["mlflow.loggedImages"] == "True"


def test_large_file_comes_back_unchanged(tmp_path, experiment):
    digest = hashlib.sha256()
    file = tmp_path / "large.bin"
    with file.open("wb") as out:
        for number in range(40):
            chunk = number.to_bytes(4, "little") * (256 * 1024)
            digest.update(chunk)
            out.write(chunk)
    with mlflow.start_run() as run:
        mlflow.log_artifact(file)
    local = mlflow.artifacts.download_artifacts(
        run_id=run.info.run_id, artifact_path="large.bin", dst_path=str(tmp_path / "down")
    )
    with open(local, "rb") as back:
        assert hashlib.file_digest(back, "sha256").hexdigest() == digest.hexdigest()


def test_missing_and_escaping(rest, experiment):
    with mlflow.start_run() as run:
        mlflow.log_text("x", "a.txt")
    with pytest.raises(MlflowException):
        mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="none.txt")
    prefix = "api/2.0/mlflow-artifacts"
    base = f"artifacts/{experiment.experiment_id}/{run.info.run_id}/artifacts"
    missing = rest("GET", f"{base}/none.txt", prefix=prefix)
    assert missing.status_code == 404
    assert missing.json()["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    for name in ("%2e%2e/%2e%2e/x", "..%2f..%2fx", "%252e%252e/x", "..%5cx"):
        answer = rest("PUT", f"{base}/{name}", prefix=prefix, data=b"x")
        assert answer.status_code == 400, name
        assert answer.json()["message"] == "Invalid path"


def test_delete_and_list_by_run(rest, experiment):
    with mlflow.start_run() as run:
        mlflow.log_text("x", "a/b.txt")
    answer = rest("GET", "artifacts/list", params={"run_id": run.info.run_id, "path": "a"})
    assert answer.json() == {
        "root_uri": run.info.artifact_uri,
        "files": [{"path": "a/b.txt", "is_dir": False, "file_size": 1}],
    }
    base = f"artifacts/{experiment.experiment_id}/{run.info.run_id}/artifacts"
    assert rest("DELETE", f"{base}/a", prefix="api/2.0/mlflow-artifacts").json() == {}
    assert paths(run.info.run_id) == []


def test_upload_in_parts_falls_back(tmp_path, experiment, monkeypatch):
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", "1000")
    file = tmp_path / "parts.bin"
    file.write_bytes(b"x" * 5000)
    with mlflow.start_run() as run:
        # The client cannot send a Path in parts.
        mlflow.log_artifact(str(file))
    found = mlflow.MlflowClient().list_artifacts(run.info.run_id)
    assert [(f.path, f.file_size) for f in found] == [("parts.bin", 5000)]
