"""Notebooks: their code as one text, and running the cells that a pipeline needs.

The text is that of src/syntax/notebook.ts; both are held to test/fixtures/notebooks. Lines of
functions, tracebacks and errors count in it.
"""

from __future__ import annotations

import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

# As in src/syntax/notebook.ts, whose `.` does not take these two separators either.
_MAGIC = re.compile("([ \t]*)(?:[%!?][^\u2028\u2029]*|[^\\s\ufeff'\"#()]+\\?[ \t]*)")
_CELL_MAGIC = re.compile("[\\s\ufeff]*%%")


class Notebook:
    """The code of an `.ipynb` file.

    Attributes:
        text: Its code cells one after the other, each ended by one line end.
        cells: First line of each code cell in the text, from 0, and its own text.
    """

    __slots__ = ("cells", "text")

    def __init__(self, cells: list[tuple[int, str]], text: str) -> None:
        self.cells = cells
        self.text = text


def is_notebook(file: str) -> bool:
    """Whether a file is a notebook, by its name."""
    return file.endswith(".ipynb")


def read_notebook(file: str) -> Notebook:
    """The code of a notebook file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no notebook.
    """
    with open(file, encoding="utf-8") as source:
        return joined(json.load(source))


def joined(notebook: Any) -> Notebook:
    """The code of a notebook as its JSON says it.

    What only IPython understands is replaced line by line: magics, shell and help lines by `pass`,
    cells that begin with `%%` or are in another language by nothing.

    Raises:
        ValueError: it is no notebook of version 4.
    """
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError("this is not a notebook of version 4: it has no list of cells")
    found = []
    text = ""
    line = 0
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        lines = _python_lines(cell)
        own = "\n".join(lines) + "\n"
        found.append((line, own))
        text += own
        line += len(lines)
    return Notebook(found, text)


def _python_lines(cell: dict) -> list[str]:
    source = cell.get("source")
    text = "".join(map(str, source)) if isinstance(source, list) else source
    text = text if isinstance(text, str) else ""
    lines = re.split("\r\n|\r|\n", text)
    if _language(cell) not in (None, "python") or _CELL_MAGIC.match(text):
        return [""] * len(lines)
    return [
        f"{magic[1]}pass" if (magic := _MAGIC.fullmatch(line)) is not None else line
        for line in lines
    ]


def _language(cell: dict) -> Any:
    """VS Code writes a cell's language where it is not the kernel's."""
    metadata = cell.get("metadata")
    editor = metadata.get("vscode") if isinstance(metadata, dict) else None
    return editor.get("languageId") if isinstance(editor, dict) else None


def lines_of_notebook(file: str) -> list[str]:
    """Lines of the text; none when the file is no notebook."""
    try:
        return read_notebook(file).text.split("\n")[:-1]
    except (OSError, ValueError):
        return []


def import_notebook(file: str, module: ModuleType, notebook: Notebook, names: list[str]) -> None:
    """Runs the cells that the names need in a module; lines are those of the joined text."""
    import linecache

    from .cells import reached_cells

    lines = notebook.text.splitlines(keepends=True)
    # without a time it is kept, whatever happens to the file
    linecache.cache[file] = (len(notebook.text), None, lines, file)
    module.__dict__.setdefault("display", print)
    module.__dict__.setdefault("get_ipython", lambda: None)
    for _, tree in reached_cells(notebook, names):
        exec(compile(tree, file, "exec", dont_inherit=True), module.__dict__)


def kernel_notebook(names: dict[str, Any]) -> str | None:
    """Real path of the notebook that a running kernel belongs to, where that is told.

    `names` are the kernel's own: VS Code writes `__vsc_ipynb_file__` there; Jupyter sets
    JPY_SESSION_NAME.
    """
    file = names.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
    if not isinstance(file, str) or not is_notebook(file) or not os.path.isfile(file):
        return None
    return os.path.realpath(file)


def cell_in_kernel(function: Any) -> tuple[str, int] | None:
    """File and line of a function that was defined in a cell of a running kernel.

    None when the path is not known, or the notebook as it is saved does not have the function as it
    was run.
    """
    import linecache

    file = kernel_notebook(function.__globals__)
    if file is None:
        return None
    code = function.__code__
    ran = [line.rstrip("\n") for line in linecache.getlines(code.co_filename)]
    start = code.co_firstlineno - 1
    block = _block(ran, start)
    saved = lines_of_notebook(file)
    places = [
        at for at in range(len(saved) - len(block) + 1) if saved[at : at + len(block)] == block
    ]
    if not block or len(places) != 1:
        return None
    head = next((at for at, line in enumerate(block) if _is_head(line)), 0)
    return file, places[0] + 1 + head


def _block(lines: list[str], start: int) -> list[str]:
    """The lines of a definition from its first decorator to the end of its body."""
    found: list[str] = []
    for line in lines[start:]:
        has_head = any(map(_is_head, found))
        if has_head and line.strip() and not line[0].isspace():
            break
        found.append(line)
    while found and not found[-1].strip():
        found.pop()
    return found


def _is_head(line: str) -> bool:
    return line.startswith(("def ", "async def "))
