"""What a link opens, as each kind of store sends it; and what the log tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from tests.audio import speech
from tests.nginx import BEHIND_NGINX, in_front_of
from tests.s3 import Bucket
from tests.server import Server

pytestmark = pytest.mark.once


def link_to_visit(server: Server, audio: bytes) -> str:
    """The address of a new link, made on the pages, without the host."""
    doctor = server.clinician("maker@clinic.example")
    visit = server.appointment(doctor)
    assert server.upload(doctor, visit, audio).status_code == 201
    browser = server.session("maker@clinic.example")
    found = re.search(r"/recordings/([0-9a-f]{24})/", browser.get(server.url).text)
    assert found is not None
    form = {
        "recipient": "Dr. Lang",
        "uses": "1",
        "until": "2026-01-01T00:00",
        "csrfmiddlewaretoken": browser.cookies["csrftoken"],
    }
    page = f"{server.url}/recordings/{found[1]}/links/"
    shown = browser.get(page, timeout=30).text
    until = re.search(r'name="until" value="([^"]+)"', shown)
    assert until is not None
    made = browser.post(page, {**form, "until": until[1]}, timeout=30).text
    url = re.search(rf'value="{server.url}(/shared/[0-9a-f]+)"', made)
    assert url is not None
    return url[1]


def opened(url: str) -> requests.Session:
    """A browser that has opened the link."""
    browser = requests.Session()
    browser.get(url, timeout=30).raise_for_status()
    assert "<audio" in browser.post(url, timeout=30).text
    return browser


def heard_of(server: Server) -> str:
    return server.manage(
        *["shell", "--verbosity=0", "-c"],
        "from medisync.audit.models import AuditEvent as E;"
        "print(E.objects.filter(action='recording.play',"
        " actor_kind='handout').count())",
    ).strip()


def test_nginx_sends_it_and_the_log_knows_no_token(tmp_path: Path) -> None:
    wav = speech(tmp_path).read_bytes()
    with (
        Server(tmp_path / "data", **BEHIND_NGINX) as server,
        in_front_of(server) as front,
    ):
        path = link_to_visit(server, wav)
        browser = opened(front + path)
        whole = browser.get(f"{front}{path}/original", timeout=30)
        part = browser.get(
            f"{front}{path}/original", headers={"Range": "bytes=10-19"}, timeout=30
        )
        stranger = requests.get(f"{front}{path}/original", timeout=30)

        assert (whole.status_code, whole.content) == (200, wav)
        assert (part.status_code, part.content) == (206, wav[10:20])
        assert "X-Accel-Redirect" not in whole.headers
        assert stranger.status_code == 404
        assert heard_of(server) == "1"
        log = server.log()
    assert "GET shared/<str:token>/original 200" in log
    assert path.removeprefix("/shared/") not in log


def test_it_is_sent_range_by_range_as_one_listening(tmp_path: Path) -> None:
    wav = speech(tmp_path).read_bytes()
    with Server(tmp_path / "data") as server:
        url = server.url + link_to_visit(server, wav)
        browser = opened(url)
        for start in range(0, 40_000, 4000):
            asked = {"Range": f"bytes={start}-{start + 3999}"}
            part = browser.get(f"{url}/original", headers=asked, timeout=30)
            assert (part.status_code, part.content) == (206, wav[start : start + 4000])
        assert heard_of(server) == "1"
        assert url.rpartition("/")[2] not in server.log()


def test_the_store_is_linked_to_where_it_sends_itself(
    tmp_path: Path, bucket: Bucket
) -> None:
    wav = speech(tmp_path).read_bytes()
    here = {**bucket.environment(), "MEDISYNC_S3_REDIRECT": "on"}
    with Server(tmp_path / "data", **here) as server:
        url = server.url + link_to_visit(server, wav)
        browser = opened(url)
        asked = f"{url}/original?download=1"
        answer = browser.get(asked, allow_redirects=False, timeout=30)

        assert answer.status_code == 302
        saved = requests.get(answer.headers["Location"], timeout=30)
        assert saved.content == wav
        assert saved.headers["Content-Disposition"].startswith(
            'attachment; filename="recording-'
        )
