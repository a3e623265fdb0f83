"""`python -m runlens.worker`: a process of the server's that runs steps.

Reads one WorkerStart (src/protocol/worker.ts) as JSON from stdin. For a launch from the editor it
imports the user's file as a module, composes the pipeline and works until the run is over; for a
run of another process it joins that. In a pool it then waits for more. Exit code 0: it finished.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from ._authoring.compose import Composition
    from ._connection.server import Server
    from ._logs.descriptors import Tail
    from ._worker.run import Worker
    from .pipelines import Pipeline


def main() -> int:
    """Runs what stdin describes, then what the server has for it; answers the last exit code."""
    import json

    start = json.loads(sys.stdin.buffer.read())
    _use_standard_input_of_nobody()
    from ._connection.server import use_server
    from ._worker.pool import Surroundings, lead_output_to, next_start

    surroundings = Surroundings()
    server = use_server(start["root"], start["server"]["url"], start["server"]["token"])
    is_used = False
    while True:
        code = _run(server, start, is_used)
        pool_id = start.get("poolId")
        if not pool_id or "debugPort" in start or surroundings.is_spent():
            return code
        surroundings.restore()
        following = next_start(server, pool_id)
        if following is None:
            return code
        start, is_used = following, True
        lead_output_to(start["logFile"])
        if surroundings.have_packages_changed():
            from ._worker.pool import begin_anew

            begin_anew(start)


def _use_standard_input_of_nobody() -> None:
    """A step that reads stdin gets its end instead of waiting for a terminal that is not there."""
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115


def _run(server: Server, start: dict, is_used: bool) -> int:
    from ._logs import streams
    from ._logs.descriptors import Tail

    tail = Tail(start["logFile"])
    streams.copy_to = tail.write
    try:
        if "join" in start:
            from ._worker.joined import join

            _use_path(start["join"]["sysPath"])
            return join(server, start, tail)
        return _launch(server, start, tail, is_used)
    finally:
        streams.copy_to = None
        tail.close()


def _launch(server: Server, start: dict, tail: Tail, is_used: bool) -> int:
    from ._worker.run import Worker

    try:
        debugger = _debugger(start)
        composition = _compose(start)
    except BaseException as error:
        if is_used and not isinstance(error, KeyboardInterrupt):
            from ._worker.pool import begin_anew

            begin_anew(start)
        return _report_failure(server, start, error)
    worker = Worker(
        server,
        composition,
        plan=start["plan"],
        launch_id=start["launchId"],
        parameters=start.get("parameters"),
        tail=tail,
        alone=debugger is not None,
    )
    composed = {"launchId": start["launchId"]}
    if start.get("dryRun"):
        return _preview(server, worker, composed)
    server.call("POST", "/api/worker/composed", composed)
    return _work(worker, None if debugger is None else debugger.wait)


def _report_failure(server: Server, start: dict, error: BaseException) -> int:
    import traceback

    from ._process.failure import step_error

    traceback.print_exception(type(error), error, error.__traceback__)
    body = {"launchId": start["launchId"], "error": step_error(error, start["root"])}
    server.call("POST", "/api/worker/composed", body)
    return 1


def _preview(server: Server, worker: Worker, composed: dict) -> int:
    """A dry run: nothing is recorded, and no step runs."""
    from ._plans import PlanPreview
    from ._process.failure import step_error

    try:
        found = server.call("POST", "/api/worker/preview", worker.registration())
    except Exception as error:
        print(error, file=sys.stderr)
        problem = step_error(error, server.root)
        server.call("POST", "/api/worker/composed", {**composed, "error": problem})
        return 1
    print(PlanPreview(worker.pipeline, found["steps"]))
    server.call("POST", "/api/worker/composed", {**composed, "preview": found})
    return 0


def _work(worker: Worker, before_steps: Any) -> int:
    from .errors import PipelineCancelled

    try:
        worker.work(before_steps)
    except (PipelineCancelled, KeyboardInterrupt):
        return 1
    except BaseException:
        import traceback

        # a step's failure has been reported; here it is for whoever reads the worker's output
        traceback.print_exc()
        return 1
    return 0


def _debugger(start: dict) -> Any:
    """Listens before the file is imported, so that a missing debugpy is told at once."""
    port = start.get("debugPort")
    if port is None:
        return None
    from ._worker.debug import Debugger

    return Debugger(port, lambda: _is_there(start["root"]))


def _is_there(root: str) -> bool:
    from ._connection.discovery import is_ours, read_discovery

    discovery = read_discovery(root)
    return discovery is not None and is_ours(discovery)


def _compose(start: dict) -> Composition:
    plan = start["plan"]
    target = plan.get("target", "all")
    step = None if target == "all" else target["step"]
    module = _imported(start, step)
    found = pipelines_in(module)
    parameters = start.get("parameters") or {}
    return choose(found, start.get("pipeline"), step, start["file"], parameters)


def _imported(start: dict, step: str | None) -> ModuleType:
    """The script with all that it imports made from the text on disk."""
    from ._source.modules import stale_modules
    from ._worker.pool import drop_users_modules

    before = {*sys.modules}
    while True:
        module = import_script(start["file"], pipeline=start.get("pipeline"), step=step)
        if not stale_modules(start["root"]):
            return module
        # Python takes byte code for current that is as old as a whole second
        drop_users_modules(before)


def _use_path(folders: list[str]) -> None:
    """Imports are resolved as in the process that registered the run."""
    others = [one for one in sys.path if one and one not in folders]
    sys.path[:] = [*folders, *others]


def import_script(file: str, *, pipeline: str | None = None, step: str | None = None) -> ModuleType:
    """Imports a file as `python file` would find its neighbours, but not as `__main__`.

    Its folder is the first of sys.path. Calls of pipelines at top level are recorded only. Of a
    notebook the cells are run that the pipeline needs, or the pipelines with the step, or all.

    Raises:
        BaseException: whatever the code at its top level raises; then it is not imported.
    """
    from ._pickling import set_entry_module
    from ._process import mode

    path = os.path.realpath(file)
    name = os.path.splitext(os.path.basename(path))[0]
    _use_path([os.path.dirname(path)])
    sys.argv = [path]
    module, run = _script(name, path, pipeline, step)
    set_entry_module(name)
    sys.modules[name] = module
    with mode.importing() as calls:
        try:
            run()
        except BaseException:
            sys.modules.pop(name, None)
            raise
        if calls:
            print(
                f"{os.path.basename(path)} calls {', '.join(dict.fromkeys(calls))} at top level; "
                "the call was not executed while the file was imported. Put it under "
                "`if __name__ == '__main__':`.",
                file=sys.stderr,
            )
    return module


def _script(
    name: str, path: str, pipeline: str | None, step: str | None
) -> tuple[ModuleType, Callable[[], None]]:
    """An empty module of a file, and what runs the file's code in it."""
    from importlib.util import module_from_spec, spec_from_file_location
    from types import ModuleType

    from ._source import modules
    from ._source import notebook as _notebook
    from ._source.cells import pipelines_with

    if _notebook.is_notebook(path):
        notebook = _notebook.read_notebook(path)
        modules.remember(path, notebook.text.encode())
        names = pipelines_with(notebook, pipeline, step)
        module = ModuleType(name)
        module.__file__ = path
        return module, lambda: _notebook.import_notebook(path, module, notebook, names)
    with open(path, "rb") as source:
        text = source.read()
    modules.remember(path, text)
    spec = spec_from_file_location(name, path)
    if spec is None:
        raise ImportError(f"{path} is not a Python file")
    made = module_from_spec(spec)
    return made, lambda: exec(compile(text, path, "exec", dont_inherit=True), made.__dict__)


