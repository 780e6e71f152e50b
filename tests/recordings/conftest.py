from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from boto3.s3.transfer import TransferConfig

from appointments.models import Appointment
from medisync.accounts.models import User
from medisync.audit.trail import Actor
from recordings import storage
from recordings.choices import Source
from recordings.intake import incoming_file
from recordings.models import Recording
from recordings.services import add_recording
from tests.audio import sample
from tests.factories import AppointmentFactory
from tests.s3 import ACCESS_KEY, SECRET_KEY, Bucket

AddVisit = Callable[..., Recording]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Real speech in one of the accepted formats, by its name in tests.audio."""
    folder = tmp_path_factory.mktemp("samples")
    return lambda name: sample(folder, name)


@pytest.fixture
def add_visit(samples: Callable[[str], Path]) -> AddVisit:
    """A visit's recording of a doctor, kept by the service."""

    def add(
        doctor: User, name: str = "pcm-16.wav", appointment: Appointment | None = None
    ) -> Recording:
        with incoming_file(samples(name), file_name=name) as incoming:
            return add_recording(
                incoming,
                source=Source.VISIT,
                appointment=appointment or AppointmentFactory.create(doctor=doctor),
                actor=Actor("system", name="test"),
                origin="test",
            )

    return add


@pytest.fixture
def s3_store(bucket: Bucket, settings: Any) -> Bucket:
    """A real bucket as the store ``s3``, beside the folder that is in use."""
    settings.STORAGES = {
        **settings.STORAGES,
        "s3": {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": bucket.name,
                "endpoint_url": bucket.server.url,
                "access_key": ACCESS_KEY,
                "secret_key": SECRET_KEY,
                "addressing_style": "path",
                "signature_version": "s3v4",
                "file_overwrite": False,
                "transfer_config": TransferConfig(max_concurrency=2),
            },
        },
    }
    return bucket


class _Usage(NamedTuple):
    total: int
    free: int


class Disk:
    """A hundred gigabytes, of which so much is free."""

    def __init__(self) -> None:
        self.total, self.free, self.asked = 100_000 * 2**20, 50_000 * 2**20, 0
        self.full_after = 10**9

    def usage(self, path: object) -> _Usage:
        self.asked += 1
        return _Usage(self.total, self.free if self.asked <= self.full_after else 0)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Disk:
    settings.MIN_FREE_BYTES = 1024 * 2**20
    disk = Disk()
    monkeypatch.setattr(shutil, "disk_usage", disk.usage)
    return disk


def left_behind() -> list[Path]:
    folders = (storage.incoming_dir(), storage.partial_dir())
    return [path for folder in folders for path in folder.iterdir()]
