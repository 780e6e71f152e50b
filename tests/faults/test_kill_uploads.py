"""SIGKILL at any instant of an upload in pieces.

What was acknowledged is there, what is there is what was sent, and the sender goes
on where it is told to; the recording is made once.
"""

from __future__ import annotations

import random
import threading
import time
from hashlib import sha256
from pathlib import Path

import pytest
import requests

from tests.audio import encode, speech
from tests.recordings.tus.sender import RemoteSender, digest_of
from tests.server import Server

pytestmark = pytest.mark.once

KILLS = 8


class Device:
    """Sends a recording until it is through, whatever happens to the server."""

    def __init__(self, sender: RemoteSender, data: bytes, place: str) -> None:
        self.data, self._sender, self._place = data, sender, place
        self.acknowledged = 0
        self.finished = False
        self.faults: list[str] = []

    def run(self) -> None:
        chance = random.Random(7)
        while not self.finished:
            try:
                offset = self._sender.offset(self._place)
                if offset < self.acknowledged:
                    self.faults.append(f"{self.acknowledged} became {offset}")
                while offset < len(self.data):
                    end = offset + 2 * chance.randrange(1, 60_000)
                    answer = self._sender.send(
                        self._place, offset, self.data[offset:end]
                    )
                    if answer.status_code == 423:
                        break
                    if answer.status_code != 204:
                        self.faults.append(f"{answer.status_code} {answer.text}")
                        return
                    offset = self.acknowledged = int(answer.headers["Upload-Offset"])
                self.finished = offset == len(self.data)
            except (requests.RequestException, AssertionError):
                time.sleep(0.02)  # The server is being started again.


def test_a_killed_server_loses_no_acknowledged_byte(tmp_path: Path) -> None:
    chance = random.Random(20261124)
    source = str(speech(tmp_path / "speech"))
    long = tmp_path / "long.wav"
    encode(long, "-stream_loop", "60", "-i", source, "-bitexact")
    data = long.read_bytes()
    with Server(tmp_path / "data") as server:
        server.clinician("mira@clinic.example")
        sender = RemoteSender(server.url, server.session("mira@clinic.example"))
        place = sender.place(len(data), filename="long.wav")
        answer = sender.send(place, 0, b"", Repr_Digest=digest_of(data))
        assert answer.status_code == 204
        device = Device(sender, data, place)
        thread = threading.Thread(target=device.run)
        thread.start()
        for number in range(KILLS):
            # Anywhere in the whole of it, on machines of any speed.
            due = len(data) * number // KILLS
            while device.acknowledged < due and thread.is_alive():
                time.sleep(0.001)
            time.sleep(chance.random() * 0.05)
            server.kill()
            server.start()
        thread.join(120)
        assert device.faults == []
        assert device.finished
        audio = sender.ask("HEAD", place).headers["Content-Location"]
        kept = sender.session.get(f"{server.url}{audio}original", timeout=60).content
        assert sha256(kept).hexdigest() == sha256(data).hexdigest()
        assert "1 recordings, 0 missing" in server.manage("verify_recordings")
