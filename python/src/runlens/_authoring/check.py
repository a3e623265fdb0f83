"""Parameters against their annotations: simple checks and conversions like pydantic's.

Known: the built-in types, None, Any, Union/Optional, Literal, NewType, list/dict/tuple/set of them,
Path, Enum, dates and times, UUID, Decimal, dataclasses. Any other annotation is checked by pydantic
when the user's program has it loaded, else taken as it is.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TRUE = {"true", "1", "yes", "on", "y", "t"}
_FALSE = {"false", "0", "no", "off", "n", "f"}


def convert(value: Any, hint: Any) -> Any:
    """The value in the annotated type.

    Raises:
        ValueError: it does not fit; the message says what was expected.
    """
    if isinstance(hint, str) or _name(hint) == "Any" or hint is object:
        return value
    if hasattr(hint, "__metadata__"):
        if any(_is_constraint(one) for one in hint.__metadata__):
            return _foreign(value, hint)
        return convert(value, hint.__origin__)
    if hasattr(hint, "__supertype__"):
        return convert(value, hint.__supertype__)
    if hint is None or hint is type(None):
        return _expect(value is None, value, "None")
    origin = getattr(hint, "__origin__", None)
    if origin is None and type(hint).__name__ == "UnionType":
        return _union(value, hint.__args__)
    if origin is not None:
        return _generic(value, hint, origin)
    if isinstance(hint, type):
        return _plain(value, hint)
    return _foreign(value, hint)


def _is_constraint(one: Any) -> bool:
    """Whether it is pydantic's to check, as `Field(gt=0)`."""
    return type(one).__module__.partition(".")[0] in ("pydantic", "annotated_types")


def _name(hint: Any) -> str:
    return getattr(hint, "__name__", None) or getattr(hint, "_name", None) or ""


def _expect(fits: bool, value: Any, expected: str) -> Any:
    if not fits:
        raise ValueError(f"{value!r} is not {expected}")
    return value


def _plain(value: Any, hint: type) -> Any:
    if hint is bool:
        return _bool(value)
    if hint is int:
        return _int(value)
    if hint is float:
        return _float(value)
    if hint in (str, bytes):
        return _expect(isinstance(value, hint), value, hint.__name__)
    if hint in (list, tuple, set, frozenset):
        return _collection(value, hint)
    if hint is dict:
        return _expect(isinstance(value, dict), value, "dict")
    return _classes(value, hint)


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower() if isinstance(value, (str, int, float)) else ""
    if text in _TRUE or value == 1:
        return True
    if text in _FALSE or value == 0:
        return False
    raise ValueError(f"{value!r} is not bool")


def _int(value: Any) -> int:
    if isinstance(value, (bool, int)):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        whole, _, fraction = value.strip().partition(".")
        try:
            if not fraction.strip("0"):
                return int(whole)
        except ValueError:
            pass
    elif hasattr(value, "__index__"):
        return value.__index__()
    raise ValueError(f"{value!r} is not int")


def _float(value: Any) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value.strip())
        except ValueError:
            pass
    raise ValueError(f"{value!r} is not float")


def _collection(value: Any, hint: type) -> Any:
    is_list = isinstance(value, (list, tuple, set, frozenset))
    return hint(_expect(is_list, value, hint.__name__))


def _classes(value: Any, hint: type) -> Any:
    if isinstance(value, hint):
        return value
    bases = {base.__module__.partition(".")[0] + "." + base.__name__ for base in hint.__mro__}
    if bases & {"pathlib.PurePath", "pathlib.Path"} and isinstance(value, str):
        return hint(value)
    if "enum.Enum" in bases:
        return _enum(value, hint)
    if "pydantic.BaseModel" in bases:
        return _foreign(value, hint)
    if hasattr(hint, "__dataclass_fields__") and isinstance(value, dict):
        return _dataclass(value, hint)
    read = _READ.get(f"{hint.__module__}.{hint.__qualname__}")
    if read is not None and isinstance(value, (str, int, float)):
        return _read(value, hint, read)
    raise ValueError(f"{value!r} is not {hint.__qualname__}")


# standard types that are made of a text or a number: by their constructor or by a method
_READ = {
    "datetime.datetime": "fromisoformat",
    "datetime.date": "fromisoformat",
    "datetime.time": "fromisoformat",
    "datetime.timedelta": "seconds",
    "uuid.UUID": "",
    "decimal.Decimal": "",
}


