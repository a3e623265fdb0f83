"""pandas DataFrames and Series, without loss."""

from __future__ import annotations

import sys

from .base import Materializer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

_PREVIEW_ROWS = 1000
_METADATA_ROWS = 5


class PandasMaterializer(Materializer):
    """Parquet when pyarrow is loaded and reads back what was written, else a pickle.

    CSV would lose types and indexes; with a pickle a CSV of the first 1,000 rows is written for
    people (`preview.csv`). The metadata say which: `format`. Digest: pandas' own row hashes with
    the labels and types.
    """

    name = "pandas"

    def can_save(self, value: Any) -> bool:
        pandas = sys.modules["pandas"]
        return type(value) in (pandas.DataFrame, pandas.Series)

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        is_parquet = "pyarrow" in sys.modules and _write_parquet(value, folder)
        if not is_parquet:
            value.to_pickle(folder / "data.pkl", compression=None, protocol=5)
            value.head(_PREVIEW_ROWS).to_csv(folder / "preview.csv")
        return {"format": "parquet" if is_parquet else "pickle", **_describe(value)}

    def load(self, folder: Path, type_name: str) -> Any:
        import pandas

        if (folder / "data.parquet").exists():
            return pandas.read_parquet(folder / "data.parquet")
        return pandas.read_pickle(folder / "data.pkl", compression=None)

    def digest(self, value: Any, folder: Path) -> str | None:
        import hashlib

        pandas = sys.modules["pandas"]
        try:
            rows = pandas.util.hash_pandas_object(value, index=True).to_numpy()
        except TypeError:
            return None
        digest = hashlib.sha256(rows.tobytes())
        digest.update(repr(_labels(value)).encode("utf-8", "replace"))
        return digest.hexdigest()


def _labels(value: Any) -> tuple:
    index = (type(value.index).__name__, str(value.index.dtype), list(value.index.names))
    if value.ndim == 1:
        return "series", value.name, str(value.dtype), index, sorted(map(repr, value.attrs.items()))
    columns = [(repr(name), str(kind)) for name, kind in value.dtypes.items()]
    attributes = sorted(map(repr, value.attrs.items()))
    return "frame", columns, list(value.columns.names), index, attributes


def _write_parquet(value: Any, folder: Path) -> bool:
    pandas = sys.modules["pandas"]
    if value.ndim != 2 or not all(isinstance(name, str) for name in value.columns) or value.attrs:
        return False
    path = folder / "data.parquet"
    try:
        value.to_parquet(path, engine="pyarrow")
        pandas.testing.assert_frame_equal(
            pandas.read_parquet(path), value, check_exact=True, check_freq=True
        )
    except Exception:
        # not every frame has a Parquet form (mixed objects, odd indexes): those are pickled
        path.unlink(missing_ok=True)
        return False
    return True


def _describe(value: Any) -> dict[str, Any]:
    size = int(value.memory_usage(index=True, deep=False).sum()) if value.ndim == 2 else None
    if value.ndim == 1:
        return {"rows": len(value), "dtype": str(value.dtype), "name": str(value.name)}
    return {
        "rows": int(value.shape[0]),
        "columns": [str(name) for name in value.columns[:200]],
        "dtypes": [str(kind) for kind in value.dtypes[:200]],
        "shape": list(map(int, value.shape)),
        "bytes": size,
        "preview": value.iloc[:_METADATA_ROWS, :20].to_string(max_cols=20),
    }
