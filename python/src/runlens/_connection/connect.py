"""`runlens.connect()`: points MLflow clients of this process at the root's server."""

from __future__ import annotations

import os

from ..errors import RunlensError
from .server import Server, connect_server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_URI = "MLFLOW_TRACKING_URI"
# What the editor's terminals and `runlens env` set as well: who has it did not choose the address.
_USER = "runlens"


class ServerConnection:
    """A server that was found or started.

    Attributes:
        url: Its address.
        env: The environment variables that lead MLflow clients to it.
    """

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self.root = server.root
        # MLflow lets a user name and password win over a token: a stored company password must
        # not be sent here, so all three are set.
        self.env = {
            _URI: server.url,
            "MLFLOW_TRACKING_TOKEN": server.tracking_token,
            "MLFLOW_TRACKING_USERNAME": _USER,
            "MLFLOW_TRACKING_PASSWORD": server.tracking_token,
        }

    def __repr__(self) -> str:
        return f"<Runlens server {self.url} of {self.root}>"


def connect(root: Any = None, *, force: bool = False) -> ServerConnection:
    """Finds or starts the server of a root and sets MLflow's environment variables to it.

    After it `mlflow.log_metric(...)` of this process goes to Runlens; in notebooks and scripts that
    were not started from the editor's terminal.

    Args:
        root: Folder whose store it is; default by the root rule from the script's (in a notebook:
            the working) folder.
        force: Replace an own MLFLOW_TRACKING_URI.

    Raises:
        RunlensError: MLFLOW_TRACKING_URI names another server already, and `force` is False.
        ServerError: there is no server and none can be started.
    """
    from .._process.failure import hide_own_frames
    from .._source.root import find_root

    hide_own_frames()
    server = connect_server(None if root is None else find_root(os.fspath(root)))
    connection = ServerConnection(server)
    given = os.environ.get(_URI)
    if given and not force and not _is_ours(given, server):
        raise RunlensError(
            f"{_URI} is set to {given}, which is not the Runlens server {server.url}. It is left "
            "as it is. Remove it from the environment to log to Runlens, or call "
            "runlens.connect(force=True).",
            "own_tracking_uri",
        )
    os.environ.update(connection.env)
    _tell_mlflow(server.url)
    return connection


def _is_ours(uri: str, server: Server) -> bool:
    is_same = uri.rstrip("/") == server.url
    return is_same or os.environ.get("MLFLOW_TRACKING_USERNAME") == _USER


def _tell_mlflow(url: str) -> None:
    """An mlflow that has been imported may hold an older address of ours."""
    import sys

    mlflow = sys.modules.get("mlflow")
    if mlflow is not None and hasattr(mlflow, "set_tracking_uri"):
        mlflow.set_tracking_uri(url)
