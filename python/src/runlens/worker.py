"""`python -m runlens.worker`: runs a pipeline, or one step of it, for a launch from the editor.

Reads one WorkerStart (src/protocol/worker.ts) as JSON from stdin, imports the user's file as a
module, composes the pipeline and works until the run is over. Exit code 0: it finished.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ._compose import Composition
    from ._server import Server
    from .pipelines import Pipeline


def main() -> int:
    """Runs the launch that stdin describes; answers the exit code."""
    import json

    start = json.loads(sys.stdin.buffer.read())
    _use_standard_input_of_nobody()
    from ._server import use_server

    server = use_server(start["root"], start["server"]["url"], start["server"]["token"])
    try:
        composition = _compose(start)
    except BaseException as error:
        return _report_failure(server, start, error)
    server.call("POST", "/api/worker/composed", {"launchId": start["launchId"]})
    return _work(server, start, composition)


def _use_standard_input_of_nobody() -> None:
    """A step that reads stdin gets its end instead of waiting for a terminal that is not there."""
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115


def _report_failure(server: Server, start: dict, error: BaseException) -> int:
    import traceback

    from ._failure import step_error

    traceback.print_exception(type(error), error, error.__traceback__)
    body = {"launchId": start["launchId"], "error": step_error(error, start["root"])}
    server.call("POST", "/api/worker/composed", body)
    return 1


def _work(server: Server, start: dict, composition: Composition) -> int:
    from ._run import Worker
    from .errors import PipelineCancelled

    worker = Worker(
        server,
        composition,
        plan=start["plan"],
        launch_id=start["launchId"],
        parameters=start.get("parameters"),
    )
    port = start.get("debugPort")
    try:
        worker.work(before_steps=(lambda: _wait_for_debugger(port)) if port else None)
    except (PipelineCancelled, KeyboardInterrupt):
        return 1
    except BaseException:
        import traceback

        # a step's failure has been reported; here it is for whoever reads the worker's output
        traceback.print_exc()
        return 1
    return 0


def _wait_for_debugger(port: int) -> None:
    import debugpy

    debugpy.listen(("127.0.0.1", port))
    debugpy.wait_for_client()


def _compose(start: dict) -> Composition:
    module = import_script(start["file"])
    found = pipelines_in(module)
    chosen = start.get("pipeline")
    target = start["plan"].get("target", "all")
    step = None if target == "all" else target["step"]
    if start.get("debugPort"):
        _check_debugger()
    return choose(found, chosen, step, start["file"], start.get("parameters") or {})


def _check_debugger() -> None:
    from .errors import RunlensError

    try:
        import debugpy  # noqa: F401
    except ImportError:
        raise RunlensError(
            f"Debugging needs the package debugpy in {sys.executable}. Install it with "
            f"`{sys.executable} -m pip install debugpy`.",
            "no_debugpy",
        ) from None


def import_script(file: str) -> ModuleType:
    """Imports a file as `python file` would find its neighbours, but not as `__main__`.

    Its folder is the first of sys.path. Calls of pipelines at top level are recorded only.
    """
    import importlib.util

    from . import _mode, _modules
    from ._pickling import set_entry_module

    path = os.path.realpath(file)
    name = os.path.splitext(os.path.basename(path))[0]
    if getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, os.path.dirname(path))
    else:
        # `python -m` put the working folder first
        sys.path[0] = os.path.dirname(path)
    sys.argv = [path]
    with open(path, "rb") as source:
        text = source.read()
    _modules.remember(path, text)
    set_entry_module(name)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with _mode.importing() as calls:
        exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)
        if calls:
            print(
                f"{os.path.basename(path)} calls {', '.join(dict.fromkeys(calls))} at top level; "
                "the call was not executed while the file was imported. Put it under "
                "`if __name__ == '__main__':`.",
                file=sys.stderr,
            )
    return module


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
