"""Compares Runlens with the real MLflow server, call by call.

`cases/<subject>.json` is one subject: a setup that is applied to both servers, then rows; each row
is one call that both answer, and one test (`test_compare.py`). Status and body must be the same
after ids, times of now, addresses and the order of tags have been made comparable (`Normaliser`).

    {
      "about": "what this subject shows",
      "defaults": {"call": "POST runs/search", "body": {"experiment_ids": ["{exp}"]}},
      "setup": [
        {"call": "POST experiments/create", "body": {"name": "a"}, "save": {"exp": "experiment_id"}}
      ],
      "rows": [
        {"body": {"filter": "metrics.m > 1"}, "only": "runs.*.info.run_name"},
        {"name": "no such run", "call": "GET runs/get", "query": {"run_id": "nothing"}},
        {"body": {"filter": "x OR y"}, "differs": "`OR`, `NOT`, parentheses",
         "runlens": {"status": 200, "json": ["b"]}}
      ]
    }

A call (of the setup or a row) has

* `call`: method and path; a path without a leading `/` stands behind `/api/2.0/mlflow/`;
* `query`: names and values (a list repeats the name); `body`: JSON; `text`: a raw body instead,
  sent as `type` (`application/json` when not said; "" sends no Content-Type);
* `save`: {name: path in the answer}; later calls use the value as `{name}` in any text of theirs,
  and in answers it reads `<name>`. A path is keys and indices: `run.info.run_id`, `runs.0.info`.

A row may also have

* `name`: for the report, when the call does not say enough;
* `only`: compare that part of a 200 answer; `*` stands for every member of a list;
* `headers`: names of headers of the answer that are compared too;
* `differs`: the first cell of a row of docs/mlflow-differences.md, for a difference on purpose,
  with `runlens`, the answer {"status", "json"} that is expected of Runlens, in comparable form.
  It is an error when the document lacks the row, and when both servers answer alike.

`defaults` are the members of a row that most rows share; `body` and `query` are merged, the rest
replaced; a row with a `call` of its own takes none of them. Rows run in order on the same two
servers, so a row may change something for the rows behind it; such rows cannot be run alone. Names
that must be unique (experiments, models) should start with the subject.
"""

import difflib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

CASES = Path(__file__).parent / "cases"
DIFFERENCES = Path(__file__).resolve().parents[2] / "docs" / "mlflow-differences.md"
START_SECONDS = 120
CALL_SECONDS = 60


class MlflowServer:
    """The real `mlflow server` over SQLite in a folder, with proxied artifacts and one worker."""

    def __init__(self, folder: Path):
        self.uri = f"http://127.0.0.1:{free_port()}"
        self.log = folder / "mlflow.log"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")}
        environment |= {
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }
        command = [sys.executable, "-m", "mlflow", "server", "--workers", "1"]
        command += ["--host", "127.0.0.1", "--port", self.uri.rpartition(":")[2]]
        command += ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}"]
        command += ["--artifacts-destination", str(folder / "artifacts")]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Returns once it answers.

        Raises:
            RuntimeError: it ended or did not answer in time; with its log.
        """
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if requests.get(f"{self.uri}/health", timeout=2).ok:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.2)
        self.stop()
        raise RuntimeError(f"The MLflow server did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        """Ends it with the worker process that it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Side:
    """One of the two servers: a kept-alive session and the values that its answers gave."""

    def __init__(self, uri: str, token: str | None = None):
        self.uri = uri
        self.session = requests.Session()
        self.session.trust_env = False
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"
        self.saved: dict[str, str] = {}

    def fork(self) -> "Side":
        """The same server and connection for another subject, without its saved values."""
        other = Side(self.uri)
        other.session = self.session
        return other

    def call(self, step: dict) -> "Answer":
        method, _, path = self.fill(step["call"]).partition(" ")
        address = path if path.startswith("/") else f"/api/2.0/mlflow/{path}"
        options = {}
        if "text" in step:
            kind = step.get("type", "application/json")
            options["data"] = self.fill(step["text"]).encode()
            options["headers"] = {"Content-Type": kind} if kind else {}
        elif "body" in step:
            options["json"] = self.fill(step["body"])
        reply = self.session.request(
            method,
            self.uri + address,
            params=self.fill(step.get("query")),
            timeout=CALL_SECONDS,
            allow_redirects=False,
            **options,
        )
        answer = Answer(reply, self)
        for name, place in step.get("save", {}).items():
            value = pick(answer.json, place)
            if value is None or value == []:
                raise AssertionError(
                    f"{step['call']}: no {place} in {reply.status_code} {reply.text}"
                )
            self.saved[name] = str(value)
        return answer

    def fill(self, value):
        """Puts saved values in place of `{name}` in every text of a call."""
        if isinstance(value, str):
            return re.sub(r"\{(\w+)\}", lambda m: self.saved.get(m[1], m[0]), value)
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, dict):
            return {self.fill(key): self.fill(item) for key, item in value.items()}
        return value


