"""The options of `@step` and `@pipeline`: which there are, what they may be, and how they merge."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

_HOOKS = ("on_start", "on_end", "on_success", "on_failure")
# options that a pipeline hands down to its steps as defaults
INHERITED = (
    "cache_policy",
    "environment",
    "secrets",
    *_HOOKS,
    "retry",
    "settings",
    "model",
)
STEP = (
    "name",
    "enable_cache",
    "cache_policy",
    "output_materializers",
    "environment",
    "secrets",
    *_HOOKS,
    "retry",
    "retries",
    "timeout",
    "settings",
    "resources",
    "substitutions",
    "tags",
    "model",
    "extra",
    "group",
    "step_type",
    "parameters",
)
PIPELINE = (
    "name",
    "dynamic",
    "depends_on",
    "enable_cache",
    "cache_policy",
    "environment",
    "secrets",
    *_HOOKS,
    "retry",
    "settings",
    "substitutions",
    "tags",
    "model",
    "extra",
    "execution_mode",
    "parameters",
    "run_name",
)
# ZenML's options that only mean something on remote stacks, in deployments or in its dashboard
STEP_WITHOUT_EFFECT = (
    "experiment_tracker",
    "step_operator",
    "runtime",
    "heartbeat_healthy_threshold",
    "enable_artifact_metadata",
    "enable_artifact_visualization",
    "enable_step_logs",
)
PIPELINE_WITHOUT_EFFECT = (
    "schedule",
    "build",
    "on_pause",
    "on_resume",
    "on_init",
    "on_init_kwargs",
    "on_cleanup",
    "enable_heartbeat",
    "enable_artifact_metadata",
    "enable_artifact_visualization",
    "enable_step_logs",
    "enable_pipeline_logs",
)
_ALIASES = {
    "name_subs": "substitutions",
    "extra_name_placeholders": "substitutions",
    "start_hook_source": "on_start",
    "end_hook_source": "on_end",
    "success_hook_source": "on_success",
    "failure_hook_source": "on_failure",
    "init_hook_source": "on_init",
    "init_hook_kwargs": "on_init_kwargs",
    "cleanup_hook_source": "on_cleanup",
}


def checked(kind: str, options: Mapping[str, Any], more: tuple[str, ...] = ()) -> dict[str, Any]:
    """The options with current names, without those that are None.

    `kind` is `step` or `pipeline`; `more` are names that are also fine in this place.

    Raises:
        TypeError: an option that does not exist (names the nearest), or a value of a wrong type.
        ValueError: a value that cannot be.
    """
    known = (STEP if kind == "step" else PIPELINE) + more
    ignored = STEP_WITHOUT_EFFECT if kind == "step" else PIPELINE_WITHOUT_EFFECT
    given = {}
    for name, value in options.items():
        name = _ALIASES.get(name, name)
        if name not in known and name not in ignored:
            raise TypeError(_unknown(f"@{kind} has no option", name, known + ignored, known))
        if value is None:
            continue
        check = _CHECKS.get(name)
        if check is not None:
            check(name, value)
        given[name] = value
    return given


def _unknown(
    what: str, name: str, candidates: Iterable[str], listed: Iterable[str], its: str = "options"
) -> str:
    nearest = nearest_of(name, candidates)
    hint = f"; did you mean {nearest!r}? Its" if nearest else "; its"
    return f"{what} {name!r}{hint} {its} are: {', '.join(listed)}"


def nearest_of(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that is most like a mistyped name, if any is."""
    from difflib import get_close_matches

    found = get_close_matches(name, list(candidates), n=1, cutoff=0.5)
    return found[0] if found else None


