"""What the start of a script loads, and the short ways that are taken there."""

from __future__ import annotations

import os
import shutil

import pytest
from runlens._process import programs as _programs
from runlens._record import git
from runlens._source import root

CHAIN = """
import sys
from runlens import pipeline, step

@step
def first(salt: int) -> int:
    return salt

@step
def follow(value: int, add: int = 1) -> int:
    return value + add

@pipeline
def chain(salt: int = 0):
    follow(first(salt))

if __name__ == "__main__":
    chain(salt=1)
    print("LOADED", " ".join(sorted(sys.modules)))
"""
# Each costs a millisecond or more, and none is of use to a run of plain values without git.
NOT_LOADED = {
    "copy",
    "encodings.idna",
    "pickle",
    "runlens._record.git",
    "runlens._pickling",
    "runlens._plans",
    "runlens._worker.raised",
    "runlens.client",
    "runlens.materializers.inline",
    "runlens.materializers.zenml",
    "runlens.metadata",
    "shutil",
    "subprocess",
}


def loaded(text: str) -> set[str]:
    line = next(one for one in text.splitlines() if one.startswith("LOADED "))
    return set(line.split()[1:])


def test_a_run_loads_only_what_it_needs(workspace):
    workspace.write("chain.py", CHAIN)
    # the first one starts the server, which takes a process
    workspace.run("chain.py")
    workspace.edit("chain.py", "return value + add", "return value - add")
    ran = loaded(workspace.run("chain.py"))
    assert "runlens._data.outputs_io" in ran
    assert ran & NOT_LOADED == set()
    assert loaded(workspace.run("chain.py")) & NOT_LOADED == set()


@pytest.fixture
def programs(tmp_path, monkeypatch):
    for folder, mode in (("plain", 0o644), ("first", 0o755), ("second", 0o755)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "tool").write_text("#!/bin/sh\n")
        (tmp_path / folder / "tool").chmod(mode)
    (tmp_path / "folder" / "tool").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "second")
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="asks shutil there")
@pytest.mark.parametrize(
    "folders", [["folder", "plain", "first", "second"], ["second", "first"], ["none"], [""], []]
)
def test_programs_are_those_of_shutil(programs, monkeypatch, folders):
    path = os.pathsep.join(one and str(programs / one) for one in folders)
    monkeypatch.setenv("PATH", path)
    assert _programs.find_program("tool") == shutil.which("tool")
    monkeypatch.delenv("PATH")
    assert _programs.find_program("tool") == shutil.which("tool")


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_real_paths_are_those_of_os(tmp_path, monkeypatch):
    (tmp_path / "real" / "deep").mkdir(parents=True)
    for name in ("a.py", "b.py"):
        (tmp_path / "real" / "deep" / name).write_text("")
    (tmp_path / "folder").symlink_to("real/deep")
    (tmp_path / "real" / "deep" / "link.py").symlink_to("../../folder/b.py")
    (tmp_path / "real" / "deep" / "broken.py").symlink_to("nowhere.py")
    monkeypatch.chdir(tmp_path)
    known: dict[str, str] = {}
    for folder in ("real/deep", "folder", str(tmp_path / "folder"), "real/../folder", "none"):
        for name in ("a.py", "link.py", "broken.py", "missing.py", "..", ".", ""):
            file = os.path.join(folder, name)
            assert root.real_path(file, known) == os.path.realpath(file), file
    assert root.real_path("a.py", known) == os.path.realpath("a.py")


def test_git_is_asked_where_it_may_find_something(tmp_path, monkeypatch):
    for name in ("GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert not root.may_have_git(str(deep))
    assert git.git_state(str(deep), 1) is None
    # of a work tree beside its repository, and of a submodule, it is a file
    (tmp_path / ".git").write_text("gitdir: /somewhere\n")
    assert root.may_have_git(str(deep))
    (tmp_path / ".git").unlink()
    monkeypatch.setenv("GIT_DIR", "/somewhere")
    assert root.may_have_git(str(deep))
