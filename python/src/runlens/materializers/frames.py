"""Tables of polars and pyarrow as Parquet, where that holds them exactly; else as Arrow files."""

from __future__ import annotations

import sys

from .base import Materializer
from .tables import PREVIEW_COLUMNS, PREVIEW_ROWS, cell, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

_MOST_COLUMNS = 200
_STATISTICS_COLUMNS = 50
_MOST_ROWS = 1_000_000
_MOST_UNIQUE_CELLS = 2_000_000


class PolarsMaterializer(Materializer):
    """A polars DataFrame or Series as `data.parquet`, by polars itself; what Parquet does not hold
    exactly is `data.arrow`, and what holds Python objects a pickle.

    Digest: names, types and cells.
    """

    name = "polars"

    def can_save(self, value: Any) -> bool:
        polars = sys.modules["polars"]
        return type(value) in (polars.DataFrame, polars.Series)

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        frame = value if hasattr(value, "get_columns") else value.to_frame()
        for form in ("parquet", "arrow"):
            if _write_polars(frame, folder, form):
                return {"format": form, **_polars_facts(frame)}
        from .pickles import caution_for, write_pickle

        write_pickle(frame, folder, "data.pkl")
        facts = {"format": "pickle", "pickled": True, "caution": caution_for(type(value))}
        return {**facts, **_polars_facts(frame)}

    def load(self, folder: Path, type_name: str) -> Any:
        frame = _read_polars(folder)
        return frame.to_series(0) if type_name.endswith("Series") else frame

    def digest(self, value: Any, folder: Path) -> str | None:
        from .table_digest import digest_of_polars

        try:
            return digest_of_polars(value).hex()
        except ValueError:
            return None

    def extract_metadata(self, value: Any) -> dict[str, Any]:
        """`statistics` of the first 50 columns, by their names."""
        frame = value if hasattr(value, "get_columns") else value.to_frame()
        step = -(-max(frame.height, 1) // _MOST_ROWS)
        sample = frame.gather_every(step) if step > 1 else frame
        is_counted = sample.height * sample.width <= _MOST_UNIQUE_CELLS
        found = {
            one.name: _polars_statistics(one, is_counted)
            for one in sample.get_columns()[:_STATISTICS_COLUMNS]
        }
        return {"statistics": found, **({"sampledRows": sample.height} if step > 1 else {})}

    def preview(self, value: Any, folder: Path) -> dict[str, Any] | None:
        frame = value if hasattr(value, "get_columns") else value.to_frame()
        head = frame[:PREVIEW_ROWS, :PREVIEW_COLUMNS]
        rows = [list(map(cell, row)) for row in head.rows()]
        table = {"kind": "table", "columns": head.columns, "rows": rows, "total": frame.height}
        return {**table, "allColumns": frame.width}


def _write_polars(frame: Any, folder: Path, form: str) -> bool:
    from .table_digest import digest_of_polars

    path = folder / f"data.{form}"
    try:
        frame.write_parquet(path) if form == "parquet" else frame.write_ipc(path)
        back = _read_polars(folder)
        if back.schema == frame.schema and digest_of_polars(back) == digest_of_polars(frame):
            return True
    except BaseException as error:
        # polars panics with an exception of its own that is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
    path.unlink(missing_ok=True)
    return False


def _read_polars(folder: Path) -> Any:
    import polars

    if (folder / "data.parquet").exists():
        return polars.read_parquet(folder / "data.parquet")
    if (folder / "data.arrow").exists():
        return polars.read_ipc(folder / "data.arrow", memory_map=False)
    from .pickles import read_pickle

    return read_pickle(folder, "data.pkl")


def _polars_facts(frame: Any) -> dict[str, Any]:
    return {
        "rows": frame.height,
        "columns": frame.columns[:_MOST_COLUMNS],
        "dtypes": [str(one) for one in frame.dtypes[:_MOST_COLUMNS]],
        "shape": [frame.height, frame.width],
        "bytes": int(frame.estimated_size()),
        "preview": str(frame.head(5))[:4000],
    }


def _polars_statistics(column: Any, is_counted: bool) -> dict[str, Any]:
    nulls = column.null_count()
    found: dict[str, Any] = {"type": str(column.dtype), "count": len(column) - nulls}
    found["nulls"] = nulls
    kind = column.dtype
    if found["count"] and (kind.is_numeric() or kind.is_temporal()):
        found |= {"min": plain(column.min()), "max": plain(column.max())}
    if found["count"] and kind.is_numeric():
        found |= {"mean": plain(column.mean()), "std": plain(column.std(ddof=0))}
    if is_counted and not kind.is_nested() and str(kind) != "Object":
        found["unique"] = column.drop_nulls().n_unique()
    return found


class ArrowMaterializer(Materializer):
    """A pyarrow Table as `data.parquet`; what Parquet does not hold exactly is `data.arrow`.

    Digest: names, types, cells and the schema's metadata; not how it is cut into chunks.
    """

    name = "pyarrow"

    def can_save(self, value: Any) -> bool:
        return type(value).__name__ == "Table"

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        form = "parquet" if _write_arrow_parquet(value, folder) else "arrow"
        if form == "arrow":
            _write_arrow(value, folder)
        return {
            "format": form,
            "rows": value.num_rows,
            "columns": value.column_names[:_MOST_COLUMNS],
            "dtypes": [str(one) for one in value.schema.types[:_MOST_COLUMNS]],
            "shape": [value.num_rows, value.num_columns],
            "bytes": int(value.nbytes),
            "preview": _short_text(value),
        }

    def load(self, folder: Path, type_name: str) -> Any:
        import pyarrow

        if (folder / "data.parquet").exists():
            return _read_arrow_parquet(folder)
        with pyarrow.OSFile(str(folder / "data.arrow"), "rb") as file:
            return pyarrow.ipc.open_file(file).read_all()

    def digest(self, value: Any, folder: Path) -> str | None:
        from .table_digest import digest_of_arrow

        try:
            return digest_of_arrow(value).hex()
        except ValueError:
            return None

    def extract_metadata(self, value: Any) -> dict[str, Any]:
        """`statistics` of the first 50 columns, by their names."""
        sample = value.slice(0, _MOST_ROWS)
        is_counted = sample.num_rows * sample.num_columns <= _MOST_UNIQUE_CELLS
        found = {
            name: _arrow_statistics(column, is_counted)
            for name, column in list(zip(value.column_names, sample.columns, strict=True))[
                :_STATISTICS_COLUMNS
            ]
        }
        is_part = sample.num_rows < value.num_rows
        return {"statistics": found, **({"sampledRows": sample.num_rows} if is_part else {})}

    def preview(self, value: Any, folder: Path) -> dict[str, Any] | None:
        head = value.slice(0, PREVIEW_ROWS)
        columns = [column.to_pylist() for column in head.columns[:PREVIEW_COLUMNS]]
        rows = [list(map(cell, row)) for row in zip(*columns, strict=True)]
        names = value.column_names[:PREVIEW_COLUMNS]
        table = {"kind": "table", "columns": names, "rows": rows, "total": value.num_rows}
        return {**table, "allColumns": value.num_columns}


def _short_text(table: Any) -> str:
    columns = [column.to_pylist() for column in table.slice(0, 5).columns[:20]]
    rows = [table.column_names[:20], *(map(cell, row) for row in zip(*columns, strict=True))]
    return "\n".join("  ".join(row) for row in rows)


def _write_arrow_parquet(value: Any, folder: Path) -> bool:
    from pyarrow import parquet

    from .table_digest import digest_of_arrow

    path = folder / "data.parquet"
    try:
        parquet.write_table(value, path)
        back = _read_arrow_parquet(folder)
        is_same = back.schema.equals(value.schema, check_metadata=True)
        if is_same and digest_of_arrow(back) == digest_of_arrow(value):
            return True
    except Exception:
        # types that Parquet does not know, and cells that cannot be compared: Arrow's own file
        pass
    path.unlink(missing_ok=True)
    return False


def _read_arrow_parquet(folder: Path) -> Any:
    from pyarrow import parquet

    # a file of one folder is not a partition of a data set
    return parquet.ParquetFile(folder / "data.parquet").read()


def _write_arrow(value: Any, folder: Path) -> None:
    pyarrow = sys.modules["pyarrow"]
    with (
        pyarrow.OSFile(str(folder / "data.arrow"), "wb") as file,
        pyarrow.ipc.new_file(file, value.schema) as writer,
    ):
        writer.write_table(value)


def _arrow_statistics(column: Any, is_counted: bool) -> dict[str, Any]:
    from pyarrow import compute

    kinds = sys.modules["pyarrow"].types
    kind = column.type
    nulls = column.null_count
    found: dict[str, Any] = {"type": str(kind), "count": len(column) - nulls, "nulls": nulls}
    is_number = kinds.is_integer(kind) or kinds.is_floating(kind)
    if found["count"] and (is_number or kinds.is_date(kind) or kinds.is_timestamp(kind)):
        extremes = compute.min_max(column).as_py()
        found |= {"min": plain(extremes["min"]), "max": plain(extremes["max"])}
    if found["count"] and is_number:
        found |= {
            "mean": plain(compute.mean(column).as_py()),
            "std": plain(compute.stddev(column).as_py()),
        }
    if is_counted:
        found |= _arrow_unique(column)
    return found


def _arrow_unique(column: Any) -> dict[str, int]:
    from pyarrow import compute

    try:
        return {"unique": compute.count_distinct(column, mode="only_valid").as_py()}
    except NotImplementedError:
        # Arrow cannot count every type
        return {}
