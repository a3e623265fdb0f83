"""A reader for the part of YAML that run configurations need, for users without PyYAML.

Block mappings and lists, nested by indentation; plain and quoted scalars; `[a, b]` and `{a: 1}` on
one line; comments. Not read, and said so: anchors, tags, multi-line texts, several documents.
Scalars mean what PyYAML takes them for (YAML 1.1: `yes` and `on` are true), but for dates and
sexagesimal numbers, which stay text.
"""

from __future__ import annotations

from ..errors import RunlensError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TRUE = ("true", "yes", "on")
_FALSE = ("false", "no", "off")
_NULL = ("", "~", "null")
_SPECIAL = {
    ".inf": float("inf"),
    "+.inf": float("inf"),
    "-.inf": float("-inf"),
    ".nan": float("nan"),
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", '"': '"', "\\": "\\", "/": "/", "e": "\x1b"}


class YamlError(RunlensError):
    """A configuration file has something that is not read; names the line."""

    code = "configuration"


class _Line:
    __slots__ = ("indent", "number", "text")

    def __init__(self, number: int, indent: int, text: str) -> None:
        self.number = number
        self.indent = indent
        self.text = text

    def problem(self, what: str) -> YamlError:
        return YamlError(f"line {self.number}: {what}: {self.text!r}")


def parse(text: str) -> Any:
    """The value of a document.

    Raises:
        YamlError: it is no YAML, or more than is read here.
    """
    lines = _lines(text)
    if not lines:
        return None
    reader = _Reader(lines)
    value = reader.block(lines[0].indent)
    if reader.at < len(lines):
        raise reader.line.problem("the indentation fits nothing above")
    return value


def _lines(text: str) -> list[_Line]:
    found = []
    for number, raw in enumerate(text.splitlines(), 1):
        body = _without_comment(raw).rstrip()
        stripped = body.lstrip(" ")
        if not stripped or (stripped == "---" and not found):
            continue
        line = _Line(number, len(body) - len(stripped), stripped)
        if stripped.startswith("\t"):
            raise line.problem("indent with spaces, not with tabs")
        if stripped in ("---", "..."):
            raise line.problem("several documents in one file are not read")
        found.append(line)
    return found


def _without_comment(line: str) -> str:
    quote = ""
    for at, sign in enumerate(line):
        before = line[at - 1] if at else " "
        if quote:
            if sign == quote and not (quote == '"' and before == "\\"):
                quote = ""
        elif sign in "\"'" and before in " [{,:-":
            quote = sign
        elif sign == "#" and before in " \t":
            return line[:at]
    return line


class _Reader:
    """Goes through the lines once, deeper with each indentation."""

    def __init__(self, lines: list[_Line]) -> None:
        self._lines = lines
        self.at = 0

    @property
    def line(self) -> _Line:
        return self._lines[self.at]

    def block(self, indent: int) -> Any:
        if self._is_item(self.line):
            return self._list(indent)
        if _split_key(self.line) is not None:
            return self._mapping(indent)
        line = self.line
        self.at += 1
        return _scalar(line.text, line)

    def _is_item(self, line: _Line) -> bool:
        return line.text == "-" or line.text.startswith("- ")

    def _here(self, indent: int) -> bool:
        return self.at < len(self._lines) and self.line.indent == indent

    def _list(self, indent: int) -> list[Any]:
        items = []
        while self._here(indent) and self._is_item(self.line):
            line = self.line
            rest = line.text[1:].lstrip()
            if not rest:
                self.at += 1
                items.append(self._below(indent))
                continue
            # `- a: 1` opens a mapping that is as deep as its first key
            inner = _Line(line.number, indent + len(line.text) - len(rest), rest)
            self._lines[self.at] = inner
            items.append(self.block(inner.indent))
        self._check_end(indent)
        return items

    def _mapping(self, indent: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        while self._here(indent) and not self._is_item(self.line):
            line = self.line
            pair = _split_key(line)
            if pair is None:
                raise line.problem("a line `name: value` was expected")
            key, rest = pair
            if key in found:
                raise line.problem(f"{key!r} is there twice")
            self.at += 1
            found[key] = _scalar(rest, line) if rest else self._below(indent, in_mapping=True)
        self._check_end(indent)
        return found

    def _below(self, indent: int, in_mapping: bool = False) -> Any:
        """What is indented under a line that ends with its `:` or `-`; None when nothing is."""
        if self.at == len(self._lines):
            return None
        line = self.line
        is_deeper = line.indent > indent
        # a list may stand right below its key
        if is_deeper or (in_mapping and line.indent == indent and self._is_item(line)):
            return self.block(line.indent)
        return None

    def _check_end(self, indent: int) -> None:
        if self.at < len(self._lines) and self.line.indent > indent:
            raise self.line.problem("the indentation fits nothing above")


def _split_key(line: _Line) -> tuple[Any, str] | None:
    text = line.text
    if text[0] in "[{":
        return None
    if text[0] in "\"'":
        end = _closing(text, line)
        if text[end + 1 :].lstrip()[:1] != ":":
            return None
        return _quoted(text[: end + 1], line), text[end + 1 :].lstrip()[1:].strip()
    at = 0
    while (at := text.find(":", at)) >= 0:
        if at + 1 == len(text) or text[at + 1] in " \t":
            return _plain(text[:at].strip(), line), text[at + 1 :].strip()
        at += 1
    return None


def _closing(text: str, line: _Line) -> int:
    quote, at = text[0], 1
    while at < len(text):
        if text[at] == "\\" and quote == '"':
            at += 2
            continue
        if text[at] == quote:
            if quote == "'" and text[at + 1 : at + 2] == "'":
                at += 2
                continue
            return at
        at += 1
    raise line.problem("a quote is not closed on its line")


def _scalar(text: str, line: _Line) -> Any:
    if text[0] in "[{":
        value, rest = _flow(text, line)
        if rest.strip():
            raise line.problem("there is more after the closing bracket")
        return value
    if text[0] in "\"'":
        end = _closing(text, line)
        if text[end + 1 :].strip():
            raise line.problem("there is more after the closing quote")
        return _quoted(text, line)
    return _plain(text, line)


def _quoted(text: str, line: _Line) -> str:
    inner = text[1:-1]
    if text[0] == "'":
        return inner.replace("''", "'")
    parts, at = [], 0
    while at < len(inner):
        if inner[at] != "\\":
            parts.append(inner[at])
            at += 1
        elif inner[at + 1] in "xuU":
            width = {"x": 2, "u": 4, "U": 8}[inner[at + 1]]
            parts.append(chr(int(inner[at + 2 : at + 2 + width], 16)))
            at += 2 + width
        elif inner[at + 1] in _ESCAPES:
            parts.append(_ESCAPES[inner[at + 1]])
            at += 2
        else:
            raise line.problem(f"the escape \\{inner[at + 1]} is not known")
    return "".join(parts)


def _plain(text: str, line: _Line) -> Any:
    if text and text[0] in "&*!|>%@`":
        raise line.problem(
            "anchors, tags and multi-line texts are only read when PyYAML is installed"
        )
    lower = text.lower()
    if lower in _NULL:
        return None
    if lower in _TRUE or lower in _FALSE:
        return lower in _TRUE
    return _SPECIAL[lower] if lower in _SPECIAL else _number(text)


def _number(text: str) -> Any:
    digits = text.replace("_", "")
    body = digits.lstrip("+-")
    if not body or not (body[0].isdigit() or (body[0] == "." and body[1:2].isdigit())):
        return text
    for base, prefix in ((16, "0x"), (8, "0o"), (2, "0b")):
        if body.lower().startswith(prefix):
            return _tried(int, text, digits, base)
    if body.isdigit():
        return int(digits)
    # as in YAML 1.1 a number with an exponent needs its point: 1e5 is text
    return _tried(float, text, digits) if "." in body else text


def _tried(make: Any, text: str, *arguments: Any) -> Any:
    try:
        return make(*arguments)
    except ValueError:
        return text


def _flow(text: str, line: _Line) -> tuple[Any, str]:
    """A value in brackets, and what follows it."""
    if text[0] == "[":
        return _flow_items(text[1:], line)
    if text[0] == "{":
        return _flow_pairs(text[1:], line)
    if text[0] in "\"'":
        end = _closing(text, line)
        return _quoted(text[: end + 1], line), text[end + 1 :]
    end = next((at for at, sign in enumerate(text) if sign in ",]}"), len(text))
    for at in range(end):
        if text[at] == ":" and text[at + 1 : at + 2] in (" ", "", ",", "}"):
            end = at
            break
    return _plain(text[:end].strip(), line), text[end:]


def _flow_items(rest: str, line: _Line) -> tuple[list[Any], str]:
    items = []
    while True:
        rest = rest.lstrip()
        if rest.startswith("]"):
            return items, rest[1:]
        if not rest:
            raise line.problem("a [ is not closed on its line")
        value, rest = _flow(rest, line)
        items.append(value)
        rest = _after_comma(rest, "]", line)


def _flow_pairs(rest: str, line: _Line) -> tuple[dict[Any, Any], str]:
    found = {}
    while True:
        rest = rest.lstrip()
        if rest.startswith("}"):
            return found, rest[1:]
        if not rest:
            raise line.problem("a { is not closed on its line")
        key, rest = _flow(rest, line)
        rest = rest.lstrip()
        if not rest.startswith(":"):
            raise line.problem("`name: value` was expected in {}")
        rest = rest[1:].lstrip()
        if rest[:1] in (",", "}"):
            found[key] = None
        else:
            found[key], rest = _flow(rest, line)
        rest = _after_comma(rest, "}", line)


def _after_comma(rest: str, closing: str, line: _Line) -> str:
    rest = rest.lstrip()
    if rest.startswith(","):
        return rest[1:]
    if rest.startswith(closing):
        return rest
    raise line.problem(f"a , or {closing} was expected")
