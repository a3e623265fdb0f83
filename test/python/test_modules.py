"""Which text a module was imported from: known for certain, or said to be unknown."""

import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from runlens._source.modules import import_path, imported_modules, public_name

PROBE = """
import json, sys
import runlens
{before}
from runlens._source.modules import imported_modules
import helper
{after}
found = {{one["module"]: one for one in imported_modules({root!r}, set())}}
print(json.dumps(found))
"""


def probe(folder: Path, before="", after="", **env):
    import json

    script = folder / "main.py"
    script.write_text(PROBE.format(before=before, after=after, root=str(folder)))
    if not (folder / "helper.py").exists():
        (folder / "helper.py").write_text("x = 1\n")
    time.sleep(0.05)
    base = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    printed = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env={**base, "PYTHONPATH": str(Path(__file__).parents[2] / "python" / "src"), **env},
    )
    assert printed.returncode == 0, printed.stderr
    return json.loads(printed.stdout)


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_untouched_files_are_known(tmp_path):
    found = probe(tmp_path)
    assert found["helper"] == {"module": "helper", "file": "helper.py", "digest": sha("x = 1\n")}
    assert found["main"]["digest"] == sha((tmp_path / "main.py").read_text())
    assert set(found) == {"helper", "main"}


def test_a_file_changed_after_the_import_is_not_known(tmp_path):
    change = "from pathlib import Path; import time; time.sleep(.05); Path({!r}).write_text('{}')"
    for text in ("x = 2222\\n", "x = 2\\n"):
        (tmp_path / "helper.py").write_text("x = 1\n")
        found = probe(tmp_path, after=change.format(str(tmp_path / "helper.py"), text))
        assert found["helper"]["digest"] is None


def test_a_changed_file_is_not_known_even_with_its_old_date(tmp_path):
    helper = tmp_path / "helper.py"
    helper.write_text("x = 1\n")
    after = (
        "import os; s = os.stat({0!r}); open({0!r}, 'w').write('x = 2\\n'); "
        "os.utime({0!r}, ns=(s.st_atime_ns, s.st_mtime_ns))"
    ).format(str(helper))
    assert probe(tmp_path, after=after)["helper"]["digest"] is None


def test_a_file_written_by_the_program_before_its_import_is_known(tmp_path):
    write = (
        f"import time; open({str(tmp_path / 'helper.py')!r}, 'w').write('x = 7\\n'); "
        "time.sleep(.05)"
    )
    assert probe(tmp_path, before=write)["helper"]["digest"] == sha("x = 7\n")


def test_stale_byte_code_is_noticed_and_removed(tmp_path):
    helper = tmp_path / "helper.py"
    second = (int(time.time()) - 100) * 10**9
    helper.write_text("x = 1\n")
    os.utime(helper, ns=(second, second + 10**8))
    probe(tmp_path)
    compiled = next((tmp_path / "__pycache__").glob("helper.*"))
    os.utime(compiled, ns=(second, second + 2 * 10**8))
    helper.write_text("x = 2\n")
    os.utime(helper, ns=(second, second + 9 * 10**8))
    assert probe(tmp_path, after="assert helper.x == 1")["helper"]["digest"] is None
    found = probe(tmp_path, after="assert helper.x == 2")
    assert found["helper"]["digest"] == sha("x = 2\n")


def test_a_reload_counts_from_then(tmp_path):
    after = (
        "import importlib, time; time.sleep(.05); "
        "open({!r}, 'w').write('x = 2222'); time.sleep(.05); importlib.reload(helper)"
    ).format(str(tmp_path / "helper.py"))
    assert probe(tmp_path, after=after)["helper"]["digest"] == sha("x = 2222")


def test_byte_code_that_another_process_made_proves_nothing(tmp_path):
    after = (
        "import time, subprocess; time.sleep(.05); open({!r}, 'w').write('x = 2222'); "
        "subprocess.run([sys.executable, '-c', 'import helper'], cwd={!r}, check=True)"
    ).format(str(tmp_path / "helper.py"), str(tmp_path))
    assert probe(tmp_path, after=after)["helper"]["digest"] is None


def test_packages_of_an_environment_in_the_root_do_not_count(tmp_path):
    package = tmp_path / ".venv" / "lib" / "python3" / "site-packages"
    package.mkdir(parents=True)
    (package / "foreign.py").write_text("")
    before = f"sys.path.append({str(package)!r}); import foreign"
    assert "foreign" not in probe(tmp_path, before=before)


def test_only_new_modules_are_told_again(tmp_path):
    known: set = set()
    imported_modules(str(tmp_path), known)
    (tmp_path / "fresh_module.py").write_text("")
    spec = importlib.util.spec_from_file_location("fresh_module", tmp_path / "fresh_module.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["fresh_module"] = module
    try:
        told = imported_modules(str(tmp_path), known)
        assert [one["file"] for one in told] == ["fresh_module.py"]
        assert imported_modules(str(tmp_path), known) == []
    finally:
        del sys.modules["fresh_module"]


def test_import_path_keeps_the_order_of_folders_inside_the_root(tmp_path, monkeypatch):
    inside = [tmp_path / "src", tmp_path / "lib"]
    for folder in inside:
        folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(inside[1]), "/usr", str(inside[0]), str(inside[1])])
    assert import_path(str(tmp_path)) == [str(inside[1]), str(inside[0])]


@pytest.mark.parametrize("name", ["json", "a.b"])
def test_other_modules_keep_their_name(name):
    assert public_name(name) == name
