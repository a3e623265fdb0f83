"""Values that are no JSON but fit into it under a tag: times, ids, enums, dataclasses, models."""

from __future__ import annotations

import sys

from .._pickling import class_named
from .base import TAG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def qualified(kind: type) -> str:
    """`datetime.datetime`; as it is recorded, with the script's name for `__main__`."""
    from . import qualified_name

    return qualified_name(kind)


def inline_form(value: Any) -> str | None:
    """The tag under which a value can be written into JSON; None when it cannot."""
    kind = type(value)
    form = _FORMS.get(f"{kind.__module__}.{kind.__qualname__}")
    if form is not None:
        return form if form != "datetime" or _zone_of(value) is not None else None
    if _is_numpy_scalar(value, kind):
        return "numpy"
    if not _can_be_found(kind):
        return None
    enum = sys.modules.get("enum")
    if enum is not None and isinstance(value, enum.Enum):
        return "enum"
    if _is_plain_dataclass(value, kind):
        return "dataclass"
    if _is_named_tuple(value, kind):
        return "namedtuple"
    return "pydantic" if _survives_json(value, kind) else None


_FORMS = {
    "builtins.bytes": "bytes",
    "builtins.bytearray": "bytearray",
    "builtins.complex": "complex",
    "builtins.range": "range",
    "collections.OrderedDict": "ordered",
    "datetime.datetime": "datetime",
    "datetime.date": "date",
    "datetime.time": "datetime",
    "datetime.timedelta": "timedelta",
    "uuid.UUID": "uuid",
    "decimal.Decimal": "decimal",
    "fractions.Fraction": "fraction",
}


def _zone_of(value: Any) -> Any:
    """A time's zone as JSON: False for none, text; None when it is of an unknown kind."""
    zone = value.tzinfo
    if zone is None:
        return False
    name = f"{type(zone).__module__}.{type(zone).__qualname__}"
    if name == "datetime.timezone":
        return zone.utcoffset(None).total_seconds()
    return getattr(zone, "key", None) if name == "zoneinfo.ZoneInfo" else None


def _is_numpy_scalar(value: Any, kind: type) -> bool:
    numpy = sys.modules.get("numpy")
    if numpy is None or kind.__module__ != "numpy" or not isinstance(value, numpy.generic):
        return False
    return value.dtype.kind in "iufb" and value.dtype.itemsize <= 8


def _can_be_found(kind: type) -> bool:
    """Whether other processes can import the class: it is no local one."""
    try:
        return class_named(qualified(kind)) is kind
    except (ImportError, AttributeError):
        return False


def _is_plain_dataclass(value: Any, kind: type) -> bool:
    """A dataclass whose fields are all of its state, and that does not say how to pickle it."""
    if not hasattr(kind, "__dataclass_fields__"):
        return False
    fields = kind.__dataclass_fields__
    state = getattr(kind, "__setstate__", None)
    has_own_state = state is not None and state.__qualname__ != "_dataclass_setstate"
    if kind.__reduce_ex__ is not object.__reduce_ex__ or kind.__reduce__ is not object.__reduce__:
        return False
    has_more = set(getattr(value, "__dict__", ())) - set(fields)
    has_less = not all(hasattr(value, name) for name in fields)
    return not (has_own_state or has_more or has_less or isinstance(value, (dict, list, tuple)))


def _is_named_tuple(value: Any, kind: type) -> bool:
    return isinstance(value, tuple) and hasattr(kind, "_fields") and hasattr(kind, "_make")


def is_model(value: Any) -> bool:
    """Whether it is an object of a pydantic 2 model."""
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and hasattr(type(value), "model_validate_json")


def _survives_json(value: Any, kind: type) -> bool:
    if not is_model(value):
        return False
    try:
        back = _model_of(kind, _dump(value), sorted(value.model_fields_set))
        return bool(back == value)
    except Exception:
        # validators and serializers are the user's: whatever they raise, it is no JSON
        return False


def _dump(value: Any) -> Any:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return value.model_dump(mode="json", by_alias=True, round_trip=True)


def _model_of(kind: Any, data: Any, given: list[str]) -> Any:
    import json

    made = kind.model_validate_json(json.dumps(data))
    object.__setattr__(made, "__pydantic_fields_set__", set(given))
    return made


def inner_values(value: Any) -> list[Any]:
    """What a dataclass or named tuple holds, for whoever looks for cycles."""
    kind = type(value)
    if hasattr(kind, "__dataclass_fields__"):
        return [getattr(value, name, None) for name in kind.__dataclass_fields__]
    return list(value) if _is_named_tuple(value, kind) else []


def encode_inline(value: Any, form: str, encode: Callable[[Any], Any]) -> dict[str, Any]:
    """The value under its tag; `encode` is used for what it holds."""
    return {TAG: form, **_ENCODERS[form](value, encode)}


def _base64(value: bytes) -> str:
    import base64

    return base64.b64encode(value).decode()


def _encode_time(value: Any, _: Any) -> dict[str, Any]:
    data = {"type": type(value).__name__, "value": value.replace(tzinfo=None).isoformat()}
    zone = _zone_of(value)
    data |= {} if zone is False else {"zone": zone}
    return {**data, "fold": 1} if value.fold else data


