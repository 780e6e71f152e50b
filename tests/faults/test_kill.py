"""SIGKILL at any instant of uploads, deletions and transcodes.

A recording is whole or it is not there, a deletion is done or finished by the
sweep, and no maker's death keeps its form from being made.
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest
import requests

from tests.audio import encode, speech
from tests.server import Server

pytestmark = pytest.mark.once

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "12"))
AT_ONCE = 3  # Of each kind, in a round.
ROUNDS_A_DOCTOR = 60  # More would be more uploads than an hour allows.

KINDS = ("upload", "delete", "mp3")

NAMED = """
from recordings.models import Recording, Rendition
for kind in (Recording, Rendition):
    print(*kind.objects.exclude(key="").values_list("key", flat=True), sep="\\n")
"""


class Clinic:
    """What the clients of a server have been told so far."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        source = speech(folder)
        self._wav = encode(
            folder / "longer.wav", "-stream_loop", "3", "-i", str(source)
        ).read_bytes()
        self.doctors: dict[str, dict[str, str]] = {}
        self.sent: dict[str, bytes] = {}
        self.kept: dict[str, str] = {}  # The recording's id, by its visit's.
        self.outcomes: set[tuple[str, bool]] = set()
        server.clinician("staff@clinic.example", "--staff")
        self.staff = server.session("staff@clinic.example")

    def new_visits(self, doctor: dict[str, str], number: int) -> list[str]:
        visits = [self.server.appointment(doctor) for _ in range(AT_ONCE)]
        for index, visit in enumerate(visits):
            self.doctors[visit] = doctor
            # Each upload differs, so that a mixed-up one would show.
            self.sent[visit] = self._wav + bytes([number % 251, index])
        return visits

    def upload(self, visit: str) -> bool:
        answer = self.server.upload(self.doctors[visit], visit, self.sent[visit])
        if answer.status_code == 201:
            self.kept[visit] = answer.json()["data"]["_id"]
        return answer.status_code == 201

    def delete(self, visit: str) -> bool:
        url = f"{self.server.url}/api/recordings/{visit}"
        answer = requests.delete(url, headers=self.doctors[visit], timeout=60)
        return answer.status_code == 200

    def mp3(self, visit: str) -> bool:
        url = f"{self.server.url}/recordings/{self.kept[visit]}/audio.mp3"
        answer = self.staff.get(url, timeout=60)
        return answer.status_code == 200 and len(answer.content) > 1000

    def has(self, visit: str) -> bool:
        """Whether the recording is there; if so it is whole."""
        answer = requests.get(
            f"{self.server.url}/api/recordings/get/{visit}",
            headers=self.doctors[visit],
            timeout=60,
        )
        if answer.status_code == 200:
            assert _sha256(answer.content) == _sha256(self.sent[visit])
            return True
        assert answer.status_code == 400
        assert answer.json() == {"success": False, "error": "Recording not found"}
        return False


def test_a_killed_server_keeps_every_promise(tmp_path: Path) -> None:
    chance = random.Random(20261123)
    with Server(tmp_path / "data") as server:
        clinic = Clinic(server, tmp_path / "speech")
        for number in range(ROUNDS):
            if number % ROUNDS_A_DOCTOR == 0:
                email = f"d{number}@clinic.example"
                doctor = server.clinician(email, "--tier=premium")
            _round(clinic, doctor, number, chance)
        # Otherwise the kills came too late or too early to show anything.
        assert clinic.outcomes == set(product(KINDS, (True, False)))
        assert all(clinic.has(visit) for visit in clinic.kept)
        # Also those whose maker was killed a moment ago.
        assert all(_at_once(clinic.mp3, list(clinic.kept)[-12:]).values())
        assert "0 missing or altered" in server.manage("verify_recordings")
        _age_everything(server.data_dir / "media")
        server.manage("sweep")
        assert _stored(server.data_dir / "media") == _named(server)


def _round(
    clinic: Clinic, doctor: dict[str, str], number: int, chance: random.Random
) -> None:
    doomed = chance.sample(sorted(clinic.kept), min(AT_ONCE, len(clinic.kept) // 2))
    wanted = list(clinic.kept)[-2 * AT_ONCE :][:AT_ONCE]
    work: dict[tuple[str, str], Callable[[str], bool]] = {}
    work |= {
        ("upload", visit): clinic.upload for visit in clinic.new_visits(doctor, number)
    }
    work |= {("delete", visit): clinic.delete for visit in doomed}
    work |= {("mp3", visit): clinic.mp3 for visit in wanted}
    done = dict.fromkeys(work, False)

    def run(kind: str, visit: str) -> None:
        with suppress(requests.RequestException):  # The kill cut it off.
            done[kind, visit] = work[kind, visit](visit)

    jobs = chance.sample(sorted(work), len(work))
    threads = [threading.Thread(target=run, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    # The kill must fall anywhere in the work, on machines of any speed: at its
    # start, or when one of a kind is done and some others are.
    awaited = ("", *KINDS)[number % (1 + len(KINDS))]
    some = chance.randrange(len(jobs)) if awaited else 0

    def is_early() -> bool:
        kinds = [kind for (kind, _), is_done in done.items() if is_done]
        return len(kinds) < some or bool(awaited and awaited not in kinds)

    while is_early() and any(thread.is_alive() for thread in threads):
        time.sleep(0.001)
    time.sleep(chance.random() * 0.05)
    clinic.server.kill()
    for thread in threads:
        thread.join()
    clinic.server.start()
    clinic.outcomes |= {(kind, result) for (kind, _), result in done.items()}
    for (kind, visit), result in done.items():
        _check(clinic, kind, visit, done=result)


def _check(clinic: Clinic, kind: str, visit: str, *, done: bool) -> None:
    there = clinic.has(visit)
    if kind == "upload":
        assert there or not done
        if there and not done:
            listed = f"{clinic.server.url}/api/recordings/{visit}"
            rows = requests.get(listed, headers=clinic.doctors[visit], timeout=30)
            clinic.kept[visit] = rows.json()["data"][0]["_id"]
    if kind == "delete":
        assert not (there and done)
        if not there:
            clinic.kept.pop(visit)


def _at_once(call: Callable[[str], bool], visits: list[str]) -> dict[str, bool]:
    results: dict[str, bool] = {}
    threads = [
        threading.Thread(target=lambda name=visit: results.update({name: call(name)}))
        for visit in visits
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _age_everything(folder: Path) -> None:
    """The sweep leaves young files alone: they may be uploads under way."""
    two_days_ago = time.time() - 2 * 24 * 3600
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (two_days_ago, two_days_ago))


def _stored(media: Path) -> set[str]:
    return {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}


def _named(server: Server) -> set[str]:
    return set(server.manage("shell", "--verbosity", "0", "-c", NAMED).split())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