def pipelines_in(module: ModuleType) -> dict[str, Pipeline]:
    """The pipelines that a module defines, then those that it imports, by name."""
    from .pipelines import Pipeline

    found = [value for value in vars(module).values() if isinstance(value, Pipeline)]
    found.sort(key=lambda one: one.__module__ != module.__name__)
    named: dict[str, Pipeline] = {}
    for one in found:
        named.setdefault(one.name, one)
    return named


def choose(
    found: dict[str, Pipeline],
    pipeline: str | None,
    step: str | None,
    file: str,
    parameters: dict[str, Any],
) -> Composition:
    """Composes the named pipeline, or the only one, or the first that has the step.

    Raises:
        RunlensError: there is none of that name, none with that step, or it is not clear which.
    """
    from .errors import RunlensError

    label = os.path.basename(file)
    if pipeline is not None:
        one = found.get(pipeline) or next(
            (each for each in found.values() if each.__name__ == pipeline), None
        )
        if one is None:
            names = ", ".join(found) or "none"
            raise RunlensError(f"{label} has no pipeline {pipeline!r}; it has: {names}.")
        return one.compose((), parameters)
    if len(found) == 1:
        return next(iter(found.values())).compose((), parameters)
    if step is not None:
        return _with_step(found, step, label, parameters)
    if not found:
        raise RunlensError(
            f"{label} has no pipeline. Decorate a function with @pipeline and call steps in it."
        )
    raise RunlensError(f"{label} has several pipelines: {', '.join(found)}. Choose one.")


def _with_step(
    found: dict[str, Pipeline], step: str, label: str, parameters: dict[str, Any]
) -> Composition:
    from .errors import RunlensError

    problems = []
    for one in found.values():
        try:
            composition = one.compose((), parameters)
        except (RunlensError, TypeError) as error:
            problems.append(f"{one.name}: {error}")
            continue
        if step in composition.invocations:
            return composition
    tried = f" ({'; '.join(problems)})" if problems else ""
    raise RunlensError(
        f"No pipeline of {label} uses the step {step!r}, so there is nothing to take its inputs "
        f"from{tried}. Call it in a pipeline."
    )


if __name__ == "__main__":
    sys.exit(main())
