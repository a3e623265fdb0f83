"""JSON types, exactly: plain `data.json` where JSON can say it, tagged where it cannot.

A value inside that is no JSON and has no form under a tag (an array in a dict, say) goes into a
folder of its own, `items/<n>`, with the materializer of its type.
"""

from __future__ import annotations

import json

from ..errors import MaterializerError
from .base import TAG, Materializer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

_PREVIEW = 400
_MAX_DEPTH = 200
_UNORDERED = ("set", "frozenset", "dict")


class JsonMaterializer(Materializer):
    """dict, list, tuple, set, int, float, bool, None, with whatever they hold; and values that have
    a form in JSON: times, UUID, enum members, dataclasses, named tuples, pydantic models.

    Digest: two dicts that differ in their order only are the same content, as they are to Python.
    """

    name = "json"

    def can_save(self, value: Any) -> bool:
        is_ours = type(value) in _KINDS or _inline().inline_form(value) is not None
        return is_ours and not _is_tangled(value)

    def save(self, value: Any, folder: Path) -> dict[str, Any]:
        self._items: list[dict] = []
        self._folder = folder
        self._data = self._encode(value)
        (folder / "data.json").write_bytes(_json(self._data))
        metadata: dict[str, Any] = {"preview": _short(value)}
        if hasattr(value, "__len__"):
            metadata["length"] = len(value)
        if type(value) is dict and all(isinstance(key, str) for key in value):
            metadata["keys"] = list(value)[:50]
        return metadata | _fields_of(self._data)

    def load(self, folder: Path, type_name: str) -> Any:
        self._folder = folder
        text = (folder / "data.json").read_bytes().decode("utf-8", "surrogatepass")
        return self._decode(json.loads(text))

    def digest(self, value: Any, folder: Path) -> str | None:
        import hashlib

        return hashlib.sha256(_json(self._canonical(self._data), sort_keys=True)).hexdigest()

    def _encode(self, value: Any) -> Any:
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is float:
            return value if value - value == 0 else {TAG: "float", "value": str(value)}
        if kind is list:
            return [self._encode(one) for one in value]
        if kind is dict:
            return self._encode_dict(value)
        if kind in (tuple, set, frozenset):
            items = [self._encode(one) for one in value]
            if kind is not tuple:
                items.sort(key=lambda one: json.dumps(one, sort_keys=True))
            return {TAG: kind.__name__, "items": items}
        inline = _inline()
        form = inline.inline_form(value)
        if form is not None:
            return inline.encode_inline(value, form, self._encode)
        return self._encode_item(value)

    def _encode_dict(self, value: dict) -> dict:
        if all(type(key) is str for key in value) and TAG not in value:
            return {key: self._encode(one) for key, one in value.items()}
        pairs = [[self._encode(key), self._encode(one)] for key, one in value.items()]
        return {TAG: "dict", "items": pairs}

    def _encode_item(self, value: Any) -> dict:
        from .._data.outputs_io import save_value

        number = len(self._items)
        # reserved before it is filled: an item may hold items of its own
        self._items.append({})
        saved = save_value(value, self._folder / "items" / str(number), with_metadata=False)
        self._items[number] = {"materializer": saved.materializer, "digest": saved.digest}
        return {
            TAG: "item",
            "item": number,
            "type": saved.type,
            "materializer": saved.materializer,
        }

    def _canonical(self, data: Any) -> Any:
        """The data with digests in place of items, and in one order where order means nothing."""
        if isinstance(data, list):
            return [self._canonical(one) for one in data]
        if not isinstance(data, dict):
            return data
        tag = data.get(TAG)
        if tag == "item":
            return {**data, "item": self._items[data["item"]]["digest"]}
        whole = {key: self._canonical(one) for key, one in data.items()}
        if tag in _UNORDERED:
            whole["items"].sort(key=lambda one: json.dumps(one, sort_keys=True))
        return whole

    def _decode(self, data: Any) -> Any:
        if isinstance(data, list):
            return [self._decode(one) for one in data]
        if not isinstance(data, dict):
            return data
        tag = data.get(TAG)
        if tag is None:
            return {key: self._decode(one) for key, one in data.items()}
        return self._decode_tagged(tag, data)

    def _decode_tagged(self, tag: str, data: dict) -> Any:
        if tag == "float":
            return float(data["value"])
        if tag == "dict":
            return {self._decode(key): self._decode(one) for key, one in data["items"]}
        if tag in ("tuple", "set", "frozenset"):
            kind = {"tuple": tuple, "set": set, "frozenset": frozenset}[tag]
            return kind(self._decode(one) for one in data["items"])
        if tag == "item":
            from . import materializer_named

            inner = self._folder / "items" / str(data["item"])
            return materializer_named(data["materializer"])._restore(inner, data["type"])
        inline = _inline()
        if tag in inline.INLINE_TAGS:
            return inline.decode_inline(data, self._decode)
        raise MaterializerError(
            f"data.json holds a value of the unknown kind {tag!r}: it was written by a newer "
            "version of Runlens."
        )


def _inline() -> Any:
    """What values that are no JSON need; most have none of it, and it brings pickle along."""
    from . import inline

    return inline


_KINDS = {dict, list, tuple, set, frozenset, int, float, bool, str, type(None)}


def _json(data: Any, *, sort_keys: bool = False) -> bytes:
    text = json.dumps(
        data, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=sort_keys
    )
    return text.encode("utf-8", "surrogatepass")


def _fields_of(data: Any) -> dict[str, Any]:
    """Class and fields of a dataclass or model, for people."""
    if not isinstance(data, dict) or data.get(TAG) not in ("dataclass", "pydantic"):
        return {}
    fields = {name: _short(one) for name, one in list(data["fields"].items())[:50]}
    return {"class": data["type"], "fields": fields}


def _is_tangled(value: Any) -> bool:
    """Whether containers hold themselves, or nest deeper than JSON readers go."""
    pending = [(value, 0)]
    open_ids: set[int] = set()
    path: list[tuple[int, int]] = []
    while pending:
        one, depth = pending.pop()
        while path and path[-1][1] >= depth:
            open_ids.discard(path.pop()[0])
        inner = _held_by(one)
        if not inner:
            continue
        if id(one) in open_ids or depth > _MAX_DEPTH:
            return True
        open_ids.add(id(one))
        path.append((id(one), depth))
        pending.extend((each, depth + 1) for each in inner if type(each) not in _SIMPLE)
    return False


_SIMPLE = {int, float, bool, str, type(None)}


def _held_by(value: Any) -> list[Any]:
    kind = type(value)
    if kind is dict:
        return list(value.values())
    if kind in (list, tuple):
        return list(value)
    return [] if kind in _SIMPLE else _inline().inner_values(value)


def _short(value: Any) -> str:
    from .short import repr_of

    text = repr_of(value)
    return text if len(text) <= _PREVIEW else f"{text[:_PREVIEW]}…"
