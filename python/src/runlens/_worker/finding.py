"""Steps by the place of their source, for a process that has not composed the pipeline."""

from __future__ import annotations

import os
import sys

from .._authoring.compose import Invocation
from .._authoring.importable import restored
from .._authoring.outputs import Outputs
from .._source.signature import file_of, unwrap
from ..errors import RunlensError
from ..steps import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


class Finder:
    """Makes the invocation of a task by importing what its source names.

    Code at the top level of the module runs as in any import; calls of pipelines do not.
    """

    def __init__(self, root: str, entry: str) -> None:
        """`entry`: absolute path of the script that registered the run."""
        self._root = root
        self._entry = os.path.realpath(entry)

    def __call__(self, task: dict) -> Invocation:
        """The invocation.

        Raises:
            RunlensError: there is no such function (any more).
            BaseException: whatever the import raises, SystemExit included.
        """
        step = self._step(task)
        invocation = Invocation(step, task["stepId"], step.outputs())
        _check_outputs(invocation.outputs, task)
        for name, given in task["inputs"].items():
            if given["kind"] == "parameter":
                invocation.values[name] = restored(step, name, given["value"])
        return invocation

    def _step(self, task: dict) -> Step:
        source = task["source"]
        found = _member(self._module(source), source)
        function = found.entrypoint if isinstance(found, Step) else found
        place = os.path.join(self._root, source["file"])
        if file_of(unwrap(function)) != os.path.realpath(place):
            raise RunlensError(
                f"Step {task['stepId']} is in {source['file']}, but {source['module']} was "
                f"imported from {file_of(unwrap(function))}.",
                "step_elsewhere",
            )
        step = found if isinstance(found, Step) else Step(function, {})
        return _with_materializers(step, task["outputs"])

    def _module(self, source: dict) -> ModuleType:
        from .._process import mode

        known = sys.modules.get(source["module"])
        if known is not None:
            return known
        if os.path.realpath(os.path.join(self._root, source["file"])) == self._entry:
            from ..worker import import_script

            return import_script(self._entry)
        from importlib import import_module

        from .._source.modules import stale_modules
        from .pool import drop_users_modules

        before = {*sys.modules}
        while True:
            with mode.importing():
                module = import_module(source["module"])
            if not stale_modules(self._root):
                return module
            drop_users_modules(before)


def _member(module: ModuleType, source: dict) -> Any:
    found: Any = module
    for part in source["qualname"].split("."):
        found = getattr(found, part, None)
    if found is None:
        raise RunlensError(
            f"{source['module']} ({source['file']}) has no {source['qualname']} when it is "
            "imported. A step that is defined elsewhere than at the top of a module can only run "
            "in the process that defined it.",
            "step_not_importable",
        )
    return found


def _check_outputs(outputs: Outputs, task: dict) -> None:
    names = [one.name for one in outputs.items]
    wanted = [one["name"] for one in task["outputs"]]
    if names != wanted:
        raise RunlensError(
            f"Step {task['stepId']} has the outputs {', '.join(names) or 'none'} when it is "
            f"imported, but {', '.join(wanted) or 'none'} in the run.",
            "step_changed",
        )


def _with_materializers(step: Step, outputs: list[dict]) -> Step:
    chosen = {one["name"]: one["materializer"] for one in outputs if one.get("materializer")}
    if all(step.materializer_for(name) == wanted for name, wanted in chosen.items()):
        return step
    return step.with_options(merge=False, output_materializers=chosen)
