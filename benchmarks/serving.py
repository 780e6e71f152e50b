"""Whole downloads and random ranges."""

from __future__ import annotations

from pathlib import Path

from benchmarks import client
from benchmarks.clinic import Clinic, sound
from benchmarks.peers import bare_slices, nginx
from benchmarks.table import Table
from tests.nginx import BEHIND_NGINX, in_front_of
from tests.server import Server

RANGES = 1000


def measure(table: Table, clinic: Clinic, folder: Path) -> None:
    wav = sound(folder, 60)
    _, visit, _ = clinic.send(wav)
    ours, size = clinic.audio(visit), wav.stat().st_size
    anyone: list[client.Headers] = [{} for _ in clinic.listeners]

    def ranges() -> float:
        return client.slices(ours, clinic.listeners, size, RANGES)

    with nginx(wav) as direct, bare_slices(wav) as bare:
        table.compare(
            "full download; nginx on the same file",
            "MB/s",
            lambda: client.speed(ours, clinic.doctor),
            lambda: client.speed(direct),
            goal="0.9",
        )
        table.compare(
            "64 KiB ranges; a bare Django view",
            "/s",
            ranges,
            lambda: client.slices(bare, anyone, size, RANGES),
            goal="0.6",
        )
        table.compare(
            "64 KiB ranges; nginx",
            "/s",
            ranges,
            lambda: client.slices(direct, anyone, size, RANGES),
            goal="0.3",
        )


def measure_behind_nginx(table: Table, folder: Path) -> None:
    wav = sound(folder, 60)
    what = "full download behind nginx, X-Accel; nginx on the same file"
    with (
        table.row(what),
        Server(folder / "behind", **BEHIND_NGINX) as server,
        in_front_of(server) as front,
        nginx(wav) as direct,
    ):
        clinic = Clinic(server)
        _, visit, _ = clinic.send(wav)
        url = clinic.audio(visit).replace(server.url, front)
        table.compare(
            what,
            "MB/s",
            lambda: client.speed(url, clinic.doctor),
            lambda: client.speed(direct),
            goal="0.98",
        )
