"""Search over runs through the real client, and its grammar beside MLflow's own parser."""

import math
import random

import mlflow
import pytest
from mlflow.exceptions import MlflowException, RestException
from mlflow.utils.search_utils import SearchUtils


@pytest.fixture(scope="module")
def runs(server):
    """Five runs a to e; returns a function from a search to the found names, in order."""
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("searched")
    for number, name in enumerate("abcde"):
        run = client.create_run(experiment, run_name=name, start_time=1000 + number)
        run_id = run.info.run_id
        client.log_param(run_id, "n", number)
        client.log_param(run_id, "learning rate", "0.1" if number < 2 else "0.01")
        if name != "e":
            client.log_metric(run_id, "loss", math.nan if name == "d" else number / 10)
        client.log_metric(run_id, "val/acc", -number)
        client.set_tag(run_id, "team", "Vision" if number % 2 else "audio")
        if name == "c":
            client.set_terminated(run_id, "FAILED", end_time=5000)

    def search(filter_string="", order_by=None, **options):
        found = client.search_runs([experiment], filter_string, order_by=order_by, **options)
        return "".join(run.info.run_name for run in found)

    search.experiment = experiment
    search.client = client
    return search


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "edcba"),
        ("metrics.loss < 0.15", "ba"),
        ("metrics.loss >= 0.2", "c"),
        ("metric.loss != 0", "dcb"),
        ("metrics.`val/acc` = -4", "e"),
        ('metrics."val/acc" > -2', "ba"),
        ("params.n = '3'", "d"),
        ("params.n != '3'", "ecba"),
        ("params.`learning rate` LIKE '0.0%'", "edc"),
        ("parameter.n = '1' and metrics.loss > 0", "b"),
        ("tags.team = 'vision'", ""),
        ("tags.team ILIKE 'vision'", "db"),
        ("tags.team LIKE 'V%'", "db"),
        ("tags.none IS NULL", "edcba"),
        ("tag.team IS NOT NULL AND params.none IS NULL", "edcba"),
        ("attributes.status = 'FAILED'", "c"),
        ("status != 'FAILED'", "edba"),
        ("run_name = 'a'", "a"),
        ("attributes.`Run name` LIKE '_'", "edcba"),
        ("start_time > 1002", "ed"),
        ("created <= 1001", "ba"),
        ("end_time = 5000", "c"),
        ("artifact_uri LIKE 'mlflow-artifacts:/%'", "edcba"),
        ("user_id = 'nobody'", ""),
    ],
)
def test_filters(runs, text, found):
    assert runs(text) == found


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (["metrics.loss ASC"], "abcde"),
        (["metrics.loss DESC"], "cbade"),
        (["params.n"], "abcde"),
        (["params.`learning rate` DESC", "attributes.start_time ASC"], "abcde"),
        (["tags.team", "params.n DESC"], "dbeca"),
        (["run_name DESC"], "edcba"),
        (["end_time"], "cedba"),
    ],
)
def test_orders(runs, order, found):
    assert runs(order_by=order) == found


def test_run_id_lists(runs):
    ids = [run.info.run_id for run in runs.client.search_runs([runs.experiment])]
    some = ", ".join(f"'{run_id}'" for run_id in ids[:2])
    assert runs(f"run_id IN ({some})") == "ed"
    assert runs(f"attributes.run_id NOT IN ({some})") == "cba"


def test_pages(runs):
    found, token = "", None
    while True:
        page = runs.client.search_runs([runs.experiment], max_results=2, page_token=token)
        found += "".join(run.info.run_name for run in page)
        token = page.token
        if not token:
            break
    assert found == "edcba"


def test_data_frame(runs):
    frame = mlflow.search_runs([runs.experiment], order_by=["params.n"])
    assert list(frame["params.n"]) == list("01234")
    assert frame["metrics.loss"].isna().sum() == 2
    assert mlflow.search_runs(search_all_experiments=True).shape[0] >= 5


def test_limits(runs, rest):
    body = {"experiment_ids": [runs.experiment], "max_results": 50_001}
    answer = rest("POST", "runs/search", json=body)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(
        "Invalid value 50001 for parameter 'max_results' supplied"
    )
    with pytest.raises(RestException, match="Invalid page token, could not base64-decode"):
        runs(page_token="abc")


