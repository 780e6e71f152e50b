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
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cached_property
from hashlib import md5
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import jwt
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from appointments.models import Appointment
from medisync.accounts.api_keys import create_key
from medisync.accounts.models import ApiKey, User
from medisync.accounts.tokens import issue_token
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.documents import add_document
from notes.letters import add_letter
from notes.models import DoctorLetter, Document, Note, Transcription
from notes.services import save_notes
from notes.transcripts import add_transcription
from recordings.choices import Form, Source
from recordings.handouts import NewHandout, make_handout
from recordings.intake import incoming_file
from recordings.models import Recording, Rendition, ResumableUpload
from recordings.renditions import stored_audio
from recordings.resumable import Plan, begin_upload
from recordings.services import add_recording
from telephony.attaching import attach_to_appointment
from telephony.choices import Scope
from telephony.models import (
    Account,
    CallRecording,
    CallTranscription,
    OpenApiToken,
    PbxUser,
)
from telephony.openapi import issue_openapi_token, make_link
from telephony.pbx import create_pbx_user
from telephony.services import (
    create_account,
    import_call_recording,
)
from telephony.services import (
    issue_token as issue_api_token,
)
from tests.audio import speech
from tests.factories import AppointmentFactory, PatientFactory
from tests.notes.pdf import pdf
from tests.telephony.factories import CallTranscriptionFactory

pytestmark = pytest.mark.once

TABLE = Path(__file__).with_name("permissions.txt")
CALL = "20240311094512-1710121510.23-2104-2117-Internal.wav"
PBX_PASSWORD = "Kamille-77"

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


class World:
    """One clinic: the owner's records, and everybody who might want them."""

    def __init__(self, people: dict[str, User], wav: Path) -> None:
        self.people, self._wav = people, wav

    @cached_property
    def appointment(self) -> Appointment:
        owner = self.people["owner"]
        patient = PatientFactory.create(doctor=owner)
        return AppointmentFactory.create(doctor=owner, patient=patient)

    @cached_property
    def recording(self) -> Recording:
        with incoming_file(self._wav, file_name="visit.wav") as incoming:
            return add_recording(
                incoming,
                source=Source.VISIT,
                appointment=self.appointment,
                actor=SYSTEM,
                origin="test",
            )

    @cached_property
    def rendition(self) -> Rendition:
        stored_audio(self.recording, Form.PEAKS)
        return Rendition.objects.get()

    @cached_property
    def new_handout(self) -> NewHandout:
        return make_handout(
            self.recording, by=self.people["owner"], actor=SYSTEM, expires_at=_soon()
        )

    @cached_property
    def account(self) -> tuple[Account, str]:
        return create_account("Clinic", protect_media=True, actor=SYSTEM)

    @cached_property
    def call(self) -> CallRecording:
        imported = import_call_recording(
            self._wav, file_name=CALL, account=self.account[0], actor=SYSTEM
        ).call_recording
        assert imported is not None
        return imported

    @cached_property
    def attached(self) -> CallRecording:
        """The call's recording, once the call is about the owner's patient."""
        assert self.call.call is not None
        attach_to_appointment(self.call.call, self.appointment, actor=SYSTEM)
        return self.call

    @cached_property
    def conference_recording(self) -> CallRecording:
        imported = import_call_recording(
            self._wav,
            file_name="conference.wav",
            account=self.account[0],
            conference_sid=uuid4(),
            actor=SYSTEM,
        ).call_recording
        assert imported is not None
        return imported

    @cached_property
    def call_transcription(self) -> CallTranscription:
        return CallTranscriptionFactory.create(call_recording=self.call)

    @cached_property
    def pbx_user(self) -> PbxUser:
        return create_pbx_user("crmlink", password=PBX_PASSWORD, actor=SYSTEM)

    @cached_property
    def upload(self) -> ResumableUpload:
        owner = self.people["owner"]
        plan = Plan(file_name="visit.wav", doctor=owner, length=9)
        return begin_upload(owner, plan, actor=SYSTEM)

    @cached_property
    def note(self) -> Note:
        return save_notes(
            self.people["owner"],
            appointment_id=self.appointment.pk,
            notes="S: knee pain.",
            actor=SYSTEM,
        )

    @cached_property
    def transcription(self) -> Transcription:
        return add_transcription(self.appointment, "Knee pain.", actor=SYSTEM)

    @cached_property
    def letter(self) -> DoctorLetter:
        return add_letter(self.appointment, "# Dear colleague", actor=SYSTEM)

    @cached_property
    def document(self) -> Document:
        path = self._wav.with_name("letter.pdf")
        path.write_bytes(pdf())
        with incoming_file(path, file_name="letter.pdf") as incoming:
            return add_document(self.appointment, incoming, actor=SYSTEM)

    @cached_property
    def api_key(self) -> ApiKey:
        owner = self.people["owner"]
        return create_key(owner, name="Tablet", type="live", address=None)[0]

    @cached_property
    def empty(self) -> Appointment:
        """An appointment that still has neither recording nor patient."""
        return AppointmentFactory.create(doctor=self.people["owner"])

    def value(self, name: str) -> str:
        """What a path's ``{name}`` stands for: an id of one of the above."""
        ids: dict[str, Callable[[], object]] = {
            "patient": lambda: self.appointment.patient_id,
            "recorded": lambda: self.recording.appointment_id,
            "transcribed": lambda: self.transcription.appointment_id,
            "documented": lambda: self.document.appointment_id,
            "noted": lambda: self.note.appointment_id,
            "handout": lambda: self.new_handout.handout.pk,
            "link": lambda: self.new_handout.token,
            "call_recording": lambda: self.call.pk,
            "call_audio": lambda: self.call.recording_id,
            "call": lambda: self.call.call_id,
            "attached_call": lambda: self.attached.call_id,
            "attached_call_audio": lambda: self.attached.recording_id,
            "conference": lambda: self.conference_recording.conference_sid,
            "account": lambda: self.account[0].pk,
            "user": lambda: self.people["owner"].pk,
            "event": lambda: AuditEvent.objects.get(object_id=self.recording.pk).pk,
        }
        return str(ids[name]() if name in ids else getattr(self, name).pk)


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
        claims = {"userId": owner.pk, "iat": timezone.now(), "exp": _soon()}
        match self.name:
            case "anonymous":
                return ""
            case "expired":
                return issue_token(owner, lifetime=timedelta(seconds=-1))
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


def _soon() -> Any:
    return timezone.now() + timedelta(hours=1)


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
