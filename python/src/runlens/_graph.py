"""The graph and the registration as the server reads them (src/protocol/worker.ts)."""

from __future__ import annotations

import os
import sys

from ._compose import Composition, Invocation
from ._digest import captured_by
from ._modules import import_path, imported_modules, public_name, relative_file
from ._parameters import encode, is_path
from ._signature import file_of, line_of, unwrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def source_of(function: Callable, root: str) -> dict:
    """Where a function is written: file relative to the root, module, qualname, line of `def`."""
    inner = unwrap(function)
    return {
        "file": relative_file(root, file_of(inner)),
        "module": public_name(inner.__module__),
        "qualname": inner.__qualname__,
        "line": line_of(inner),
    }


def graph_of(composition: Composition, root: str) -> dict:
    """A composition as PipelineGraph."""
    pipeline = composition.pipeline
    steps = [
        _step(invocation, composition, root) for invocation in composition.invocations.values()
    ]
    return {
        "pipeline": pipeline.name,
        "source": source_of(pipeline.entrypoint, root),
        "parameters": {
            name: {
                "value": _parameter_value(value, f"Pipeline {pipeline.name}: parameter {name!r}"),
                "explicit": name in composition.explicit,
            }
            for name, value in composition.parameters.items()
        },
        "enableCache": any(step["options"]["enableCache"] for step in steps),
        "steps": steps,
    }


def _parameter_value(value: Any, where: str) -> Any:
    return os.fspath(value) if is_path(value) else encode(value, where)


def _step(invocation: Invocation, composition: Composition, root: str) -> dict:
    step = invocation.step
    return {
        "id": invocation.id,
        "step": step.name,
        "source": source_of(step.entrypoint, root),
        "inputs": invocation.inputs,
        "outputs": [_output(invocation, one) for one in invocation.outputs.items],
        "after": invocation.after,
        "options": {
            "enableCache": composition.pipeline.caches(step),
            "environment": {**composition.pipeline.environment, **step.environment},
            "retries": step.retry.max_retries,
        },
        "captured": captured_by(step.entrypoint),
    }


def _output(invocation: Invocation, output: Any) -> dict:
    described = {"name": output.name, "annotation": output.annotation}
    materializer = invocation.step.materializer_for(output.name)
    if materializer is not None:
        described["materializer"] = materializer
    return described


def worker_info(owned: bool) -> dict:
    """This process, as the server identifies it."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except (OSError, AttributeError):
        namespace = ""
    import socket

    return {
        "pid": os.getpid(),
        "hostname": socket.gethostname(),
        "pidNamespace": namespace,
        "owned": owned,
        "executable": sys.executable or "",
        "cwd": os.getcwd(),
        "user": user_name(),
    }


def user_name() -> str:
    """The user's login name, as MLflow records it."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if os.environ.get(variable):
            return os.environ[variable]
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "unknown"


def environment() -> dict:
    """For the record: Python, platform, command and versions of the imported packages."""
    packages = {}
    for name, module in list(sys.modules.items()):
        if "." in name or name.startswith("_"):
            continue
        version = getattr(module, "__version__", None)
        is_foreign = "site-packages" in (getattr(module, "__file__", None) or "")
        if isinstance(version, str) and is_foreign:
            packages[name] = version
    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        "platform": sys.platform,
        "command": sys.argv[:50] if hasattr(sys, "argv") else [],
        "packages": packages,
    }


def registration(
    composition: Composition,
    root: str,
    known: set[str],
    *,
    plan: dict | None = None,
    launch_id: str | None = None,
) -> dict:
    """The body of `/api/worker/register`; `known` collects the modules that were told."""
    body = {
        "worker": worker_info(owned=launch_id is not None),
        "graph": graph_of(composition, root),
        "plan": plan or {"target": "all"},
        "modules": imported_modules(root, known),
        "sysPath": import_path(root),
        "environment": environment(),
    }
    if launch_id is not None:
        body["launchId"] = launch_id
    return body
