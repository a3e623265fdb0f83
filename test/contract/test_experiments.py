"""Experiments through the real client."""

import mlflow
import pytest
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException, RestException


def test_set_experiment_makes_one_and_finds_it_again(server):
    made = mlflow.set_experiment("made by set_experiment")
    assert made.name == "made by set_experiment"
    assert made.artifact_location == f"mlflow-artifacts:/{made.experiment_id}"
    assert made.lifecycle_stage == "active"
    assert mlflow.set_experiment("made by set_experiment").experiment_id == made.experiment_id
    assert mlflow.set_experiment(experiment_id=made.experiment_id).name == made.name


def test_default_experiment(client):
    assert client.get_experiment("0").name == "Default"
    assert mlflow.get_experiment_by_name("no such experiment") is None


def test_create_with_tags_and_location(client):
    made = client.create_experiment("tagged", "s3://bucket/here", {"team": "vision"})
    found = client.get_experiment(made)
    assert found.tags == {"team": "vision"}
    assert found.artifact_location == "s3://bucket/here"
    assert found.creation_time == found.last_update_time > 1_600_000_000_000


def test_create_twice_is_refused(client):
    client.create_experiment("twice")
    with pytest.raises(RestException, match=r"Experiment\(name=twice\) already exists") as raised:
        client.create_experiment("twice")
    assert raised.value.error_code == "RESOURCE_ALREADY_EXISTS"
    assert raised.value.get_http_status_code() == 400


def test_rename_delete_restore(client):
    made = client.create_experiment("to rename")
    client.rename_experiment(made, "renamed")
    assert client.get_experiment(made).name == "renamed"
    run = client.create_run(made)
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    with pytest.raises(MlflowException, match="Cannot set a deleted experiment"):
        mlflow.set_experiment("renamed")
    with pytest.raises(RestException, match="must be in the 'active' state"):
        client.create_run(made)
    client.restore_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "active"
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "active"


def test_tags(client):
    made = client.create_experiment("with tags")
    client.set_experiment_tag(made, "a", "1")
    client.set_experiment_tag(made, "a", "2")
    client.set_experiment_tag(made, "b", "x" * 5000)
    assert client.get_experiment(made).tags["a"] == "2"
    client.delete_experiment_tag(made, "a")
    assert list(client.get_experiment(made).tags) == ["b"]
    with pytest.raises(RestException, match="No tag with name: a") as raised:
        client.delete_experiment_tag(made, "a")
    assert raised.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_search(client):
    for name, team in [("search a", "x"), ("search b", "y"), ("Search C", None)]:
        client.create_experiment(name, tags={"team": team} if team else None)

    def names(**options):
        return [found.name for found in client.search_experiments(**options)]

    assert names(filter_string="name LIKE 'search _'", order_by=["name DESC"]) == [
        "search b",
        "search a",
    ]
    assert names(filter_string="name ILIKE 'search _'", order_by=["name"]) == [
        "Search C",
        "search a",
        "search b",
    ]
    assert names(filter_string="tags.team = 'y' AND name LIKE 'search%'") == ["search b"]
    assert names(filter_string="name ILIKE 'search _' AND tags.team IS NULL") == ["Search C"]
    assert names(filter_string="name = 'none'") == []
    page = client.search_experiments(max_results=1, filter_string="name ILIKE 'search _'")
    assert len(page) == 1 and page.token
    rest = client.search_experiments(
        max_results=9, filter_string="name ILIKE 'search _'", page_token=page.token
    )
    assert len(rest) == 2 and not rest.token
    client.delete_experiment(client.get_experiment_by_name("search a").experiment_id)
    assert names(view_type=ViewType.DELETED_ONLY, filter_string="name LIKE 'search _'") == [
        "search a"
    ]
    with pytest.raises(RestException, match="Invalid attribute key 'bad' specified"):
        names(filter_string="bad = 'x'")


def test_missing(client):
    with pytest.raises(RestException, match="No Experiment with id=999999 exists") as raised:
        client.get_experiment("999999")
    assert raised.value.get_http_status_code() == 404
