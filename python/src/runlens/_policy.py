"""`CachePolicy`: what the cache key of a step takes in, beyond and instead of the default."""

from __future__ import annotations

import os
import sys

from ._authoring.options import keywords
from .errors import StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .steps import Step

_DEFAULTS: dict[str, Any] = {
    "include_step_code": True,
    "include_step_parameters": True,
    "include_artifact_values": True,
    "include_artifact_ids": True,
    "ignored_inputs": None,
    "file_dependencies": None,
    "source_dependencies": None,
    "cache_func": None,
    "environment": None,
    "packages": False,
    "expires_after": None,
}


class CachePolicy:
    """What the cache key of a step takes in. Without one: code, parameters and inputs by content.

    Args:
        include_step_code: False: edits of the step and of what it reaches do not count.
        include_step_parameters: False: parameters do not count.
        include_artifact_values: With `include_artifact_ids` False, too, inputs that are artifacts
            do not count. Runlens always compares them by content, so one of the two is enough.
        include_artifact_ids: See there.
        ignored_inputs: Names of inputs and parameters that do not count.
        file_dependencies: Files that count by content: paths or globs below the root.
        source_dependencies: Functions, classes or modules (or their dotted paths) that count by
            their code although the step's code does not name them.
        cache_func: Function without parameters; the text that it answers counts.
        environment: Names of environment variables that count by value.
        packages: True: versions of Python and of the packages that the step's module and the
            modules of the workspace that it imports use; or a list of packages.
        expires_after: A result older than this is not used: seconds, or a timedelta.

    Raises:
        TypeError: an unknown setting, or one of a wrong type.
        ValueError: a file outside of the root, or an age that is not above 0.
    """

    def __init__(self, **settings: Any) -> None:
        for name, value in keywords("CachePolicy", settings, _DEFAULTS).items():
            setattr(self, name, value)
        self._check()

    include_step_code: bool
    include_step_parameters: bool
    include_artifact_values: bool
    include_artifact_ids: bool
    ignored_inputs: Sequence[str] | None
    file_dependencies: Sequence[str] | None
    source_dependencies: Sequence[Any] | None
    cache_func: Callable[[], str] | str | None
    environment: Sequence[str] | None
    packages: bool | Sequence[str]
    expires_after: Any

    @classmethod
    def default(cls) -> CachePolicy:
        """The policy of steps that have none."""
        return cls()

    @classmethod
    def from_string(cls, name: str) -> CachePolicy:
        """The policy of a name; `default` is the only one.

        Raises:
            ValueError: another name.
        """
        if name.lower() != "default":
            raise ValueError(f"There is no cache policy {name!r}; the only name is 'default'.")
        return cls()

    def __repr__(self) -> str:
        given = {name: value for name, value in vars(self).items() if value != _DEFAULTS[name]}
        return f"CachePolicy({', '.join(f'{name}={value!r}' for name, value in given.items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CachePolicy) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def _check(self) -> None:
        for name in ("ignored_inputs", "file_dependencies", "source_dependencies", "environment"):
            value = getattr(self, name)
            if isinstance(value, str):
                raise TypeError(f"CachePolicy({name}=) takes a list, not {value!r}")
        for path in self.file_dependencies or ():
            _check_inside(os.fspath(path))
        function = self.cache_func
        if not (function is None or callable(function) or isinstance(function, str)):
            raise TypeError(f"CachePolicy(cache_func=) takes a function, not {function!r}")
        if self.expires_after is not None and _milliseconds(self.expires_after) <= 0:
            raise ValueError("CachePolicy(expires_after=) takes seconds above 0.")


def _check_inside(path: str) -> None:
    parts = path.replace("\\", "/").split("/")
    if os.path.isabs(path) or ".." in parts or not path:
        raise ValueError(
            f"CachePolicy(file_dependencies=) takes files below the root, not {path!r}. Write the "
            "path relative to the root; pass other files as a Path parameter."
        )


def _milliseconds(age: Any) -> float:
    seconds = age.total_seconds() if hasattr(age, "total_seconds") else float(age)
    return seconds * 1000


def policy_of(value: Any) -> CachePolicy:
    """A policy given as itself, by its name or as a dict of its settings.

    Raises:
        TypeError, ValueError: it is none of these.
    """
    if isinstance(value, CachePolicy):
        return value
    if isinstance(value, str):
        return CachePolicy.from_string(value)
    if isinstance(value, dict):
        return CachePolicy(**value)
    raise TypeError(f"cache_policy= takes a CachePolicy or 'default', not {value!r}")


