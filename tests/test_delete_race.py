"""One recording that several delete at once: one did it, the others find nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from recordings import storage
from recordings.choices import Source
from recordings.intake import incoming_file
from recordings.models import Recording
from recordings.services import add_recording
from tests.conftest import Bearer
from tests.factories import AppointmentFactory
from tests.telephony import speech
from tests.telephony.factories import CallRecordingFactory, CallTranscriptionFactory

MANY = 6

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.contract("medisync", "6.5"),
    pytest.mark.contract("nuxera", "3.2"),
    pytest.mark.contract(
        "laml", "3.4", "DELETE /Accounts/{AccountSid}/Recordings/{Sid}"
    ),
]


def at_once(call: Callable[[], int]) -> Counter[int]:
    """What ``call`` returned in many threads that start together."""
    barrier = Barrier(MANY)

    def run(_: int) -> int:
        barrier.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as threads:
        return Counter(threads.map(run, range(MANY)))


@pytest.mark.parametrize(
    "path",
    ["/api/recordings/{visit}", "/api/delete?doctorName={doctor}"],
)
def test_of_a_visit(bearer: Bearer, doctor: User, path: str) -> None:
    visit = AppointmentFactory.create(doctor=doctor)
    with incoming_file(speech.PROMPT, file_name="visit.wav") as incoming:
        add_recording(
            incoming,
            source=Source.VISIT,
            appointment=visit,
            actor=SYSTEM,
            origin="test",
        )
    url, headers = path.format(visit=visit.pk, doctor=doctor), bearer(doctor)

    statuses = at_once(lambda: Client().delete(url, headers=headers).status_code)

    assert statuses == {200: 1, 404: MANY - 1}
    gone_once()


@pytest.mark.parametrize("below", ["Recordings/{sid}", "Calls/{call}/Recordings/{sid}"])
def test_of_a_call(transactional_db: None, below: str) -> None:
    desk = speech.Client()
    found = speech.imported(account=desk.account)
    path = below.format(sid=found.pk, call=found.call_id)
    url = f"/2010-04-01/Accounts/{desk.sid}/{path}.json"

    statuses = at_once(lambda: Client().delete(url, headers=desk.basic).status_code)

    assert statuses == {204: 1, 404: MANY - 1}
    gone_once()


@pytest.mark.contract("laml", "5", "DELETE /Accounts/{AccountSid}/Transcriptions/{Sid}")
def test_of_a_transcription(transactional_db: None) -> None:
    desk = speech.Client()
    row = CallRecordingFactory.create(account=desk.account)
    text = CallTranscriptionFactory.create(call_recording=row)
    url = f"/2010-04-01/Accounts/{desk.sid}/Transcriptions/{text.pk}.json"

    statuses = at_once(lambda: Client().delete(url, headers=desk.basic).status_code)

    assert statuses == {204: 1, 404: MANY - 1}
    events = AuditEvent.objects.filter(action="call_transcription.delete")
    assert events.count() == 1


def gone_once() -> None:
    assert not Recording.objects.exists()
    assert not list(storage.stored_keys())
    assert AuditEvent.objects.filter(action="recording.delete").count() == 1
