"""Trained models: scikit-learn's estimators, and LightGBM's in its own text format."""

from __future__ import annotations

import sys

from ..errors import MaterializerError
from .base import Materializer
from .pickles import caution_for, class_name, python_version, read_pickle, write_pickle
from .short import repr_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

_MOST = 50


def estimator_facts(value: Any) -> dict[str, Any]:
    """Class, parameters, features and classes of whatever follows scikit-learn's interface."""
    parameters = value.get_params(False)
    facts: dict[str, Any] = {
        "class": class_name(type(value)),
        "parameters": {name: repr_of(one) for name, one in list(parameters.items())[:_MOST]},
    }
    features = getattr(value, "n_features_in_", None)
    if features is not None:
        facts["features"] = int(features)
    names = getattr(value, "feature_names_in_", None)
    if names is not None:
        facts["featureNames"] = [str(one) for one in list(names)[:_MOST]]
    classes = getattr(value, "classes_", None)
    if classes is not None:
        facts["classes"] = [str(one) for one in list(classes)[:_MOST]]
    steps = getattr(value, "steps", None)
    if isinstance(steps, list):
        facts["steps"] = [f"{name}: {type(one).__name__}" for name, one in steps[:_MOST]]
    return facts


def _model_preview(facts: dict[str, Any]) -> dict[str, Any]:
    rows = [[name, text] for name, text in facts["parameters"].items()]
    names = facts.get("featureNames", [])
    shown = {"kind": "table", "columns": ["parameter", "value"], "rows": rows, "total": len(rows)}
    return {**shown, "featureNames": names} if names else shown


def _version(module: str, name: str) -> str:
    return f"{name} {getattr(sys.modules.get(module), '__version__', '')}".strip()


class SklearnMaterializer(Materializer):
    """A scikit-learn estimator as `model.pkl`, with class, parameters and version as facts.

    Digest: its state, part by part; equal for models that were trained alike.
    """

    name = "sklearn"
    artifact_type = "model"
    _file = "model.pkl"

    def can_save(self, value: Any) -> bool:
        return not isinstance(value, type)

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        write_pickle(value, folder, self._file)
        return {
            **estimator_facts(value),
            "library": _version("sklearn", "scikit-learn"),
            "pickled": True,
            "python": python_version(),
            "caution": caution_for(type(value)),
        }

    def load(self, folder: Path, type_name: str) -> Any:
        return read_pickle(folder, self._file)

    def digest(self, value: Any, folder: Path) -> str | None:
        from .._data.content import content_digest

        return content_digest(value)

    def preview(self, value: Any, folder: Path) -> dict[str, Any] | None:
        return _model_preview(estimator_facts(value))


class BoosterMaterializer(Materializer):
    """A LightGBM Booster as `model.txt`, LightGBM's own format, which its other languages read."""

    name = "lightgbm"
    artifact_type = "model"

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        (folder / "model.txt").write_bytes(value.model_to_string(num_iteration=-1).encode())
        return {
            "library": _version("lightgbm", "LightGBM"),
            "trees": int(value.num_trees()),
            "bestIteration": int(value.best_iteration),
            "features": int(value.num_feature()),
            "featureNames": [str(one) for one in value.feature_name()[:_MOST]],
        }

    def load(self, folder: Path, type_name: str) -> Any:
        import lightgbm

        return lightgbm.Booster(model_str=(folder / "model.txt").read_bytes().decode())

    def preview(self, value: Any, folder: Path) -> dict[str, Any] | None:
        gains = value.feature_importance("gain").tolist()
        ranked = sorted(zip(gains, value.feature_name(), strict=True), reverse=True)[:20]
        rows = [[str(name), f"{gain:.6g}"] for gain, name in ranked]
        names = ["feature", "gain"]
        return {"kind": "table", "columns": names, "rows": rows, "total": len(gains)}


class LightgbmModelMaterializer(Materializer):
    """LGBMClassifier and its like: `model.txt` and the rest of its state under `state/`.

    The state is JSON but for functions of the user and encoders of labels.
    """

    name = "lightgbm-sklearn"
    artifact_type = "model"
    _booster = "_Booster"

    def can_save(self, value: Any) -> bool:
        return hasattr(value, "__dict__") and not isinstance(value, type)

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        from .._data.outputs_io import save_value

        state = dict(vars(value))
        booster = state.pop(self._booster, None)
        if booster is not None:
            (folder / "model.txt").write_bytes(booster.model_to_string(num_iteration=-1).encode())
        self._saved = save_value(state, folder / "state", "json", with_metadata=False)
        facts = {**estimator_facts(value), "library": _version("lightgbm", "LightGBM")}
        return facts if booster is None else {**facts, "trees": int(booster.num_trees())}

    def load(self, folder: Path, type_name: str) -> Any:
        import lightgbm

        from .._pickling import class_named
        from .containers import JsonMaterializer

        try:
            kind = class_named(type_name)
        except (ImportError, AttributeError) as error:
            raise MaterializerError(
                f"The class {type_name} of this model cannot be imported: {error}. Its trees are "
                f"in {folder / 'model.txt'}, which lightgbm.Booster reads."
            ) from error
        made = kind.__new__(kind)
        vars(made).update(JsonMaterializer().load(folder / "state", "dict"))
        model = folder / "model.txt"
        if model.exists():
            text = model.read_bytes().decode()
            setattr(made, self._booster, lightgbm.Booster(model_str=text))
        else:
            setattr(made, self._booster, None)
        return made

    def digest(self, value: Any, folder: Path) -> str | None:
        from .._data.content import digest_of_parts
        from .._data.parameters import sha256_of_file

        model = folder / "model.txt"
        trees = sha256_of_file(str(model)) if model.exists() else "not fitted"
        return digest_of_parts((class_name(type(value)), trees, self._saved.digest)).hex()

    def preview(self, value: Any, folder: Path) -> dict[str, Any] | None:
        return _model_preview(estimator_facts(value))