class Answer:
    """What a server answered, and that in the form in which two servers can be compared."""

    def __init__(self, reply: requests.Response, side: Side):
        self.status = reply.status_code
        self.headers = reply.headers
        self.side = side
        try:
            self.json = reply.json()
        except ValueError:
            self.json = reply.text

    def comparable(self, row: dict, short_ids: bool = False) -> dict:
        """Status, body and the headers that `row` names.

        `short_ids`: saved values that are plain numbers (ids of experiments) are named inside
        messages too, where they cannot be told from other numbers.
        """
        body = Normaliser(self.side, short_ids).value(self.json)
        if "only" in row and self.status == 200:
            body = pick(body, row["only"])
        result = {"status": self.status, "json": body}
        if "headers" in row:
            result["headers"] = {name: self.headers.get(name) for name in row["headers"]}
        return result


HEX_ID = re.compile(r"(?:m-)?[0-9a-f]{32}")
MADE_NAME = re.compile(r"[a-z]+-[a-z]+-\d+")
PYTHON_SET = re.compile(r"\{('[^']*'(?:, '[^']*')*)\}")
PROXIED = re.compile(r"(mlflow-artifacts:/)(\d+)\b")
ADDRESS_FIELDS = {"artifact_uri", "artifact_location", "root_uri", "source", "storage_location"}
#: Times up to this far from now are the server's own.
NOW_MS = 3_600_000


class Normaliser:
    """Makes an answer of one server comparable with that of another."""

    def __init__(self, side: Side, short_ids: bool):
        self.uri = side.uri
        self.names = {value: f"<{name}>" for name, value in side.saved.items()}
        self.short_ids = short_ids

    def value(self, value, field: str = ""):
        if isinstance(value, dict):
            hidden = {"sqlstate", "error_class"} if "error_code" in value else set()
            return {k: self.value(v, k) for k, v in value.items() if k not in hidden}
        if isinstance(value, list):
            return self.items(value, field)
        if isinstance(value, str):
            return self.text(value, field)
        if isinstance(value, int) and "time" in field and abs(value - now_ms()) < NOW_MS:
            return "<now>"
        return value

    def items(self, values: list, field: str) -> list:
        """Key-value lists have no order of their own; every other list has."""
        found = [self.value(value, field) for value in values]
        if field in {"tags", "params", "metrics", "aliases"} and all(
            isinstance(item, dict) for item in found
        ):
            found.sort(key=lambda item: (item.get("key", item.get("alias", "")), str(item)))
        return found

    def text(self, text: str, field: str) -> str:
        # A number names an experiment only where one stands; elsewhere it is a version or a value.
        if text in self.names and (not text.isdigit() or field.startswith("experiment_id")):
            return self.names[text]
        if field == "next_page_token":
            return "<token>"
        if MADE_NAME.fullmatch(text):
            return "<made name>"
        text = text.replace(self.uri, "<host>")
        text = HEX_ID.sub(lambda m: self.names.get(m[0], "<id>"), text)
        text = PYTHON_SET.sub(lambda m: "{" + ", ".join(sorted(m[1].split(", "))) + "}", text)
        if self.short_ids:
            text = re.sub(r"\b\d+\b", lambda m: self.names.get(m[0], m[0]), text)
        elif field in ADDRESS_FIELDS:
            text = PROXIED.sub(lambda m: m[1] + self.names.get(m[2], m[2]), text)
        return text


