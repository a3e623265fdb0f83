"""Parameters as JSON: what the cache key, the record and the editor show of them."""

from __future__ import annotations

import os

from ..errors import StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# JSON numbers are doubles to the server: larger integers travel as text so that none are confused.
_SAFE_INTEGER = 2**53
# what MLflow allows
_TEXT_LENGTH = 6000


def encode(value: Any, where: str) -> Any:
    """A parameter's value as JSON. The worker itself uses the value, not this form of it.

    Tuples and sets become lists, big integers and non-finite numbers text, enums their value,
    dataclasses and pydantic models objects, dates, UUIDs and Decimals text, durations seconds.

    Raises:
        StepInterfaceError: it cannot be written as JSON; `where` names step and parameter.
    """
    try:
        return _encode(value)
    except _NotSerialisable as problem:
        raise StepInterfaceError(
            f"{where} has a value of type {_type_name(value)} that is not JSON-serialisable"
            f"{problem.inside(value)}. Pass it as the output of a step, pass the facts it is made "
            "from (numbers, text, lists, dicts) and make it inside the step, or store it in a file "
            "and pass a Path.",
            "parameter_not_serialisable",
        ) from None


def shown(value: Any) -> dict[str, str]:
    """`{"text": str(value)}` where JSON does not show a value as Python does: `2.0`, `[1, 2]`.

    A run records parameters as `mlflow.log_param` writes them, so that a step may log its own.
    """
    if value is None or isinstance(value, (str, int)) or is_path(value):
        return {}
    if isinstance(value, float) and _is_written_alike(value):
        return {}
    return {"text": str(value)[:_TEXT_LENGTH]}


def _is_written_alike(value: float) -> bool:
    """Whether JavaScript writes a number as Python does; what is not finite is sent as text."""
    if value - value != 0:
        return True
    return not value.is_integer() and 1e-4 <= abs(value) < 1e16


class _NotSerialisable(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value

    def inside(self, whole: Any) -> str:
        return "" if self.value is whole else f" (it holds a {_type_name(self.value)})"


def _type_name(value: Any) -> str:
    kind = type(value)
    return (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else (f"{kind.__module__}.{kind.__qualname__}")
    )


def _encode(value: Any, depth: int = 0) -> Any:
    if value is None or value is True or value is False:
        return value
    if depth > 100:
        raise _NotSerialisable(value)
    if hasattr(type(value), "__members__") and hasattr(value, "value"):
        return _encode(value.value, depth + 1)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value) if abs(value) <= _SAFE_INTEGER else str(int(value))
    if isinstance(value, float):
        return float(value) if value - value == 0 else str(float(value))
    if isinstance(value, (list, tuple)):
        return [_encode(one, depth + 1) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted((_encode(one, depth + 1) for one in value), key=_order)
    if isinstance(value, dict):
        return {_key(key): _encode(one, depth + 1) for key, one in value.items()}
    return _encode_object(value, depth)


def _order(value: Any) -> tuple[str, str]:
    return type(value).__name__, repr(value)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, (bool, int, float)):
        return str(key)
    raise _NotSerialisable(key)


def _encode_object(value: Any, depth: int) -> Any:
    if hasattr(value, "model_dump") and hasattr(type(value), "model_fields"):
        return value.model_dump(mode="json")
    fields = getattr(type(value), "__dataclass_fields__", None)
    if fields is not None and not isinstance(value, type):
        return {name: _encode(getattr(value, name), depth + 1) for name in fields}
    return _encode_standard(value)


def _encode_standard(value: Any) -> Any:
    """Values of the standard library and scalars of NumPy that have one JSON form."""
    kind = type(value)
    module = kind.__module__.partition(".")[0]
    if module == "datetime" and hasattr(value, "isoformat"):
        return value.isoformat()
    if module == "datetime" and hasattr(value, "total_seconds"):
        return value.total_seconds()
    if module in ("uuid", "decimal") or is_path(value):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": value.hex()}
    if module == "numpy" and getattr(value, "shape", None) == () and hasattr(value, "item"):
        return _encode(value.item())
    raise _NotSerialisable(value)


def is_path(value: Any) -> bool:
    """Whether a value is a pathlib path (without importing pathlib)."""
    return any(kind.__name__ == "PurePath" for kind in type(value).__mro__)


def encode_path(value: Any, where: str) -> dict:
    """A file or folder argument with the digest of its content.

    Raises:
        StepInterfaceError: there is no such file or folder.
    """
    path = os.fspath(value)
    if not os.path.exists(path):
        raise StepInterfaceError(
            f"{where} names {path}, which is not there (working folder: {os.getcwd()}). Files "
            "passed as Path are part of the cache key by their content; pass text (str) if the "
            "step is to create it.",
            "path_missing",
        )
    return {"kind": "path", "path": path, "digest": digest_of_path(path)}


def digest_of_path(path: str) -> str:
    """SHA-256 of a file's bytes; of a folder, over the sorted relative paths with their digests."""
    import hashlib

    if not os.path.isdir(path):
        return sha256_of_file(path)
    whole = hashlib.sha256(b"folder\0")
    for relative in files_below(path):
        name = relative.encode("utf-8", "surrogateescape")
        digest = sha256_of_file(os.path.join(path, relative))
        whole.update(len(name).to_bytes(8, "big") + name + bytes.fromhex(digest))
    return whole.hexdigest()


def files_below(folder: str) -> list[str]:
    """Relative paths (with `/`) of all files below a folder, sorted."""
    found = []
    for base, _, names in os.walk(folder):
        for name in names:
            found.append(os.path.relpath(os.path.join(base, name), folder).replace(os.sep, "/"))
    return sorted(found)


def sha256_of_file(path: str) -> str:
    """Hexadecimal SHA-256 of a file, read in pieces."""
    import hashlib

    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
