"""Digests of any object by its content: equal for equal content, in every process and on any day.

A pickle's bytes are not: sets come in the order of their hashes, equal texts may be one object or
two, and C structures are padded with whatever was in memory. Here the object is taken apart the way
pickle does (`__reduce_ex__`), and what has no order is sorted.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_MOST_OBJECTS = 300_000
# a text or number is no longer looked up by identity
_ATOMS = {type(None), bool, int, float, complex, str, bytes, bytearray, type(...)}
_PROTOCOL = 4


def content_digest(value: Any) -> str | None:
    """Hexadecimal SHA-256; None when a part cannot be taken apart, or there are over 300,000."""
    try:
        return _Walk().of(value).hex()
    except Exception:
        # whatever the value's own methods raise: its files are digested instead
        return None


def digest_of_parts(parts: Iterable[bytes | str | memoryview]) -> bytes:
    """SHA-256 over parts, each with its length before it."""
    import hashlib

    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        size = data.nbytes if isinstance(data, memoryview) else len(data)
        digest.update(size.to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


def digest_of_array(array: Any) -> bytes:
    """Of a NumPy array: dtype, shape and elements in C order; every NaN is the same NaN.

    Fields of structures are taken one by one, since the bytes between them are arbitrary. Objects
    count by their content.

    Raises:
        ValueError: an object in it cannot be taken apart.
    """
    return _Walk().array(array)


class _Walk:
    """One walk over an object; each object is digested once."""

    def __init__(self) -> None:
        self._known: dict[int, bytes] = {}
        # keeps what has been seen alive, so that no id is used twice
        self._kept: list[Any] = []
        self._open: set[int] = set()

    def of(self, value: Any) -> bytes:
        kind = type(value)
        if kind in _ATOMS:
            return _atom(value, kind)
        known = self._known.get(id(value))
        if known is not None:
            return known
        if id(value) in self._open:
            return digest_of_parts(("inside itself", _name(kind)))
        if len(self._kept) > _MOST_OBJECTS:
            raise ValueError("too many objects")
        self._open.add(id(value))
        try:
            found = self._fresh(value, kind)
        finally:
            self._open.discard(id(value))
        self._known[id(value)] = found
        self._kept.append(value)
        return found

    def _fresh(self, value: Any, kind: type) -> bytes:
        if kind in (list, tuple):
            return digest_of_parts((kind.__name__, *map(self.of, value)))
        if kind in (set, frozenset):
            return digest_of_parts((kind.__name__, *sorted(map(self.of, value))))
        if kind is dict:
            return digest_of_parts(("dict", *self._pairs(value.items())))
        if isinstance(value, type) or kind in _BY_NAME:
            return digest_of_parts(("global", *_importable_name(value)))
        if kind.__name__ == "module":
            return digest_of_parts(("module", value.__name__))
        numpy = sys.modules.get("numpy")
        if numpy is not None and kind in (numpy.ndarray, numpy.memmap):
            return self.array(value)
        if numpy is not None and isinstance(value, numpy.generic) and not value.dtype.hasobject:
            return digest_of_parts(("scalar", self.array(numpy.asarray(value))))
        pandas = sys.modules.get("pandas")
        if pandas is not None and kind in (pandas.DataFrame, pandas.Series):
            from ..materializers.table_digest import digest_of_pandas

            return digest_of_pandas(value)
        return self._taken_apart(value, kind)

    def _pairs(self, items: Iterable[tuple[Any, Any]]) -> list[bytes]:
        return sorted(digest_of_parts((self.of(key), self.of(one))) for key, one in items)

    def _taken_apart(self, value: Any, kind: type) -> bytes:
        import copyreg

        reducer = copyreg.dispatch_table.get(kind)
        reduced = reducer(value) if reducer else value.__reduce_ex__(_PROTOCOL)
        self._kept.append(reduced)
        if isinstance(reduced, str):
            return digest_of_parts(("global", getattr(value, "__module__", "") or "", reduced))
        function, arguments, state, items, pairs = (*reduced, *(None,) * 5)[:5]
        listed = () if items is None else [self.of(one) for one in items]
        parts = [_name(kind), self.of(function), self.of(arguments), self.of(state), *listed]
        if pairs is not None:
            is_ordered = kind.__name__ == "OrderedDict"
            parts.append("pairs")
            parts.extend(
                [digest_of_parts((self.of(key), self.of(one))) for key, one in pairs]
                if is_ordered
                else self._pairs(pairs)
            )
        return digest_of_parts(parts)

    def array(self, array: Any) -> bytes:
        head = ("array", array.dtype.str, repr(tuple(array.shape)))
        if array.dtype.names is not None:
            fields = [
                part for name in array.dtype.names for part in (name, self.array(array[name]))
            ]
            return digest_of_parts((*head, *fields))
        if array.dtype.hasobject:
            return digest_of_parts((*head, self.of(array.ravel().tolist())))
        return digest_of_parts((*head, _bytes_of(array)))


def _bytes_of(array: Any) -> memoryview:
    numpy = sys.modules["numpy"]
    if array.dtype.char in "gG":
        # long doubles are padded
        return memoryview("|".join(map(repr, array.ravel().tolist())).encode())
    whole = numpy.ascontiguousarray(array)
    if whole.dtype.kind in "fc" and numpy.isnan(whole).any():
        whole = whole.copy() if numpy.may_share_memory(whole, array) else whole
        if whole.dtype.kind == "f":
            whole[numpy.isnan(whole)] = numpy.nan
        else:
            for part in (whole.real, whole.imag):
                part[numpy.isnan(part)] = numpy.nan
    return memoryview(whole.reshape(-1).view(numpy.uint8)) if whole.nbytes else memoryview(b"")


def _atom(value: Any, kind: type) -> bytes:
    if kind is float and value != value:
        return digest_of_parts(("float", "nan"))
    if kind in (bytes, bytearray):
        return digest_of_parts((kind.__name__, bytes(value)))
    return digest_of_parts((kind.__name__, value if kind is str else repr(value)))


def _name(kind: type) -> str:
    from .._source.modules import public_name

    return f"{public_name(kind.__module__)}.{kind.__qualname__}"


_BY_NAME = {type(lambda: None), type(len)}


def _importable_name(value: Any) -> tuple[str, str]:
    """Module and name of a class or function that is found there.

    Raises:
        ValueError: it is local, or a method of an object.
    """
    from .._source.modules import public_name

    owner = getattr(value, "__self__", None)
    is_method = owner is not None and type(owner).__name__ != "module"
    if is_method or "<" in value.__qualname__:
        raise ValueError(f"{value.__qualname__} has no name of its own")
    return public_name(value.__module__ or "builtins"), value.__qualname__
