"""S3 through the server against S3 itself (SeaweedFS on this machine)."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks import client
from benchmarks.clinic import Clinic, sound
from benchmarks.table import Table
from tests.s3 import Bucket, s3_server
from tests.server import Server

RANGES = 400


def measure(table: Table, folder: Path) -> None:
    wav = sound(folder, 60)
    size = wav.stat().st_size
    with table.row("S3"), s3_server() as store:
        bucket, direct = Bucket(store, "through"), Bucket(store, "direct")
        with Server(folder / "s3", **bucket.environment()) as server:
            clinic = Clinic(server)

            def send_directly() -> float:
                begun = time.perf_counter()
                direct.client.upload_file(str(wav), direct.name, "wav")
                return size / 1e6 / (time.perf_counter() - begun)

            table.compare(
                "S3: upload; boto3's own upload_file",
                "MB/s",
                lambda: clinic.upload_speed(wav),
                send_directly,
                goal="-",
            )
            _, visit, _ = clinic.send(wav)
            ours = clinic.audio(visit)
            named = {"Bucket": direct.name, "Key": "wav"}
            signed = direct.client.generate_presigned_url("get_object", Params=named)
            table.compare(
                "S3: full download; the same from S3",
                "MB/s",
                lambda: client.speed(ours, clinic.doctor),
                lambda: client.speed(signed),
                goal="-",
            )
            anyone: list[client.Headers] = [{} for _ in clinic.listeners]
            table.compare(
                "S3: 64 KiB ranges; the same from S3",
                "/s",
                lambda: client.slices(ours, clinic.listeners, size, RANGES),
                lambda: client.slices(signed, anyone, size, RANGES),
                goal="-",
            )
