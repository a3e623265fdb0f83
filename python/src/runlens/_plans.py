"""Plans from the SDK: one step, from here, up to here, replay, resume, and what would run."""

from __future__ import annotations

from .errors import RunlensError, StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ._authoring.compose import Composition
    from ._connection.server import Server
    from ._results.response import PipelineRunResponse
    from .pipelines import Pipeline

_WIDTH_OF_WHY = 60


class PreviewStep:
    """What would become of one step.

    Attributes:
        name: The invocation.
        decision: runs, cached, taken (as it is, by the plan), or depends (on steps that run).
        reasons: Why, one text each.
        depends_on: For `depends`: the nearest steps that run.
        last_duration: Seconds that it took when it last ran; None: it never did.
        cached_from: When the result was made, in seconds since 1970.
    """

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.name: str = row["stepId"]
        self.decision: str = row["decision"]
        self.reasons = [one["text"] for one in row.get("reasons") or ()]
        self.depends_on: list[str] = list(row.get("on") or ())
        last, cached = row.get("lastDurationMs"), row.get("cachedFrom")
        self.last_duration = None if last is None else last / 1000
        self.cached_from = None if cached is None else cached / 1000

    @property
    def why(self) -> str:
        """One line for people."""
        from ._results.table import ago

        if self.reasons:
            return ", ".join(self.reasons)
        if self.depends_on:
            return f"waits for {', '.join(self.depends_on)}"
        return "" if self.cached_from is None else f"from {ago(self.cached_from)}"

    def __repr__(self) -> str:
        return f"<step {self.name}: {self.decision}>"


class PlanPreview:
    """What a run would do, and why. `print` shows it as a table.

    Attributes:
        pipeline: Name of the pipeline.
        steps: Invocation → what would become of it, in an order in which they can run.
    """

    def __init__(self, pipeline: str, rows: Iterable[Mapping[str, Any]]) -> None:
        self.pipeline = pipeline
        self.steps = {step.name: step for step in map(PreviewStep, rows)}

    def __str__(self) -> str:
        from ._results.table import seconds

        heads = ("step", "decision", "why", "last took")
        rows = [
            (
                step.name,
                step.decision,
                _cut(step.why),
                "" if step.last_duration is None else seconds(step.last_duration),
            )
            for step in self.steps.values()
        ]
        widths = [max([len(heads[at]), *(len(row[at]) for row in rows)]) for at in range(4)]
        lines = [heads, tuple("─" * width for width in widths), *rows]
        text = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join(text)

    def __repr__(self) -> str:
        runs = sum(step.decision in ("runs", "depends") for step in self.steps.values())
        return f"<plan of {self.pipeline}: {runs} of {len(self.steps)} steps would or may run>"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH_OF_WHY else f"{text[: _WIDTH_OF_WHY - 1]}…"


def target(composition: Composition, step: Any, reach: str, force: bool) -> dict[str, Any]:
    """A plan for one step of a composed pipeline, named by invocation, step or the step itself.

    Raises:
        StepInterfaceError: the pipeline does not call it; its steps are told.
    """
    name = step if isinstance(step, str) else step.name
    if composition.is_dynamic:
        raise StepInterfaceError(
            f"Pipeline {composition.pipeline.name} is dynamic: which steps it has is known only "
            "when it runs, so it runs as a whole. Steps that have not changed are cached.",
            "dynamic_target",
        )
    names = composition.invocations
    if name not in names and all(one.step.name != name for one in names.values()):
        raise StepInterfaceError(
            f"Pipeline {composition.pipeline.name} has no step {name!r}; its steps are: "
            f"{', '.join(names)}.",
            "unknown_step",
        )
    plan: dict[str, Any] = {"target": {"step": name, "reach": reach}}
    if force:
        plan["force"] = "target"
    return plan


def run_target(
    pipeline: Pipeline, step: Any, reach: str, force: bool, args: tuple, kwargs: dict
) -> PipelineRunResponse:
    """Runs one step, or those from or up to it; see `Pipeline.run_step`."""
    composition = pipeline.compose(args, kwargs)
    return _work(pipeline, composition, target(composition, step, reach, force))


def preview(
    pipeline: Pipeline,
    args: tuple,
    kwargs: dict,
    step: Any = None,
    reach: str = "up-to",
    force: bool = False,
) -> PlanPreview:
    """What a run would do; see `Pipeline.plan`."""
    composition = pipeline.compose(args, kwargs)
    if step is None:
        plan = {"target": "all", **({"force": "all"} if force else {})}
    else:
        plan = target(composition, step, reach, force)
    return _preview(_server_of(pipeline), composition, plan)


def _preview(server: Server, composition: Composition, plan: dict) -> PlanPreview:
    if composition.is_dynamic:
        raise StepInterfaceError(
            f"Pipeline {composition.pipeline.name} is dynamic: what it does is known only when it "
            "runs.",
            "dynamic_plan",
        )
    from ._authoring.graph import registration

    body = registration(composition, server.root, set(), plan=plan)
    reply = server.call("POST", "/api/worker/preview", body)
    return PlanPreview(composition.pipeline.name, reply["steps"])


def replay(
    pipeline: Pipeline,
    server: Server,
    run_id: str,
    inputs: Mapping[str, Any],
    skip: Iterable[str],
    step_inputs: Mapping[str, Mapping[str, Any]],
    dry_run: bool = False,
) -> Any:
    """Runs a pipeline again on the basis of an earlier run; see `Pipeline.replay`."""
    composition = _as_before(pipeline, server, run_id, inputs)
    skipped = [skip] if isinstance(skip, str) else list(skip)
    _check_steps(composition, [*skipped, *step_inputs])
    plan = {
        "target": "all",
        "basedOn": run_id,
        "mode": "replay",
        "skip": skipped,
        "inputs": {
            step: _inputs(composition, step, changed, server.root)
            for step, changed in step_inputs.items()
        },
    }
    return (_preview if dry_run else _run)(server, composition, plan)


