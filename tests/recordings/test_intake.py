"""A file on its way in: written once, whatever it is made of."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from medisync.accounts.models import User
from recordings import storage
from recordings.errors import UploadTooLarge
from recordings.intake import IncomingWriter
from recordings.models import Recording
from tests.audio import wav
from tests.conftest import Bearer
from tests.factories import AppointmentFactory


def written() -> int:
    """Bytes that this process has handed to the system to write."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["wchar"])


def test_the_body_of_an_upload_is_written_once(
    doctor: User, client: Client, bearer: Bearer
) -> None:
    sent = wav(random.Random(1).randbytes(20_000_000))
    visit = AppointmentFactory.create(doctor=doctor)
    file = SimpleUploadedFile("visit.wav", sent)
    before = written()
    answer = client.post(
        f"/api/recordings/add/{visit.pk}", {"audio": file}, headers=bearer(doctor)
    )
    assert answer.status_code == 201
    # And once more what the database keeps of it.
    assert len(sent) <= written() - before < 1.1 * len(sent)
    recording = Recording.objects.get()
    assert recording.sha256 == hashlib.sha256(sent).hexdigest()
    assert storage.file_hash(recording.key) == recording.sha256


@pytest.mark.parametrize("size", [0, 1, 4096, 5 << 20, (9 << 20) + 1])
def test_pieces_of_any_size_make_the_file(size: int) -> None:
    data = random.Random(2).randbytes(size)
    writer = IncomingWriter()
    position, step = 0, 1
    while position < size:
        writer.write(data[position : position + step])
        position, step = position + step, min(step * 7, 3 << 20)
    incoming = writer.finish("a.wav")
    assert incoming.path.read_bytes() == data
    assert incoming.sha256 == hashlib.sha256(data).hexdigest()
    writer.discard()
    assert not list(storage.incoming_dir().iterdir())


def test_what_is_too_large_leaves_nothing(settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 6 << 20
    writer = IncomingWriter()
    for _ in range(3):
        writer.write(bytes(3 << 20))
    with pytest.raises(UploadTooLarge):
        writer.finish("a.wav")
    writer.discard()
    assert not list(storage.incoming_dir().iterdir())
