"""What every founding document begins with."""

from __future__ import annotations

import subprocess
from pathlib import Path

import requests

from tests.server import PASSWORD, Server


def person(server: Server, email: str, **names: str) -> str:
    """A new user's token."""
    options = [
        f"--{name}={names.get(name, '')}"
        for name in ("first-name", "last-name", "title")
    ]
    server.json("create_clinician", email, *options)
    answer = requests.post(
        f"{server.url}/api/login",
        json={"email": email, "password": PASSWORD},
        timeout=30,
    )
    assert answer.status_code == 200
    return str(answer.json()["token"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def visit(server: Server, token: str, wav: Path | None = None) -> str:
    """The id of a new appointment, with a recording if ``wav`` is given."""
    added = requests.post(
        f"{server.url}/api/appointments/add",
        json={"name": "Knee check", "date": "2026-05-04", "time": "09:20"},
        headers=bearer(token),
        timeout=30,
    )
    assert added.status_code == 201, added.text
    appointment_id = str(added.json()["data"]["_id"])
    if wav is not None:
        sent = requests.post(
            f"{server.url}/api/recordings/add/{appointment_id}",
            files={"audio": ("visit.wav", wav.read_bytes())},
            headers=bearer(token),
            timeout=60,
        )
        assert sent.status_code == 201, sent.text
    return appointment_id


def curl(*arguments: str) -> str:
    done = subprocess.run(
        ["curl", "--silent", *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout
