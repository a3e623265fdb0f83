"""Pickle: the fallback for any object, and scikit-learn estimators with their facts."""

from __future__ import annotations

import sys

from ..errors import MaterializerError
from .base import Materializer
from .containers import repr_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


class PickleMaterializer(Materializer):
    """`data.pkl`, protocol 5. Only load artifacts of your own: unpickling runs code."""

    name = "pickle"
    file = "data.pkl"

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        from .._pickling import dump

        try:
            with open(folder / self.file, "wb") as file:
                dump(value, file)
        except Exception as error:
            self._dump_with_cloudpickle(value, folder, error)
        return {"preview": _without_addresses(repr_of(value))[:400]}

    def load(self, folder: Path, type_name: str) -> Any:
        from .._pickling import load

        with open(folder / self.file, "rb") as file:
            return load(file)

    def _dump_with_cloudpickle(self, value: Any, folder: Path, error: Exception) -> None:
        cloudpickle = sys.modules.get("cloudpickle")
        if cloudpickle is None:
            kind = type(value)
            raise MaterializerError(
                f"A {kind.__module__}.{kind.__qualname__} cannot be pickled: {error}. Return its "
                "data instead, define its class at the top of a module, or write a materializer "
                "for it (output_materializers=)."
            ) from error
        with open(folder / self.file, "wb") as file:
            cloudpickle.dump(value, file)


def _without_addresses(text: str) -> str:
    import re

    return re.sub(r" at 0x[0-9a-fA-F]+", "", text)


class SklearnMaterializer(PickleMaterializer):
    """A scikit-learn estimator as `model.pkl`, with class, parameters and version as facts."""

    name = "sklearn"
    file = "model.pkl"

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        super().save(value, folder)
        sklearn = sys.modules.get("sklearn")
        facts = {
            "class": f"{type(value).__module__}.{type(value).__qualname__}",
            "parameters": {name: repr_of(one) for name, one in value.get_params(False).items()},
            "library": f"scikit-learn {getattr(sklearn, '__version__', '')}".strip(),
        }
        features = getattr(value, "n_features_in_", None)
        if features is not None:
            facts["features"] = int(features)
        classes = getattr(value, "classes_", None)
        if classes is not None:
            facts["classes"] = [str(one) for one in list(classes)[:50]]
        return facts
