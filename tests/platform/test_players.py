"""Hundreds of players that take their time leave the server to everybody else."""

from __future__ import annotations

import resource
import socket
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from tests.audio import speech
from tests.server import Server

pytestmark = pytest.mark.once

PLAYERS = 500
FILE_BYTES = 8_000_000
SOON = 2.0  # seconds, on a machine that tests share


@dataclass
class Clinic:
    server: Server
    doctor: dict[str, str]
    appointment: str
    audio: bytes

    def play(self) -> socket.socket:
        """A player on a thin line, who has asked and has not begun to read."""
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(30)
        line.connect(("127.0.0.1", self.server.port))
        self.ask(line)
        return line

    def ask(self, line: socket.socket) -> None:
        head = f"GET /api/recordings/get/{self.appointment} HTTP/1.1"
        token = f"Authorization: {self.doctor['Authorization']}"
        line.sendall(f"{head}\r\nHost: localhost\r\n{token}\r\n\r\n".encode())

    def profile_seconds(self) -> float:
        begun = time.monotonic()
        url = f"{self.server.url}/api/user/profile"
        answer = requests.get(url, headers=self.doctor, timeout=30)
        assert answer.status_code == 200
        return time.monotonic() - begun

    def heard(self) -> str:
        return self.server.manage(
            "shell",
            "--verbosity=0",
            "-c",
            "from medisync.audit.models import HeardRange as H;"
            "print(max(H.objects.values_list('last_byte', flat=True), default=0))",
        ).strip()


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    tmp_path = tmp_path_factory.mktemp("players")
    with wave.open(str(speech(tmp_path))) as source:
        parameters = source.getparams()
        frames = source.readframes(parameters.nframes)
    long = tmp_path / "long.wav"
    with wave.open(str(long), "wb") as target:
        target.setparams(parameters)
        target.writeframes(frames * (FILE_BYTES // len(frames) + 1))
    with Server(tmp_path / "data", GUNICORN_CMD_ARGS="--graceful-timeout 5") as server:
        doctor = server.clinician("players@clinic.example", "--tier=premium")
        visit = server.appointment(doctor)
        sent = server.upload(doctor, visit, long.read_bytes())
        assert sent.status_code == 201, sent.text
        yield Clinic(server, doctor, visit, long.read_bytes())


@pytest.fixture
def many_files() -> Iterator[None]:
    """A descriptor for each player, where the shell allows fewer by itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * PLAYERS
    assert hard == resource.RLIM_INFINITY or hard >= wanted
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def read_answer(line: socket.socket, so_far: bytes = b"") -> bytes:
    """The body of one answer, by its Content-Length."""
    data = bytearray(so_far)
    while b"\r\n\r\n" not in data:
        data += line.recv(4096)
    head, _, body = bytes(data).partition(b"\r\n\r\n")
    assert b" 200 OK" in head
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    pieces = [body]
    left = length - len(body)
    while left:
        piece = line.recv(min(left, 65_536))
        assert piece, "broken off"
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def test_what_a_vanished_player_took_is_written_down(clinic: Clinic) -> None:
    player = clinic.play()
    assert player.recv(1000)
    player.close()
    clinic.server.stop()
    try:
        assert 0 < int(clinic.heard()) < len(clinic.audio) - 1
    finally:
        clinic.server.start()


def test_slow_players_leave_the_server_to_others(
    clinic: Clinic, many_files: None
) -> None:
    players = [clinic.play() for _ in range(PLAYERS)]
    for player in players:
        assert player.recv(9) == b"HTTP/1.1 "

    waits = []
    for index in range(20):
        waits.append(clinic.profile_seconds())
        for player in players[index * 20 : index * 20 + 20]:
            assert player.recv(512)
    assert max(waits) < SOON

    begun = time.monotonic()
    late = clinic.play()
    assert late.recv(9) == b"HTTP/1.1 "
    assert time.monotonic() - begun < SOON

    # Who was served by the way is served whole, and may ask again.
    assert read_answer(late, b"HTTP/1.1 ") == clinic.audio
    clinic.ask(late)
    assert read_answer(late) == clinic.audio

    # Whoever vanishes is forgotten; whoever stays is given up in time.
    for player in players[::2]:
        player.close()
    begun = time.monotonic()
    assert clinic.server.stop() == 0
    assert time.monotonic() - begun < 15
    assert clinic.heard() == str(len(clinic.audio) - 1)
    for player in (*players, late):
        player.close()
    assert "Traceback" not in clinic.server.log()
