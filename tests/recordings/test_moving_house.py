"""Moving to a bucket with the server running, as docs/operations.md tells it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.audio import speech
from tests.proxy import Fault, Proxy
from tests.s3 import Bucket
from tests.server import Server

pytestmark = pytest.mark.once


def test_a_clinic_moves_to_a_bucket_and_loses_nothing(
    bucket: Bucket, tmp_path: Path
) -> None:
    wav = speech(tmp_path / "speech").read_bytes()
    data_dir = tmp_path / "data"
    with Proxy(bucket.server.port) as proxy, ThreadPoolExecutor(1) as pool:
        to_bucket = bucket.environment(proxy.url)
        with Server(data_dir, **to_bucket, MEDISYNC_STORAGE="files") as server:
            doctor = server.clinician("mira@clinic.example")
            visits: list[tuple[str, bytes]] = []

            def add() -> None:
                visit = server.appointment(doctor)
                sent = wav + bytes([len(visits)]) * 2
                assert server.upload(doctor, visit, sent).status_code == 201
                visits.append((visit, sent))

            for _ in range(3):
                add()
            # Slow enough for an upload in the middle of it.
            proxy.misbehave(Fault.SLOW, after_requests=4)
            moving = pool.submit(server.manage, "move_storage", "--to", "s3")
            while len(bucket.keys()) < 1:
                assert not moving.done()
            add()
            proxy.behave()
            assert "restart" in moving.result()
            assert len(bucket.keys()) == 4
            add()
        with Server(data_dir, **to_bucket) as server:
            told = server.manage("move_storage", "--to", "s3", "--continue")
            assert told.startswith("1 copied")
            told = server.manage("move_storage", "--to", "s3", "--remove-source")
            assert "5 removed from files, 0 left there" in told
            left = (data_dir / "media").rglob("*")
            assert not [path for path in left if path.is_file()]
            assert "0 missing" in server.manage("verify_recordings")
            for visit, sent in visits:
                url = f"{server.url}/api/recordings/get/{visit}"
                heard = requests.get(url, headers=doctor, timeout=30)
                assert (heard.status_code, heard.content) == (200, sent)
