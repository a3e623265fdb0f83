"""Run configurations: a YAML or JSON file with the options of a pipeline and of its steps."""

from __future__ import annotations

import os

from .._authoring.options import PIPELINE, PIPELINE_WITHOUT_EFFECT, checked, merged, nearest_of
from ..errors import RunlensError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

_NOTHING: dict[str, Any] = {}
_NOT_IN_FILES = ("dynamic", "depends_on")


class ConfigurationError(RunlensError, ValueError):
    """A run configuration cannot be read, or says what cannot be."""

    code = "configuration"


class RunConfiguration:
    """What a file (and with_options(steps=)) say: options of the pipeline and of single steps.

    Attributes:
        options: For the pipeline, by the names of `@pipeline`.
        origin: Where it is from, for messages.
    """

    def __init__(
        self, options: dict[str, Any], steps: dict[str, dict[str, Any]], origin: str
    ) -> None:
        self.options = options
        self.origin = origin
        self._steps = steps
        # a file's word for all steps comes before a step's decorator, as in ZenML
        cache = options.get("enable_cache")
        self._for_all = _NOTHING if cache is None else {"enable_cache": cache}

    def step(self, step_id: str) -> Mapping[str, Any]:
        """What it says of an invocation."""
        own = self._steps.get(step_id)
        return {**self._for_all, **own} if own else self._for_all

    def over(self, lower: RunConfiguration | None) -> RunConfiguration:
        """This one over another."""
        if lower is None:
            return self
        steps = dict(lower._steps)
        for step_id, options in self._steps.items():
            steps[step_id] = merged(steps.get(step_id, {}), options)
        return RunConfiguration(merged(lower.options, self.options), steps, self.origin)

    def check_steps(self, pipeline: str, known: Collection[str]) -> None:
        """Raises ConfigurationError for a step that the pipeline does not have."""
        for step_id in self._steps:
            if step_id not in known:
                near = nearest_of(step_id, known)
                hint = f" Did you mean {near!r}?" if near else ""
                raise ConfigurationError(
                    f"{self.origin} configures the step {step_id!r}, which pipeline {pipeline} "
                    f"does not have.{hint} Its steps are: {', '.join(known)}."
                )


def run_configuration(
    path: Any, steps: Mapping[str, Any] | None, below: RunConfiguration | None
) -> RunConfiguration:
    """A file's configuration, over `below`, with `steps` of the code over both.

    Raises:
        ConfigurationError: it cannot be read or says what cannot be.
    """
    made = below
    if path is not None:
        origin = os.fspath(path)
        made = _configuration(read_file(origin), origin).over(made)
    if steps is not None:
        made = _configuration({"steps": steps}, "with_options(steps=)").over(made)
    assert made is not None
    return made


def read_file(path: str) -> dict[str, Any]:
    """The file's content with `${VARIABLE}` replaced.

    Raises:
        ConfigurationError: it cannot be read, is no mapping, or a variable is not set.
    """
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise ConfigurationError(
            f"The configuration {path} cannot be read: {error.strerror} (working folder: "
            f"{os.getcwd()})."
        ) from None
    content = _parsed(text, path)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigurationError(
            f"The configuration {path} is a {type(content).__name__}; it must be a mapping such as "
            "`enable_cache: false`."
        )
    return with_environment(content, path)


def _parsed(text: str, path: str) -> Any:
    if path.endswith(".json"):
        import json

        try:
            return json.loads(text)
        except ValueError as error:
            raise ConfigurationError(f"The configuration {path} is no JSON: {error}.") from None
    try:
        import yaml
    except ImportError:
        from .yaml import YamlError, parse

        try:
            return parse(text)
        except YamlError as error:
            raise ConfigurationError(f"The configuration {path}, {error}.") from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"The configuration {path} is no YAML: {error}") from None


def with_environment(value: Any, origin: str) -> Any:
    """A value with every `${VARIABLE}` in its texts replaced by that environment variable.

    Raises:
        ConfigurationError: one is not set.
    """
    if isinstance(value, str) and "${" in value:
        return _substituted(value, origin)
    if isinstance(value, dict):
        return {
            with_environment(key, origin): with_environment(one, origin)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [with_environment(one, origin) for one in value]
    return value


def _substituted(text: str, origin: str) -> str:
    import re

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise ConfigurationError(
                f"{origin} has the placeholder ${{{name}}}, but the environment variable {name} "
                "is not set."
            )
        return os.environ[name]

    return re.sub(r"\$\{([A-Za-z0-9_]+)\}", replace, text)


def _configuration(content: Mapping[str, Any], origin: str) -> RunConfiguration:
    given = dict(content)
    steps = given.pop("steps", None) or {}
    if not isinstance(steps, dict):
        raise ConfigurationError(f"{origin}: `steps` must be a mapping by step.")
    options = _checked("pipeline", given, origin, origin)
    for name in _NOT_IN_FILES:
        options.pop(name, None)
    configured = {}
    for step_id, one in steps.items():
        if one is None:
            continue
        if not isinstance(one, dict):
            raise ConfigurationError(f"{origin}: `steps.{step_id}` must be a mapping.")
        configured[str(step_id)] = _step_options(dict(one), f"{origin}, steps.{step_id}", origin)
    return RunConfiguration(options, configured, origin)


def _step_options(given: dict[str, Any], where: str, origin: str) -> dict[str, Any]:
    outputs = given.pop("outputs", None) or {}
    options = _checked("step", given, where, origin)
    chosen = {}
    for output, facts in outputs.items():
        source = (facts or {}).get("materializer_source")
        if source is not None:
            chosen[output] = source
    if chosen:
        options["output_materializers"] = chosen
    return options


def _checked(kind: str, given: Mapping[str, Any], where: str, origin: str) -> dict[str, Any]:
    try:
        return checked(kind, given)
    except (TypeError, ValueError) as error:
        text = str(error).replace(f"@{kind} has no option", "there is no option")
        raise ConfigurationError(f"{where}: {text}") from None


def known_pipeline_options() -> tuple[str, ...]:
    """Options that a file may have at its top, those without effect at the end."""
    return tuple(one for one in PIPELINE if one not in _NOT_IN_FILES) + PIPELINE_WITHOUT_EFFECT
