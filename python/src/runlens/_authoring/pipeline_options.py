"""The options of a pipeline: of its decorator, a file and with_options; what steps inherit."""

from __future__ import annotations

from .options import INHERITED, checked, execution_mode, merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Self

    from .._configuration.config import RunConfiguration
    from ..steps import Step
    from .hooks import Hooks

_NOTHING: dict[str, Any] = {}
_RUN_OPTIONS = ("config_path", "steps", "step_configurations", "unlisted")


class PipelineOptions:
    """A pipeline's function with its options; each copy has layers of its own."""

    def _take(
        self,
        function: Callable,
        declared: dict[str, Any],
        chosen: dict[str, Any],
        file: RunConfiguration | None,
    ) -> None:
        """`declared`: of the decorator and configure; `chosen`: of with_options; `file`: YAML."""
        self.entrypoint = function
        self._declared = declared
        self._chosen = chosen
        self._file = file
        between = merged(declared, file.options) if file is not None else declared
        self.options: dict[str, Any] = merged(between, chosen)
        self.name: str = self.options.get("name") or function.__name__
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__
        self.__doc__ = function.__doc__
        self.step_defaults = self._defaults_for_steps()

    def _defaults_for_steps(self) -> dict[str, Any]:
        """What steps inherit. A dynamic pipeline calls its hooks itself, once a run."""
        return {
            name: self.options[name]
            for name in INHERITED
            if name in self.options and not (self.is_dynamic and name.startswith("on_"))
        }

    def with_options(self, *, merge: bool = True, **options: Any) -> Self:
        """A copy with other options (those of `@pipeline`) and those of one run.

        Args:
            merge: Whether dicts are merged and lists joined with what it has, or replace it.
            options: `enable_cache` wins over every decorator and file. `run_name`: name of the
                next run, may be a name template. `config_path`: a YAML or JSON file (docs:
                "Pipelines"), over which options given here win. `steps`: what such a file says
                under `steps`. `parameters`: values for parameters that a call does not pass.

        Raises:
            TypeError, ValueError: an option that does not exist or cannot be.
            ConfigurationError: the file cannot be read or says what cannot be.
        """
        given = checked("pipeline", options, _RUN_OPTIONS)
        path, steps = given.pop("config_path", None), given.pop("steps", None)
        steps = given.pop("step_configurations", steps)
        given.pop("unlisted", None)
        file = self._file
        if path is not None or steps is not None:
            from .._configuration.config import run_configuration

            file = run_configuration(path, steps, self._file)
        return self._copy(*_with(given, self._declared, self._chosen, merge), file)

    def configure(self, *, merge: bool = True, **options: Any) -> Self:
        """As if the decorator had said so: changes this pipeline and answers it."""
        given = checked("pipeline", options)
        declared = merged(self._declared, given) if merge else {**self._declared, **given}
        self._take(self.entrypoint, declared, self._chosen, self._file)
        return self

    def copy(self) -> Self:
        """An equal pipeline that can be configured without changing this one."""
        return self._copy(self._declared, self._chosen, self._file)

    def _copy(self, declared: dict, chosen: dict, file: RunConfiguration | None) -> Self:
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy._take(self.entrypoint, declared, chosen, file)
        return copy

    @property
    def is_dynamic(self) -> bool:
        """Whether its steps run when they are called, so that `if` and `for` can use results."""
        return bool(self.options.get("dynamic"))

    @property
    def configuration(self) -> Any:
        """The options as attributes; None for those that were not given."""
        from .pipeline_context import Configuration

        return Configuration(self.name, self.options)

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables for all its steps."""
        given = self.options.get("environment") or {}
        return {str(name): str(value) for name, value in given.items()}

    @property
    def hooks(self) -> Hooks:
        """Its own hooks: of a dynamic pipeline called once a run, else defaults of its steps."""
        from .hooks import hooks_in

        return hooks_in(self.options)

    @property
    def execution_mode(self) -> str | None:
        """What a failed step means for the others; None: the default."""
        given = self.options.get("execution_mode")
        return None if given is None else execution_mode(given)

    def step_configuration(self, step_id: str) -> Mapping[str, Any]:
        """What a file or with_options(steps=) say of an invocation."""
        if self._file is None:
            return _NOTHING
        return self._file.step(step_id)

    def caches(self, step: Step) -> bool:
        """Whether a step of this pipeline may use the cache.

        with_options of the pipeline, else the step, else the pipeline's decorator, else yes. A
        file's word for all steps comes before the step's decorator (`RunConfiguration.step`).
        """
        for choice in (
            self._chosen.get("enable_cache"),
            step.enable_cache,
            self.options.get("enable_cache"),
        ):
            if choice is not None:
                return bool(choice)
        return True


def _with(given: dict, declared: dict, chosen: dict, merge: bool) -> tuple[dict, dict]:
    """The two layers of options of a copy."""
    if merge:
        return declared, merged(chosen, given)
    return {k: v for k, v in declared.items() if k not in given}, {**chosen, **given}
