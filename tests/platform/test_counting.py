"""Totals: exact while they are cheap, then no older than a minute."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from medisync.accounts.models import User
from medisync.lib.counting import count_of
from telephony.cdr import Sought, call_recordings_sought
from tests.conftest import Bearer
from tests.factories import PatientFactory
from tests.telephony.factories import CallRecordingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medisync.lib.counting._COUNTED_ANEW", 3)


def test_a_short_list_is_counted_for_everybody(
    client: Client, bearer: Bearer, doctor: User
) -> None:
    def pages() -> tuple[int, int]:
        query = "/api/patients/search?query=&limit=2"
        told = client.get(query, headers=bearer(doctor)).json()["pagination"]
        return told["total"], told["pages"]

    for number in range(1, 4):
        PatientFactory.create(doctor=doctor)
        assert pages() == (number, -(-number // 2))


def test_a_long_one_once_a_minute(
    client: Client, bearer: Bearer, doctor: User, other_doctor: User
) -> None:
    def total(user: User) -> int:
        query = "/api/patients/search?query=&limit=2"
        answer = client.get(query, headers=bearer(user)).json()
        return int(answer["pagination"]["total"])

    PatientFactory.create_batch(4, doctor=doctor)
    PatientFactory.create_batch(5, doctor=other_doctor)
    assert (total(doctor), total(other_doctor)) == (4, 5)

    PatientFactory.create(doctor=doctor)
    assert (total(doctor), total(other_doctor)) == (4, 5)

    cache.clear()  # As after a minute.
    assert (total(doctor), total(other_doctor)) == (5, 5)


def test_what_was_counted_before_a_deletion_breaks_no_page(
    client: Client, bearer: Bearer, doctor: User
) -> None:
    patients = PatientFactory.create_batch(4, doctor=doctor)
    query = "/api/patients/search?query=&limit=3&page=2"
    assert len(client.get(query, headers=bearer(doctor)).json()["data"]) == 1
    patients[0].delete()

    answer = client.get(query, headers=bearer(doctor))

    assert (answer.status_code, answer.json()["data"]) == (200, [])


def test_recordings_of_calls_are_counted_likewise() -> None:
    CallRecordingFactory.create_batch(4)
    assert count_of(call_recordings_sought(Sought())) == 4
    CallRecordingFactory.create()
    assert count_of(call_recordings_sought(Sought())) == 4


def test_what_can_find_nothing_is_empty(
    client: Client, bearer: Bearer, doctor: User
) -> None:
    query = "/api/patients/search?query=%00&limit=3"

    answer = client.get(query, headers=bearer(doctor))

    assert answer.json()["pagination"]["total"] == 0
