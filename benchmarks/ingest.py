"""Uploads, until they are acknowledged."""

from __future__ import annotations

from pathlib import Path

from benchmarks.clinic import Clinic, copy_speed, sound
from benchmarks.table import Table


def measure(table: Table, clinic: Clinic, folder: Path) -> None:
    wav = sound(folder, 60)
    table.compare(
        "upload; copy + SHA-256 + fsync of the same file",
        "MB/s",
        lambda: clinic.upload_speed(wav),
        lambda: copy_speed(wav, folder / "copy"),
        goal="0.8",
    )