def describe(policy: CachePolicy, step: Step) -> dict:
    """A policy as the graph has it (CachePolicy of src/domain/pipeline.ts); {} for the default.

    Raises:
        StepInterfaceError: `cache_func` failed, an ignored input does not exist, or a source does
            not.
    """
    described: dict[str, Any] = {}
    if not policy.include_step_code:
        described["code"] = False
    if not policy.include_step_parameters:
        described["parameters"] = False
    if not policy.include_artifact_values and not policy.include_artifact_ids:
        described["inputs"] = False
    if policy.ignored_inputs:
        described["ignored"] = _ignored(policy.ignored_inputs, step)
    if policy.file_dependencies:
        described["files"] = [_slashes(os.fspath(one)) for one in policy.file_dependencies]
    if policy.source_dependencies:
        described["sources"] = [_source(one, step) for one in policy.source_dependencies]
    if policy.cache_func is not None:
        described["custom"] = _custom(policy.cache_func, step)
    if policy.environment:
        described["environment"] = {name: _variable(name) for name in policy.environment}
    if policy.packages:
        described["packages"] = True
        described["versions"] = versions_for(step.entrypoint, policy.packages)
    if policy.expires_after is not None:
        described["expiresAfterMs"] = _milliseconds(policy.expires_after)
    return described


def _slashes(path: str) -> str:
    normal = os.path.normpath(path).replace(os.sep, "/")
    return f"{normal}/" if path.endswith("/") else normal


def _ignored(names: Sequence[str], step: Step) -> list[str]:
    known = [one.name for one in step.parameters()]
    for name in names:
        if name not in known:
            raise StepInterfaceError(
                f"Step {step.name}: its cache policy ignores the input {name!r}, which it does not "
                f"have. Its inputs are: {', '.join(known) or 'none'}.",
                "cache_policy",
            )
    return list(names)


def _source(source: Any, step: Step) -> str:
    from ._source.modules import public_name

    if isinstance(source, str):
        return source.replace(":", ".")
    if type(source).__name__ == "module":
        return public_name(source.__name__)
    inner = getattr(source, "entrypoint", source)
    name = getattr(inner, "__qualname__", None)
    if name is None or "<" in name:
        raise StepInterfaceError(
            f"Step {step.name}: the cache policy's source {source!r} is no function, class or "
            "module that can be found by its name.",
            "cache_policy",
        )
    return f"{public_name(inner.__module__)}.{name}"


def _variable(name: str) -> str | None:
    # values may be secrets: only their digest leaves the process
    value = os.environ.get(name)
    if value is None:
        return None
    import hashlib

    return hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()


def _custom(function: Any, step: Step) -> str:
    from ._authoring.hooks import resolved_hook

    try:
        return str(resolved_hook(function)())
    except Exception as error:
        raise StepInterfaceError(
            f"Step {step.name}: the cache policy's cache_func failed: {type(error).__name__}: "
            f"{error}",
            "cache_policy",
        ) from error


def versions_for(function: Any, packages: Any) -> dict[str, str]:
    """Versions by package, `python` among them.

    With True: the packages whose modules, functions or classes are bound in the module of the
    function and in the modules of the workspace that this one has from others. They are found by
    the names in these modules, so every process comes to the same.
    """
    names = _packages_of(function) if packages is True else sorted(packages)
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in names:
        version = _version(name)
        if version is not None:
            found[name] = version
        elif packages is not True:
            found[name] = "not installed"
    return found


def _packages_of(function: Any) -> list[str]:
    from ._source.root import is_installed
    from ._source.signature import unwrap

    packages, seen, pending = set(), set(), [unwrap(function).__module__]
    while pending:
        name = pending.pop()
        module = sys.modules.get(name)
        if name in seen or module is None:
            continue
        seen.add(name)
        file = getattr(module, "__file__", None)
        if file is not None and is_installed(os.path.realpath(file)):
            packages.add(name.partition(".")[0])
        elif file is not None and not _is_standard(name):
            pending.extend(_modules_named_in(module))
    return sorted(packages - {"runlens"})


def _is_standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


def _modules_named_in(module: Any) -> list[str]:
    names = []
    for value in list(vars(module).values()):
        is_module = type(value).__name__ == "module"
        name = value.__name__ if is_module else getattr(value, "__module__", None)
        if isinstance(name, str):
            names.append(name)
    return names


def _version(package: str) -> str | None:
    version = getattr(sys.modules.get(package), "__version__", None)
    if isinstance(version, str):
        return version
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed(package)
    except PackageNotFoundError:
        return None
