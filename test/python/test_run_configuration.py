"""Run configurations in files: YAML with and without PyYAML, JSON, `${ENV}`, and the template."""

import json
import sys

import pytest
from runlens import ConfigurationError, pipeline
from runlens._authoring.graph import graph_of

from cases.authoring_steps import load, train

CONFIG = """
enable_cache: false
run_name: nightly_{date}
execution_mode: fail_fast
tags: [nightly, "${WHO}"]
parameters:
  gamma: 0.25
extra:
  note: from ${WHO}
steps:
  train:
    enable_cache: true
    parameters:
      epochs: 9
    settings:
      resources: {cpu_count: 2, memory: 1GB}
    retry:
      max_retries: 3
      delay: 10
    outputs:
      score:
        materializer_source: json
"""


@pytest.fixture(params=["PyYAML", "ours"])
def reader(request, monkeypatch):
    """With PyYAML, and as if it were not installed."""
    if request.param == "ours":
        monkeypatch.setitem(sys.modules, "yaml", None)
    else:
        pytest.importorskip("yaml")
    return request.param


@pipeline
def training(gamma: float = 0.001):
    train(load(), gamma)


def composed(path):
    return graph_of(training.with_options(config_path=path).compose((), {}), "/")


def write(tmp_path, text, name="run.yaml"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_configures_pipeline_and_steps(tmp_path, monkeypatch, reader):
    monkeypatch.setenv("WHO", "anna")
    made = composed(write(tmp_path, CONFIG))
    nodes = {one["id"]: one for one in made["steps"]}
    assert made["runName"].startswith("nightly_20")
    assert made["executionMode"] == "fail-fast"
    assert made["tags"] == ["nightly", "anna"]
    assert made["extra"] == {"note": "from anna"}
    assert made["parameters"] == {"gamma": {"value": 0.25, "explicit": True}}
    assert nodes["load"]["options"]["enableCache"] is False
    assert nodes["train"]["options"] == {
        "enableCache": True,
        "environment": {},
        "retries": 3,
        "retryDelayMs": 10_000,
        "resources": {"cpus": 2, "memory": 10**9},
    }
    assert nodes["train"]["inputs"]["epochs"] == {"kind": "parameter", "value": 9}
    assert nodes["train"]["outputs"][0]["materializer"] == "json"


def test_code_comes_before_the_file(tmp_path, monkeypatch, reader):
    monkeypatch.setenv("WHO", "anna")
    file = write(tmp_path, CONFIG)
    given = training.with_options(config_path=file, enable_cache=True, run_name="mine")
    made = graph_of(given.compose((), {}), "/")
    assert made["runName"] == "mine"
    assert all(one["options"]["enableCache"] for one in made["steps"])
    assert training.options == {}


def test_a_files_word_for_all_steps_comes_before_a_decorator_but_not_before_with_options(
    tmp_path, reader
):
    always = load.with_options(name="always", enable_cache=True)
    cached = load.entrypoint

    from runlens import step

    decorated = step(name="decorated", enable_cache=True)(cached)

    @pipeline
    def both():
        always()
        decorated()

    file = write(tmp_path, "enable_cache: false\n")
    made = graph_of(both.with_options(config_path=file).compose((), {}), "/")
    assert [one["options"]["enableCache"] for one in made["steps"]] == [True, False]


def test_json_is_read_too(tmp_path):
    file = write(tmp_path, json.dumps({"parameters": {"gamma": 2}}), "run.json")
    assert composed(file)["parameters"]["gamma"]["value"] == 2.0


def test_an_empty_file_changes_nothing(tmp_path, reader):
    file = write(tmp_path, "# nothing\n")
    assert composed(file) == graph_of(training.compose((), {}), "/")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("run_name: x-${RUNLENS_TEST_UNSET}\n", "RUNLENS_TEST_UNSET is not set"),
        ("enable_cach: false\n", "did you mean 'enable_cache'"),
        (
            "steps:\n  train:\n    enable_cach: false\n",
            "steps.train: .*did you mean 'enable_cache'",
        ),
        ("steps: [train]\n", "`steps` must be a mapping"),
        ("steps:\n  train: fast\n", "`steps.train` must be a mapping"),
        ("- 1\n", "must be a mapping"),
        ("enable_cache: perhaps\n", "enable_cache= takes bool"),
        ("a: [1\n", "run.yaml"),
    ],
)
def test_what_a_file_cannot_say(tmp_path, text, problem, reader):
    with pytest.raises(ConfigurationError, match=problem):
        composed(write(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        composed(tmp_path / "missing.yaml")


def test_a_step_that_is_not_there(tmp_path, reader):
    with pytest.raises(ConfigurationError, match=r"the step 'trian'.* Did you mean 'train'"):
        composed(write(tmp_path, "steps:\n  trian: {enable_cache: false}\n"))


def test_the_template_changes_nothing_and_shows_everything(tmp_path, reader):
    file = tmp_path / "template.yaml"
    training.write_run_configuration_template(file)
    assert composed(file) == graph_of(training.compose((), {}), "/")
    text = file.read_text()
    for part in ("# enable_cache: true", "# gamma: 0.001", "  train:", "      # epochs: 5"):
        assert part in text


def test_the_template_has_what_is_set(tmp_path, reader):
    file = tmp_path / "template.yaml"
    given = training.with_options(
        tags=["a: b"],
        enable_cache=False,
        retry={"max_retries": 2, "delay": 0.5},
        parameters={"gamma": 1e-7},
        steps={"train": {"environment": {"A": "yes"}}},
    )
    given.write_run_configuration_template(file)
    plain = graph_of(given.compose((), {}), "/")
    again = composed(file)
    assert again["tags"] == ["a: b"]
    assert again["parameters"] == plain["parameters"]
    for mine, theirs in zip(again["steps"], plain["steps"], strict=True):
        assert mine["options"] == theirs["options"]


def test_the_template_of_a_pipeline_that_needs_parameters(tmp_path, reader):
    @pipeline
    def needing(count: int):
        load()

    file = tmp_path / "template.yaml"
    needing.write_run_configuration_template(file)
    assert "# steps: not known" in file.read_text()
    assert "# count: int" in file.read_text()
