"""The HTTP client against a real socket that answers as badly as servers do."""

import io
import socket
import threading

import pytest
from runlens._connection.http import Connection, HttpError


class Peer:
    """Answers each request of each connection with the next of its scripts."""

    def __init__(self, connections):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.requests = []
        self._thread = threading.Thread(target=self._serve, args=(connections,), daemon=True)
        self._thread.start()

    def _serve(self, connections):
        for answers in connections:
            wire, _ = self._listener.accept()
            with wire:
                for answer in answers:
                    request = self._read(wire)
                    if request is None:
                        break
                    self.requests.append(request)
                    for part in answer if isinstance(answer, list) else [answer]:
                        wire.sendall(part)
        self._listener.close()

    def _read(self, wire):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = wire.recv(65536)
            if not piece:
                return None
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            body += wire.recv(65536)
        return head.split(b"\r\n")[0].decode(), body

    def end(self):
        self._thread.join(5)
        assert not self._thread.is_alive()


def ok(body=b"{}", extra=b""):
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (extra, len(body), body)


def test_one_connection_serves_many_requests():
    peer = Peer([[ok(b"1"), ok(b"2"), ok(b"3")]])
    connection = Connection(peer.port, 5)
    bodies = [connection.request("POST", f"/{at}", body=b"x" * at).body for at in range(3)]
    connection.close()
    peer.end()
    assert bodies == [b"1", b"2", b"3"]
    assert peer.requests[2] == ("POST /2 HTTP/1.1", b"xx")


def test_chunks_in_pieces():
    whole = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nTrailer: x\r\n\r\n"
    )
    for size in (1, 2, 7, 1000):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        peer = Peer([[pieces, ok(b"next")]])
        connection = Connection(peer.port, 5)
        assert connection.request("GET", "/").body == b"hello world"
        assert connection.request("GET", "/").body == b"next"
        connection.close()
        peer.end()


def test_an_idle_connection_that_was_closed_is_opened_anew():
    peer = Peer([[ok(b"1")], [ok(b"2")]])
    connection = Connection(peer.port, 5)
    assert connection.request("GET", "/").body == b"1"
    assert connection.request("POST", "/", body=b"again").body == b"2"
    connection.close()
    peer.end()
    assert peer.requests[-1] == ("POST / HTTP/1.1", b"again")


def test_a_streamed_body_is_sent_again_from_its_start():
    peer = Peer([[ok(b"1")], [ok(b"2")]])
    connection = Connection(peer.port, 5)
    connection.request("GET", "/")
    assert connection.request("PUT", "/f", stream=(io.BytesIO(b"content"), 7)).body == b"2"
    connection.close()
    peer.end()
    assert peer.requests[-1] == ("PUT /f HTTP/1.1", b"content")


def test_a_body_until_the_end_of_the_connection():
    peer = Peer([[b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it"]])
    connection = Connection(peer.port, 5)
    assert connection.request("GET", "/").body == b"all of it"
    peer.end()


def test_interim_answers_are_skipped():
    peer = Peer([[b"HTTP/1.1 100 Continue\r\n\r\n" + ok(b"real")]])
    connection = Connection(peer.port, 5)
    assert connection.request("GET", "/").body == b"real"
    connection.close()
    peer.end()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"SSH-2.0-OpenSSH\r\n\r\n",
    ],
)
def test_broken_answers_are_errors(answer):
    peer = Peer([[answer]])
    with pytest.raises(HttpError):
        Connection(peer.port, 5).request("GET", "/")
    peer.end()


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(HttpError, match=f"nothing answers on 127.0.0.1:{port}"):
        Connection(port, 1).request("GET", "/")


def test_silence_ends_with_the_time_out():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connection = Connection(listener.getsockname()[1], 5)
        with pytest.raises(HttpError, match=r"no answer within 0\.2 s"):
            connection.request("GET", "/", timeout=0.2)


def test_no_header_can_be_smuggled_in():
    with pytest.raises(ValueError, match="line break"):
        Connection(1).request("GET", "/", headers={"X": "a\r\nY: b"})