def keywords(owner: str, given: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments of a class of settings, with defaults for those not given.

    Raises:
        TypeError: one is unknown; names the nearest.
    """
    for name in given:
        if name not in known:
            raise TypeError(_unknown(f"{owner} has no", name, known, known, "settings"))
    return {**known, **given}


def _of(*kinds: type) -> Callable[[str, Any], None]:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, kinds):
            expected = " or ".join(kind.__name__ for kind in kinds)
            raise TypeError(f"{name}= takes {expected}, not {value!r}")

    return check


def _mapping(name: str, value: Any) -> None:
    if not hasattr(value, "keys") or not hasattr(value, "__getitem__"):
        raise TypeError(f"{name}= takes a dict, not {value!r}")


def _names(name: str, value: Any) -> None:
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise TypeError(f"{name}= takes a list of names, not {value!r}")


def _hook(name: str, value: Any) -> None:
    from .hooks import check_hook

    check_hook(name, value)


def _seconds(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
        raise ValueError(f"{name}= takes seconds above 0, not {value!r}")


def _count(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name}= takes a number from 0, not {value!r}")


def _retry(name: str, value: Any) -> None:
    from ..steps import retry_config

    retry_config(value)


def _policy(name: str, value: Any) -> None:
    from .._policy import policy_of

    policy_of(value)


def _mode(name: str, value: Any) -> None:
    execution_mode(value)


_CHECKS: dict[str, Callable[[str, Any], None]] = {
    "name": _of(str),
    "run_name": _of(str),
    "enable_cache": _of(bool),
    "dynamic": _of(bool),
    "environment": _mapping,
    "substitutions": _mapping,
    "settings": _mapping,
    "extra": _mapping,
    "parameters": _mapping,
    "secrets": _names,
    "tags": _names,
    "timeout": _seconds,
    "retries": _count,
    "retry": _retry,
    "cache_policy": _policy,
    "execution_mode": _mode,
    **dict.fromkeys(_HOOKS, _hook),
}

_MODES = ("continue-on-failure", "stop-on-failure", "fail-fast")


def execution_mode(value: Any) -> str:
    """An execution mode by our name; ZenML's (`FAIL_FAST`, `fail_fast`, the enum) are read, too.

    Raises:
        ValueError: there is none of this name.
    """
    name = str(getattr(value, "value", value)).lower().replace("_", "-")
    if name not in _MODES:
        raise ValueError(f"There is no execution mode {value!r}; there are: {', '.join(_MODES)}.")
    return name


def merged(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Two layers of options: dicts are merged, lists joined, else the upper wins where it says."""
    result = dict(lower)
    for name, value in upper.items():
        if value is None:
            continue
        result[name] = _merged_value(name, result.get(name), value)
    return result


def _merged_value(name: str, below: Any, value: Any) -> Any:
    if below is None:
        return value
    if name in ("secrets", "tags"):
        return [*below, *(one for one in value if one not in below)]
    if name in ("environment", "substitutions", "settings", "extra", "parameters"):
        return _deep(below, value)
    if name == "output_materializers" and isinstance(below, dict) and isinstance(value, dict):
        return {**below, **value}
    return value


def _deep(below: Any, value: Any) -> Any:
    below, value = _plain(below), _plain(value)
    if not isinstance(below, dict) or not isinstance(value, dict):
        return value
    result = dict(below)
    for key, one in value.items():
        result[key] = _deep(result[key], one) if key in result else one
    return result


def _plain(value: Any) -> Any:
    """Settings as a dict of what they say, so that two of them merge."""
    as_dict = getattr(value, "as_dict", None)
    if as_dict is not None:
        return as_dict()
    return dict(value) if hasattr(value, "keys") and not isinstance(value, dict) else value


_told: set[str] = set()


def tell_without_effect(options: Iterable[tuple[str, Mapping[str, Any], bool]]) -> None:
    """Warns once per process and option about those that change nothing here.

    Each entry: the label of its owner, its options, whether it is a pipeline.
    """
    found: dict[str, list[str]] = {}
    for owner, given, is_pipeline in options:
        for name in _without_effect(given, is_pipeline):
            if name not in _told:
                found.setdefault(name, []).append(owner)
    if not found:
        return
    _told.update(found)
    import warnings

    listed = ", ".join(
        f"{name} ({', '.join(dict.fromkeys(owners))})" for name, owners in found.items()
    )
    warnings.warn(
        f"These options are accepted for ZenML's sake and have no effect here: {listed}.",
        stacklevel=4,
    )


def _without_effect(given: Mapping[str, Any], is_pipeline: bool) -> list[str]:
    names = []
    for name in PIPELINE_WITHOUT_EFFECT if is_pipeline else STEP_WITHOUT_EFFECT:
        value = given.get(name)
        # what is on here anyway, or off there, need not be mentioned
        if value is None or (value is True and name.startswith("enable_")):
            continue
        if value is False and not name.startswith("enable_"):
            continue
        names.append(name)
    settings = given.get("settings") or {}
    names.extend(f"settings.{key}" for key in settings if key != "resources")
    return names
