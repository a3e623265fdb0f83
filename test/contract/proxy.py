"""A real nginx for the tests: the one on the PATH, else Debian's package, unpacked in the cache."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "runlens-dev"


def find_nginx() -> str:
    """Its path. Raises RuntimeError with what to do when there is none."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    unpacked = CACHE / "nginx" / "usr" / "sbin" / "nginx"
    if found is None and not unpacked.exists():
        _unpack(CACHE / "nginx")
    return found or str(unpacked)


def _unpack(folder: Path) -> None:
    """Nothing is installed: the package is only unpacked, and its program needs nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    download = ["apt-get", "download", "-qq", "nginx"]
    try:
        if subprocess.run(download, cwd=folder, capture_output=True).returncode != 0:
            subprocess.run(["apt-get", "update", "-qq"], capture_output=True, check=False)
            subprocess.run(download, cwd=folder, capture_output=True, check=True)
        package = next(iter(folder.glob("nginx_*.deb")))
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    except (OSError, subprocess.CalledProcessError, StopIteration) as error:
        raise RuntimeError(
            f"The tests of the team server need nginx, and it could not be fetched ({error}). "
            "Install it: apt install nginx, brew install nginx."
        ) from error


class Nginx:
    """nginx in the foreground with one `server` block."""

    def __init__(self, folder: Path, server_block: str):
        for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
            (folder / name).mkdir()
        temporary = "".join(
            f"{name}_temp_path {folder}/{path};"
            for name, path in (
                ("client_body", "body"),
                ("proxy", "proxy"),
                ("fastcgi", "fastcgi"),
                ("uwsgi", "uwsgi"),
                ("scgi", "scgi"),
            )
        )
        config = folder / "nginx.conf"
        config.write_text(
            f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;"
            f"events {{}} http {{ access_log off; {temporary} {server_block} }}"
        )
        self.log = folder / "error.log"
        self.log.touch()
        self.process = subprocess.Popen(
            [find_nginx(), "-p", str(folder), "-e", str(self.log), "-c", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate and its key."""
    certificate, key = folder / "server.crt", folder / "server.key"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            f"/CN={name}",
            "-addext",
            f"subjectAltName=DNS:{name}",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key
