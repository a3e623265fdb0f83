"""`Client`: reads runs and artifacts of a root's store, and runs what was run before again."""

from __future__ import annotations

from ._connection.server import connect_server
from ._results.pages import Page, PipelineResponse
from ._results.response import ArtifactVersion, PipelineRunResponse, StepResponse, run_from_detail
from ._results.response import step_from_row as _step
from .metadata import artifact_id_of, run_id_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


class Client:
    """Access to what pipelines have made. Finds or starts the server of the root.

    Filters of lists are `"value"` or `"operator:value"` with the operators eq, ne, gt, gte, lt,
    lte, contains, startswith, endswith and oneof (`"oneof:a,b"`); a list of them must hold
    together. The server evaluates them and sends one page.

    Args:
        root: Folder whose store it is; default by the root rule from the script's folder.
    """

    def __init__(self, root: Any = None) -> None:
        import os

        from ._source.root import find_root

        folder = None if root is None else find_root(os.fspath(root))
        self._server = connect_server(folder)

    @property
    def root(self) -> str:
        """The root whose store this is."""
        return self._server.root

    def get_artifact_version(
        self, name_id_or_prefix: str, version: str | int | None = None
    ) -> ArtifactVersion:
        """An artifact version by id, the start of an id (4 digits or more), or name.

        Args:
            name_id_or_prefix: What names it; a name wins over the start of an id.
            version: Of a name: which; default the newest.

        Raises:
            ServerError: there is none; near names are told.
        """
        found = artifact_id_of(self._server, _plain_id(name_id_or_prefix), version)
        return ArtifactVersion(self._server.call("GET", f"/api/artifacts/{found}"), self._server)

    def list_artifact_versions(
        self,
        artifact: str | None = None,
        *,
        size: int = 20,
        page: int = 1,
        sort_by: str | None = None,
        **filters: Any,
    ) -> Page:
        """Artifact versions, the newest first.

        Args:
            artifact: Filter of the artifact's name.
            size, page: At most `size` of them (1000 at most), from page 1.
            sort_by: A field, `asc:field` or `desc:field`.
            filters: name, version, version_number, type, artifact_type, materializer, created,
                pipeline, pipeline_run, step, tags, run_metadata (`"rows:gt:100"`).

        Raises:
            ServerError: a filter or field cannot be understood; says which there are.
        """
        filters = {**filters, "artifact": artifact}
        return self._page("artifact-versions", self._version, size, page, sort_by, filters)

    def list_artifacts(
        self, *, size: int = 20, page: int = 1, sort_by: str | None = None, **filters: Any
    ) -> Page:
        """The newest version of each artifact; arguments as `list_artifact_versions`."""
        return self._page("artifacts", self._version, size, page, sort_by, filters)

    def get_pipeline_run(self, name_id_or_prefix: str) -> PipelineRunResponse:
        """A run by name, id or the start of an id (4 digits or more).

        Raises:
            ServerError: there is none; near names are told.
        """
        run_id = run_id_of(self._server, _plain_id(name_id_or_prefix))
        detail = self._server.call("GET", f"/api/pipeline-runs/{run_id}")
        return run_from_detail(detail, self._server)

    def list_pipeline_runs(
        self,
        pipeline: str | None = None,
        *,
        size: int = 20,
        page: int = 1,
        sort_by: str | None = None,
        **filters: Any,
    ) -> Page:
        """Runs, the newest first.

        Args:
            pipeline: Filter of the pipeline's name.
            size, page: At most `size` of them (1000 at most), from page 1.
            sort_by: A field, `asc:field` or `desc:field`, such as `"desc:created"`.
            filters: name, status, created, start_time, end_time (as `"gt:2026-01-31"`), tags,
                run_metadata (`"accuracy:gt:0.7"`, of a step `"train::accuracy:gt:0.7"`).

        Raises:
            ServerError: a filter or field cannot be understood; says which there are.
        """
        filters = {**filters, "pipeline": pipeline}
        return self._page("pipeline-runs", self._listed_run, size, page, sort_by, filters)

    def list_run_steps(
        self, *, size: int = 20, page: int = 1, sort_by: str | None = None, **filters: Any
    ) -> Page:
        """Steps of runs, the newest first.

        Args:
            size, page, sort_by: As in `list_pipeline_runs`.
            filters: name, step, status, pipeline, pipeline_run (an id), cache_key, created,
                start_time, end_time, tags, run_metadata.

        Raises:
            ServerError: a filter or field cannot be understood; says which there are.
        """
        return self._page("steps", self._listed_step, size, page, sort_by, filters)

    def get_run_step(self, step_run_id: str) -> StepResponse:
        """A step of a run by its id.

        Raises:
            ServerError: there is none.
        """
        row = self._server.call("GET", f"/api/steps/{_quoted(_plain_id(step_run_id))}")
        step = self._listed_step(row)
        step.row = row
        return step

    def get_pipeline(self, name: str) -> PipelineResponse:
        """A pipeline that has run.

        Raises:
            RunlensError: none of this name has; near names are told.
        """
        names = [row["name"] for row in self._server.call("GET", "/api/pipelines")["items"]]
        if name in names:
            return PipelineResponse(self, name)
        from difflib import get_close_matches

        from .errors import RunlensError

        near = get_close_matches(name, names, 3)
        hint = f" Near to it: {', '.join(map(repr, near))}." if near else ""
        raise RunlensError(f"No pipeline {name!r} has run.{hint}", "unknown_pipeline")

    def list_pipelines(self) -> list[PipelineResponse]:
        """All pipelines that have run, the newest first."""
        rows = self._server.call("GET", "/api/pipelines")["items"]
        return [PipelineResponse(self, row["name"]) for row in rows]

    def replay_pipeline_run(
        self,
        pipeline_run: Any,
        *,
        input_overrides: Mapping[str, Any] | None = None,
        skip: Iterable[str] = (),
        step_input_overrides: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> PipelineRunResponse:
        """Runs the pipeline of a run again with its parameters; as `Pipeline.replay`.

        Its file is imported as it is now.

        Raises:
            RunlensError: there is no such run, or its pipeline cannot be imported.
        """
        from ._plans import pipeline_of_run, replay

        run_id = run_id_of(self._server, pipeline_run)
        return replay(
            pipeline_of_run(self._server, run_id),
            self._server,
            run_id,
            input_overrides or {},
            skip,
            step_input_overrides or {},
        )

    def resume_pipeline_run(self, pipeline_run: Any) -> PipelineRunResponse:
        """Runs what is missing of a run that failed or was cancelled, as a new run.

        Steps that ran or were cached in it are taken when nothing of them has changed, also where
        caching is off. Raises as `replay_pipeline_run`.
        """
        from ._plans import pipeline_of_run, resume

        run_id = run_id_of(self._server, pipeline_run)
        return resume(pipeline_of_run(self._server, run_id), self._server, run_id)

    def _page(
        self,
        path: str,
        read: Any,
        size: int,
        page: int,
        sort_by: str | None,
        filters: Mapping[str, Any],
    ) -> Page:
        if not 1 <= size <= 1000 or page < 1:
            raise ValueError("size is a number from 1 to 1000, page one from 1.")
        query = [f"limit={size}", f"offset={(page - 1) * size}"]
        if sort_by is not None:
            query.append(f"sort_by={_quoted(sort_by)}")
        for name, value in filters.items():
            query += [f"{name}={_quoted(_filter(one))}" for one in _each(value)]
        found = self._server.call("GET", f"/api/lists/{path}?{'&'.join(query)}")
        return Page([read(row) for row in found["items"]], found["total"], page, size)

    def _version(self, row: dict[str, Any]) -> ArtifactVersion:
        return ArtifactVersion(row, self._server)

    def _listed_run(self, row: dict[str, Any]) -> PipelineRunResponse:
        return PipelineRunResponse.listed(row, self._server)

    def _listed_step(self, row: dict[str, Any]) -> StepResponse:
        run = PipelineRunResponse(row["pipelineRunId"], "", "", self._server)
        return _step(row, run)


def _each(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


def _filter(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(getattr(value, "value", value))


def _plain_id(text: Any) -> str:
    """Ids may be written as UUIDs, with dashes."""
    text = str(text)
    plain = text.replace("-", "")
    is_id = len(plain) == 32 and all(sign in "0123456789abcdef" for sign in plain)
    return plain if is_id else text


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
