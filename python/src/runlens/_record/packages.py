"""The installed packages of this interpreter, from the names of their metadata folders.

`importlib.metadata` says the same, but reads every METADATA file: 75 to 105 ms for 117 packages;
this takes 2 to 12, since the names of the folders hold name and version already.
"""

from __future__ import annotations

import os
import sys


def installed_packages() -> list[dict]:
    """Name (normalised), version and where from (`url` or `local`) of each, sorted by name.

    Of a package that several folders of `sys.path` have, the first counts, as for an import.
    """
    found: dict[str, dict] = {}
    for folder in sys.path:
        for package in _packages_in(folder or os.getcwd()):
            found.setdefault(package["name"], package)
    return [found[name] for name in sorted(found)]


def _packages_in(folder: str) -> list[dict]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    metadata = [name for name in names if name.endswith((".dist-info", ".egg-info"))]
    return [one for one in (_package(folder, name) for name in metadata) if one is not None]


def _package(folder: str, metadata: str) -> dict | None:
    name, dash, version = metadata.rpartition(".")[0].partition("-")
    if not dash or not name or not version:
        # an egg-info of a source folder carries no version in its name
        return None
    if metadata.endswith(".egg-info"):
        version = version.partition("-py")[0]
    package = {"name": _normal(name), "version": version}
    origin = os.path.join(folder, metadata, "direct_url.json")
    if os.path.exists(origin):
        package.update(_origin(origin))
    return package


def _normal(name: str) -> str:
    """As PEP 503 writes names."""
    return "-".join(
        part for part in name.replace("_", "-").replace(".", "-").split("-") if part
    ).lower()


def _origin(file: str) -> dict:
    """What PEP 610's file says of a package that came from no index."""
    import json

    from .secrets import plain_address

    try:
        with open(file, encoding="utf-8") as text:
            value = json.load(text)
        url = plain_address(str(value["url"]))
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    if url.startswith("file:"):
        return {"local": url.removeprefix("file://")}
    vcs = value.get("vcs_info")
    if isinstance(vcs, dict):
        return {"url": f"{vcs.get('vcs', 'git')}+{url}@{vcs.get('commit_id', '')}".rstrip("@")}
    return {"url": url}
