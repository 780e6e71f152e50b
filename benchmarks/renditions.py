"""The first MP3 of an hour of speech's length, and the second."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks import client
from benchmarks.clinic import Clinic, ffmpeg, sound
from benchmarks.peers import nginx
from benchmarks.table import Table


def measure(table: Table, clinic: Clinic, folder: Path) -> None:
    wav, plain = sound(folder, 60), folder / "plain.mp3"
    first_bytes: list[float] = []
    url = ""

    def first() -> float:
        """Asked for as soon as the upload is acknowledged."""
        nonlocal url
        _, _, recording = clinic.send(wav)
        url = clinic.page(recording, "audio.mp3")
        first_byte, whole, _ = client.download(url, clinic.staff)
        first_bytes.append(first_byte)
        return whole

    def by_ffmpeg() -> float:
        encoder = ["-c:a", "libmp3lame", "-b:a", "64k", "-compression_level", "7"]
        return ffmpeg("-i", str(wav), *encoder, str(plain))

    table.compare(
        "first MP3 of 60 min, whole; ffmpeg alone",
        "s",
        first,
        by_ffmpeg,
        goal="at most 1.3, aim 1.05",
    )
    what = "first MP3 of 60 min, first byte"
    with table.row(what):
        seconds = statistics.median(first_bytes)
        table.print(what, f"{seconds:.3g} s | - | -", "at most 1 s, aim 0.25 s")
    with tempfile.TemporaryDirectory(dir=folder) as name, table.row("second MP3"):
        made = Path(name) / "made.mp3"
        made.write_bytes(plain.read_bytes())
        Path(name).chmod(0o755)
        with nginx(made) as direct:
            table.compare(
                "second MP3; nginx on one of its size",
                "MB/s",
                lambda: client.speed(url, clinic.staff),
                lambda: client.speed(direct),
                goal="-",
            )
