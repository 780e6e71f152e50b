"""Behaviour and documents hold each other: what is sent by the document, valid and
invalid, is answered as the document says, and never with a fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.openapi.conformity import PROFILE, answer, check, each_operation_of
from tests.openapi.conftest import Person
from tests.server import Server
from tests.telephony.speech import PROMPT

pytestmark = pytest.mark.once


# --- Whatever is sent -----------------------------------------------------------------


@each_operation_of("medisync")
@PROFILE
def test_medisync(case: Any, server: Server, person: Person) -> None:
    person.name_what_is_theirs(case)
    check(case, server, headers=person.bearer)


@each_operation_of("nuxera")
@PROFILE
def test_nuxera(case: Any, server: Server, person: Person) -> None:
    person.name_what_is_theirs(case)
    check(case, server, headers=person.bearer)


# --- With what is there ---------------------------------------------------------------


def test_medisync_keeps_a_visit(server: Server, person: Person) -> None:
    def ask(path: str, method: str, status: int, **sent: Any) -> Any:
        sent = {"headers": person.bearer, **sent}
        got = answer("medisync", f"/api/{path}", method, server, **sent)
        assert got.status_code == status, got.text
        return got

    made = ask(
        *("appointments/add", "POST", 201),
        body={"name": "Visit", "date": "2026-05-04", "time": "09:20"},
        media_type="application/json",
    ).json()["data"]
    visit: dict[str, Any] = {"path_parameters": {"appointment_id": made["_id"]}}
    ask(
        *("recordings/add/{appointment_id}", "POST", 201),
        **visit,
        body={"audio": PROMPT.read_bytes()},
        media_type="multipart/form-data",
    )
    ask("recordings/{appointment_id}", "GET", 200, **visit)
    sound = "recordings/get/{appointment_id}"
    etag = ask(sound, "GET", 200, **visit).headers["etag"][0]
    for header, status in (
        ({"Range": "bytes=0-99"}, 206),
        ({"Range": "bytes=99999999-"}, 416),
        ({"If-None-Match": etag}, 304),
        ({"If-Match": '"another"'}, 412),
    ):
        ask(sound, "GET", status, **visit, headers={**person.bearer, **header})
    ask("recordings/{appointment_id}", "DELETE", 200, **visit)
    ask("appointments/{appointment_id}", "DELETE", 200, **visit)
    ask(sound, "GET", 400, **visit)


def test_nuxera_sends_the_audio_and_deletes_it(server: Server, person: Person) -> None:
    doctor = {"query": {"doctorName": person.records["doctor_name"]}}
    sent = {"headers": person.bearer, **doctor}

    audio = answer("nuxera", "/api/download", "GET", server, **sent)
    gone = answer("nuxera", "/api/delete", "DELETE", server, **sent)
    again = answer("nuxera", "/api/download", "GET", server, **sent)

    assert audio.headers["content-type"][0].startswith("audio/")
    assert (gone.status_code, again.status_code) == (200, 404)


@pytest.mark.parametrize("path", ["transcribe", "dictate"])
def test_nuxera_takes_a_key(server: Server, person: Person, path: str) -> None:
    key = {"x-api-key": person.records["key"]}
    said = answer("nuxera", f"/api/{path}", "POST", server, headers=key)
    assert said.status_code == 501
