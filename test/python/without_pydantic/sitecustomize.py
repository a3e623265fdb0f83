"""With this folder on its path a process has no pydantic, as if that were not installed.

Python imports a module of this name when it starts. Who looks for pydantic is written to the file
that RUNLENS_TEST_LOOKUPS names: where nobody does, it makes no difference whether it is installed.
"""

import os
import sys
import traceback
from importlib.machinery import PathFinder


class Without(PathFinder):
    """The finder of what is installed, which does not see pydantic."""

    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname.partition(".")[0] not in ("pydantic", "pydantic_core"):
            return super().find_spec(fullname, path, target)
        if "RUNLENS_TEST_LOOKUPS" in os.environ:
            with open(os.environ["RUNLENS_TEST_LOOKUPS"], "a", encoding="utf-8") as file:
                file.write("".join(traceback.format_stack(limit=12)))
        return None


sys.meta_path[:] = [Without if one is PathFinder else one for one in sys.meta_path]
