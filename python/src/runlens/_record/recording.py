"""Records code and environment of a pipeline run beside its beginning, in a thread."""

from __future__ import annotations

import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .._connection.server import Server
    from .environment import Record

_JOIN_SECONDS = 10.0
_LOG_BATCH = "/api/2.0/mlflow/runs/log-batch"


class Recording:
    """Collects and sends the record of one run; a failure is told, and never ends the run."""

    def __init__(self, server: Server, launch: dict | None = None) -> None:
        """`launch` as in `_environment.collect`."""
        self._server = server
        self._launch = launch
        self._record: Record | None = None
        self._error: Exception | None = None
        self._thread: threading.Thread | None = None

    def begin(self) -> Recording:
        """Looks around, while the run is registered; RUNLENS_RECORD_ENVIRONMENT turns it off."""
        from .environment import is_enabled

        if is_enabled():
            self._thread = self._started(self._collect)
        return self

    def keep(self, run_id: str) -> None:
        """Sends what was found for this tracking run, as soon as it is there."""
        collecting = self._thread
        if collecting is None:
            return

        def send() -> None:
            collecting.join()
            self._send(run_id)

        self._thread = self._started(send)

    def finish(self, say: Callable[[str], None]) -> None:
        """Waits for it, and says once what went wrong."""
        if self._thread is None:
            return
        self._thread.join(_JOIN_SECONDS)
        if self._thread.is_alive():
            say("The code and environment of this run are not recorded: it takes too long.")
        elif self._error is not None:
            say(f"The code and environment of this run are not recorded: {self._error}")

    @staticmethod
    def _started(target: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=target, name="runlens-environment", daemon=True)
        thread.start()
        return thread

    def _collect(self) -> None:
        from .environment import collect

        try:
            self._record = collect(self._launch)
        except Exception as error:
            self._error = error

    def _send(self, run_id: str) -> None:
        record = self._record
        if record is None:
            return
        try:
            store_objects(self._server, record.objects)
            tags = [{"key": key, "value": value} for key, value in record.tags.items()]
            body = {"run_id": run_id, "metrics": [], "params": [], "tags": tags}
            self._server.call("POST", _LOG_BATCH, body, tracking=True)
        except Exception as error:
            self._error = error


def store_objects(server: Server, objects: dict[str, bytes]) -> None:
    """Sends those objects that the server does not have.

    Raises:
        ServerError: it refused, or is gone.
    """
    from io import BytesIO

    asked = {"digests": [*objects]}
    missing = server.call("POST", "/api/objects/missing", asked, tracking=True)["missing"]
    for digest in missing:
        content = objects[digest]
        server.upload(f"/api/objects/{digest}", BytesIO(content), len(content))
