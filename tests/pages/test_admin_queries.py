"""A list of the admin asks the database as often for 30 rows as for 3."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment, Patient
from medisync.accounts.api_keys import create_key
from medisync.accounts.models import ApiKey, User
from medisync.audit.models import AuditEvent
from notes.models import DoctorLetter, Document, Note, Transcription
from recordings.choices import Form
from recordings.models import Recording, Rendition
from telephony.models import Account, Call, CallRecording, PbxUser
from tests.factories import AppointmentFactory, PatientFactory, UserFactory
from tests.pages.conftest import SignedIn

pytestmark = pytest.mark.django_db


def visit() -> Appointment:
    patient = PatientFactory.create()
    return AppointmentFactory.create(patient=patient, doctor=patient.doctor)


def written(model: Any, **facts: Any) -> Callable[[int], Any]:
    def make(number: int) -> Any:
        appointment = visit()
        return model.objects.create(
            appointment=appointment, doctor=appointment.doctor, **facts
        )

    return make


def document(number: int) -> Document:
    appointment = visit()
    return Document.objects.create(
        appointment=appointment,
        doctor=appointment.doctor,
        file_name="a.pdf",
        key=f"key-{number}",
        size=1,
    )


def recording(number: int) -> Recording:
    appointment = visit()
    return Recording.objects.create(
        source="visit",
        appointment=appointment,
        doctor=appointment.doctor,
        file_name="take.wav",
        key=f"key-{number}",
        size=10,
        container="wav",
        codec="pcm_s16le",
        sample_rate=8000,
        channels=1,
        duration_ms=1000,
    )


def call(number: int) -> Call:
    return Call.objects.create(caller="1", callee="2", started_at=timezone.now())


ROWS: dict[Any, Callable[[int], Any]] = {
    User: lambda number: UserFactory.create(),
    Patient: lambda number: PatientFactory.create(),
    Appointment: lambda number: visit(),
    Note: written(Note, notes="S: well."),
    Transcription: written(Transcription, transcription="Well."),
    DoctorLetter: written(DoctorLetter, markdown_content="Well."),
    Document: document,
    Recording: recording,
    Rendition: lambda number: Rendition.objects.create(
        recording=recording(number), form=Form.MP3, recipe="mp3"
    ),
    Call: call,
    CallRecording: lambda number: CallRecording.objects.create(
        recording=recording(number),
        call=call(number),
        account=Account.objects.create(name=str(number)),
        file_name=f"{number}.wav",
    ),
    Account: lambda number: Account.objects.create(name=str(number)),
    PbxUser: lambda number: PbxUser.objects.create(username=str(number)),
    ApiKey: lambda number: create_key(
        User.objects.get(is_superuser=True), name=str(number), type="live", address=None
    ),
    AuditEvent: lambda number: AuditEvent.objects.create(
        action="a.b", actor_kind="user", object_kind="user", object_id=str(number)
    ),
}


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model._meta.model_name)
def test_a_list_asks_as_often_for_many_rows(model: Any, signed_in: SignedIn) -> None:
    superuser = UserFactory.create(is_superuser=True)
    client = signed_in(superuser)
    meta = model._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")

    def queries(first: int, last: int) -> int:
        for number in range(first, last):
            ROWS[model](number)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(url).content.decode()
        shown = page.partition("<tbody>")[2].partition("</tbody>")[0]
        assert shown.count("<tr") >= last
        return len(asked)

    client.get(url)
    assert queries(0, 3) == queries(3, 30)


@pytest.mark.parametrize(
    ("path", "table"),
    [("audit/auditevent", "audit_auditevent"), ("telephony/call", "telephony_call")],
)
def test_a_search_without_an_index_goes_along_the_table_once(
    path: str, table: str, signed_in: SignedIn
) -> None:
    for number in range(3):
        ROWS[Call](number)
        ROWS[AuditEvent](number)
    client = signed_in(UserFactory.create(is_superuser=True))
    with CaptureQueriesContext(connection) as asked:
        found = client.get(f"/admin/{path}/?q=1").content.decode()
    with CaptureQueriesContext(connection) as in_vain:
        none = client.get(f"/admin/{path}/?q=nobody").content.decode()

    assert "<tbody>" in found
    assert "<tbody>" not in none
    for queries in (asked, in_vain):
        sought = [
            query["sql"]
            for query in queries.captured_queries
            if "LIKE" in query["sql"] and f'FROM "{table}"' in query["sql"]
        ]
        assert len(sought) == 1


def test_every_filter_that_a_list_offers_opens(signed_in: SignedIn) -> None:
    for number in range(2):
        ROWS[CallRecording](number)
        ROWS[AuditEvent](number)
    client = signed_in(UserFactory.create(is_superuser=True))
    for model in ROWS:
        meta = model._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        page = client.get(url).content.decode()
        for link in re.findall(r'href="(\?[^"]+)"', page):
            assert client.get(url + unescape(link)).status_code == 200, url + link
