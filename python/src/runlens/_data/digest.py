"""Digests of values: equal content gives an equal digest in every process."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def digest_of(value: Any) -> str | None:
    """SHA-256 over a value's type and content; None when it cannot be told."""
    import hashlib

    digest = hashlib.sha256()
    try:
        _feed(digest.update, value, 0)
    except Exception:
        return None
    return digest.hexdigest()


def _feed(put: Any, value: Any, depth: int) -> None:
    if depth > 50:
        raise ValueError("too deep")
    kind = type(value)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if value is None or kind in (bool, int, float, complex, str):
        _put(put, name, repr(value).encode("utf-8", "surrogatepass"))
    elif kind in (bytes, bytearray):
        _put(put, name, bytes(value))
    elif kind in (list, tuple):
        _put(put, name, len(value).to_bytes(8, "big"))
        for one in value:
            _feed(put, one, depth + 1)
    elif kind in (set, frozenset):
        _put(put, name, "".join(sorted(_inner(one, depth) for one in value)).encode())
    elif kind is dict:
        pairs = sorted(_inner(pair, depth) for pair in value.items())
        _put(put, name, "".join(pairs).encode())
    else:
        _feed_object(put, value, name, depth)


def _inner(value: Any, depth: int) -> str:
    import hashlib

    digest = hashlib.sha256()
    _feed(digest.update, value, depth + 1)
    return digest.hexdigest()


def _put(put: Any, name: str, data: bytes) -> None:
    put(f"{name}:{len(data)}:".encode())
    put(data)


def _feed_object(put: Any, value: Any, name: str, depth: int) -> None:
    numpy = sys.modules.get("numpy")
    if type(value).__name__ == "module":
        _put(put, "module", value.__name__.encode())
    elif isinstance(getattr(value, "entrypoint", None), _FUNCTION):
        _feed_function(put, value.entrypoint, depth)
    elif isinstance(value, _FUNCTION):
        _feed_function(put, value, depth)
    elif numpy is not None and type(value) is numpy.ndarray and not value.dtype.hasobject:
        _put(put, f"{name}:{value.dtype.str}:{value.shape}", value.tobytes())
    elif isinstance(value, type):
        raise ValueError("a class is not a value")
    else:
        import pickle

        _put(put, name, pickle.dumps(value, protocol=4))


_FUNCTION = type(lambda: None)


def _feed_function(put: Any, function: Any, depth: int) -> None:
    _feed_code(put, function.__code__, depth)
    for captured in (function.__defaults__, function.__kwdefaults__):
        _feed(put, captured, depth + 1)
    for cell in function.__closure__ or ():
        _feed(put, cell.cell_contents, depth + 1)


def _feed_code(put: Any, code: Any, depth: int) -> None:
    _put(put, "code", code.co_code)
    _put(put, "names", repr((code.co_names, code.co_varnames, code.co_freevars)).encode())
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            _feed_code(put, constant, depth + 1)
        else:
            _feed(put, constant, depth + 1)


def captured_by(function: Any) -> dict[str, str | None]:
    """Digest of each closure cell of a function by its name; None: it cannot be compared.

    Cells that hold steps, functions or modules are digested by their code or name.
    """
    from .._source.signature import unwrap

    function = unwrap(function)
    found: dict[str, str | None] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            found[name] = digest_of(cell.cell_contents)
        except ValueError:
            found[name] = None
    return found
