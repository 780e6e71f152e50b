"""An original that the disk lost a part of, or changed behind our back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.audio import speech
from tests.faults.answers import assert_refused_or_broken_off
from tests.server import Server

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return speech(tmp_path_factory.mktemp("speech")).read_bytes()


def _halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _lose(path: Path) -> None:
    path.unlink()


def _garble(path: Path) -> None:
    path.write_bytes(b"\xee" * path.stat().st_size)


@pytest.fixture
def doctor(server: Server, request: pytest.FixtureRequest) -> dict[str, str]:
    name = request.node.callspec.params["harm"].__name__
    return server.clinician(f"{name}@clinic.example")


@pytest.mark.parametrize("harm", [_halve, _lose, _garble])
def test_harm_is_told_and_reported(
    harm: Callable[[Path], None], server: Server, doctor: dict[str, str], wav: bytes
) -> None:
    visit = server.appointment(doctor)
    kept = server.upload(doctor, visit, wav).json()["data"]["_id"]
    harm(server.data_dir / "media" / "originals" / kept[-2:] / kept)

    answer = requests.get(
        f"{server.url}/api/recordings/get/{visit}", headers=doctor, timeout=60
    )
    if harm is not _garble:  # Whose length is what it should be.
        assert (answer.status_code, answer.json()) == (
            500,
            {"success": False, "message": "Internal server error"},
        )
    finding = "missing" if harm is _lose else "altered"
    assert f"{kept} {finding}" in server.manage("verify_recordings", check=False)
    deleted = requests.delete(
        f"{server.url}/api/recordings/{visit}", headers=doctor, timeout=60
    )
    assert deleted.status_code == 200
    assert kept not in server.manage("verify_recordings", check=False)


@pytest.mark.parametrize("harm", [_halve, _lose, _garble])
def test_no_form_is_made_of_a_harmed_original(
    harm: Callable[[Path], None], server: Server, wav: bytes, tmp_path: Path
) -> None:
    call = tmp_path / f"call{harm.__name__}.wav"
    call.write_bytes(wav)
    sid = server.json("create_account", harm.__name__)["account_sid"]
    before = set((server.data_dir / "media" / "originals").rglob("*"))
    row = server.json("import_recordings", str(call), f"--account-sid={sid}")
    after = set((server.data_dir / "media" / "originals").rglob("*"))
    harm(next(path for path in after - before if path.is_file()))
    url = f"{server.url}/api/laml/2010-04-01/Accounts/{sid}/Recordings/{row['sid']}.mp3"
    assert_refused_or_broken_off(url)
    assert not [*(server.data_dir / "media" / "incoming").iterdir()]
