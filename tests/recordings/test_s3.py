"""A recording's whole life in a real S3 store."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tests.audio import speech
from tests.s3 import Bucket
from tests.server import Server

pytestmark = pytest.mark.once


def test_a_recording_lives_and_ends_in_the_bucket(
    bucket: Bucket, tmp_path: Path
) -> None:
    wav = speech(tmp_path / "speech").read_bytes()
    with Server(tmp_path / "data", **bucket.environment()) as server:
        doctor = server.clinician("mira@clinic.example")
        visit = server.appointment(doctor)

        sent = server.upload(doctor, visit, wav)
        assert sent.status_code == 201, sent.text
        (key,) = bucket.keys()
        assert bucket.client.get_object(Bucket=bucket.name, Key=key)["Body"].read() == (
            wav
        )
        assert not [*(server.data_dir / "media").rglob("*.part")]

        url = f"{server.url}/api/recordings/get/{visit}"
        whole = requests.get(url, headers=doctor, timeout=30)
        assert (whole.status_code, whole.content) == (200, wav)
        assert whole.headers["Content-Length"] == str(len(wav))
        asked = {"Range": f"bytes={len(wav) - 1000}-{len(wav) - 901}"}
        part = requests.get(url, headers={**doctor, **asked}, timeout=30)
        assert (part.status_code, part.content) == (206, wav[-1000:-900])
        assert "1 recordings, 0 missing" in server.manage("verify_recordings")

        gone = requests.delete(
            f"{server.url}/api/recordings/{visit}", headers=doctor, timeout=30
        )
        assert gone.status_code == 200, gone.text
        assert bucket.keys() == set()
        assert bucket.uploads() == set()
