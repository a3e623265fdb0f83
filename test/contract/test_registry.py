"""The model registry through the client and the fluent API: models, versions, stages, aliases."""

import itertools
import json
from pathlib import Path

import mlflow
import pytest
from mlflow.exceptions import MlflowException, RestException
from sklearn.linear_model import LinearRegression

numbers = itertools.count()
POINTS = [[0.0], [1.0], [2.0]]


@pytest.fixture
def name():
    return f"registry model {next(numbers)}"


def log_model(slope: float = 2.0, **options):
    """Logs a real model that predicts `slope * x`; its requirements are told, not searched."""
    model = LinearRegression().fit(POINTS, [slope * x for (x,) in POINTS])
    return mlflow.sklearn.log_model(
        model, name="model", pip_requirements=["scikit-learn"], input_example=POINTS, **options
    )


def predict(uri: str) -> float:
    return round(float(mlflow.pyfunc.load_model(uri).predict([[3.0]])[0]), 6)


def versions(client, name, count):
    client.create_registered_model(name)
    return [client.create_model_version(name, f"s3://bucket/{i}") for i in range(count)]


def test_registered_model_life_cycle(client, name):
    made = client.create_registered_model(name, tags={"team": "vision"}, description="what it is")
    assert (made.name, made.description, made.tags) == (name, "what it is", {"team": "vision"})
    assert made.creation_timestamp == made.last_updated_timestamp > 0
    assert made.latest_versions == []
    updated = client.update_registered_model(name, "better words")
    assert updated.description == "better words"
    assert updated.last_updated_timestamp >= made.last_updated_timestamp
    renamed = f"{name} renamed"
    client.rename_registered_model(name, renamed)
    assert client.get_registered_model(renamed).tags == {"team": "vision"}
    client.delete_registered_model(renamed)
    for gone in (name, renamed):
        with pytest.raises(RestException, match="not found") as error:
            client.get_registered_model(gone)
        assert error.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_taken_name(client, name):
    client.create_registered_model(name)
    with pytest.raises(RestException, match="already exists") as error:
        client.create_registered_model(name)
    assert error.value.error_code == "RESOURCE_ALREADY_EXISTS"


def test_version_life_cycle(client, name):
    first, second = versions(client, name, 2)
    assert (int(first.version), int(second.version)) == (1, 2)
    assert first.status == "READY"
    assert first.current_stage == "None"
    described = client.update_model_version(name, "1", "the first")
    assert described.description == "the first"
    client.set_model_version_tag(name, "1", "checked", True)
    assert client.get_model_version(name, "1").tags == {"checked": "True"}
    client.delete_model_version_tag(name, "1", "checked")
    assert client.get_model_version(name, "1").tags == {}
    assert client.get_model_version_download_uri(name, "2") == "s3://bucket/1"
    client.delete_model_version(name, "2")
    with pytest.raises(RestException, match=r"Model Version \(name=.*, version=2\) not found"):
        client.get_model_version(name, "2")
    assert int(client.create_model_version(name, "s3://bucket/x").version) == 3


def test_model_tags(client, name):
    client.create_registered_model(name)
    client.set_registered_model_tag(name, "team", "a")
    client.set_registered_model_tag(name, "team", "größe")
    assert client.get_registered_model(name).tags == {"team": "größe"}
    client.delete_registered_model_tag(name, "team")
    client.delete_registered_model_tag(name, "team")
    assert client.get_registered_model(name).tags == {}


def test_stages_and_archiving(client, name):
    versions(client, name, 3)
    with pytest.warns(FutureWarning):
        client.transition_model_version_stage(name, "1", "production")
        client.transition_model_version_stage(name, "2", "Production")
        moved = client.transition_model_version_stage(
            name, "3", "PRODUCTION", archive_existing_versions=True
        )
        latest = {mv.current_stage: int(mv.version) for mv in client.get_latest_versions(name)}
        only = client.get_latest_versions(name, stages=["archived"])
    assert moved.current_stage == "Production"
    assert latest == {"Production": 3, "Archived": 2}
    assert [int(mv.version) for mv in only] == [2]
    stages = {int(v): client.get_model_version(name, v).current_stage for v in ("1", "2", "3")}
    assert stages == {1: "Archived", 2: "Archived", 3: "Production"}
    found = {mv.current_stage for mv in client.get_registered_model(name).latest_versions}
    assert found == {"Production", "Archived"}


def test_aliases(client, name):
    versions(client, name, 2)
    client.set_registered_model_alias(name, "champion", "1")
    client.set_registered_model_alias(name, "challenger", "2")
    assert client.get_registered_model(name).aliases == {"champion": "1", "challenger": "2"}
    client.set_registered_model_alias(name, "champion", "2")
    champion = client.get_model_version_by_alias(name, "champion")
    assert int(champion.version) == 2
    assert sorted(champion.aliases) == ["challenger", "champion"]
    client.delete_registered_model_alias(name, "champion")
    with pytest.raises(RestException, match="alias champion not found") as error:
        client.get_model_version_by_alias(name, "champion")
    assert error.value.error_code == "INVALID_PARAMETER_VALUE"
    client.delete_model_version(name, "2")
    assert client.get_registered_model(name).aliases == {}
    with pytest.raises(MlflowException, match="reserved"):
        client.set_registered_model_alias(name, "latest", "1")


