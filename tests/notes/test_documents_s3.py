"""A document's whole life in a real S3 store, and its way there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from tests.notes.pdf import pdf
from tests.s3 import Bucket
from tests.server import Server

pytestmark = pytest.mark.once


def test_a_document_lives_and_ends_in_the_bucket(
    bucket: Bucket, tmp_path: Path
) -> None:
    with Server(tmp_path / "data", **bucket.environment()) as server:
        doctor = server.clinician("mira@clinic.example")
        visit = server.appointment(doctor)

        def ask(method: str, path: str, **more: Any) -> requests.Response:
            headers = {**doctor, **more.pop("headers", {})}
            url = f"{server.url}/api/documents/{path}"
            return requests.request(method, url, headers=headers, timeout=30, **more)

        def stored() -> list[bytes]:
            get = bucket.client.get_object
            keys = bucket.keys()
            return [get(Bucket=bucket.name, Key=key)["Body"].read() for key in keys]

        sent = ask("POST", f"add/{visit}", files={"document": ("a.pdf", pdf())})
        assert sent.status_code == 201, sent.text
        assert stored() == [pdf()]

        again = ask("PUT", visit, files={"document": ("b.pdf", pdf("two"))})
        assert again.status_code == 200, again.text
        assert stored() == [pdf("two")]

        whole = ask("GET", f"get/{visit}")
        assert (whole.status_code, whole.content) == (200, pdf("two"))
        part = ask("GET", f"get/{visit}", headers={"Range": "bytes=0-7"})
        assert (part.status_code, part.content) == (206, b"%PDF-1.7")

        assert ask("DELETE", visit).status_code == 200
        assert bucket.keys() == set()


def test_documents_are_moved_and_verified_like_audio(
    bucket: Bucket, tmp_path: Path
) -> None:
    files = {**bucket.environment(), "MEDISYNC_STORAGE": "files"}
    with Server(tmp_path / "data", **files) as server:
        doctor = server.clinician("mira@clinic.example")
        sent = requests.post(
            f"{server.url}/api/documents/add/{server.appointment(doctor)}",
            headers=doctor,
            files={"document": ("a.pdf", pdf())},
            timeout=30,
        )
        assert sent.status_code == 201, sent.text

        server.manage("move_storage", "--to", "s3")
        (key,) = bucket.keys()
        found = bucket.client.get_object(Bucket=bucket.name, Key=key)["Body"].read()
        assert found == pdf()

        assert "1 documents, 0 missing" in server.manage("verify_recordings")
        (tmp_path / "data/media" / key).write_bytes(pdf("forged"))
        told = server.manage("verify_recordings", check=False)
        assert "1 documents, 1 missing or altered" in told
