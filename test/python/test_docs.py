"""The snippets of the documentation run: those between `<!-- snippets: x -->` and their end."""

import re

import pytest

from conftest import REPOSITORY

REGION = re.compile(r"<!-- snippets: ([\w-]+) -->(.*?)<!-- end snippets -->", re.DOTALL)
BLOCK = re.compile(r"```(python|yaml)\n(.*?)```", re.DOTALL)
REGIONS = [
    (f"{page.stem}-{name}", text)
    for page in sorted((REPOSITORY / "docs").glob("*.md"))
    for name, text in REGION.findall(page.read_text(encoding="utf-8"))
]


def test_there_are_some():
    assert "pipelines-authoring" in [name for name, _ in REGIONS]


@pytest.mark.parametrize(("name", "text"), REGIONS, ids=[name for name, _ in REGIONS])
def test_snippets_run(workspace, name, text):
    script = []
    for language, code in BLOCK.findall(text):
        if language == "python":
            script.append(code)
        else:
            workspace.write(re.match(r"# (\S+)", code).group(1), code)
    assert script
    workspace.write("data/raw/part.csv", "1,2\n")
    workspace.write("snippets.py", "\n".join(script))
    workspace.run("snippets.py")
