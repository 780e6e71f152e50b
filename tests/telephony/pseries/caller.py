"""A third-party application as the P-Series OpenAPI sees it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from medisync.audit.trail import SYSTEM
from telephony.models import PbxUser
from telephony.pbx import create_pbx_user

MOUNT = "/openapi/v1.0"
CLIENT_ID, SECRET = "front-desk", "Kamille-77"
APPLICATION, STRANGER = "10.20.0.5", "10.20.0.66"
NAME = "20240311094512-1710121510.23-2104-2117-Internal.wav"


def make_user(username: str = CLIENT_ID, password: str = SECRET) -> PbxUser:
    return create_pbx_user(username, password=password, actor=SYSTEM)


class Caller:
    """Calls from one address, with the tokens it got there."""

    def __init__(self, *, address: str = APPLICATION, token: str = "") -> None:
        self.address, self.token, self.refresh_token = address, token, ""
        self.client = Client(raise_request_exception=False)

    def send(
        self, method: str, path: str, body: object = b"", *, agent: str = "OpenAPI"
    ) -> Any:
        """A path of the API, or one that begins with a slash as it is."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic(
            method,
            path if path.startswith("/") else f"{MOUNT}/{path}",
            raw,
            "application/json",
            headers={"User-Agent": agent},
            REMOTE_ADDR=self.address,
        )

    def get(self, path: str, *, method: str = "GET", **query: object) -> Any:
        token = {"access_token": self.token} if self.token else {}
        return self.send(method, f"{path}?{urlencode({**query, **token})}")

    def log_in(self, username: str = CLIENT_ID, password: str = SECRET) -> Any:
        body = {"username": username, "password": password}
        response = self.send("POST", "get_token", body)
        answer = response.json()
        self.token = answer.get("access_token", self.token)
        self.refresh_token = answer.get("refresh_token", self.refresh_token)
        return response


def check_success(response: Any) -> dict[str, Any]:
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json", response.content
    answer: dict[str, Any] = response.json()
    assert (answer.pop("errcode"), answer.pop("errmsg")) == (0, "SUCCESS"), answer
    return answer


def check_failure(response: Any, errcode: int, errmsg: str, **more: object) -> None:
    """The dialect's one shape of an error (contract C1)."""
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json() == {"errcode": errcode, "errmsg": errmsg, **more}


def invalid(field: str, value: str) -> dict[str, Any]:
    return {"invalid_param_list": [{"field": field, "value": value}]}
