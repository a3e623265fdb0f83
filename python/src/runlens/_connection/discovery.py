"""The discovery file of a root's server, and the challenge that proves who listens on its port."""

from __future__ import annotations

import json
import os
import sys

from ..errors import ServerError

PROTOCOL_MAJOR = 1


def state_folder() -> str:
    """The user's state folder for Runlens: where discovery files and launcher.json lie."""
    given = os.environ.get("RUNLENS_STATE_DIR")
    if given:
        return given
    home = os.path.expanduser("~")
    if sys.platform == "darwin":
        base = os.path.join(home, "Library", "Application Support")
    elif sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    else:
        base = os.environ.get("XDG_STATE_HOME") or os.path.join(home, ".local", "state")
    return os.path.join(base, "runlens")


def discovery_path(root: str) -> str:
    """Path of the discovery file of a root (a real path)."""
    import hashlib

    digest = hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest()
    return os.path.join(state_folder(), f"{digest[:32]}.json")


def read_discovery(root: str) -> dict | None:
    """What the last server of the root wrote, or None when there is nothing that can be trusted.

    Raises:
        ServerError: the file belongs to another user or can be written by others.
    """
    value = read_private_json(discovery_path(root))
    if not isinstance(value, dict) or value.get("root") != root:
        return None
    tokens = value.get("tokens")
    if not isinstance(tokens, dict) or not isinstance(value.get("port"), int):
        return None
    return value


def read_private_json(path: str, forbidden: int = 0o077) -> object | None:
    """Content of a JSON file of this user; None when it is missing or half written.

    `forbidden` are the mode bits that must not be set: secrets must not be readable by others, a
    file that only names a program must not be writable by them.

    Raises:
        ServerError: another user owns it, or its mode has forbidden bits.
    """
    try:
        with open(path, "rb") as file:
            check_owner(path, os.fstat(file.fileno()), forbidden)
            return json.loads(file.read())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        return None


def check_owner(path: str, status: os.stat_result, forbidden: int) -> None:
    """Refuses a file that somebody else may have planted or may read."""
    if not hasattr(os, "getuid"):
        return
    if status.st_uid != os.getuid():
        raise ServerError(
            f"{path} belongs to another user (uid {status.st_uid}), so it is not trusted. "
            "Delete it, or set RUNLENS_STATE_DIR to a folder of your own.",
            "foreign_discovery",
        )
    if status.st_mode & forbidden:
        raise ServerError(
            f"{path} is open to other users (mode {status.st_mode & 0o777:o}), so it is not "
            "trusted. Delete it; it is written anew with mode 600.",
            "foreign_discovery",
        )


def is_ours(discovery: dict, timeout: float = 2.0) -> bool:
    """Whether the server of a discovery file listens on its port: the keyed challenge on /health.

    A foreign process on an old port cannot answer it and learns nothing from the question.
    """
    import hashlib
    import hmac

    from .http import Connection, HttpError

    nonce = os.urandom(16).hex()
    connection = Connection(int(discovery["port"]), timeout)
    try:
        reply = connection.request("GET", "/health", headers={"x-runlens-nonce": nonce})
    except HttpError:
        return False
    finally:
        connection.close()
    key = bytes.fromhex(discovery.get("challengeKey", ""))
    expected = hmac.new(key, nonce.encode(), hashlib.sha256).hexdigest()
    proof = reply.headers.get("x-runlens-proof", "")
    return reply.status == 200 and hmac.compare_digest(proof, expected)


def check_protocol(discovery: dict) -> None:
    """Raises ServerError when the running server speaks another major version."""
    major = discovery.get("protocol", {}).get("major")
    if major != PROTOCOL_MAJOR:
        raise ServerError(
            f"The Runlens server of {discovery.get('root')} (version {discovery.get('version')}) "
            f"speaks protocol {major}, this SDK speaks {PROTOCOL_MAJOR}. Update the older of the "
            "two (`pip install -U runlens`, or the extension) and restart the server.",
            "protocol",
        )
