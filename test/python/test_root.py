"""The root rule, by the table of cases that the TypeScript tests read too."""

import json
from pathlib import Path

import pytest
from runlens._source.root import find_root, is_installed

CASES = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "root-cases.json").read_text(encoding="utf-8")
)


def plant(base: Path, entry: str) -> None:
    if " -> " in entry:
        link, target = entry.split(" -> ")
        (base / link).symlink_to(target, target_is_directory=True)
    elif entry.endswith("/"):
        (base / entry).mkdir(parents=True, exist_ok=True)
    else:
        (base / entry).parent.mkdir(parents=True, exist_ok=True)
        (base / entry).write_text("")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_root_rule(case, tmp_path):
    for entry in case["tree"]:
        plant(tmp_path, entry)
    found = find_root(str(tmp_path / case["start"]), case["env"])
    assert found == str((tmp_path / case["expect"]).resolve())


def test_the_interpreter_and_its_packages_are_not_the_users_work(tmp_path):
    import sys

    assert is_installed(pytest.__file__)
    assert is_installed(json.__file__)
    assert is_installed(str(Path(sys.prefix, "bin")))
    assert not is_installed(str(tmp_path))
