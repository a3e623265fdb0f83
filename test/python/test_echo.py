"""What steps print in other processes stands in the user's terminal, each line once."""

from runlens._logs.echo import Echo


def write(folder, step_id, *lines):
    with open(folder / f"{step_id}.log", "a") as file:
        file.writelines(f"12:00:00.000 [info] {line}\n" for line in lines)


def test_the_attempt_of_another_process_is_shown_after_one_of_this_process(tmp_path):
    said, own = [], {"bad"}
    echo = Echo(str(tmp_path), own, said.append)
    echo.heed({"kind": "started", "stepId": "bad"})
    write(tmp_path, "bad", "printed here")
    echo.heed({"kind": "retrying", "stepId": "bad"})
    echo.heed({"kind": "started", "stepId": "bad"})
    write(tmp_path, "bad", "printed elsewhere", "and more")
    echo.heed({"kind": "failed", "stepId": "bad"})
    echo.close()
    assert said == ["[bad] printed elsewhere\n[bad] and more"]


def test_the_attempt_of_this_process_is_not_shown_after_one_of_another(tmp_path):
    said, own = [], set()
    echo = Echo(str(tmp_path), own, said.append)
    echo.heed({"kind": "started", "stepId": "bad"})
    write(tmp_path, "bad", "printed elsewhere")
    echo.heed({"kind": "retrying", "stepId": "bad"})
    echo.heed({"kind": "started", "stepId": "bad"})
    own.add("bad")
    write(tmp_path, "bad", "printed here")
    echo.heed({"kind": "finished", "stepId": "bad"})
    echo.close()
    assert said == ["[bad] printed elsewhere"]