def now_ms() -> int:
    return int(time.time() * 1000)


def pick(value, place: str):
    """The part of a JSON value at a path of keys, indices and `*`; None where there is nothing."""
    for index, part in enumerate(keys := place.split(".")):
        if part == "*":
            rest = ".".join(keys[index + 1 :])
            return [pick(item, rest) if rest else item for item in value or []]
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


class Subject:
    """One file of cases, and its setup on both servers, made when its first row runs."""

    def __init__(self, name: str):
        self.name = name
        self.cases = json.loads((CASES / f"{name}.json").read_text())
        self.defaults = self.cases.get("defaults", {})
        self.rows = [self.whole(row) for row in self.cases["rows"]]
        self.sides: tuple[Side, Side] | None = None
        self.failure: str | None = None

    def whole(self, row: dict) -> dict:
        """A row with what it has from the defaults. A row with a call of its own takes none."""
        if "call" in row:
            return row
        merged = {**self.defaults, **row}
        for part in ("body", "query"):
            if part in self.defaults and "text" not in row:
                merged[part] = {**self.defaults[part], **row.get(part, {})}
        return merged

    def title(self, number: int) -> str:
        row = self.rows[number]
        parts = {**row.get("query", {}), **row.get("body", {})} if "name" not in row else {}
        for name in self.defaults.get("body", {}):
            parts.pop(name, None)
        said = row.get("name") or " ".join([row["call"], *(f"{k}={v}" for k, v in parts.items())])
        return f"{self.name}-{number}-{said}"

    def prepare(self, runlens: Side, mlflow: Side) -> tuple[Side, Side]:
        """Runs the setup once. A setup that fails fails every row of the subject."""
        assert not self.failure, self.failure
        if self.sides is None:
            sides = (runlens.fork(), mlflow.fork())
            for step in self.cases.get("setup", []):
                for side in sides:
                    self.apply(side, step)
            self.sides = sides
        return self.sides

    def apply(self, side: Side, step: dict) -> None:
        try:
            answer = side.call(step)
            if answer.status >= 400:
                raise AssertionError(f"{step['call']}: {answer.status} {answer.json}")
        except AssertionError as error:
            self.failure = f"setup of {self.name} on {side.uri}: {error}"
            raise AssertionError(self.failure) from None

    def check(self, number: int, runlens: Side, mlflow: Side) -> None:
        """Asserts that both answer a row alike, or differ as the row and the document say."""
        row = self.rows[number]
        ours, theirs = (side.call(row) for side in self.prepare(runlens, mlflow))
        answer, expected = ours.comparable(row), theirs.comparable(row)
        if "differs" in row:
            assert row["differs"] in documented(), f"no such row in {DIFFERENCES.name}"
            assert answer == row["runlens"], difference(answer, row["runlens"])
            assert not alike(ours, theirs, row), "MLflow answers the same: no difference any more"
        else:
            assert alike(ours, theirs, row), difference(answer, expected)


def difference(answer: dict, expected: dict) -> str:
    """Line by line, with `-` what was expected and `+` what Runlens answered."""
    texts = [json.dumps(value, indent=1, sort_keys=True) for value in (expected, answer)]
    lines = difflib.unified_diff(*(text.splitlines() for text in texts), "expected", "Runlens")
    return "\n".join(lines)


def alike(ours: Answer, theirs: Answer, row: dict) -> bool:
    return any(ours.comparable(row, s) == theirs.comparable(row, s) for s in (False, True))


def documented() -> set[str]:
    """The first cells of all tables of the document of differences."""
    lines = DIFFERENCES.read_text().splitlines()
    return {line.split(" | ")[0].removeprefix("|").strip() for line in lines if line[:1] == "|"}


def subjects() -> list[Subject]:
    return [Subject(file.stem) for file in sorted(CASES.glob("*.json"))]
