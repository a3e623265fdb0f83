"""Workspaces, scripts and the real server for the tests; nothing is left running."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SDK = REPOSITORY / "python" / "src"
WITHOUT_PYDANTIC = Path(__file__).parent / "without_pydantic"
sys.path.insert(0, str(SDK))


# These take long with few tests. Begun last, they would keep one process busy alone.
LONG = (
    "test_kill_steps",
    "test_kill",
    "test_step_runtime",
    "test_logs",
    "test_pool",
    "test_cases_materializers",
    "test_dynamic",
    "test_artifacts",
)


def pytest_collection_modifyitems(items):
    """The long files first, the others as they are."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def server_js(tmp_path_factory) -> Path:
    """The server to test against: RUNLENS_SERVER, else dist/server.js, else built now."""
    given = os.environ.get("RUNLENS_SERVER")
    built = Path(given) if given else REPOSITORY / "dist" / "server.js"
    if built.is_file():
        return built
    subprocess.run(["node", REPOSITORY / "scripts" / "build.mjs"], cwd=REPOSITORY, check=True)
    return built


class Workspace:
    """A folder that is a root, with a state folder of its own, in which scripts are run."""

    def __init__(self, folder: Path, state: Path, server_js: Path):
        self.folder = folder
        self.state = state
        self.env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MLFLOW_", "RUNLENS_", "PYTHONDONTWRITEBYTECODE"))
        }
        self.env |= {
            "RUNLENS_STATE_DIR": str(state),
            "RUNLENS_SERVER": str(server_js),
            "PYTHONPATH": str(SDK),
            "NO_COLOR": "1",
            "LOGNAME": "anna",
        }
        (folder / ".runlens").mkdir(parents=True)

    def write(self, name: str, text: str) -> Path:
        """Writes a source file; the text may be indented."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    def edit(self, name: str, old: str, new: str) -> None:
        """Replaces text in a file, which must be there."""
        file = self.folder / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def start(self, script: str, *args: str, **env: str) -> subprocess.Popen:
        """Starts a script and does not wait."""
        return subprocess.Popen(
            [sys.executable, script, *args],
            cwd=self.folder,
            env={**self.env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, script: str, *args: str, code: int = 0, **env: str) -> str:
        """Runs a script to its end and answers what it printed."""
        process = self.start(script, *args, **env)
        try:
            out, err = process.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"{script} did not end:\n{out}\n{err}") from None
        assert process.returncode == code, f"exit code {process.returncode}\n{out}\n{err}"
        return out + err

    def states(self, script: str, *args: str, **env: str) -> dict[str, str]:
        """Runs a script and answers the state of each step from the last table."""
        return {name: row["state"] for name, row in self.rows(script, *args, **env).items()}

    def rows(self, script: str, *args: str, **env: str) -> dict[str, dict[str, str]]:
        """Runs a script and answers the rows of the step table by step."""
        return read_table(self.run(script, *args, **env))

    def discovery(self) -> dict:
        """What the server wrote for its clients."""
        files = [one for one in self.state.glob("*.json") if one.name != "launcher.json"]
        values = [json.loads(one.read_text()) for one in files]
        return next(one for one in values if one["root"] == str(self.folder.resolve()))

    def kill_server(self) -> None:
        """kill -9, as a crash."""
        os.kill(self.discovery()["pid"], signal.SIGKILL)

    @property
    def lookups(self) -> Path:
        """Who has looked for pydantic while it was hidden; not there when nobody has."""
        return self.folder.parent / "lookups"

    def hide_pydantic(self) -> None:
        """No process of this workspace sees it."""
        self.env["PYTHONPATH"] = os.pathsep.join([str(WITHOUT_PYDANTIC), self.env["PYTHONPATH"]])
        self.env["RUNLENS_TEST_LOOKUPS"] = str(self.lookups)

    def close(self) -> None:
        """Ends the servers of this state folder."""
        for file in self.state.glob("*.json"):
            pid = json.loads(file.read_text()).get("pid")
            if pid:
                _end(pid)


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
        for _ in range(100):
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def read_table(text: str) -> dict[str, dict[str, str]]:
    """The rows of the last step table of a text, by step."""
    lines = text.splitlines()
    head = max(at for at, line in enumerate(lines) if line.startswith("step ") and "state" in line)
    rule = lines[head + 1]
    starts = [at for at in range(len(rule)) if rule[at] == "─" and (at == 0 or rule[at - 1] == " ")]
    names = [lines[head][a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
    rows = {}
    for line in lines[head + 2 :]:
        cells = [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
        is_row = len(line) > 0 and not line.split(" ")[0].endswith(":")
        if not is_row or line.startswith(" ") or not cells[0] or " " in cells[0] or ":" in cells[0]:
            break
        rows[cells[0]] = dict(zip(names, cells, strict=True))
    return rows


@pytest.fixture
def workspace(tmp_path, server_js):
    """A fresh root with no server yet."""
    made = Workspace(tmp_path / "work", tmp_path / "state", server_js)
    yield made
    made.close()


@pytest.fixture
def digits(workspace):
    """A workspace with the example."""
    shutil.copytree(REPOSITORY / "examples" / "digits", workspace.folder, dirs_exist_ok=True)
    return workspace
