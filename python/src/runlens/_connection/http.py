"""A small HTTP/1.1 client for one loopback port: keep-alive, time-outs, chunked answers.

`http.client` alone costs more to import than the whole SDK; this needs only `socket`.
"""

from __future__ import annotations

import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

_MAX_HEAD = 65_536
_PIECE = 1 << 20


class HttpError(OSError):
    """No whole answer came: refused, cut off, timed out or not HTTP."""


class Response:
    """An answer: `status`, `headers` with lower-case names, `body` as bytes."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class Connection:
    """One kept-alive connection to 127.0.0.1. Not for several threads at a time."""

    def __init__(self, port: int, timeout: float = 30.0) -> None:
        """`timeout` in seconds holds for connecting and for each silence of the other side."""
        self.port = port
        self.timeout = timeout
        self._socket: socket.socket | None = None
        self._buffer = b""

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        stream: tuple[BinaryIO, int] | None = None,
        timeout: float | None = None,
    ) -> Response:
        """Sends one request and reads its answer; `stream` is an open file with its length.

        A connection that the server closed while it was idle is opened anew, once, when nothing of
        an answer had come: all requests of the SDK may be repeated.

        Raises:
            HttpError: there was no whole answer.
        """
        head = self._head(method, path, headers, stream[1] if stream else len(body or b""))
        was_open = self._socket is not None
        try:
            return self._exchange(method, head, body, stream, timeout)
        except _Stale as stale:
            self.close()
            if not was_open:
                raise HttpError(str(stale)) from stale
            if stream:
                stream[0].seek(0)
        except BaseException:
            self.close()
            raise
        try:
            return self._exchange(method, head, body, stream, timeout)
        except _Stale as stale:
            self.close()
            raise HttpError(str(stale)) from stale
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Closes the connection; the next request opens a new one."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._buffer = b""

    def _head(self, method: str, path: str, headers: dict[str, str] | None, length: int) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        if length or method not in ("GET", "HEAD"):
            lines.append(f"Content-Length: {length}")
        for name, value in (headers or {}).items():
            if "\r" in value or "\n" in value:
                raise ValueError(f"header {name} contains a line break")
            lines.append(f"{name}: {value}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _exchange(
        self,
        method: str,
        head: bytes,
        body: bytes | None,
        stream: tuple[BinaryIO, int] | None,
        timeout: float | None,
    ) -> Response:
        wire = self._open(self.timeout if timeout is None else timeout)
        try:
            wire.sendall(head + body if body else head)
            if stream:
                while piece := stream[0].read(_PIECE):
                    wire.sendall(piece)
        except TimeoutError as error:
            raise HttpError(f"the server did not take the request in {wire.gettimeout()} s") from (
                error
            )
        except OSError as error:
            raise _Stale(f"the connection was closed: {error}") from error
        return self._read_response(method)

    def _open(self, timeout: float) -> socket.socket:
        if self._socket is None:
            # not create_connection: it resolves the address, which loads all of IDNA and its tables
            wire = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                wire.settimeout(timeout)
                wire.connect(("127.0.0.1", self.port))
                wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except BaseException as error:
                wire.close()
                if not isinstance(error, OSError):
                    raise
                raise HttpError(f"nothing answers on 127.0.0.1:{self.port}: {error}") from error
            self._socket = wire
        self._socket.settimeout(timeout)
        return self._socket

    def _read_response(self, method: str) -> Response:
        while True:
            status, headers = self._read_head()
            if status >= 200:
                break
        body = self._read_body(method, status, headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Response(status, headers, body)

    def _read_head(self) -> tuple[int, dict[str, str]]:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _MAX_HEAD:
                raise HttpError("the head of the answer is too long")
            self._receive()
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        self._buffer = self._buffer[end + 4 :]
        parts = lines[0].split(" ", 2)
        if not parts[0].startswith("HTTP/1.") or len(parts) < 2 or not parts[1].isdigit():
            raise HttpError(f"not an HTTP answer: {lines[0][:80]!r}")
        pairs = (line.partition(":") for line in lines[1:])
        return int(parts[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}

    def _read_body(self, method: str, status: int, headers: dict[str, str]) -> bytes:
        if method == "HEAD" or status in (204, 304):
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._read_chunks()
        if "content-length" in headers:
            return self._take(int(headers["content-length"]))
        return self._read_to_end()

    def _read_chunks(self) -> bytes:
        parts = []
        while size := int(self._line().split(b";")[0], 16):
            parts.append(self._take(size))
            self._line()
        while self._line():
            pass
        return b"".join(parts)

    def _read_to_end(self) -> bytes:
        parts = [self._buffer]
        self._buffer = b""
        while piece := self._receive_piece():
            parts.append(piece)
        self.close()
        return b"".join(parts)

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            self._receive()
        line, self._buffer = self._buffer[:end], self._buffer[end + 2 :]
        return line

    def _take(self, count: int) -> bytes:
        parts = [self._buffer[:count]]
        self._buffer = self._buffer[count:]
        missing = count - len(parts[0])
        while missing > 0:
            piece = self._receive_piece()
            if not piece:
                raise HttpError("the answer was cut off")
            parts.append(piece[:missing])
            self._buffer = piece[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def _receive(self) -> None:
        piece = self._receive_piece()
        if not piece:
            if self._buffer:
                raise HttpError("the answer was cut off")
            raise _Stale("the connection was closed before an answer came")
        self._buffer += piece

    def _receive_piece(self) -> bytes:
        wire = self._socket
        if wire is None:
            raise HttpError("the connection is closed")
        try:
            return wire.recv(_PIECE)
        except TimeoutError as error:
            raise HttpError(f"no answer within {wire.gettimeout()} s") from error
        except OSError as error:
            if self._buffer:
                raise HttpError(f"the answer was cut off: {error}") from error
            raise _Stale(f"the connection was closed: {error}") from error


class _Stale(Exception):
    """The connection was closed and nothing of an answer had come."""
