"""Every row of cases/*.json: one call to Runlens and to the real MLflow server (see compare.py)."""

import pytest
from compare import MlflowServer, Side, subjects

SUBJECTS = subjects()


@pytest.fixture(scope="session")
def sides(server, tmp_path_factory):
    """Runlens and MLflow, each with a kept-alive connection."""
    mlflow = MlflowServer(tmp_path_factory.mktemp("mlflow"))
    try:
        mlflow.wait()
        yield Side(server.uri, server.token), Side(mlflow.uri)
    finally:
        mlflow.stop()


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        pytest.param(subject, number, id=subject.title(number))
        for subject in SUBJECTS
        for number in range(len(subject.rows))
    ],
)
def test_row(sides, subject, number):
    subject.check(number, *sides)
