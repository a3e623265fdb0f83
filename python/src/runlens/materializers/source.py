"""The digest of an own materializer's source, which is part of the key of steps that use it."""

from __future__ import annotations

from .base import Materializer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# tokens that a formatter may change without changing the program
_UNSEEN = {"COMMENT", "NL", "NEWLINE", "ENCODING", "ENDMARKER", "INDENT", "DEDENT"}


def source_digest(materializer: type[Materializer] | str) -> str | None:
    """SHA-256 over the tokens of a materializer's class and of its bases that are not ours.

    Comments and formatting do not count. None for a built-in one, and where there is no source.

    Raises:
        MaterializerError: there is none of this name.
    """
    import hashlib

    from . import _class_named

    found = _class_named(materializer) if isinstance(materializer, str) else materializer
    own = [one for one in found.__mro__ if not _is_ours(one)]
    if not own:
        return None
    digest = hashlib.sha256()
    for one in own:
        tokens = _tokens(one)
        if tokens is None:
            return None
        digest.update(f"{len(tokens)}:".encode())
        for token in tokens:
            digest.update(f"{len(token)}:{token}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _is_ours(kind: type) -> bool:
    return kind is object or kind.__module__.split(".")[0] == "runlens"


def _tokens(kind: type) -> list[str] | None:
    import inspect
    import io
    import textwrap
    import tokenize

    try:
        source = textwrap.dedent(inspect.getsource(kind))
        found: list[Any] = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (OSError, TypeError, SyntaxError, tokenize.TokenError):
        return None
    # the depth stands for indentation, whose width does not matter
    words, depth = [], 0
    for token in found:
        name = tokenize.tok_name[token.type]
        depth += (name == "INDENT") - (name == "DEDENT")
        if name == "NEWLINE":
            words.append(f"\n{depth}")
        elif name not in _UNSEEN:
            words.append(token.string)
    return words
