"""kill -9 of the server, of a helper or of the script itself in the middle of steps: 50 rounds.

Every other round is of a dynamic pipeline, whose steps are submitted and mapped as it goes.

What then holds is written in docs/architecture.md: after the server's death the run goes on as if
nothing had been; a lost helper's step is repeated by policy or has failed; with the script's own
process the run ends. Nothing that has succeeded runs again, in this run or the next, and nothing of
it is lost.
"""

import json
import os
import random
import signal
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass

import pytest

from conftest import Workspace

COMMON = """
    import os
    import time
    from runlens import StepRetryConfig, pipeline, step

    # helpers have the same environment
    SEED, RETRIES = int(os.environ["TREE_SEED"]), int(os.environ["TREE_RETRIES"])

    def note(what, name):
        line = f"{what} {name} {os.getpid()} {os.getppid()}\\n".encode()
        log = os.open(f"log-{SEED}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(log, line)
        os.close(log)

    @step(retry=StepRetryConfig(max_retries=RETRIES))
    def make(name: str, seconds: float, seed: int) -> str:
        note("start", name)
        time.sleep(seconds)
        note("end", name)
        return f"{name} {seed}"

    @step(retry=StepRetryConfig(max_retries=RETRIES))
    def join(left: str, right: str, name: str, seconds: float) -> str:
        note("start", name)
        time.sleep(seconds)
        note("end", name)
        return f"{name}({left}, {right})"

"""
TREE = (
    COMMON
    + """
    @pipeline
    def tree(seed: int):
        leaves = [
            make(f"leaf{i}", 0.12 + 0.03 * (i % 3), seed, id=f"leaf{i}") for i in range(6)
        ]
        pairs = [
            join(leaves[i], leaves[i + 1], f"pair{i}", 0.1, id=f"pair{i}") for i in range(0, 6, 2)
        ]
        half = join(pairs[0], pairs[1], "half", 0.05, id="half")
        join(half, pairs[2], "root", 0.05, id="root")

    if __name__ == "__main__":
        tree(SEED)
"""
)
GROWN = (
    COMMON
    + """
    @step(retry=StepRetryConfig(max_retries=RETRIES))
    def listing(seed: int) -> list:
        note("start", "listing")
        time.sleep(0.05)
        note("end", "listing")
        return ["make", "make_2", "make_3", "make_4"]

    @step(retry=StepRetryConfig(max_retries=RETRIES))
    def gather(parts: list, name: str) -> str:
        note("start", name)
        time.sleep(0.05)
        note("end", name)
        return f"{name}{parts}"

    @pipeline(dynamic=True)
    def grown(seed: int):
        early = make.submit("early", 0.3, seed, id="early")
        # their ids are as the items
        leaves = make.map(listing(seed), seconds=0.12, seed=seed)
        late = make.submit("late", 0.1, seed, id="late")
        pair = join.submit(early, late, "pair", 0.1, id="pair")
        half = gather.submit(leaves, "half", id="half")
        if half.load().startswith("half"):
            join(pair, half, "root", 0.05, id="root")

    if __name__ == "__main__":
        grown(SEED)
"""
)


@dataclass(frozen=True)
class Kind:
    """A pipeline of the rounds."""

    name: str
    text: str
    # by step what it takes
    needs: dict[str, list[str]]

    @property
    def steps(self) -> list[str]:
        return list(self.needs)


LEAVES = {f"leaf{at}": [] for at in range(6)}
ITEMS = {name: ["listing"] for name in ("make", "make_2", "make_3", "make_4")}
KINDS = [
    Kind(
        "tree",
        TREE,
        LEAVES
        | {
            "pair0": ["leaf0", "leaf1"],
            "pair2": ["leaf2", "leaf3"],
            "pair4": ["leaf4", "leaf5"],
            "half": ["pair0", "pair2"],
            "root": ["half", "pair4"],
        },
    ),
    Kind(
        "grown",
        GROWN,
        {"early": [], "listing": [], "late": []}
        | ITEMS
        | {"pair": ["early", "late"], "half": [*ITEMS], "root": ["pair", "half"]},
    ),
]
ROUNDS = int(os.environ.get("RUNLENS_SEEDS", "50"))
GROUPS = 5


@pytest.fixture(scope="module")
def workspace(tmp_path_factory, server_js):
    """One root for all rounds: its server is warm, or has been killed before."""
    folder = tmp_path_factory.mktemp("kill")
    made = Workspace(folder / "work", folder / "state", server_js)
    for kind in KINDS:
        made.write(f"{kind.name}.py", kind.text)
    yield made
    made.close()


@pytest.mark.parametrize("group", range(GROUPS))
def test_a_death_in_the_middle_of_steps_ends_as_documented(workspace, group):
    for seed in range(group, ROUNDS, GROUPS):
        Round(workspace, seed).play()


