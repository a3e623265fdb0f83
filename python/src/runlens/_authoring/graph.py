"""The graph and the registration as the server reads them (src/protocol/worker.ts)."""

from __future__ import annotations

import os
import sys

from .._data.digest import captured_by
from .._data.parameters import encode, is_path, shown
from .._source.modules import import_path, imported_modules, public_name, relative_file
from .._source.signature import file_of, line_of, unwrap
from .compose import Composition, Invocation
from .importable import step_is_importable, values_survive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .._values import ArtifactConfig
    from ..steps import Step
    from .outputs import OutputSpec


def source_of(function: Callable, root: str) -> dict:
    """Where a function is written: file relative to the root, module, qualname, line of `def`."""
    inner = unwrap(function)
    file, line = _place(inner)
    return {
        "file": relative_file(root, file),
        "module": public_name(inner.__module__),
        "qualname": inner.__qualname__,
        "line": line,
    }


def _place(function: Callable) -> tuple[str, int]:
    """File and line of `def`; of a kernel's cell those in the saved notebook, where it is there."""
    file = file_of(function)
    if "ipykernel" in sys.modules and not os.path.isfile(file):
        from .._source.notebook import cell_in_kernel

        found = cell_in_kernel(function)
        if found is not None:
            return found
    return file, line_of(function)


def graph_of(composition: Composition, root: str) -> dict:
    """A composition as PipelineGraph.

    Raises:
        StepInterfaceError: a name template or a cache policy cannot be filled in.
        ServerError, MaterializerError: an ExternalArtifact is not there or cannot be stored.
    """
    pipeline = composition.pipeline
    known: dict[int, dict] = {}
    steps = [
        invocation_of(invocation, composition, root, known)
        for invocation in composition.invocations.values()
    ]
    described = {
        "pipeline": pipeline.name,
        "source": source_of(pipeline.entrypoint, root),
        "parameters": {
            name: {
                "value": _parameter_value(value, f"Pipeline {pipeline.name}: parameter {name!r}"),
                **shown(value),
                "explicit": name in composition.explicit,
            }
            for name, value in composition.parameters.items()
        },
        "enableCache": any(step["options"]["enableCache"] for step in steps),
        "steps": steps,
    }
    if composition.is_dynamic:
        described["dynamic"] = True
        described["enableCache"] = composition.caches
    return _with_pipeline_options(described, composition)


def _parameter_value(value: Any, where: str) -> Any:
    return os.fspath(value) if is_path(value) else encode(value, where)


def _with_pipeline_options(described: dict, composition: Composition) -> dict:
    pipeline = composition.pipeline
    options = pipeline.options
    if pipeline.execution_mode is not None:
        described["executionMode"] = pipeline.execution_mode
    if options.get("tags"):
        from .._values import tag_names

        described["tags"] = tag_names(options["tags"])
    if options.get("extra"):
        described["extra"] = encode(options["extra"], f"Pipeline {pipeline.name}: extra")
    if options.get("model"):
        described["model"] = _model(options["model"], composition.substitutions({}))
    if composition.run_name is not None:
        described["runName"] = composition.run_name
    return described


def _model(given: Any, substitutions: dict[str, str]) -> dict:
    from .._values import model_of
    from .names import filled

    model = model_of(given)
    described = {"name": filled(model.name, substitutions)}
    if model.version is not None:
        version = str(getattr(model.version, "value", model.version))
        described["version"] = filled(version, substitutions)
    return described


def invocation_of(
    invocation: Invocation,
    composition: Composition,
    root: str,
    known: dict[int, dict] | None = None,
) -> dict:
    """An invocation as StepInvocation. `known` keeps what is the same for each call of a function.

    Raises:
        As `graph_of`.
    """
    step = invocation.step
    known = {} if known is None else known
    facts = known.get(id(step.entrypoint))
    if facts is None:
        facts = known[id(step.entrypoint)] = {
            "source": source_of(step.entrypoint, root),
            "captured": captured_by(step.entrypoint),
        }
    for name, external in invocation.external.items():
        invocation.inputs[name]["artifactVersionId"] = external.find(root)
    return {
        "id": invocation.id,
        "step": step.name,
        "source": facts["source"],
        "inputs": invocation.inputs,
        "outputs": [_output(invocation, one, composition) for one in invocation.outputs.items],
        "after": invocation.after,
        "options": _step_options(step, composition),
        "captured": facts["captured"],
        "importable": _is_importable(invocation, known),
    }


