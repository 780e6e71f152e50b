"""The libraries that SignalWire and Twilio ship, unchanged, against the real server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.server import Server
from tests.telephony import speech
from tests.vendors.environment import HERE, environment

pytestmark = [pytest.mark.once, pytest.mark.contract("laml", "8")]

CLIENTS = ["twilio", "signalwire", "compatibility-api"]
_CALL = "20240311094512-171012151{}.23-+15035550176-2117-Inbound.wav"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


class Desk:
    """An account with five recordings: two of one call, one of a conference."""

    def __init__(self, server: Server, name: str, folder: Path) -> None:
        made = server.json("create_account", f"Desk of {name}")
        self.account, self.token = made["account_sid"], made["token"]
        self.room = str(uuid4())
        number = CLIENTS.index(name)
        first = _CALL.format(number)
        second = first.replace("-2117-", "-2118-")
        names = [f"{name}-1.wav", f"{name}-2.wav", first, second]
        told = self._import(server, *(folder / file_name for file_name in names))
        self.recording, self.call = told[-1]["sid"], told[-1]["call_sid"]
        told += self._import(
            server, folder / f"{name}-3.wav", options=["--conference-sid", self.room]
        )
        self.listed = [row["sid"] for row in told[::-1]]  # The newest first.
        self.transcription = server.manage(
            "shell",
            "--command",
            "from telephony.models import CallRecording, CallTranscription\n"
            f"row = CallRecording.objects.get(pk='{self.recording}')\n"
            "made = CallTranscription.objects.create(call_recording=row,"
            " account=row.account, text='Good morning.')\n"
            "print(made.pk)",
        ).splitlines()[-1]

    def _import(
        self, server: Server, *paths: Path, options: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        for path in paths:
            speech.copied(speech.PROMPT, path)
        files = [str(path) for path in paths]
        account = ["--account-sid", self.account, "--json"]
        told = server.manage("import_recordings", *files, *account, *options)
        return [json.loads(line) for line in told.splitlines()]

    def facts(self, server: Server) -> str:
        return json.dumps(
            {
                "url": server.url,
                "account": self.account,
                "token": self.token,
                "recording": self.recording,
                "call": self.call,
                "conference": self.room,
                "transcription": self.transcription,
            }
        )


def run(client: str, facts: str) -> dict[str, Any]:
    folder = environment(client)
    if (folder / "node_modules").exists():
        command = ["bin/node", str(HERE / client / "client.js"), facts]
    else:
        command = ["bin/python", str(HERE / "python_client.py"), client, facts]
    command[0] = str(folder / command[0])
    done = subprocess.run(
        command, cwd=folder, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize("client", CLIENTS)
def test_a_program_written_for_the_vendor_works_unchanged(
    server: Server, tmp_path: Path, client: str
) -> None:
    desk = Desk(server, client, tmp_path)
    began = datetime.now(timezone.utc)

    seen = run(client, desk.facts(server))

    started, created = (datetime.fromisoformat(moment) for moment in seen.pop("dates"))
    assert started == datetime(2024, 3, 11, 1, 45, 12, tzinfo=timezone.utc)
    assert abs(created - began) < timedelta(minutes=5)
    of_call = desk.listed[1:3]
    path = f"/api/laml/2010-04-01/Accounts/{desk.account}/Recordings/{desk.recording}"
    assert seen == {
        "list": desk.listed,
        "in pages": desk.listed,
        "limit": desk.listed[:3],
        "large limit": desk.listed,
        "streamed": desk.listed,
        "first page": desk.listed[:2],
        "second page": desk.listed[2:4],
        "back": desk.listed[:2],
        "of call": of_call,
        "since": desk.listed,
        "until": [],
        "long ago": [],
        "call's": of_call,
        "call's since": of_call,
        "conference's": desk.listed[:1],
        "transcriptions": [desk.transcription],
        "recording's": [desk.transcription],
        "accounts": [desk.account],
        "recording": {
            "sid": desk.recording,
            "account_sid": desk.account,
            "call_sid": desk.call,
            "conference_sid": None,
            "channels": 1,
            "duration": 6,
            "source": "Trunking",
            "status": "completed",
            "price": None,
            "price_unit": "USD",
            "error_code": None,
            "uri": f"{path}.json",
        },
        "call's recording": desk.recording,
        "transcription": [desk.recording, "Good morning.", "completed"],
        "account": [desk.account, f"Desk of {client}", "active"],
        ".wav": [200, "audio/x-wav", True],
        ".mp3": [200, "audio/mpeg", True],
        "create": [400, 21220],
        "update": [400, 21220],
        "delete transcription": True,
        "deleted transcription": [404, 20404],
        "delete": True,
        "fetch deleted": [404, 20404],
        "delete again": [404, 20404],
        "left": 4,
        "wrong token": [401, 20003],
        "wrong token's list": [401, 20003],
    }