class Round:
    def __init__(self, workspace: Workspace, seed: int):
        self.workspace = workspace
        self.seed = seed
        self.kind = KINDS[seed % len(KINDS)]
        self.random = random.Random(seed)
        self.retries = self.random.choice([0, 1])
        self.log = workspace.folder / f"log-{seed}"

    def play(self) -> None:
        process = self.start()
        self.wait_for_steps(process)
        pause = self.random.uniform(0, 0.45)
        time.sleep(pause)
        victim = self.kill(self.random.choice(["server", "helper", "script"]), process)
        out, err = process.communicate(timeout=60)
        told = f"seed {self.seed}, {self.kind.name}: {victim} after {pause:.3f} s, "
        told += f"{self.retries} retries\n{out}{err}"
        run = self.ended_run()
        steps = {row["stepId"]: row["status"] for row in run["stepRows"]}
        first = self.starts()
        getattr(self, f"check_{victim}")(run["status"], steps, first, told)
        self.check_next_run(steps, first, told)

    def start(self):
        return self.workspace.start(
            f"{self.kind.name}.py", TREE_SEED=str(self.seed), TREE_RETRIES=str(self.retries)
        )

    def wait_for_steps(self, process) -> None:
        while not self.log.exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.log.read_text().splitlines()]

    def starts(self) -> Counter:
        return Counter(name for what, name, *_ in self.lines() if what == "start")

    def kill(self, victim: str, process) -> str:
        """Kills, and says whom: a helper only when one works, the script only while it does."""
        if victim == "script" and process.poll() is None:
            process.kill()
            return "script"
        if victim == "helper":
            for what, name, pid, _ in reversed(self.lines()):
                busy = what == "start" and ["end", name] not in [one[:2] for one in self.lines()]
                if busy and int(pid) != process.pid:
                    os.kill(int(pid), signal.SIGKILL)
                    return "helper"
        self.workspace.kill_server()
        return "server"

    def ended_run(self) -> dict:
        """The newest run, when it is over; a server is brought back when there is none."""
        deadline = time.monotonic() + 30
        while True:
            run = self.newest_run()
            if run and run["status"] != "running":
                return run
            assert time.monotonic() < deadline, run
            time.sleep(0.05)

    def newest_run(self) -> dict | None:
        try:
            items = self.get(f"/api/pipelines/{self.kind.name}/runs?limit=50")["items"]
        except OSError:
            self.workspace.run("-c", "import runlens; runlens.Client().list_pipeline_runs()")
            return None
        return self.get(f"/api/pipeline-runs/{items[0]['id']}") if items else None

    def get(self, path: str) -> dict:
        discovery = self.workspace.discovery()
        request = urllib.request.Request(
            f"http://127.0.0.1:{discovery['port']}{path}",
            headers={"Authorization": f"Bearer {discovery['tokens']['control']}"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def check_server(self, status, steps, starts, told) -> None:
        """As if nothing had been."""
        assert status == "finished", told
        assert steps == dict.fromkeys(self.kind.steps, "ran"), told
        assert starts == Counter(self.kind.steps), told

    def check_helper(self, status, steps, starts, told) -> None:
        twice = [name for name, count in starts.items() if count > 1]
        if self.retries:
            assert status == "finished", told
            assert steps == dict.fromkeys(self.kind.steps, "ran"), told
            assert len(twice) <= 1, told
            return
        # It may have reported just before.
        lost = [name for name, state in steps.items() if state == "failed"]
        assert len(lost) <= 1, told
        assert not twice, told
        assert status == ("failed" if lost else "finished"), told
        self.check_dependants(steps, told)

    def check_script(self, status, steps, starts, told) -> None:
        is_all = steps == dict.fromkeys(self.kind.steps, "ran")
        assert status == "failed" or is_all, told
        assert set(steps.values()) <= {"ran", "failed", "skipped"}, told
        assert [name for name, count in starts.items() if count > 1] == [], told
        assert list(steps.values()).count("failed") <= 1, told

    def check_dependants(self, steps, told) -> None:
        """A step that a dynamic pipeline has not come to is not there."""
        for name in steps:
            needed = self.kind.needs[name]
            blocked = any(steps[one] in ("failed", "skipped") for one in needed)
            assert (steps[name] == "skipped") == blocked, told

    def check_next_run(self, steps, first, told) -> None:
        """What has succeeded is cached, the rest runs: once."""
        out, err = self.start().communicate(timeout=60)
        run = self.ended_run()
        told = f"{told}\nnext run:\n{out}{err}"
        now = {row["stepId"]: row["status"] for row in run["stepRows"]}
        ran = {name for name, state in steps.items() if state == "ran"}
        rest = [name for name in self.kind.steps if name not in ran]
        assert now == dict.fromkeys(ran, "cached") | dict.fromkeys(rest, "ran"), told
        assert self.starts() - first == Counter(rest), told