def _read(value: Any, hint: Any, how: str) -> Any:
    try:
        if how == "seconds":
            return hint(seconds=float(value))
        if not how:
            return hint(str(value))
        # before Python 3.11 the Z of UTC is not read
        return getattr(hint, how)(value.replace("Z", "+00:00"))
    except (ValueError, TypeError, AttributeError, ArithmeticError):
        raise ValueError(f"{value!r} is not {hint.__qualname__}") from None


def _dataclass(value: dict, hint: Any) -> Any:
    """A dataclass from a dict, its fields converted, too."""
    names = vars(sys.modules.get(hint.__module__, sys))
    given = {}
    for name, one in value.items():
        field = hint.__dataclass_fields__.get(name)
        if field is None:
            known = ", ".join(hint.__dataclass_fields__)
            raise ValueError(f"{hint.__qualname__} has no field {name!r}; its fields are: {known}")
        kind = field.type
        if isinstance(kind, str):
            kind = names.get(kind, _BUILTINS.get(kind, kind))
        given[name] = convert(one, kind)
    try:
        return hint(**given)
    except TypeError as error:
        raise ValueError(f"{value!r} is not {hint.__qualname__}: {error}") from None


_BUILTINS = {kind.__name__: kind for kind in (int, float, str, bool, bytes, list, dict, tuple, set)}


def _enum(value: Any, hint: type) -> Any:
    try:
        return hint(value)
    except ValueError:
        known = ", ".join(repr(one.value) for one in hint)  # type: ignore[attr-defined]
        raise ValueError(f"{value!r} is none of {known}") from None


def _generic(value: Any, hint: Any, origin: Any) -> Any:
    arguments = getattr(hint, "__args__", ())
    if not arguments and isinstance(origin, type):
        return _plain(value, origin)
    if _name(origin) == "Union" or _name(hint) in ("Union", "Optional"):
        return _union(value, arguments)
    if _name(origin) == "Literal" or _name(hint) == "Literal":
        known = ", ".join(map(repr, arguments))
        # 1, 1.0 and True are equal, but only one of them was written
        fits = any(isinstance(value, type(one)) and value == one for one in arguments)
        is_bool = isinstance(value, bool) and not any(one is value for one in arguments)
        return _expect(fits and not is_bool, value, f"one of {known}")
    if origin is tuple:
        return _tuple(value, arguments)
    if origin in (list, set, frozenset) or _name(origin) in ("Sequence", "Iterable", "Collection"):
        made = _collection(value, origin if isinstance(origin, type) and origin in _MADE else list)
        return type(made)(convert(one, arguments[0]) for one in made)
    if origin is dict or _name(origin) in ("Mapping", "MutableMapping"):
        _expect(isinstance(value, dict), value, "dict")
        return {convert(k, arguments[0]): convert(v, arguments[1]) for k, v in value.items()}
    return _foreign(value, hint)


_MADE = (list, set, frozenset)


def _tuple(value: Any, arguments: tuple) -> tuple:
    items = _collection(value, tuple)
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(convert(one, arguments[0]) for one in items)
    _expect(len(items) == len(arguments), value, f"a tuple of {len(arguments)}")
    return tuple(convert(one, hint) for one, hint in zip(items, arguments, strict=True))


def _union(value: Any, arguments: tuple) -> Any:
    if any(isinstance(one, type) and type(value) is one for one in arguments):
        return value
    problems = []
    for one in arguments:
        try:
            return convert(value, one)
        except ValueError as error:
            problems.append(str(error))
    raise ValueError("; ".join(dict.fromkeys(problems)))


def _foreign(value: Any, hint: Any) -> Any:
    pydantic = sys.modules.get("pydantic")
    if pydantic is None:
        return value
    try:
        adapter = pydantic.TypeAdapter(hint)
    except Exception:
        # a type that pydantic does not know is taken as it is, as without pydantic
        return value
    try:
        return adapter.validate_python(value)
    except pydantic.ValidationError as error:
        told = "; ".join(
            ".".join(map(str, one["loc"])) + (": " if one["loc"] else "") + one["msg"]
            for one in error.errors()
        )
        raise ValueError(f"{value!r} is not valid: {told}") from None
