"""The wire itself: JSON conventions, prefixes, access, errors."""

import json

import mlflow
import pytest
import requests
from mlflow.exceptions import MlflowException


def test_health_and_version(server):
    assert requests.get(f"{server.uri}/health", timeout=10).text == "OK"
    assert requests.get(f"{server.uri}/version", timeout=10).status_code == 200


def test_server_info(rest):
    info = rest("GET", "server-info", prefix="api/3.0/mlflow").json()
    assert info["store_type"] == "SqlStore"
    assert info["workspaces_enabled"] is False


@pytest.mark.parametrize(
    "prefix",
    ["api/2.0/mlflow", "api/3.0/mlflow", "ajax-api/2.0/mlflow", "ajax-api/3.0/mlflow"],
)
def test_every_prefix(rest, prefix):
    answer = rest("GET", "experiments/get", prefix=prefix, params={"experiment_id": "0"})
    assert answer.json()["experiment"]["name"] == "Default"


def test_a_token_is_needed(server, monkeypatch):
    url = f"{server.uri}/api/2.0/mlflow/experiments/get?experiment_id=0"
    assert requests.get(url, timeout=10).status_code == 401
    wrong = {"Authorization": "Bearer wrong"}
    assert requests.get(url, headers=wrong, timeout=10).status_code == 401
    monkeypatch.delenv("MLFLOW_TRACKING_TOKEN")
    with pytest.raises(MlflowException, match=r"401|UNAUTHENTICATED"):
        mlflow.MlflowClient().get_experiment("0")


def test_user_name_and_password_win_in_the_client(server, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "runlens")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", server.token)
    monkeypatch.delenv("MLFLOW_TRACKING_TOKEN")
    assert mlflow.MlflowClient().get_experiment("0").name == "Default"


def test_conventions(rest):
    made = rest("POST", "runs/create", json={"experiment_id": "0", "start_time": "1700000000000"})
    run = made.json()["run"]
    assert run["info"]["start_time"] == 1700000000000
    assert run["info"]["run_uuid"] == run["info"]["run_id"]
    assert "metrics" not in run["data"] and "params" not in run["data"]
    run_id = run["info"]["run_id"]
    point = {"run_uuid": run_id, "key": "m", "value": "NaN", "timestamp": "1", "ignored": []}
    assert rest("POST", "runs/log-metric", json=point).json() == {}
    text = rest("GET", "runs/get", params={"run_id": run_id}).text
    assert json.loads(text)["run"]["data"]["metrics"] == [
        {"key": "m", "value": "NaN", "timestamp": 1, "step": 0}
    ]
    twice = json.dumps(json.dumps({"run_id": run_id, "key": "t", "value": "1"}))
    headers = {"Content-Type": "application/json"}
    assert rest("POST", "runs/set-tag", data=twice, headers=headers).status_code == 200


def test_errors(rest):
    see = " See the API docs for more information about request parameters."
    cases = [
        (rest("POST", "experiments/create", json={}), 400, "INVALID_PARAMETER_VALUE",
         f"Missing value for required parameter 'name'.{see}"),
        (rest("POST", "experiments/create", json={"name": 5}), 400, "INVALID_PARAMETER_VALUE",
         "Invalid value 5 for parameter 'name' supplied:  Hint: Value was of type 'int'."
         f"{see}"),
        (rest("POST", "runs/create", data="x", headers={"Content-Type": "text/plain"}), 400,
         "INVALID_PARAMETER_VALUE",
         "Bad Request. Content-Type must be one of ['application/json']."),
        (rest("GET", "experiments/get", params={"experiment_id": "9999"}), 404,
         "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=9999 exists"),
    ]  # fmt: skip
    for answer, status, code, message in cases:
        assert answer.status_code == status
        assert answer.json() == {"error_code": code, "message": message}
    headers = {"Content-Type": "application/json"}
    malformed = rest("POST", "runs/create", data='{"a":', headers=headers)
    assert malformed.status_code == 400
    assert malformed.json()["message"].startswith("Malformed JSON")
    unknown = rest("POST", "webhooks", json={"name": "m"})
    assert unknown.status_code == 404
    assert unknown.json()["error_code"] == "ENDPOINT_NOT_FOUND"


def test_models_are_none_yet(rest):
    assert rest("POST", "logged-models/search", json={"experiment_ids": ["0"]}).json() == {}
