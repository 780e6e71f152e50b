"""Keeping in a bucket: in parts and with checksums, and no part stays behind."""

from __future__ import annotations

import random
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.storage import storages

from recordings import storage, sweep
from recordings.errors import StorageFailed
from tests.audio import wav
from tests.s3 import Bucket
from tests.server import Server

KEY = storage.original_key("65f8a1b2c3d4e5f6789012f3")
PARTS = random.Random(3).randbytes(20_000_000)


@pytest.fixture(autouse=True)
def _in_use(s3_store: Bucket, settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "recordings": settings.STORAGES["s3"]}


def keep(folder: Path, data: bytes) -> None:
    file = folder / "file"
    file.write_bytes(data)
    storage.keep(file, KEY, sha256=sha256(data).hexdigest())


@pytest.mark.once
def test_an_upload_goes_there_in_parts_that_the_store_has_checked(
    bucket: Bucket, tmp_path: Path
) -> None:
    with Server(tmp_path / "data", **bucket.environment()) as server:
        doctor = server.clinician("mira@clinic.example")
        sent = wav(PARTS)
        answer = server.upload(doctor, server.appointment(doctor), sent)
        assert answer.status_code == 201
    (key,) = bucket.keys()
    facts = bucket.client.head_object(
        Bucket=bucket.name, Key=key, ChecksumMode="ENABLED"
    )
    assert facts["ChecksumSHA256"].endswith("-3")
    assert facts["ServerSideEncryption"] == "AES256"
    assert storage.file_hash(key) == sha256(sent).hexdigest()


def test_an_upload_that_fails_in_the_middle_leaves_no_part(
    bucket: Bucket, tmp_path: Path
) -> None:
    parts: list[int] = []

    def break_off(params: dict[str, Any], **event: object) -> None:
        parts.append(params["query_string"]["partNumber"])
        if len(parts) == 2:
            raise EndpointConnectionError(endpoint_url="")

    store: Any = storages["recordings"]
    events = store.connection.meta.client.meta.events
    events.register("before-call.s3.UploadPart", break_off)
    with pytest.raises(StorageFailed):
        keep(tmp_path, PARTS)
    assert len(parts) >= 2
    assert (bucket.keys(), bucket.uploads()) == (set(), set())


def test_what_has_the_key_already_is_never_touched(
    bucket: Bucket, tmp_path: Path
) -> None:
    keep(tmp_path, b"first")
    with pytest.raises(StorageFailed):
        keep(tmp_path, b"second")
    assert bucket.keys() == {KEY}
    assert b"".join(storage.chunks(KEY)) == b"first"


def test_the_sweep_aborts_what_a_crash_left_and_nothing_younger(
    db: None, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = bucket.client.create_multipart_upload(Bucket=bucket.name, Key=KEY)
    bucket.client.upload_part(
        Bucket=bucket.name,
        Key=KEY,
        UploadId=upload["UploadId"],
        PartNumber=1,
        Body=b"left",
    )
    assert sweep.sweep()["unfinished uploads"] == 0
    assert bucket.uploads() == {KEY}
    monkeypatch.setattr(sweep, "ABANDONED_AFTER_SECONDS", -60)
    assert sweep.sweep()["unfinished uploads"] == 1
    assert bucket.uploads() == set()
