"""No room left: the documented error, no leftovers, and on again with room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.audio import encode, speech
from tests.faults.answers import assert_refused_or_broken_off
from tests.faults.disk import Disk, small_disk
from tests.server import Server

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("disk") / "data"
    (folder / "media").mkdir(parents=True)
    # What no room was kept free for: the disk itself says that it is full.
    return Server(folder, MEDISYNC_MIN_FREE_MB="0")


@pytest.fixture(scope="module")
def disk(server: Server) -> Iterator[Disk]:
    """The disk that the server's audio is on; the server runs meanwhile."""
    with small_disk(server.data_dir / "media", server.workers) as found, server:
        yield found


@pytest.fixture(scope="module")
def wav(disk: Disk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five minutes of speech: 13 MB, and 2 as an MP3."""
    folder = tmp_path_factory.mktemp("speech")
    source = ["-stream_loop", "49", "-i", str(speech(folder))]
    return encode(folder / "long.wav", *source, "-t", "300", "-c", "copy")


def _stored(server: Server) -> set[str]:
    media = server.data_dir / "media"
    found = {
        str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()
    }
    return found - {"filler"}


def test_an_upload_without_room_is_refused_and_works_later(
    server: Server, disk: Disk, wav: Path
) -> None:
    doctor = server.clinician("mira@clinic.example")
    visit, before = server.appointment(doctor), _stored(server)
    disk.fill(but=5_000_000)
    full = server.upload(doctor, visit, wav.read_bytes())
    assert (full.status_code, full.json()) == (
        500,
        {"success": False, "error": "Error storing recording"},
    )
    assert _stored(server) == before
    listed = requests.get(f"{server.url}/api/recordings", headers=doctor, timeout=30)
    assert listed.json()["data"] == []
    disk.free()
    assert server.upload(doctor, visit, wav.read_bytes()).status_code == 201


def test_a_rendition_without_room_is_refused_and_works_later(
    server: Server, disk: Disk, wav: Path
) -> None:
    """By LaML and by Nuxera, which gives out a WAV of what came as something else."""
    call = encode(wav.with_name("call.ogg"), "-i", str(wav), "-c:a", "libopus")
    sid = server.json("create_account", "clinic")["account_sid"]
    kept = server.json("import_recordings", str(call), f"--account-sid={sid}")
    account = f"{server.url}/api/laml/2010-04-01/Accounts/{sid}"
    call_url = f"{account}/Recordings/{kept['sid']}"
    doctor = server.clinician("jonas@clinic.example")
    sent = server.upload(doctor, server.appointment(doctor), call.read_bytes())
    assert sent.status_code == 201
    download = f"{server.url}/api/download"
    asked = {"doctorName": "Dr. Mira Okafor"}
    before = _stored(server)

    disk.fill(but=1_000_000)
    assert_refused_or_broken_off(f"{call_url}.wav")
    if disk.is_real:
        assert_refused_or_broken_off(f"{call_url}.mp3")
    by_nuxera = requests.get(download, params=asked, headers=doctor, timeout=60)
    assert by_nuxera.status_code == 500
    assert set(by_nuxera.json()) == {"error"}
    assert _stored(server) == before

    disk.free()
    assert requests.get(f"{call_url}.mp3", timeout=120).content[:3] == b"ID3"
    assert requests.get(f"{call_url}.wav", timeout=120).content[:4] == b"RIFF"
    whole = requests.get(download, params=asked, headers=doctor, timeout=120)
    assert whole.content[:4] == b"RIFF"


def test_a_disk_full_to_the_last_byte_is_told_and_got_over(
    tmp_path: Path, wav: Path
) -> None:
    """Where the database is on it too: it cannot write either, only read."""
    server = Server(tmp_path / "data", MEDISYNC_MIN_FREE_MB="0")
    with small_disk(server.data_dir, server.workers) as disk, server:
        doctor = server.clinician("full@clinic.example")
        visits = [server.appointment(doctor) for _ in range(2)]
        assert server.upload(doctor, visits[0], wav.read_bytes()).status_code == 201
        before = _stored(server)
        disk.fill(but=0)
        # Nothing can be put on the trail, so nothing is done either.
        by_visit = f"{server.url}/api/recordings/{visits[0]}"
        heard = f"{server.url}/api/recordings/get/{visits[0]}"
        for refused in (
            server.upload(doctor, visits[1], wav.read_bytes()),
            requests.get(heard, headers=doctor, timeout=60),
            requests.delete(by_visit, headers=doctor, timeout=60),
        ):
            assert (refused.status_code, refused.json()["success"]) == (500, False)
        assert _stored(server) == before
        disk.free()
        again = requests.get(heard, headers=doctor, timeout=60)
        assert again.content == wav.read_bytes()
        assert server.upload(doctor, visits[1], wav.read_bytes()).status_code == 201
        gone = requests.delete(by_visit, headers=doctor, timeout=60)
        assert gone.status_code == 200


def test_an_upload_leaves_the_database_its_room(tmp_path: Path, wav: Path) -> None:
    """As an operator has it who set nothing: all but new audio goes on."""
    server = Server(tmp_path / "data")
    with small_disk(server.data_dir, server.workers) as disk, server:
        if not disk.is_real:
            pytest.skip("Nothing can be mounted here.")
        doctor = server.clinician("room@clinic.example")
        visits = [server.appointment(doctor) for _ in range(2)]
        assert server.upload(doctor, visits[0], wav.read_bytes()).status_code == 201
        before = _stored(server)
        disk.fill(but=len(wav.read_bytes()) + 10_000_000)
        full = server.upload(doctor, visits[1], wav.read_bytes())
        assert (full.status_code, full.json()["error"]) == (
            500,
            "Error storing recording",
        )
        assert _stored(server) == before
        server.appointment(doctor)
        heard = f"{server.url}/api/recordings/get/{visits[0]}"
        kept = requests.get(heard, headers=doctor, timeout=60)
        assert kept.content == wav.read_bytes()
        disk.free()
        assert server.upload(doctor, visits[1], wav.read_bytes()).status_code == 201
