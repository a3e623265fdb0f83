"""`get_pipeline_context()`: what a pipeline function may know of its pipeline while it composes."""

from __future__ import annotations

from ..errors import CompositionError
from .compose import current_composition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Configuration:
    """The options of a step or pipeline as attributes; None for those that were not given."""

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self._options = dict(options)
        self.name = name

    def __getattr__(self, option: str) -> Any:
        from .options import PIPELINE, PIPELINE_WITHOUT_EFFECT, STEP, STEP_WITHOUT_EFFECT

        if option in self._options:
            return self._options[option]
        if option in (*STEP, *PIPELINE, *STEP_WITHOUT_EFFECT, *PIPELINE_WITHOUT_EFFECT):
            empty = ("parameters", "settings", "extra", "environment", "substitutions")
            return {} if option in empty else None
        raise AttributeError(f"there is no option {option!r}")

    def __repr__(self) -> str:
        return f"Configuration({self.name!r}, {self._options!r})"


class PipelineContext:
    """Facts of the pipeline that is being composed.

    Attributes:
        name: Its name.
        run_name: The name that its run is to have; None: the next number.
        enable_cache: What its options say; None when they do not.
        parameters: Effective values of its parameters.
        settings, extra, tags, substitutions: Its options.
        model: The `Model` that it works on, or None.
    """

    def __init__(self, composition: Any) -> None:
        from .._values import model_of

        pipeline = composition.pipeline
        options = pipeline.options
        self.name: str = pipeline.name
        self.run_name: str | None = composition.run_name
        self.enable_cache: bool | None = options.get("enable_cache")
        self.parameters: dict[str, Any] = dict(composition.parameters)
        self.settings: dict[str, Any] = dict(options.get("settings") or {})
        self.extra: dict[str, Any] = dict(options.get("extra") or {})
        self.tags: list[Any] = list(options.get("tags") or [])
        self.substitutions: dict[str, str] = composition.substitutions({})
        self.model = model_of(options.get("model"))

    def __repr__(self) -> str:
        return f"<context of pipeline {self.name}>"


def get_pipeline_context() -> PipelineContext:
    """The context of the pipeline whose function runs now.

    Raises:
        CompositionError (a RuntimeError): none does.
    """
    composition = current_composition()
    if composition is None:
        raise CompositionError(
            "get_pipeline_context() was called outside of a pipeline's function. Call it inside a "
            "function decorated with @pipeline; in a step use get_step_context().",
            "no_pipeline",
        )
    return PipelineContext(composition)
