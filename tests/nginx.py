"""A real nginx in front of the server, with the configuration that is handed out."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.server import ROOT, Server

#: What the server must be started with.
BEHIND_NGINX = {
    "MEDISYNC_X_ACCEL_PREFIX": "/protected/",
    "MEDISYNC_TRUSTED_PROXIES": "127.0.0.1",
}


@contextmanager
def in_front_of(server: Server) -> Iterator[str]:
    """The address of nginx with deploy/nginx.conf, without TLS, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = (ROOT / "deploy/nginx.conf").read_text()
    site = re.sub(r"\n    ssl_[^\n]*", "", site)
    site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
    site = site.replace("/var/lib/medisync/media", f"{server.data_dir}/media")
    with (
        tempfile.TemporaryDirectory(prefix="medisync-nginx-") as folder,
        running(Path(folder), site, f"http://127.0.0.1:{port}/api/health") as url,
    ):
        yield url.removesuffix("/api/health")


@contextmanager
def running(folder: Path, site: str, url: str) -> Iterator[str]:
    """nginx with ``site``, from when ``url`` is answered until the block ends."""
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\n"
        f"daemon off; pid {folder}/pid; error_log {folder}/errors;\n"
        "worker_processes auto; events {}\nhttp {\n"
        f"client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;\n"
        f"scgi_temp_path {folder}/s;\n{site}}}\n"
    )
    nginx = subprocess.Popen(["/usr/sbin/nginx", "-c", folder / "nginx.conf"])
    try:
        wait_for(url, nginx)
        yield url
    finally:
        nginx.terminate()
        nginx.wait(30)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            requests.get(url, headers={"Range": "bytes=0-9"}, timeout=10)
            return
        except requests.ConnectionError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