def _encode_enum(value: Any, encode: Any) -> dict[str, Any]:
    known = value.name in type(value).__members__
    inner = {"name": value.name} if known else {"value": encode(value.value)}
    return {"type": qualified(type(value)), **inner}


def _encode_dataclass(value: Any, encode: Any) -> dict[str, Any]:
    names = type(value).__dataclass_fields__
    fields = {name: encode(getattr(value, name)) for name in names}
    return {"type": qualified(type(value)), "fields": fields}


def _encode_model(value: Any, encode: Any) -> dict[str, Any]:
    given = sorted(value.model_fields_set)
    return {"type": qualified(type(value)), "fields": encode(_dump(value)), "given": given}


_ENCODERS: dict[str, Any] = {
    "bytes": lambda value, _: {"value": _base64(value)},
    "bytearray": lambda value, _: {"value": _base64(value)},
    "complex": lambda value, encode: {"value": [encode(value.real), encode(value.imag)]},
    "range": lambda value, _: {"value": [value.start, value.stop, value.step]},
    "ordered": lambda value, encode: {
        "items": [[encode(key), encode(one)] for key, one in value.items()]
    },
    "datetime": _encode_time,
    "date": lambda value, _: {"value": value.isoformat()},
    "timedelta": lambda value, _: {"value": [value.days, value.seconds, value.microseconds]},
    "uuid": lambda value, _: {"value": str(value)},
    "decimal": lambda value, _: {"value": str(value)},
    "fraction": lambda value, _: {"value": [value.numerator, value.denominator]},
    "numpy": lambda value, encode: {"dtype": value.dtype.str, "value": encode(value.item())},
    "enum": _encode_enum,
    "dataclass": _encode_dataclass,
    "namedtuple": lambda value, encode: {
        "type": qualified(type(value)),
        "items": [encode(one) for one in value],
    },
    "pydantic": _encode_model,
}


def decode_inline(data: dict[str, Any], decode: Callable[[Any], Any]) -> Any:
    """The value that `encode_inline` wrote; its tag is one of INLINE_TAGS."""
    return _DECODERS[data[TAG]](data, decode)


def _decode_bytes(data: dict[str, Any], _: Any) -> bytes:
    import base64

    return base64.b64decode(data["value"])


def _decode_time(data: dict[str, Any], _: Any) -> Any:
    import datetime

    kind = getattr(datetime, data["type"])
    value = kind.fromisoformat(data["value"]).replace(fold=data.get("fold", 0))
    zone = data.get("zone")
    if zone is None:
        return value
    if isinstance(zone, str):
        import zoneinfo

        return value.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    offset = datetime.timedelta(seconds=zone)
    return value.replace(tzinfo=datetime.timezone(offset) if zone else datetime.timezone.utc)


def _decode_date(data: dict[str, Any], _: Any) -> Any:
    import datetime

    return datetime.date.fromisoformat(data["value"])


def _decode_span(data: dict[str, Any], _: Any) -> Any:
    import datetime

    return datetime.timedelta(*data["value"])


def _decode_enum(data: dict[str, Any], decode: Any) -> Any:
    kind = class_named(data["type"])
    return kind[data["name"]] if "name" in data else kind(decode(data["value"]))


def _decode_dataclass(data: dict[str, Any], decode: Any) -> Any:
    """As unpickling does: the state is set, `__init__` and `__post_init__` are not called."""
    kind = class_named(data["type"])
    made = object.__new__(kind)
    for name, one in data["fields"].items():
        object.__setattr__(made, name, decode(one))
    return made


def _decode_ordered(data: dict[str, Any], decode: Any) -> Any:
    from collections import OrderedDict

    return OrderedDict((decode(key), decode(one)) for key, one in data["items"])


def _decode_numpy(data: dict[str, Any], decode: Any) -> Any:
    import numpy

    return numpy.dtype(data["dtype"]).type(decode(data["value"]))


def _of(module: str, name: str, *, spread: bool = False) -> Any:
    def made(data: dict[str, Any], _: Any) -> Any:
        from importlib import import_module

        kind = getattr(import_module(module), name)
        return kind(*data["value"]) if spread else kind(data["value"])

    return made


_DECODERS: dict[str, Any] = {
    "bytes": _decode_bytes,
    "bytearray": lambda data, _: bytearray(_decode_bytes(data, _)),
    "complex": lambda data, decode: complex(*map(decode, data["value"])),
    "range": lambda data, _: range(*data["value"]),
    "ordered": _decode_ordered,
    "datetime": _decode_time,
    "date": _decode_date,
    "timedelta": _decode_span,
    "uuid": _of("uuid", "UUID"),
    "decimal": _of("decimal", "Decimal"),
    "fraction": _of("fractions", "Fraction", spread=True),
    "numpy": _decode_numpy,
    "enum": _decode_enum,
    "dataclass": _decode_dataclass,
    "namedtuple": lambda data, decode: class_named(data["type"])._make(map(decode, data["items"])),
    "pydantic": lambda data, decode: _model_of(
        class_named(data["type"]), decode(data["fields"]), data["given"]
    ),
}

INLINE_TAGS = frozenset(_DECODERS)
