"""Records code and environment of a pipeline run beside its first steps, in a thread."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ._server import Server

_JOIN_SECONDS = 10.0
_LOG_BATCH = "/api/2.0/mlflow/runs/log-batch"


class Recording:
    """Collects and sends the record of one run; a failure is told, and never ends the run."""

    def __init__(self, server: Server, run_id: str, launch: dict | None = None) -> None:
        """`run_id` is the tracking run; `launch` as in `_environment.collect`."""
        self._server = server
        self._run_id = run_id
        self._launch = launch
        self._error: Exception | None = None
        self._thread = None

    def start(self) -> Recording:
        """Begins, unless RUNLENS_RECORD_ENVIRONMENT turns it off."""
        import threading

        from ._environment import is_enabled

        if is_enabled():
            self._thread = threading.Thread(target=self._run, name="runlens-environment")
            self._thread.daemon = True
            self._thread.start()
        return self

    def finish(self, say: Callable[[str], None]) -> None:
        """Waits for it, and says once what went wrong."""
        if self._thread is None:
            return
        self._thread.join(_JOIN_SECONDS)
        if self._thread.is_alive():
            say("The code and environment of this run are not recorded: it takes too long.")
        elif self._error is not None:
            say(f"The code and environment of this run are not recorded: {self._error}")

    def _run(self) -> None:
        from ._environment import collect

        try:
            record = collect(self._launch)
            store_objects(self._server, record.objects)
            tags = [{"key": key, "value": value} for key, value in record.tags.items()]
            body = {"run_id": self._run_id, "metrics": [], "params": [], "tags": tags}
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
