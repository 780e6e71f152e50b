"""What MediSync is measured against."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.nginx import running, wait_for

_SITE = """\
access_log off; sendfile on;
server {{ listen 127.0.0.1:{port}; keepalive_requests 100000; root {root}; }}
"""

# A Django view that sends the asked slice and checks, counts and logs nothing.
_BARE = """\
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], LOGGING_CONFIG=None)

def view(request):
    first, last = request.headers["Range"].removeprefix("bytes=").split("-")
    with open({file!r}, "rb") as file:
        file.seek(int(first))
        data = file.read(int(last) - int(first) + 1)
    return HttpResponse(data, status=206, headers={{"Content-Length": len(data)}})

urlpatterns = [path("", view)]
application = get_wsgi_application()
"""


@contextmanager
def nginx(file: Path) -> Iterator[str]:
    """The URL of ``file`` on an nginx that serves its folder."""
    with tempfile.TemporaryDirectory(prefix="medisync-nginx-") as name:
        port = _free_port()
        site = _SITE.format(port=port, root=file.parent)
        url = f"http://127.0.0.1:{port}/{file.name}"
        with running(Path(name), site, url):
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
        with _started(command, f"http://127.0.0.1:{port}/") as url:
            yield url


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _started(command: list[str], url: str) -> Iterator[str]:
    process = subprocess.Popen(command)
    try:
        wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(30)
