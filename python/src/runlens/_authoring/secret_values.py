"""Values of the secrets that steps name: from the environment or from a file of the user's."""

from __future__ import annotations

import os

from ..errors import RunlensError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PREFIX = "RUNLENS_SECRET_"
_FILE = "RUNLENS_SECRETS"


class SecretError(RunlensError):
    """A secret that a step names has no value here."""

    code = "secret_missing"


def secret_environment(names: Iterable[str]) -> dict[str, str]:
    """Environment variables for the secrets of a step, by name; values never leave this process.

    The value of `API_KEY` is that of the variable `RUNLENS_SECRET_API_KEY`, else that of `API_KEY`
    in the file named by `RUNLENS_SECRETS` (lines `NAME=value`).

    Raises:
        SecretError: one has no value; names it and both places.
    """
    names = list(names)
    if not names:
        return {}
    file = _from_file()
    found: dict[str, str] = {}
    missing = []
    for name in names:
        variable = variable_of(name)
        value = os.environ.get(_PREFIX + variable)
        if value is None:
            value = os.environ.get(_PREFIX + variable.upper(), file.get(name, file.get(variable)))
        if value is None:
            missing.append(name)
        else:
            found[variable] = value
    if missing:
        first = variable_of(missing[0])
        raise SecretError(
            f"There is no value for {'the secret' if len(missing) == 1 else 'the secrets'} "
            f"{', '.join(missing)}. Set the environment variable {_PREFIX}{first}, or write "
            f"`{first}=…` into a file and name it in {_FILE}."
        )
    return found


def variable_of(name: str) -> str:
    """The environment variable that a secret becomes: `api-key` is `api_key`."""
    return "".join(sign if sign.isalnum() else "_" for sign in name)


def _from_file() -> dict[str, str]:
    path = os.environ.get(_FILE)
    if not path:
        return {}
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError as error:
        raise SecretError(
            f"{_FILE} names {path}, which cannot be read: {error.strerror}."
        ) from None
    return dict(_pairs(lines))


def _pairs(lines: list[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        text = line.strip().removeprefix("export ")
        name, sign, value = text.partition("=")
        if text.startswith("#") or not sign:
            continue
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        yield name.strip(), value
