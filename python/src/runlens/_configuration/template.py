"""Writes a run configuration with everything that a pipeline can be configured with."""

from __future__ import annotations

import os

from .._authoring.options import execution_mode
from ..errors import RunlensError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._authoring.compose import Composition
    from ..pipelines import Pipeline
    from ..steps import Step


def write_template(pipeline: Pipeline, path: Any) -> None:
    """Writes the template; what is set now is there, what is not is a comment.

    Raises:
        OSError: it cannot be written.
    """
    text = template_of(pipeline)
    with open(os.fspath(path), "w", encoding="utf-8") as file:
        file.write(text)


def template_of(pipeline: Pipeline) -> str:
    """The text of the template; it can be used as it is and then changes nothing."""
    composition, problem = _composed(pipeline)
    lines = [
        f"# Run configuration of the pipeline {pipeline.name}. Lines that are comments show what",
        "# could be set. ${NAME} is replaced by that environment variable.",
        *_pipeline_lines(pipeline),
        *_parameter_lines(pipeline),
    ]
    if composition is None:
        lines.append(f"# steps: not known, because the pipeline cannot be composed: {problem}")
    else:
        lines.append("steps:")
        for invocation in composition.invocations.values():
            lines.extend(_step_lines(invocation.id, invocation.step, composition))
    return "\n".join(lines) + "\n"


def _composed(pipeline: Pipeline) -> tuple[Composition | None, str]:
    if pipeline.is_dynamic:
        return None, "it is dynamic"
    try:
        return pipeline.compose((), {}), ""
    except (RunlensError, TypeError) as error:
        return None, str(error).splitlines()[0]


def _pipeline_lines(pipeline: Pipeline) -> list[str]:
    options = pipeline.options
    return [
        _line("run_name", options.get("run_name"), f"{pipeline.name}_{{date}}_{{time}}"),
        _line("enable_cache", options.get("enable_cache"), True),
        _line(
            "execution_mode",
            pipeline.execution_mode,
            execution_mode("continue-on-failure"),
        ),
        *_shared_lines(options, ""),
    ]


def _shared_lines(options: dict[str, Any], indent: str) -> list[str]:
    from .._values import model_of, resources_of, tag_names

    retry = options.get("retry")
    resources = resources_of(options)
    model = model_of(options.get("model"))
    return [
        _line("tags", tag_names(options.get("tags")) or None, ["example"], indent),
        _line("environment", options.get("environment"), {"NAME": "value"}, indent),
        _line("secrets", options.get("secrets"), ["API_KEY"], indent),
        _line(
            "retry",
            None if retry is None else _retry(retry),
            {"max_retries": 3, "delay": 10, "backoff": 2},
            indent,
        ),
        _line(
            "settings",
            None if resources is None else {"resources": resources.as_dict()},
            {"resources": {"cpu_count": 2, "memory": "2GB"}},
            indent,
        ),
        _line("substitutions", options.get("substitutions"), {"name": "value"}, indent),
        _line(
            "model",
            None if model is None else {"name": model.name, "version": model.version},
            {"name": "classifier"},
            indent,
        ),
        _line("extra", options.get("extra"), {"key": "value"}, indent),
    ]


def _retry(given: Any) -> dict[str, Any]:
    from ..steps import retry_config

    retry = retry_config(given)
    return {"max_retries": retry.max_retries, "delay": retry.delay, "backoff": retry.backoff}


def _parameter_lines(pipeline: Pipeline) -> list[str]:
    from .._source.signature import MISSING, hints_of, parameters_of, text_of_hint

    parameters = parameters_of(pipeline.entrypoint)
    if not parameters:
        return []
    hints = hints_of(pipeline.entrypoint)
    configured = pipeline.options.get("parameters") or {}
    lines = ["parameters:" if configured else "# parameters:"]
    for one in parameters:
        sample = text_of_hint(hints[one.name]) if one.name in hints else "any"
        default = sample if one.default is MISSING else one.default
        lines.append(_line(one.name, configured.get(one.name), default, "  "))
    return lines


def _step_lines(step_id: str, step: Step, composition: Composition) -> list[str]:
    options = step.options
    inputs = composition.invocations[step_id].inputs
    lines = [
        f"  {_text(step_id)}:",
        _line("enable_cache", options.get("enable_cache"), True, "    "),
        _line("timeout", step.timeout, 600, "    "),
        *_shared_lines(options, "    "),
    ]
    values = {name: one["value"] for name, one in inputs.items() if one["kind"] == "parameter"}
    if values:
        lines.append("    # parameters:")
        lines.extend(_line(name, None, value, "      ") for name, value in values.items())
    return lines


def _line(name: str, value: Any, example: Any, indent: str = "") -> str:
    """`name: value`; as a comment with an example when there is no value."""
    if value is None:
        return f"{indent}# {_text(name)}: {_flow(example)}"
    return f"{indent}{_text(name)}: {_flow(value)}"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple, set)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value)
    return _text(str(getattr(value, "value", value)))


def _number(value: float) -> str:
    text = repr(value)
    if text in ("inf", "-inf", "nan"):
        return text.replace("inf", ".inf").replace("nan", ".nan")
    # YAML takes an exponent for a number only behind a point
    mantissa, sign, exponent = text.partition("e")
    if not sign:
        return text
    point = mantissa if "." in mantissa else f"{mantissa}.0"
    return f"{point}e{exponent}" if exponent[0] in "+-" else f"{point}e+{exponent}"


def _text(text: str) -> str:
    """A text without quotes where it means itself, else in double quotes."""
    from .yaml import YamlError, parse

    is_plain = bool(text) and all(sign.isalnum() or sign in "_-./" for sign in text)
    try:
        if is_plain and not text.startswith("-") and parse(text) == text:
            return text
    except YamlError:
        return _quoted(text)
    return _quoted(text)


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
