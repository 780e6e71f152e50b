"""Five hundred who play slowly, and one who comes then."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import client
from benchmarks.clinic import Clinic, sound
from benchmarks.table import Table

PLAYERS = 500
LOOKS = 20
#: What a player of a 128 kbit/s file takes.
BYTES_A_SECOND = 16 * 1024
PATIENCE = 10


def measure(table: Table, clinic: Clinic, folder: Path) -> None:
    _, visit, _ = clinic.send(sound(folder, 60))
    audio = clinic.audio(visit)
    listing = f"{clinic.server.url}/api/recordings?limit=10"

    def first_byte() -> float:
        connection = client.Connection(audio, clinic.doctor, timeout=PATIENCE)
        begun = time.perf_counter()
        connection.request()
        connection.socket.recv(1)
        seconds = time.perf_counter() - begun
        connection.close()
        return seconds

    def answer() -> float:
        connection = client.Connection(listing, clinic.doctor, timeout=PATIENCE)
        begun = time.perf_counter()
        connection.request()
        assert connection.answer()[0] == 200
        seconds = time.perf_counter() - begun
        connection.close()
        return seconds

    kinds = {"first byte": first_byte, "JSON request": answer}
    idle = {
        what: statistics.median(look() for _ in range(LOOKS))
        for what, look in kinds.items()
    }
    with table.row(f"{PLAYERS} slow players"), _crowd(audio, clinic) as crowd:
        table.print(
            f"{PLAYERS} slow players, all of whom hear something",
            f"{crowd} players | {PLAYERS} | {crowd / PLAYERS:.2f}",
            "1",
        )
        for what, look in kinds.items():
            title = f"{what} beside {PLAYERS} slow players; without them"
            with table.row(title):
                took = [look() for _ in range(LOOKS)]
                middle, most = statistics.median(took), max(took)
                cells = (
                    f"{1000 * middle:.3g} ms (most {1000 * most:.0f}) | "
                    f"{1000 * idle[what]:.3g} ms | {middle / idle[what]:.2f}"
                )
                table.print(title, cells, "no starvation")


@contextmanager
def _crowd(url: str, clinic: Clinic) -> Iterator[int]:
    """Players under way; how many of them got a first byte within the patience."""
    over = threading.Event()
    players: list[client.Connection] = []
    for number in range(PLAYERS):
        who = clinic.listeners[number % len(clinic.listeners)]
        player = client.Connection(url, who)
        player.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        player.request()
        player.socket.setblocking(False)
        players.append(player)
    heard: set[int] = set()

    def play() -> None:
        while not over.wait(1):
            for number, player in enumerate(players):
                try:
                    if player.socket.recv(BYTES_A_SECOND):
                        heard.add(number)
                except BlockingIOError:
                    continue

    thread = threading.Thread(target=play)
    thread.start()
    try:
        deadline = time.monotonic() + PATIENCE
        while len(heard) < PLAYERS and time.monotonic() < deadline:
            time.sleep(0.1)
        yield len(heard)
    finally:
        over.set()
        thread.join()
        for player in players:
            player.close()