GRAMMAR = [
    "metrics.a > 1",
    "metrics.a>1",
    "metrics.a > -1.5e-3",
    "metrics.a > .5",
    "metrics.a > 5.",
    "metrics.a > 1e5",
    "metrics.a > '1'",
    "metrics.a > x",
    "metrics.a == 1",
    "metrics.a <> 1",
    "metrics.a LIKE 1",
    "metrics.a IS NULL",
    "metrics.`a b` > 1",
    "`metrics`.a > 1",
    'metrics."a-b" > 1',
    "metrics.a.b.c > 1",
    "params.a = 'x'",
    'params.a = "x"',
    "params.a = `x`",
    "params.a = x",
    "params.a = 1",
    "params.a > '1'",
    "params.a LIKE '%x_'",
    "params.a ilike '%x_'",
    "params.a NOT LIKE 'x'",
    "params.a IN ('x')",
    "params.a IS NULL",
    "params.a is not null",
    "params.a = 'it''s'",
    "params.a = 'it\\'s'",
    "params.a = ''",
    "params.a = 'x' AND",
    "AND params.a = 'x'",
    "params.a = 'x' AND AND params.b = 'y'",
    "params.a = 'x' and params.b = 'y' AnD tags.c = 'z'",
    "params.a = 'x' OR params.b = 'y'",
    "NOT params.a = 'x'",
    "(params.a = 'x')",
    "params.a = 'x', params.b = 'y'",
    "params.a",
    "params.a =",
    "= 'x'",
    "'x' = params.a",
    "params.a = 'x",
    "tags.mlflow.source.name = 'x'",
    "tags.`mlflow.source.name` != 'x'",
    "tag.a = 'é'",
    "tags.größe = 'x'",
    "run.status = 'RUNNING'",
    "attr.status = 'RUNNING'",
    "attribute.status = 'RUNNING'",
    "status = 'RUNNING'",
    "Status = 'RUNNING'",
    "status = RUNNING",
    "status IN ('RUNNING')",
    "status IS NULL",
    "run_name = 'x'",
    "`run name` = 'x'",
    "attributes.`Run Name` = 'x'",
    "attributes.bad = 'x'",
    "bad.a = 'x'",
    "start_time > 1",
    "start_time > 1.5",
    "start_time > '1'",
    "created > 1",
    "Created > 1",
    "end_time LIKE 1",
    "run_id IN ('a', 'b')",
    'run_id IN ("a")',
    "run_id NOT IN ('a')",
    "run_id IN ()",
    "run_id IN (1)",
    "run_id IN 'a'",
    "dataset.name = 'x'",
    "datasets.digest LIKE 'x%'",
    "dataset.context IN ('x', 'y')",
    "dataset.bad = 'x'",
    "dataset.name IS NULL",
    "dataset.name > 'x'",
    "artifact_uri ILIKE '%x'",
    "user_id != 'x'",
    "lifecycle_stage = 'active'",
    "experiment_id = '0'",
]


def mlflow_says(text):
    """Returns MLflow's refusal of a filter, None when it takes it (parser and operators)."""
    try:
        for clause in SearchUtils.parse_search_filter(text):
            kind, key = clause["type"], SearchUtils.translate_key_alias(clause["key"])
            operator = clause["comparator"].upper()
            checks = (SearchUtils.is_metric, SearchUtils.is_param, SearchUtils.is_tag)
            if not (
                any(check(kind, operator) for check in checks)
                or SearchUtils.is_attribute(kind, key, operator)
                or SearchUtils.is_dataset(kind, operator)
            ):
                return "unknown kind"
    except MlflowException as error:
        return error.message
    return None


def test_what_mlflow_takes_is_taken(runs):
    """The known oddities, and clauses put together at random."""
    pick = random.Random(20261101)
    texts = list(GRAMMAR)
    for _ in range(300):
        clauses = pick.choices(GRAMMAR, k=pick.randint(2, 4))
        texts.append(pick.choice([" AND ", " and ", "  AND\t", " "]).join(clauses))
    taken = [text for text in texts if mlflow_says(text) is None]
    assert len(taken) > 80
    for text in taken:
        runs(text)