def _is_importable(invocation: Invocation, known: dict[int, dict]) -> bool:
    # steps are kept by the composition, so that their ids stay theirs
    step = invocation.step
    facts = known.setdefault(id(step), {"importable": step_is_importable(step)})
    return facts["importable"] and values_survive(invocation)


def _step_options(step: Step, composition: Composition) -> dict:
    options = step.options
    retry = step.retry
    described: dict[str, Any] = {
        "enableCache": composition.pipeline.caches(step),
        "environment": step.environment,
        "retries": retry.max_retries,
    }
    if retry.delay > 0:
        described["retryDelayMs"] = retry.delay * 1000
    if retry.backoff != 1:
        described["retryBackoff"] = retry.backoff
    if step.timeout is not None:
        described["timeoutMs"] = step.timeout * 1000
    if len(options) > 0:
        described.update(_rarer_options(step, composition))
    return described


def _rarer_options(step: Step, composition: Composition) -> dict:
    options = step.options
    described: dict[str, Any] = {}
    if step.secrets:
        described["secrets"] = step.secrets
    resources = step.resources
    if resources is not None and (hints := resources.describe()):
        described["resources"] = hints
    policy = step.cache_policy
    if policy is not None:
        from .._policy import describe

        if policy_facts := describe(policy, step):
            described["cachePolicy"] = policy_facts
    if options.get("tags"):
        from .._values import tag_names

        described["tags"] = tag_names(options["tags"])
    extra = {**(options.get("extra") or {}), **_step_type(options)}
    if extra:
        described["extra"] = encode(extra, f"Step {step.name}: extra")
    if options.get("group"):
        from .._values import group_name

        described["group"] = group_name(options["group"])
    if options.get("model"):
        own = options.get("substitutions") or {}
        described["model"] = _model(options["model"], composition.substitutions(own))
    return described


def _step_type(options: Mapping[str, Any]) -> dict[str, str]:
    given = options.get("step_type")
    return {} if given is None else {"step_type": str(getattr(given, "value", given))}


def _output(invocation: Invocation, output: OutputSpec, composition: Composition) -> dict:
    described = {"name": output.name, "annotation": output.annotation}
    materializer = invocation.step.materializer_for(output.name)
    if materializer is not None:
        described["materializer"] = materializer
        from ..materializers import source_digest

        digest = source_digest(materializer)
        if digest is not None:
            described["materializerDigest"] = digest
    if output.is_template:
        from .names import filled

        own = invocation.step.options.get("substitutions") or {}
        described["artifactName"] = filled(output.name, composition.substitutions(own))
    tags = list(composition.cascading_tags)
    if output.config is not None:
        described.update(_configured(output.config))
        tags = [*output.config.tags, *tags]
    if tags:
        described["tags"] = list(dict.fromkeys(tags))
    return described


def _configured(config: ArtifactConfig) -> dict:
    """What an ArtifactConfig says beyond the name."""
    described: dict[str, Any] = {}
    if config.version is not None:
        described["artifactVersion"] = config.version
    if config.run_metadata:
        described["metadata"] = encode(config.run_metadata, "ArtifactConfig(run_metadata=)")
    if config.artifact_type is not None:
        described["artifactType"] = config.artifact_type
    return described


def check_secrets(composition: Composition) -> None:
    """Raises SecretError when a step names a secret that has no value here."""
    names = dict.fromkeys(composition.pipeline.options.get("secrets") or ())
    for one in composition.invocations.values():
        names.update(dict.fromkeys(one.step.secrets))
    if names:
        from .secret_values import secret_environment

        secret_environment(names)


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
    """The body of `/api/worker/register`; `known` collects the modules that were told.

    Raises:
        SecretError: a step names a secret that has no value here.
        StepInterfaceError, ServerError, MaterializerError: as `graph_of`.
    """
    check_secrets(composition)
    body = {
        # helper processes of the run get the same environment as this one
        "worker": {**worker_info(owned=launch_id is not None), "variables": dict(os.environ)},
        "graph": graph_of(composition, root),
        "plan": plan or {"target": "all"},
        "modules": imported_modules(root, known),
        "sysPath": import_path(root),
        "environment": environment(),
    }
    if launch_id is not None:
        body["launchId"] = launch_id
    return body
