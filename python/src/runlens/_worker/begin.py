"""Begins a run of a pipeline in this process: while its server comes up, the rest is loaded."""

from __future__ import annotations

import os

from .._connection.server import connect_server
from .._process.failure import hide_own_frames
from .._source.root import find_root, is_installed, start_folder
from .._source.signature import file_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .._authoring.compose import Composition
    from .._results.response import PipelineRunResponse
    from ..pipelines import Pipeline

# What a run loads anyway, and what nearly every step does.
_NEEDED = (
    "_worker.run",
    "_record.environment",
    "_logs.sender",
    "_data.outputs_io",
    "_logs.streams",
    "context",
    "materializers.containers",
    "tracking",
)


def run_composition(compose: Callable[[], Composition], pipeline: Pipeline) -> PipelineRunResponse:
    """Composes and runs a pipeline in this process, finding or starting the server.

    Raises:
        RunlensError: it cannot be composed or there is no server.
        Exception: what the first failed step raised.
    """
    hide_own_frames()
    composition = compose()
    server = connect_server(root_of(pipeline), meanwhile=_load)
    from .run import Worker

    return Worker(server, composition).work()


def _load() -> None:
    from importlib import import_module

    for name in _NEEDED:
        import_module(f".{name}", "runlens")


def root_of(pipeline: Pipeline) -> str:
    """The root of the pipeline's file; of the working folder for a notebook."""
    file = file_of(pipeline.entrypoint)
    folder = os.path.dirname(file)
    is_users = os.path.isfile(file) and not is_installed(folder)
    return find_root(folder if is_users else start_folder())
