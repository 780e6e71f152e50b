"""Who sends by tus: in the test's process, or to a real server."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

import requests
from django.test import Client

from medisync.accounts.models import User

PIECE = "application/offset+octet-stream"


def metadata(**told: str) -> str:
    """Upload-Metadata with these keys."""
    pairs = [
        f"{key} {base64.b64encode(v.encode()).decode()}" for key, v in told.items()
    ]
    return ",".join(pairs)


def digest_of(data: bytes) -> str:
    """Repr-Digest of the whole."""
    return f"sha-256=:{base64.b64encode(sha256(data).digest()).decode()}:"


class Sender:
    """Somebody who is signed in, and what the server answers them."""

    def __init__(self, user: User | None, **options: Any) -> None:
        self._client = Client(raise_request_exception=False, **options)
        if user is not None:
            self._client.force_login(user)

    def ask(self, method: str, path: str, data: bytes = b"", /, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = named.pop("Content-Type", PIECE)
        headers = {"Tus-Resumable": "1.0.0", **named}
        # Django's client drops the type of a body that is empty.
        return self._client.generic(
            method, path, data, kind, headers=headers, CONTENT_TYPE=kind
        )

    def begin(
        self, length: int | None, told: dict[str, str] | None = None, /, **headers: str
    ) -> Any:
        if length is None:
            headers["Upload_Defer_Length"] = "1"
        else:
            headers["Upload_Length"] = str(length)
        if told:
            headers["Upload_Metadata"] = metadata(**told)
        return self.ask("POST", "/uploads/", **headers)

    def place(
        self, length: int | None, told: dict[str, str] | None = None, /, **headers: str
    ) -> str:
        """The address of a new upload."""
        answer = self.begin(length, told, **headers)
        assert answer.status_code == 201, answer.content
        return str(answer["Location"])

    def send(self, place: str, offset: int, data: bytes, **headers: str) -> Any:
        return self.ask("PATCH", place, data, Upload_Offset=str(offset), **headers)

    def offset(self, place: str) -> int:
        answer = self.ask("HEAD", place)
        assert answer.status_code == 200, answer.status_code
        return int(answer["Upload-Offset"])


class RemoteSender:
    """A browser of sorts at a real server."""

    def __init__(self, url: str, session: requests.Session) -> None:
        self.url, self.session = url, session

    def ask(self, method: str, place: str, data: bytes = b"", /, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.request(
            method,
            self.url + place,
            data=data,
            headers={
                "Tus-Resumable": "1.0.0",
                "Content-Type": PIECE,
                "X-CSRFToken": self.session.cookies["csrftoken"],
                **named,
            },
            timeout=120,
        )

    def place(self, length: int | None, **told: str) -> str:
        size = {} if length is None else {"Upload_Length": str(length)}
        size = size or {"Upload_Defer_Length": "1"}
        answer = self.ask("POST", "/uploads/", Upload_Metadata=metadata(**told), **size)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["Location"])

    def send(self, place: str, offset: int, data: bytes, **headers: str) -> Any:
        return self.ask("PATCH", place, data, Upload_Offset=str(offset), **headers)

    def offset(self, place: str) -> int:
        answer = self.ask("HEAD", place)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["Upload-Offset"])
