"""pandas DataFrames and Series, without loss."""

from __future__ import annotations

import sys

from .base import Materializer
from .short import repr_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

PREVIEW_ROWS = 20
PREVIEW_COLUMNS = 50
_METADATA_ROWS = 5
_MOST_COLUMNS = 200
_STATISTICS_COLUMNS = 50
# of more rows the statistics are those of every n-th
_MOST_ROWS = 1_000_000
# counting distinct values sorts or hashes each cell
_MOST_UNIQUE_CELLS = 2_000_000
_LONGEST_CELL = 80
_TYPES = "_types.json"


class PandasMaterializer(Materializer):
    """`data.parquet` when pyarrow is there, else `data.csv` with the types in `_types.json`.

    What is written is read back and compared; a table that neither holds exactly (objects of the
    user in cells, odd indexes) is pickled. The metadata say which: `format`. Index, names, types
    and `attrs` are kept. Digest: every cell with them, not the file.
    """

    name = "pandas"

    def can_save(self, value: Any) -> bool:
        pandas = sys.modules["pandas"]
        return type(value) in (pandas.DataFrame, pandas.Series)

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        self._digest = _digest_of(value)
        for form in ("parquet", "csv"):
            if form == "parquet" and "pyarrow" not in sys.modules:
                continue
            if _write(value, folder, form, self._digest):
                return {"format": form, **_facts(value)}
        from .pickles import caution_for, write_pickle

        write_pickle(value, folder, "data.pkl")
        caution = caution_for(type(value))
        return {"format": "pickle", "pickled": True, "caution": caution, **_facts(value)}

    def load(self, folder: Path, type_name: str) -> Any:
        for form in ("parquet", "csv"):
            if (folder / f"data.{form}").exists():
                return _read(folder, form)
        import pandas

        from .pickles import read_pickle

        if (folder / "_pickle.json").exists():
            return read_pickle(folder, "data.pkl")
        return pandas.read_pickle(folder / "data.pkl", compression=None)

    def digest(self, value: Any, folder: Path) -> str | None:
        return self._digest

    def extract_metadata(self, value: Any) -> dict[str, Any]:
        """`statistics` of the first 50 columns, by their names."""
        frame = value.to_frame() if value.ndim == 1 else value
        step = -(-max(len(frame), 1) // _MOST_ROWS)
        sample = frame.iloc[::step]
        is_counted = sample.size <= _MOST_UNIQUE_CELLS
        found = {}
        for at in range(min(frame.shape[1], _STATISTICS_COLUMNS)):
            statistics = _column_statistics(sample.iloc[:, at], is_counted)
            found[str(frame.columns[at])] = statistics
        sampled = {"sampledRows": len(sample)} if step > 1 else {}
        return {"statistics": found, **sampled}

    def preview(self, value: Any, folder: Path) -> dict[str, Any] | None:
        frame = value.to_frame() if value.ndim == 1 else value
        head = frame.iloc[:PREVIEW_ROWS, :PREVIEW_COLUMNS]
        rows = [
            [cell(label), *map(cell, row)]
            for label, row in zip(head.index, head.itertuples(index=False, name=None), strict=True)
        ]
        names = [str(name) for name in head.columns]
        label = "" if frame.index.name is None else str(frame.index.name)
        table = {"kind": "table", "columns": [label, *names], "rows": rows, "total": len(frame)}
        return {**table, "allColumns": int(frame.shape[1]) + 1}


def cell(value: Any) -> str:
    """A cell for people: short, on one line, null as nothing."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    text = value if isinstance(value, str) else _number(value)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"


def _number(value: Any) -> str:
    if isinstance(value, (int, float)) or type(value).__module__ in ("numpy", "datetime"):
        return str(value)
    return str(value) if "pandas" in type(value).__module__ else repr_of(value)


def _column_statistics(column: Any, is_counted: bool) -> dict[str, Any]:
    """`count` without nulls, `nulls`; of numbers and times their extremes, of numbers more."""
    nulls = int(column.isna().sum())
    found: dict[str, Any] = {"type": str(column.dtype), "count": len(column) - nulls}
    found["nulls"] = nulls
    kind = getattr(column.dtype, "kind", "O")
    if found["count"] and kind in "iufbmM":
        found |= {"min": plain(column.min()), "max": plain(column.max())}
    if found["count"] and kind in "iufb":
        numbers = column.dropna().to_numpy("f8")
        with sys.modules["numpy"].errstate(all="ignore"):
            found |= {"mean": plain(numbers.mean()), "std": plain(numbers.std())}
    if is_counted:
        found |= _unique(column)
    return found


def _unique(column: Any) -> dict[str, int]:
    try:
        return {"unique": int(column.nunique())}
    except TypeError:
        # cells that have no hash (lists, dicts) cannot be counted so
        return {}


def plain(value: Any) -> Any:
    """A statistic as JSON: a finite number, else text."""
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, (bool, int)):
        return number
    if isinstance(number, float) and number - number == 0:
        return number
    return str(value)


def _digest_of(value: Any) -> str | None:
    from .table_digest import digest_of_pandas

    try:
        return digest_of_pandas(value).hex()
    except ValueError:
        return None


def _write(value: Any, folder: Path, form: str, digest: str | None) -> bool:
    """Writes and reads back; what is not as it was is taken away."""
    from .table_forms import flatten, write_table

    try:
        frame, types = flatten(value, form)
        write_table(frame, folder, form, types)
        if _is_equal(_read(folder, form), value, digest):
            return True
    except Exception:
        # not every table has this form (mixed objects, odd indexes): the next one is tried
        pass
    (folder / f"data.{form}").unlink(missing_ok=True)
    (folder / _TYPES).unlink(missing_ok=True)
    return False


def _read(folder: Path, form: str) -> Any:
    from .table_forms import read_table

    return read_table(folder, form)


def _is_equal(one: Any, other: Any, digest: str | None) -> bool:
    testing = sys.modules["pandas"].testing
    check = testing.assert_frame_equal if other.ndim == 2 else testing.assert_series_equal
    check(one, other, check_exact=True, check_freq=True)
    # the comparison takes None for NaN
    return type(one) is type(other) and digest is not None and _digest_of(one) == digest


def _facts(value: Any) -> dict[str, Any]:
    if value.ndim == 1:
        return {"rows": len(value), "dtype": str(value.dtype), "name": str(value.name)}
    return {
        "rows": int(value.shape[0]),
        "columns": [str(name) for name in value.columns[:_MOST_COLUMNS]],
        "dtypes": [str(kind) for kind in value.dtypes[:_MOST_COLUMNS]],
        "shape": list(map(int, value.shape)),
        "bytes": int(value.memory_usage(index=True, deep=False).sum()),
        "preview": value.iloc[:_METADATA_ROWS, :20].to_string(max_cols=20),
    }
