"""What MediSync is measured against."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

_NGINX = """\
{user}
daemon off; pid {folder}/pid; error_log {folder}/errors;
worker_processes auto;
events {{}}
http {{
    access_log off; sendfile on;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{ listen 127.0.0.1:{port}; keepalive_requests 100000; root {root}; }}
}}
"""

# A Django view that sends the asked slice and checks, counts and logs nothing.
_BARE = """\
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import FileResponse, HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], LOGGING_CONFIG=None)

def view(request):
    first, last = request.headers["Range"].removeprefix("bytes=").split("-")
    with open({file!r}, "rb") as file:
        file.seek(int(first))
        return HttpResponse(file.read(int(last) - int(first) + 1), status=206)

urlpatterns = [path("", view)]
application = get_wsgi_application()
"""


@contextmanager
def nginx(file: Path) -> Iterator[str]:
    """The URL of ``file`` on an nginx that serves its folder."""
    with tempfile.TemporaryDirectory(prefix="medisync-nginx-") as name:
        folder, port = Path(name), _free_port()
        user = "user root;" if os.geteuid() == 0 else ""
        site = _NGINX.format(user=user, folder=folder, port=port, root=file.parent)
        (folder / "nginx.conf").write_text(site)
        command = ["/usr/sbin/nginx", "-c", str(folder / "nginx.conf")]
        with _running(command, f"http://127.0.0.1:{port}/{file.name}") as url:
            yield url


@contextmanager
def bare_slices(file: Path) -> Iterator[str]:
    """The URL of the bare view, under the same gunicorn as MediSync."""
    with tempfile.TemporaryDirectory(prefix="medisync-bare-") as name:
        port = _free_port()
        (Path(name) / "bare.py").write_text(_BARE.format(file=str(file)))
        gunicorn = Path(sys.executable).with_name("gunicorn")
        command = [str(gunicorn), "--chdir", name, "--bind", f"127.0.0.1:{port}"]
        command += ["--worker-class", "gthread", "--workers", "2", "--threads", "32"]
        command += ["--log-level", "critical", "bare"]
        with _running(command, f"http://127.0.0.1:{port}/") as url:
            yield url


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], url: str) -> Iterator[str]:
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                requests.get(url, headers={"Range": "bytes=0-9"}, timeout=5)
                break
            except requests.ConnectionError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(30)
