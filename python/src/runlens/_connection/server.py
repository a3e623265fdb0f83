"""A client of the root's server that finds or starts it, and restarts it when it dies in use."""

from __future__ import annotations

import json
import os
import threading
import time

from .._source.root import find_root, start_folder
from ..errors import ServerError
from .discovery import check_protocol, is_ours, read_discovery
from .http import Connection, HttpError, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, BinaryIO

# So many deaths within `_DEATHS_SECONDS` end the restarts, as in the editor.
_MOST_DEATHS = 3
_DEATHS_SECONDS = 60.0
_BUSY_SECONDS = 15.0
_TRIES = 4
_BUSY_PAUSE = 0.1


class Server:
    """The server of one root. Every call may come from any thread and is repeated after a restart.

    All requests of the SDK may be repeated: reports are idempotent by id, equal points are dropped.
    """

    def __init__(self, root: str, discovery: dict) -> None:
        self.root = root
        self._discovery = discovery
        self._idle: list[Connection] = []
        self._lock = threading.Lock()
        self._recovery = threading.Lock()
        self._deaths: list[float] = []
        self._pid = os.getpid()

    @property
    def port(self) -> int:
        """The loopback port."""
        return self._discovery["port"]

    @property
    def url(self) -> str:
        """Address for MLflow clients and people."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def tracking_token(self) -> str:
        """Opens tracking and artifact routes only; may go into environments."""
        return self._discovery["tokens"]["tracking"]

    @property
    def data(self) -> str:
        """Absolute folder of the data."""
        return self._discovery.get("data") or os.path.join(self.root, ".runlens")

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        timeout: float = 60.0,
        tracking: bool = False,
        revive: bool = True,
    ) -> Any:
        """Calls a JSON route and answers its parsed body.

        `revive`: a server that is gone is started again.

        Raises:
            ServerError: the server refused, or it is gone and could not be brought back.
        """
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        response = self._send(method, path, data, None, timeout, tracking, revive)
        if response.status >= 400:
            raise _refusal(method, path, response)
        return json.loads(response.body) if response.body else {}

    def upload(self, path: str, file: BinaryIO, size: int) -> None:
        """Puts an open file of `size` bytes to a tracking route; it is streamed.

        Raises:
            ServerError: the server refused or is gone.
        """
        response = self._send("PUT", path, None, (file, size), 600.0, True)
        if response.status >= 400:
            raise _refusal("PUT", path, response)

    def close(self) -> None:
        """Closes the idle connections; the object stays usable."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _send(
        self,
        method: str,
        path: str,
        data: bytes | None,
        stream: tuple[BinaryIO, int] | None,
        timeout: float,
        tracking: bool,
        revive: bool = True,
    ) -> Response:
        busy_until = time.monotonic() + _BUSY_SECONDS
        failures = 0
        while True:
            connection = self._take()
            try:
                response = connection.request(
                    method,
                    path,
                    headers=self._headers(tracking, data is not None),
                    body=data,
                    stream=stream,
                    timeout=timeout,
                )
            except HttpError as error:
                failures += 1
                if failures > _TRIES:
                    raise ServerError(
                        f"The Runlens server does not answer {method} {path}: {error}", "no_answer"
                    ) from error
                self._recover(connection.port, error, revive)
                if stream:
                    stream[0].seek(0)
                continue
            self._give(connection)
            if response.status == 401 and self._has_new_tokens():
                continue
            if response.status == 503 and time.monotonic() < busy_until:
                time.sleep(_BUSY_PAUSE)
                continue
            return response

    def _headers(self, tracking: bool, is_json: bool) -> dict[str, str]:
        token = self._discovery["tokens"]["tracking" if tracking else "control"]
        kind = "application/json" if is_json else "application/octet-stream"
        return {"Authorization": f"Bearer {token}", "Content-Type": kind}

    def _take(self) -> Connection:
        if self._pid != os.getpid():
            self._after_fork()
        with self._lock:
            while self._idle:
                connection = self._idle.pop()
                if connection.port == self.port:
                    return connection
                connection.close()
        return Connection(self.port)

    def _after_fork(self) -> None:
        """A forked process must not speak on its parent's connections, nor wait for its locks."""
        self._pid = os.getpid()
        self._idle = []
        self._lock = threading.Lock()
        self._recovery = threading.Lock()

    def _give(self, connection: Connection) -> None:
        with self._lock:
            self._idle.append(connection)

    def _recover(self, failed_port: int, cause: HttpError, revive: bool) -> None:
        """Finds the server again, or starts it; one thread does it, the others wait for it."""
        with self._recovery:
            discovery = read_discovery(self.root)
            if discovery and is_ours(discovery):
                self._use(discovery)
                return
            if not revive:
                raise ServerError(f"The Runlens server of {self.root} is gone.", "gone") from cause
            now = time.monotonic()
            self._deaths = [moment for moment in self._deaths if now - moment < _DEATHS_SECONDS]
            self._deaths.append(now)
            if len(self._deaths) >= _MOST_DEATHS:
                log = os.path.join(self.data, "logs", "server.log")
                raise ServerError(
                    f"The Runlens server of {self.root} ended {len(self._deaths)} times within a "
                    f"minute and is not started again (port {failed_port}: {cause}). Its log says "
                    f"why: {log}.",
                    "server_dies",
                ) from cause
            from .launch import start_server

            self._use(start_server(self.root))

    def _has_new_tokens(self) -> bool:
        discovery = read_discovery(self.root)
        if not discovery or discovery["tokens"] == self._discovery["tokens"]:
            return False
        if not is_ours(discovery):
            return False
        self._use(discovery)
        return True

    def _use(self, discovery: dict) -> None:
        check_protocol(discovery)
        self._discovery = discovery
        self.close()


def _refusal(method: str, path: str, response: Response) -> ServerError:
    text = response.body.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except ValueError:
        value = {}
    code = value.get("code") or value.get("error_code") or f"http_{response.status}"
    message = value.get("message") or (
        f"{text[:500] or 'no message'} (HTTP status {response.status} of {method} {path})"
    )
    return ServerError(str(message), str(code), response.status)


_servers: dict[str, Server] = {}


def connect_server(
    root: str | None = None,
    *,
    start: bool = True,
    meanwhile: Callable[[], None] = lambda: None,
) -> Server:
    """The server of a root (default: of the script's folder), found or started.

    `meanwhile` is called while one that has to be started comes up.

    Raises:
        ServerError: there is none and `start` is False, or it cannot be started.
    """
    folder = root or find_root(start_folder())
    known = _servers.get(folder)
    if known is not None:
        return known
    discovery = read_discovery(folder)
    if not (discovery and is_ours(discovery)):
        if not start:
            raise ServerError(f"No Runlens server is running for {folder}.", "no_server")
        from .launch import Starting

        starting = Starting(folder)
        meanwhile()
        discovery = starting.wait()
    check_protocol(discovery)
    _servers[folder] = server = Server(folder, discovery)
    return server


def use_server(root: str, url: str, token: str) -> Server:
    """The server that started this process; what it said on stdin needs no discovery file."""
    discovery = read_discovery(root)
    if discovery and discovery["tokens"]["control"] == token:
        _servers[root] = Server(root, discovery)
    else:
        port = int(url.rstrip("/").rpartition(":")[2])
        tokens = {"control": token, "tracking": token}
        _servers[root] = Server(root, {"port": port, "tokens": tokens, "root": root})
    return _servers[root]
