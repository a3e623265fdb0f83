"""Prompts ride on the registry: registered models and versions with tags of their own."""

import itertools

import mlflow
import pytest
from mlflow.exceptions import MlflowException

numbers = itertools.count()


@pytest.fixture
def name():
    return f"prompt-{next(numbers)}"


def test_register_and_load(experiment, name):
    first = mlflow.genai.register_prompt(
        name, "Summarise {{text}} in {{count}} words.", commit_message="first", tags={"by": "ada"}
    )
    second = mlflow.genai.register_prompt(name, "Sum up {{text}}.", commit_message="shorter")
    assert (first.version, second.version) == (1, 2)
    loaded = mlflow.genai.load_prompt(f"prompts:/{name}/1")
    assert loaded.template == "Summarise {{text}} in {{count}} words."
    assert loaded.format(text="it", count=3) == "Summarise it in 3 words."
    assert loaded.commit_message == "first"
    assert loaded.tags["by"] == "ada"
    assert mlflow.genai.load_prompt(name, version=2).template == "Sum up {{text}}."


def test_chat_prompt_with_response_format(experiment, name):
    messages = [
        {"role": "system", "content": "You are {{style}}."},
        {"role": "user", "content": "größe: {{question}}"},
    ]
    schema = {"type": "object", "properties": {"answer": {"type": "string"}}}
    mlflow.genai.register_prompt(name, messages, response_format=schema)
    loaded = mlflow.genai.load_prompt(name)
    assert loaded.template == messages
    assert loaded.response_format == schema


def test_aliases_of_prompts(experiment, name):
    mlflow.genai.register_prompt(name, "one")
    mlflow.genai.register_prompt(name, "two")
    mlflow.genai.set_prompt_alias(name, "production", 1)
    assert mlflow.genai.load_prompt(f"prompts:/{name}@production").template == "one"
    mlflow.genai.set_prompt_alias(name, "production", 2)
    assert mlflow.genai.load_prompt(f"prompts:/{name}@production").template == "two"
    assert mlflow.genai.load_prompt(f"prompts:/{name}@latest").template == "two"
    mlflow.genai.delete_prompt_alias(name, "production")
    with pytest.raises(MlflowException):
        mlflow.genai.load_prompt(f"prompts:/{name}@production")


def test_model_and_prompt_do_not_share_a_name(experiment, client, name):
    mlflow.genai.register_prompt(name, "text")
    with pytest.raises(MlflowException, match="already taken by a prompt"):
        client.create_registered_model(name)


def test_prompts_are_found_and_models_are_not(experiment, client, name):
    mlflow.genai.register_prompt(name, "text")
    client.create_registered_model(f"{name}-model")
    prompts = mlflow.genai.search_prompts(f"name LIKE '{name}%'")
    assert [prompt.name for prompt in prompts] == [name]
    models = client.search_registered_models(f"name LIKE '{name}%'")
    assert [model.name for model in models] == [f"{name}-model"]


def test_delete_prompt_version(experiment, client, name):
    mlflow.genai.register_prompt(name, "one")
    client.delete_prompt_version(name, "1")
    with pytest.raises(MlflowException):
        mlflow.genai.load_prompt(f"prompts:/{name}/1", allow_missing=False)
    client.delete_prompt(name)
    assert int(mlflow.genai.register_prompt(name, "again").version) == 1