def test_register_and_load_from_a_run(experiment, client, name):
    with mlflow.start_run() as run:
        log_model(2.0)
    made = mlflow.register_model(f"runs:/{run.info.run_id}/model", name, tags={"from": "run"})
    assert int(made.version) == 1
    assert made.run_id == run.info.run_id
    assert made.tags == {"from": "run"}
    assert predict(f"models:/{name}/1") == 6.0
    assert mlflow.sklearn.load_model(f"models:/{name}/1").coef_[0] == pytest.approx(2.0)


def test_register_from_a_logged_model(experiment, client, name):
    with mlflow.start_run() as run:
        info = log_model(3.0)
    made = mlflow.register_model(f"models:/{info.model_id}", name)
    assert made.source == f"models:/{info.model_id}"
    assert made.run_id == run.info.run_id
    assert predict(f"models:/{name}/1") == 9.0
    mlflow.register_model(f"models:/{info.model_id}", name)
    # The server notes each version, and so does the client, as text; both are in MLflow's tag, too.
    tag = mlflow.get_logged_model(info.model_id).tags["mlflow.modelVersions"]
    noted = [(entry["name"], entry["version"]) for entry in json.loads(tag)]
    assert noted == [(name, 1), (name, "1"), (name, 2), (name, "2")]


def test_register_plain_artifacts_of_a_run(experiment, client, name, tmp_path):
    model = LinearRegression().fit(POINTS, [7.0 * x for (x,) in POINTS])
    mlflow.sklearn.save_model(model, tmp_path / "model", pip_requirements=["scikit-learn"])
    with mlflow.start_run() as run:
        mlflow.log_artifacts(tmp_path / "model", "plain")
    made = mlflow.register_model(f"runs:/{run.info.run_id}/plain", name)
    assert made.source == f"{run.info.artifact_uri}/plain"
    assert predict(f"models:/{name}/1") == 21.0
    source = f"runs:/{run.info.run_id}/plain"
    client.create_model_version(name, source, run.info.run_id)
    assert client.get_model_version_download_uri(name, "2") == source
    assert predict(f"models:/{name}/2") == 21.0


def test_download_files_of_a_version(experiment, name, tmp_path):
    with mlflow.start_run():
        log_model(2.0, registered_model_name=name)
    folder = mlflow.artifacts.download_artifacts(f"models:/{name}/1", dst_path=str(tmp_path))
    assert (Path(folder) / "MLmodel").is_file()
    assert (Path(folder) / "model.pkl").is_file() or (Path(folder) / "model.skops").is_file()


def test_log_model_registers_and_every_address_loads(experiment, client, name):
    with mlflow.start_run() as run:
        first = log_model(2.0, registered_model_name=name)
        second = log_model(5.0, registered_model_name=name)
    assert (int(first.registered_model_version), int(second.registered_model_version)) == (1, 2)
    assert client.get_model_version(name, "1").run_id == run.info.run_id
    client.set_registered_model_alias(name, "champion", "1")
    with pytest.warns(FutureWarning):
        client.transition_model_version_stage(name, "1", "Production")
    assert predict(f"models:/{name}/1") == 6.0
    assert predict(f"models:/{name}/2") == 15.0
    assert predict(f"models:/{name}@champion") == 6.0
    assert predict(f"models:/{name}/latest") == 15.0
    assert predict(f"models:/{name}/Production") == 6.0
    with pytest.raises(MlflowException, match="No versions of model"):
        mlflow.pyfunc.load_model(f"models:/{name}/Staging")


def test_copy_model_version(experiment, client, name):
    with mlflow.start_run() as run:
        log_model(4.0, registered_model_name=name)
    client.update_model_version(name, "1", "the original")
    copy = client.copy_model_version(f"models:/{name}/1", f"{name} copy")
    assert copy.source == f"models:/{name}/1"
    assert copy.run_id == run.info.run_id
    assert predict(f"models:/{name} copy/1") == 12.0
    client.delete_model_version(name, "1")
    assert predict(f"models:/{name} copy/1") == 12.0


def test_source_outside_its_run_is_refused(experiment, client, name):
    client.create_registered_model(name)
    with mlflow.start_run() as run:
        pass
    for source in ("/etc", "file:///etc/passwd", "s3://bucket/../x", "https://host/model"):
        with pytest.raises(RestException) as error:
            client.create_model_version(name, source, run.info.run_id)
        assert error.value.error_code == "INVALID_PARAMETER_VALUE", source
    assert client.get_registered_model(name).latest_versions == []


def test_search_registered_models(client, name):
    for suffix in ("b", "a"):
        client.create_registered_model(f"{name} {suffix}", tags={"set": suffix})
    found = client.search_registered_models(f"name LIKE '{name}%'")
    assert [model.name for model in found] == [f"{name} a", f"{name} b"]
    found = client.search_registered_models(
        f"name LIKE '{name}%'", order_by=["name DESC"], max_results=1
    )
    assert [model.name for model in found] == [f"{name} b"]
    rest = client.search_registered_models(
        f"name LIKE '{name}%'", order_by=["name DESC"], page_token=found.token
    )
    assert [model.name for model in rest] == [f"{name} a"]
    found = client.search_registered_models(f"name LIKE '{name}%' AND tags.set = 'b'")
    assert [model.name for model in found] == [f"{name} b"]


def test_search_model_versions(client, name):
    versions(client, name, 3)
    client.delete_model_version(name, "2")
    found = client.search_model_versions(f"name = '{name}'", order_by=["version_number DESC"])
    assert [int(mv.version) for mv in found] == [3, 1]
    assert found[0].aliases == []
    by_source = client.search_model_versions("source_path = 's3://bucket/2'")
    assert (name, 3) in [(mv.name, int(mv.version)) for mv in by_source]
