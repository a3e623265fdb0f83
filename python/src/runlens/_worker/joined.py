"""A process of the server's that helps with a run which another process has registered."""

from __future__ import annotations

import sys

from .._authoring.graph import worker_info
from .._process import context_state
from .._process.interrupts import heeded
from .._record.system_metrics import Sampler, interval
from ..errors import ServerError
from .finding import Finder
from .puller import Puller, Work
from .threads import Crew

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._connection.server import Server
    from .._logs.descriptors import Tail


def join(server: Server, start: dict, tail: Tail) -> int:
    """Runs steps of a run that another process has registered, until it is not needed."""
    run_id = start["join"]["pipelineRunId"]
    body = {"worker": worker_info(owned=True), "pipelineRunId": run_id, "modules": []}
    if start.get("poolId"):
        body["poolId"] = start["poolId"]

    def ask_to_join() -> dict:
        return server.call("POST", "/api/worker/join", body)

    try:
        joined = ask_to_join()
        pipeline = start.get("pipeline") or ""
        work = Work(server, pipeline, Finder(server.root, start["file"]), tail)
        work.registered = joined
        seconds = interval()
        work.sampler = None if seconds is None else Sampler(seconds)
        puller = Puller(work, joined["workerId"], lambda: ask_to_join()["workerId"])
        with context_state.outside(), heeded(puller, Crew(work, True), owned=True):
            puller.pull()
    except ServerError as error:
        # the run is over, or the server is gone: whoever looks after the run sees it
        print(error, file=sys.stderr)
        return 1
    return 0
