"""Starts the server of a root, detached, so that it outlives the script that needed it."""

from __future__ import annotations

import os
import sys
import time

from ..errors import ServerError
from .discovery import discovery_path, is_ours, read_discovery, read_private_json, state_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess

_START_SECONDS = 60.0
# Who owns the store and does not answer has died, and its lock is free within 15 s.
_OWNED_SECONDS = 20.0
_FIRST_PAUSE = 0.5
_POLL_SECONDS = 0.01
# Exit codes of the server (src/protocol/discovery.ts, SERVER_EXIT).
_EXIT_OWNED = 3
_EXIT_UNWRITABLE = 4


class LaunchCommand:
    """A way to start the server: program, environment to add, path of server.js."""

    __slots__ = ("env", "runtime", "server")

    def __init__(self, runtime: str, server: str, env: dict[str, str] | None = None) -> None:
        self.runtime = runtime
        self.server = server
        self.env = env or {}


def find_command() -> LaunchCommand:
    """How to start a server here.

    `RUNLENS_SERVER` when set, else the extension's launcher.json, else `node` on the PATH with the
    server in this package, or with the one built in the repository that this package lies in.

    Raises:
        ServerError: there is none of them; the message names all.
    """
    return _from_environment() or _from_launcher() or _from_package() or _no_command()


def _from_environment() -> LaunchCommand | None:
    server = os.environ.get("RUNLENS_SERVER")
    if not server:
        return None
    if not os.path.isfile(server):
        raise ServerError(
            f"RUNLENS_SERVER names {server}, which is not a file. Set it to the path of server.js.",
            "no_server",
        )
    return LaunchCommand(_node() or _no_node(server), os.path.abspath(server))


def _from_launcher() -> LaunchCommand | None:
    path = os.path.join(state_folder(), "launcher.json")
    value = read_private_json(path, forbidden=0o022)
    if not isinstance(value, dict):
        return None
    runtime, server = value.get("runtime"), value.get("server")
    if not (isinstance(runtime, str) and isinstance(server, str)):
        return None
    if not (os.path.isfile(runtime) and os.path.isfile(server)):
        return None
    return LaunchCommand(runtime, server, dict(value.get("env") or {}))


def _from_package() -> LaunchCommand | None:
    server = _bundled_server()
    node = _node()
    return LaunchCommand(node, server) if server and node else None


def _bundled_server() -> str | None:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    repository = os.path.dirname(os.path.dirname(os.path.dirname(package)))
    for server in (
        os.path.join(package, "_server", "server.js"),
        os.path.join(repository, "dist", "server.js"),
    ):
        if os.path.isfile(server):
            return server
    return None


def _node() -> str | None:
    from .._process.programs import find_program

    return find_program("node")


def _no_node(server: str) -> str:
    raise ServerError(
        f"RUNLENS_SERVER names {server}, but there is no `node` on the PATH to run it. "
        "Install Node.js 20 or newer.",
        "no_server",
    )


def _no_command() -> LaunchCommand:
    have_server = "is there" if _bundled_server() else "is missing in this installation"
    have_node = "is there" if _node() else "is missing"
    raise ServerError(
        "No Runlens server is running and there is no way to start one. One of these is needed:\n"
        f"  * the Runlens extension, started once in VS Code (it writes {state_folder()}"
        f"{os.sep}launcher.json),\n"
        "  * the environment variable RUNLENS_SERVER with the path of server.js, and Node.js,\n"
        f"  * Node.js 20 or newer on the PATH ({have_node}) with the server of this package "
        f"({have_server}).",
        "no_server",
    )


class Starting:
    """A server that comes up.

    Raises:
        ServerError: there is no way to start one.
    """

    def __init__(self, root: str) -> None:
        command = find_command()
        self._root = root
        self._log = discovery_path(root)[: -len(".json")] + ".start.log"
        os.makedirs(os.path.dirname(self._log), mode=0o700, exist_ok=True)
        self._spawn = lambda: _spawn(command, root, self._log)
        self._process = self._spawn()
        self._starts_left = 1
        self._started_at = time.monotonic()
        self._pause = _FIRST_PAUSE
        self._again_at: float | None = None

    def wait(self) -> dict:
        """Waits until it has proved itself; answers its discovery.

        Another one that is started at the same moment is used instead. One that is killed before
        it has answered is started again, once. While the store belongs to one that does not answer
        it is started again and again: the owner may be ending, or have just died.

        Raises:
            ServerError: it ended or did not answer in time; the message holds its last words.
        """
        log = self._log
        patience = _START_SECONDS
        while time.monotonic() < self._started_at + patience:
            discovery = read_discovery(self._root)
            if discovery and is_ours(discovery):
                return discovery
            code = self._process.returncode
            if code == _EXIT_OWNED:
                patience = _OWNED_SECONDS
                self._start_again_when_due()
            elif code is not None and code < 0 and self._starts_left > 0:
                self._starts_left -= 1
                self._process = self._spawn()
            elif code is not None:
                raise _start_failed(code, log)
            time.sleep(_POLL_SECONDS)
        raise ServerError(
            f"The Runlens server of {self._root} did not answer within {patience:.0f} s. "
            f"Its output is in {log}.{_last_words(log)}",
            "start_timeout",
        )

    def _start_again_when_due(self) -> None:
        """After pauses that double: most often the server of another starter answers soon."""
        now = time.monotonic()
        if self._again_at is None:
            self._again_at = now + self._pause
            self._pause *= 2
        elif now >= self._again_at:
            self._again_at = None
            self._process = self._spawn()


def start_server(root: str) -> dict:
    """Starts a server and waits for it; as `Starting`."""
    return Starting(root).wait()


def _spawn(command: LaunchCommand, root: str, log: str) -> subprocess.Popen[bytes]:
    import subprocess
    import threading

    options: dict = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        options = {"creationflags": flags}
    with open(log, "wb") as output:
        try:
            process = subprocess.Popen(
                [command.runtime, command.server, "--root", root],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **command.env},
                cwd=os.path.dirname(log),
                **options,
            )
        except OSError as error:
            raise ServerError(
                f"The Runlens server could not be started: {command.runtime}: {error}", "no_server"
            ) from error
    # Reaped as soon as it ends: a zombie would look like a living owner of the store.
    threading.Thread(target=process.wait, name="runlens-reaper", daemon=True).start()
    return process


def _start_failed(code: int, log: str) -> ServerError:
    words = _last_words(log)
    if code == _EXIT_UNWRITABLE:
        # It says itself what cannot be written, why, and what to do.
        return ServerError(words.strip(), "unwritable")
    return ServerError(
        f"The Runlens server ended with exit code {code}. Its output is in {log}.{words}",
        "start_failed",
    )


def _last_words(log: str, lines: int = 12) -> str:
    try:
        with open(log, "rb") as file:
            text = file.read()[-8192:].decode("utf-8", "replace").strip()
    except OSError:
        return ""
    tail = "\n".join(text.removeprefix("runlens: ").splitlines()[-lines:])
    return f"\n{tail}" if tail else ""
