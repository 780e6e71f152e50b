"""Who may do what, for every URL there is.

The routes are found by walking the URL configuration, so a new one fails here
until it has a row in tests/permissions.txt. A row is: face, method, path and one
outcome for each kind of caller of that face (CALLERS). Where a route has words in
angle brackets, the path names the owner's records, so that "owner" is the doctor
they belong to and "other" a doctor they do not.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import md5
from pathlib import Path
from typing import Any, NamedTuple

import jwt
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from medisync.accounts.models import User
from medisync.accounts.tokens import issue_token
from medisync.audit.trail import SYSTEM
from telephony.choices import Scope
from telephony.models import OpenApiToken
from telephony.openapi import issue_openapi_token, make_link
from telephony.services import create_account
from telephony.services import issue_token as issue_api_token
from tests.audio import speech
from tests.world import PBX_PASSWORD, World, soon

pytestmark = pytest.mark.once

TABLE = Path(__file__).with_name("permissions.txt")

_USERS = ("owner", "other", "staff", "superuser")
CALLERS = {
    "bearer": ("anonymous", "expired", "forged", "unsigned", *_USERS),
    "page": ("anonymous", *_USERS),
    "laml": ("anonymous", "wrong", "own", "unscoped", "another"),
    "yeastar": ("anonymous", "unknown", "expired", "own"),
    "pseries": ("nameless", "anonymous", "expired", "own"),
    "open": ("anonymous",),
}


class Row(NamedTuple):
    face: str
    method: str
    path: str
    outcomes: dict[str, str]

    @property
    def route(self) -> str:
        return resolve(
            self.path.partition("?")[0]
            .replace("{api_key}", "1")
            .replace("{", "")
            .replace("}", "")
        ).route


def rows() -> Iterator[Row]:
    for line in TABLE.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            face, method, path, *outcomes = line.split()
            yield Row(
                face, method, path, dict(zip(CALLERS[face], outcomes, strict=True))
            )


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from routes(entry, route)


def test_every_route_has_a_row() -> None:
    found = {route.replace("^", "") for route in routes(get_resolver())}
    assert found == {row.route.replace("^", "") for row in rows()}


BODIES: dict[str, dict[str, Any]] = {
    "/api/apiKeys/": {"name": "Tablet", "type": "live", "status": "active"},
    "/api/login": {"email": "a@b.example", "password": "x"},
    "/api/auth/login": {"username": "a@b.example", "password": "x"},
    "/api/patients/add": {"firstName": "Lena", "lastName": "Vogel"},
    "/api/patients/add_and_link": {
        "appointment_id": "{empty}",
        "firstName": "Lena",
        "lastName": "Vogel",
    },
    "/api/appointments/add": {"name": "Visit", "date": "2026-05-04", "time": "09:20"},
    "/api/notes/add/{appointment}": {"notes": "S: knee pain."},
    "/api/transcriptions/add/{empty}": {"transcription": "Knee pain."},
    "/api/transcriptions/update/{transcribed}": {"transcription": "Knee pain."},
    "/api/notes/{noted}": {"summary": "Knee."},
    "/api/notes/feedback/{noted}": {"feedback_score": 4},
    "/api/notes/diagnosis/{noted}": {"icd_code": "M76.5"},
    "/api/doctor-letters/{letter}": {"markdown_content": "# Dear colleague"},
}


class Caller:
    def __init__(self, client: Client, world: World, row: Row, name: str) -> None:
        self.client, self.world, self.row, self.name = client, world, row, name

    def outcome(self) -> str:
        result: str = getattr(self, f"_{self.row.face}")()
        return result

    def _filled(self, text: str) -> str:
        for part in text.split("{")[1:]:
            name = part.partition("}")[0]
            text = text.replace("{" + name + "}", self.world.value(name), 1)
        return text

    def _send(self, path: str = "", body: Any = None, **headers: str) -> Any:
        path = path or self._filled(self.row.path)
        if body is None:
            body = BODIES.get(self.row.path.partition("?")[0])
        data = json.dumps(body) if body else ""
        if "{empty}" in data:
            data = data.replace("{empty}", self.world.value("empty"))
        answer = self.client.generic(
            self.row.method,
            path,
            data,
            content_type="application/json",
            headers=headers,
        )
        if answer.streaming:  # Heard to its end, so that the file is closed.
            assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        return answer

    def _open(self) -> str:
        return str(self._send().status_code)

    def _bearer(self) -> str:
        self.world.recording  # noqa: B018 (there before the first request)
        token = self._token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return str(self._send(**headers).status_code)

    def _token(self) -> str:
        owner = self.world.people["owner"]
        claims = {"userId": owner.pk, "iat": timezone.now(), "exp": soon()}
        match self.name:
            case "anonymous":
                return ""
            case "expired":
                return issue_token(owner, lifetime=timedelta(minutes=-1))
            case "forged":
                return jwt.encode(claims, "another key of enough bytes, it is")
            case "unsigned":
                return jwt.encode(claims, None, algorithm="none")
        return issue_token(self.world.people[self.name])

    def _page(self) -> str:
        if self.name != "anonymous":
            self.client.force_login(self.world.people[self.name])
        answer = self._send(**{"Tus-Resumable": "1.0.0"})
        if answer.status_code == 302:
            where = answer["Location"]
            asked = where.startswith(("/sign-in", "/admin/login/"))
            return "sign-in" if asked else "elsewhere"
        return str(answer.status_code)

    def _laml(self) -> str:
        account, token = self.world.account
        if self.name == "another":
            account, token = create_account("Elsewhere", actor=SYSTEM)
        if self.name == "unscoped":
            _, token = issue_api_token(account, scopes=[Scope.MANAGEMENT], actor=SYSTEM)
        if self.name == "wrong":
            token = "PT" + "0" * 40
        headers = {}
        if self.name != "anonymous":
            pair = base64.b64encode(f"{account.pk}:{token}".encode()).decode()
            headers = {"Authorization": f"Basic {pair}"}
        return str(self._send(**headers).status_code)

    def _yeastar(self) -> str:
        fixed = {"anonymous": "", "unknown": "0" * 32}
        token = fixed[self.name] if self.name in fixed else self._login()
        mount = "/".join(self.row.path.split("/")[:3])
        random = ""
        if "{random}" in self.row.path:
            kind = self.row.path.split("/")[3]
            ticket = self._post(
                f"{mount}/{kind}/get_random?token={self._login()}", self._asked(mount)
            )
            random = ticket["random"]
        if self.name == "expired":
            self.world.pbx_user.tokens.update(expires_at=timezone.now())
        path = self.row.path.replace("{random}", random).replace("{token}", token)
        body = self._asked(mount) if "get_random" in path else {}
        answer = self._send(path, body=body or {"unused": "x"})
        kind = answer.get("Content-Type", "").partition(";")[0]
        if kind in ("audio/wav", "text/csv"):
            return "audio" if kind == "audio/wav" else "csv"
        return str(answer.json().get("errno") or answer.json()["status"])

    def _asked(self, mount: str) -> dict[str, str]:
        """What either get_random asks for; each looks at its own."""
        return {
            "recording": self.world.call.file_name,
            ("number" if mount.endswith("v2.0.0") else "extid"): "all",
            "starttime": "2024-03-11 00:00:00",
            "endtime": "2024-03-11 23:59:59",
        }

    def _pseries(self) -> str:
        self.world.call  # noqa: B018 (there before the first request)
        self.world.pbx_user  # noqa: B018
        login = issue_openapi_token("crmlink", PBX_PASSWORD, address="127.0.0.1")
        token = "" if self.name == "anonymous" else login.access_token
        link = ""
        if "{link}" in self.row.path:
            subject = {"recording": self.world.call.file_name}
            name = make_link(self.world.pbx_user, subject, name="Recording-{}")
            link = name.removeprefix("Recording-")
        if self.name == "expired":
            OpenApiToken.objects.update(access_expires_at=timezone.now())
        path = self.row.path.replace("{link}", link).replace("{token}", token)
        agent = "" if self.name == "nameless" else "OpenAPI"
        answer = self._send(path, body={"unused": "x"}, **{"User-Agent": agent})
        if answer.get("Content-Type", "").startswith("audio/"):
            return "audio"
        return str(answer.json()["errcode"])

    def _login(self) -> str:
        self.world.pbx_user  # noqa: B018 (made when first asked for)
        hashed = md5(PBX_PASSWORD.encode(), usedforsecurity=False).hexdigest()
        facts = {"username": "crmlink", "password": hashed, "port": "8260"}
        return str(self._post("/api/v1.1.0/login", facts)["token"])

    def _post(self, path: str, body: dict[str, str]) -> dict[str, str]:
        answer = self.client.post(path, body, content_type="application/json")
        assert answer.json()["status"] == "Success", answer.json()
        found: dict[str, str] = answer.json()
        return found


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return speech(tmp_path_factory.mktemp("speech"))


CASES = [
    pytest.param(row, name, id=f"{row.method} {row.path} {name}")
    for row in rows()
    for name in row.outcomes
]


@pytest.mark.parametrize(("row", "name"), CASES)
def test_outcome(
    client: Client,
    doctor: User,
    other_doctor: User,
    staff: User,
    superuser: User,
    wav: Path,
    row: Row,
    name: str,
) -> None:
    people = dict(zip(_USERS, (doctor, other_doctor, staff, superuser), strict=True))
    world = World(people, wav)
    assert Caller(client, world, row, name).outcome() == row.outcomes[name]
