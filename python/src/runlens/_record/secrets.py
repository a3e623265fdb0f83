"""Hides what may be secret in texts that are recorded: argument values and addresses."""

from __future__ import annotations

import re

HIDDEN = "***"
_SECRET_NAME = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secrets?|token|api[-_]?keys?|access[-_]?keys?|"
    r"private[-_]?keys?|account[-_]?keys?|credentials?|auth|authorization|bearer|dsn|"
    r"connection[-_]?string|cookies?)"
)
# The name may have parts before and after it: --db-password, MY_API_KEY, hf_token.
_NAMED = re.compile(rf"(?:^|[-_.+/]){_SECRET_NAME}(?:$|[-_.]\d*$)", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]*(?=@)")
_QUERY = re.compile(rf"([?&][^=&\s]*{_SECRET_NAME}[^=&\s]*=)[^&\s]+", re.IGNORECASE)
# Words that only secrets look like, whatever they are called.
_LOOKS_SECRET = re.compile(
    r"^(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|hf_\w{20,}|sk-[\w-]{16,}|xox[abprs]-[\w-]{10,}|"
    r"AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.[\w-]{5,}\.[\w-]*|glpat-[\w-]{16,}|AIza[\w-]{30,})$"
)


def hide_address(text: str) -> str:
    """A text without the user names and passwords of the addresses in it."""
    return _CREDENTIALS.sub(HIDDEN, _QUERY.sub(rf"\1{HIDDEN}", text))


def plain_address(url: str) -> str:
    """An address without its user name and password, so that it can still be used."""
    return re.sub(r"(?<=://)[^/\s@]*@", "", url)


def hide_arguments(arguments: list[str]) -> tuple[list[str], int]:
    """Arguments with secret values replaced by `***`, and how many were.

    Secret is the value of `--password x`, `--password=x` and `password=x` for every name that
    sounds like one, what has the form of a well-known token, and user and password of an address.
    """
    shown: list[str] = []
    hidden = 0
    is_next = False
    for one in arguments:
        text, is_next = _shown(one, is_next)
        hidden += text != one
        shown.append(text)
    return shown, hidden


def _shown(argument: str, is_value: bool) -> tuple[str, bool]:
    """The argument as it is recorded, and whether the next one is the value of a secret."""
    if is_value and not argument.startswith("--"):
        return HIDDEN, False
    if _LOOKS_SECRET.match(argument):
        return HIDDEN, False
    name, equals, value = argument.partition("=")
    is_address = "://" in name
    if equals and not is_address and (_NAMED.search(name) or _LOOKS_SECRET.match(value)):
        return f"{name}={HIDDEN}" if value else argument, False
    is_option = not equals and argument.startswith("-")
    return hide_address(argument), bool(is_option and _NAMED.search(argument))