def resume(pipeline: Pipeline, server: Server, run_id: str) -> PipelineRunResponse:
    """Runs what is missing of an earlier run; see `Client.resume_pipeline_run`."""
    composition = _as_before(pipeline, server, run_id, {})
    return _run(server, composition, {"target": "all", "basedOn": run_id, "mode": "resume"})


def replay_named(
    pipeline: Pipeline,
    pipeline_run: Any,
    inputs: Mapping[str, Any],
    skip: Iterable[str],
    step_inputs: Mapping[str, Mapping[str, Any]],
    dry_run: bool,
) -> Any:
    """`Pipeline.replay`: the run may be named; default the newest of the pipeline."""
    from .metadata import run_id_of

    server = _server_of(pipeline)
    if pipeline_run is not None:
        run_id = run_id_of(server, pipeline_run)
    else:
        from .client import Client

        run_id = Client(server.root).get_pipeline(pipeline.name).last_run.id
    return replay(pipeline, server, run_id, inputs, skip, step_inputs, dry_run)


def _as_before(
    pipeline: Pipeline, server: Server, run_id: str, changed: Mapping[str, Any]
) -> Composition:
    """Composes with the parameters of a run that the pipeline still has, and those that change."""
    from ._source.signature import parameters_of

    graph = server.call("GET", f"/api/facts/pipeline-runs/{run_id}")["config"]
    if graph["pipeline"] != pipeline.name:
        raise RunlensError(
            f"The run {run_id} is one of pipeline {graph['pipeline']}, not of {pipeline.name}.",
            "other_pipeline",
        )
    names = {one.name for one in parameters_of(pipeline.entrypoint)}
    before = {name: one["value"] for name, one in graph["parameters"].items() if one["explicit"]}
    kept = {name: value for name, value in before.items() if name in names}
    return pipeline.compose((), {**kept, **changed})


def _check_steps(composition: Composition, steps: Iterable[str]) -> None:
    if composition.is_dynamic:
        # which it has is known when it runs
        return
    for step in steps:
        if step not in composition.invocations:
            raise StepInterfaceError(
                f"Pipeline {composition.pipeline.name} has no step {step!r}; its steps are: "
                f"{', '.join(composition.invocations)}.",
                "unknown_step",
            )


def _inputs(
    composition: Composition, step_id: str, changed: Mapping[str, Any], root: str
) -> dict[str, Any]:
    """New inputs of a step as StepInput."""
    if composition.is_dynamic:
        return {name: _input(step_id, name, value) for name, value in changed.items()}
    invocation = composition.invocations[step_id]
    described = {}
    for name, value in changed.items():
        if name not in invocation.inputs:
            raise StepInterfaceError(
                f"Step {step_id} has no input {name!r}; its inputs are: "
                f"{', '.join(invocation.inputs) or 'none'}.",
                "unknown_input",
            )
        described[name] = composition.replacement(invocation, name, value)
        external = invocation.external.pop(name, None)
        if external is not None:
            described[name]["artifactVersionId"] = external.find(root)
    return described


def _input(step_id: str, name: str, value: Any) -> dict[str, Any]:
    """An input of a step that is not known yet: its worker fits it to the annotation."""
    from ._data.parameters import encode

    ids = [getattr(one, "artifact_version_id", None) for one in _items(value)]
    if ids and all(isinstance(one, str) for one in ids):
        if isinstance(value, (list, tuple)):
            return {"kind": "stored", "artifactVersionIds": ids}
        return {"kind": "artifact", "artifactVersionId": ids[0]}
    return {"kind": "parameter", "value": encode(value, f"Step {step_id}: input {name!r}")}


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def pipeline_of_run(server: Server, run_id: str) -> Pipeline:
    """The pipeline of a run, from its module as it is now.

    Raises:
        RunlensError: its file cannot be imported or has no such pipeline any more.
    """
    import os
    import sys
    from importlib import import_module

    from ._process import mode
    from .pipelines import Pipeline

    source = server.call("GET", f"/api/facts/pipeline-runs/{run_id}")["config"]["source"]
    file = os.path.realpath(os.path.join(server.root, source["file"]))
    modules = [sys.modules.get("__main__"), sys.modules.get(source["module"])]
    module = next((one for one in modules if one is not None and _file(one) == file), None)
    if module is None:
        folder = os.path.dirname(file)
        if folder not in sys.path:
            sys.path.append(folder)
        with mode.importing():
            module = import_module(source["module"])
    found: Any = module
    for part in source["qualname"].split("."):
        found = getattr(found, part, None)
    if isinstance(found, Pipeline):
        return found
    raise RunlensError(
        f"{source['file']} has no pipeline {source['qualname']} any more, so its run cannot be "
        "run again.",
        "pipeline_gone",
    )


def _file(module: Any) -> str | None:
    import os

    file = getattr(module, "__file__", None)
    return None if file is None else os.path.realpath(file)


def _server_of(pipeline: Pipeline) -> Server:
    from ._connection.server import connect_server
    from ._worker.begin import root_of

    return connect_server(root_of(pipeline))


def _work(pipeline: Pipeline, composition: Composition, plan: dict) -> PipelineRunResponse:
    return _run(_server_of(pipeline), composition, plan)


def _run(server: Server, composition: Composition, plan: dict) -> PipelineRunResponse:
    from ._process.failure import hide_own_frames
    from ._worker.run import Worker

    hide_own_frames()
    return Worker(server, composition, plan=plan).work()
