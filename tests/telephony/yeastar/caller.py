"""A third-party application as the phone system's API sees it."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from medisync.audit.trail import SYSTEM
from telephony.models import PbxUser
from telephony.pbx import create_pbx_user

MOUNT = "/api/v1.1.0"
ALIAS = "/api/v1.10"
V2 = "/api/v2.0.0"

USERNAME, PASSWORD = "crmlink", "Kamille-77"
APPLICATION, PATIENTS_PHONE, STRANGER = "10.20.0.5", "10.20.0.9", "10.20.0.66"

NAME = "20240311094512-1710121510.23-2104-2117-Internal.wav"
PLUS_NAME = "20240311101500-1710123299.4-+15035550176-2117-Inbound.wav"


def md5(password: str) -> str:
    return hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()


def make_user(username: str = USERNAME, password: str = PASSWORD) -> PbxUser:
    return create_pbx_user(username, password=password, actor=SYSTEM)


class Caller:
    """Calls from one address, with the token it got there."""

    def __init__(
        self, *, mount: str = MOUNT, address: str = APPLICATION, token: str = ""
    ) -> None:
        self.mount, self.address, self.token = mount, address, token
        self.refresh_token = ""
        self.client = Client(raise_request_exception=False)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | str = b"",
        *,
        content_type: str = "application/json; charset=utf-8",
        headers: dict[str, str] | None = None,
    ) -> Any:
        return self.client.generic(
            method,
            f"{self.mount}/{path}",
            body,
            content_type,
            headers=headers,
            REMOTE_ADDR=self.address,
        )

    def post(self, path: str, body: object = None, *, token: str | None = None) -> Any:
        """``body`` as JSON, with the token in the query."""
        query = urlencode({"token": self.token if token is None else token})
        text = b"" if body is None else json.dumps(body)
        return self.send("POST", f"{path}?{query}", text)

    def log_in(self, username: str = USERNAME, password: str = PASSWORD) -> Any:
        body = {"username": username, "password": md5(password), "port": "8260"}
        response = self.send("POST", "login", json.dumps(body))
        answer = response.json()
        self.token = answer.get("token", self.token)
        self.refresh_token = answer.get("refreshtoken", self.refresh_token)
        return response

    def get_random(self, name: str = NAME, **more: object) -> str:
        response = self.post("recording/get_random", {"recording": name, **more})
        return str(response.json()["random"])

    def download(
        self,
        random: str,
        name: str = NAME,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
    ) -> Any:
        query = urlencode({"recording": name, "random": random, "token": self.token})
        return self.send(
            method, f"recording/download?{query}", content_type="", headers=headers
        )


def audio_of(response: Any) -> bytes:
    """The bytes of a successful download."""
    assert response.status_code == 200, response.content
    check_headers(response)
    assert response["Content-Type"].startswith("audio/"), response.content
    body: bytes = response.getvalue()
    return body


def check_headers(response: Any) -> None:
    assert response["Access-control-allow-origin"] == "*"
    methods = response["Access-control-allow-methods"]
    assert methods == "GET, POST, OPTIONS, PUT, DELETE"


def check_failure(response: Any, errno: str) -> None:
    """The dialect's one shape of an error (contract A1)."""
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json() == {"status": "Failed", "errno": errno}
    check_headers(response)


def check_success(response: Any) -> dict[str, str]:
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    check_headers(response)
    answer: dict[str, str] = response.json()
    assert answer.pop("status") == "Success", answer
    return answer
