"""Models of several kinds, with signatures, code and examples, through the real client."""

import mlflow
import numpy
import pandas
from mlflow.models import infer_signature
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


class AddN(mlflow.pyfunc.PythonModel):
    """Adds a number from a file."""

    def load_context(self, context):
        with open(context.artifacts["n"]) as file:
            self.n = int(file.read())

    def predict(self, context, model_input, params=None):
        return model_input["x"] + self.n


def test_python_model_with_artifact(server, experiment, tmp_path):
    (tmp_path / "n.txt").write_text("5")
    with mlflow.start_run():
        info = mlflow.pyfunc.log_model(
            name="add", python_model=AddN(), artifacts={"n": str(tmp_path / "n.txt")}
        )
    loaded = mlflow.pyfunc.load_model(info.model_uri)
    assert list(loaded.predict(pandas.DataFrame({"x": [1, 2]}))) == [6, 7]


def test_signature_and_example(server, experiment):
    features, target = load_diabetes(return_X_y=True, as_frame=True)
    model = make_pipeline(StandardScaler(), Ridge()).fit(features, target)
    with mlflow.start_run():
        info = mlflow.sklearn.log_model(
            model,
            name="ridge",
            signature=infer_signature(features, model.predict(features)),
            input_example=features.head(2),
        )
    loaded = mlflow.pyfunc.load_model(info.model_uri)
    assert [column.name for column in loaded.metadata.signature.inputs] == list(features.columns)
    example = mlflow.models.Model.load(info.model_uri).load_input_example(info.model_uri)
    assert numpy.allclose(loaded.predict(example), model.predict(features.head(2)))


def test_old_name_of_the_argument(server, experiment, client):
    """`artifact_path` is what scripts of MLflow 2 give."""
    features, target = load_diabetes(return_X_y=True)
    with mlflow.start_run() as run:
        mlflow.sklearn.log_model(Ridge().fit(features, target), artifact_path="model")
    loaded = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model")
    assert loaded.predict(features[:1]).shape == (1,)


def test_model_without_a_run(server, experiment):
    features, target = load_diabetes(return_X_y=True)
    info = mlflow.sklearn.log_model(Ridge().fit(features, target), name="loose")
    found = mlflow.get_logged_model(info.model_id)
    assert found.name == "loose"
    assert mlflow.sklearn.load_model(info.model_uri).coef_.shape == (10,)


def test_model_of_older_clients(client, rest, experiment):
    """Clients before MLflow 3 record a model as a tag of its run."""
    from mlflow.models import Model

    with mlflow.start_run() as run:
        pass
    model = Model(artifact_path="m", run_id=run.info.run_id)
    model.add_flavor("python_function", loader_module="x")
    client._record_logged_model(run.info.run_id, model)
    client._record_logged_model(run.info.run_id, model)
    import json

    history = json.loads(client.get_run(run.info.run_id).data.tags["mlflow.log-model.history"])
    assert [entry["artifact_path"] for entry in history] == ["m", "m"]
