"""`add_tags` and `remove_tags`: tags of runs, steps and artifact versions."""

from __future__ import annotations

from ._process import context_state
from ._values import Tag, tag_names, tags_of
from .errors import ContextError
from .metadata import artifact_id_of, run_id_of, send

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ._connection.server import Server

__all__ = ["Tag", "add_tags", "remove_tags"]


def add_tags(
    tags: Iterable[str | Tag],
    *,
    run: Any = None,
    artifact: Any = None,
    artifact_version_id: str | None = None,
    artifact_name: str | None = None,
    artifact_version: str | int | None = None,
    infer_artifact: bool = False,
    step: Any = None,
) -> None:
    """Adds tags; without a target to the run of the running step.

    Args:
        tags: Texts or `Tag`s. An exclusive one is taken from the other runs of the pipeline, or the
            other versions of the artifact; a cascading one goes on to all that the run makes.
        run: A run, its id, name, or the start of its id.
        artifact: An artifact version, its id, or an artifact's name (the newest version).
        artifact_version_id: The same by id; artifact_name, artifact_version: by name and version.
        infer_artifact: The only output of the running step, or the one that artifact_name names.
        step: A step of a run, or its id.

    Raises:
        ContextError (a RuntimeError): there is no target, and no step runs.
        ServerError: the target does not exist; near names are told.
    """
    given = tags_of(tags)
    if infer_artifact:
        _context("infer_artifact=True").add_output_tags([one.name for one in given], artifact_name)
        return
    named = artifact if artifact is not None else artifact_name
    server, target = _target(run, named, artifact_version_id, artifact_version, step)
    send(server, [target], addTags=[_described(one) for one in given])


def remove_tags(
    tags: Iterable[str | Tag],
    *,
    run: Any = None,
    artifact: Any = None,
    artifact_version_id: str | None = None,
    artifact_name: str | None = None,
    artifact_version: str | int | None = None,
    infer_artifact: bool = False,
    step: Any = None,
) -> None:
    """Takes tags away, also those that the pipeline or step declares; targets as in `add_tags`."""
    if infer_artifact:
        _context("infer_artifact=True").remove_output_tags(tag_names(tags), artifact_name)
        return
    named = artifact if artifact is not None else artifact_name
    server, target = _target(run, named, artifact_version_id, artifact_version, step)
    send(server, [target], removeTags=tag_names(tags))


def tag_run(server: Server, run_id: str, tags: Any) -> None:
    """Does what the exclusive and cascading among a pipeline's declared tags ask for."""
    special = [one for one in tags_of(tags) if one.exclusive or one.cascade]
    if special:
        target = {"on": "pipeline", "id": run_id}
        send(server, [target], addTags=[_described(one) for one in special])


def _described(tag: Tag) -> dict[str, Any]:
    described: dict[str, Any] = {"name": tag.name}
    if tag.exclusive:
        described["exclusive"] = True
    if tag.cascade:
        described["cascade"] = True
    return described


def _target(
    run: Any, artifact: Any, artifact_id: str | None, version: Any, step: Any
) -> tuple[Server, dict[str, str]]:
    given = [one for one in (run, artifact, artifact_id, step) if one is not None]
    if len(given) > 1:
        raise ValueError("Tags are added to one target; several were given. Call it once for each.")
    context = context_state.current()
    if not given:
        context = _context("Without a target, it")
        return context.tracking.server, {"on": "pipeline", "id": context.pipeline_run_id}
    if context is not None:
        server = context.tracking.server
    else:
        from ._connection.server import connect_server

        server = connect_server()
    if run is not None:
        return server, {"on": "pipeline", "id": run_id_of(server, run)}
    if step is not None:
        return server, {"on": "step", "id": step if isinstance(step, str) else step.id}
    if artifact_id is not None:
        return server, {"on": "artifact", "id": artifact_id}
    return server, {"on": "artifact", "id": artifact_id_of(server, artifact, version)}


def _context(what: str) -> Any:
    context = context_state.current()
    if context is None:
        raise ContextError(
            f"{what} needs a running step. Elsewhere pass run=, artifact= or step=.", "no_step"
        )
    return context
