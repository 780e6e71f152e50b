"""GET /api/recordings, and those of an appointment (contract medisync 6.3, 1.5)."""

from __future__ import annotations

import pytest
from django.test import Client

from medisync.accounts.models import User
from tests.conftest import Bearer
from tests.recordings.conftest import AddVisit

pytestmark = [
    pytest.mark.contract("medisync", "6.3"),
    pytest.mark.contract("medisync", "1.5"),
]


def test_all_of_the_callers_newest_first(
    client: Client,
    bearer: Bearer,
    doctor: User,
    other_doctor: User,
    add_visit: AddVisit,
) -> None:
    first, second = add_visit(doctor), add_visit(doctor)
    add_visit(other_doctor)
    answer = client.get("/api/recordings", headers=bearer(doctor)).json()
    assert set(answer) == {"success", "data"}
    assert [row["_id"] for row in answer["data"]] == [second.pk, first.pk]


def test_a_page_for_the_client_that_asks(
    client: Client, bearer: Bearer, doctor: User, add_visit: AddVisit
) -> None:
    first, _ = add_visit(doctor), add_visit(doctor)
    answer = client.get("/api/recordings?page=2&limit=1", headers=bearer(doctor)).json()
    assert [row["_id"] for row in answer["data"]] == [first.pk]
    assert answer["pagination"] == {"page": 2, "limit": 1, "total": 2, "pages": 2}


def test_those_of_an_appointment(
    client: Client,
    bearer: Bearer,
    doctor: User,
    other_doctor: User,
    add_visit: AddVisit,
) -> None:
    recording, _ = add_visit(doctor), add_visit(doctor)
    url = f"/api/recordings/{recording.appointment_id}"

    own = client.get(url, headers=bearer(doctor)).json()
    anothers = client.get(url, headers=bearer(other_doctor)).json()

    assert own["success"] is True
    assert [row["_id"] for row in own["data"]] == [recording.pk]
    assert own["data"][0]["appointment_id"] == recording.appointment_id
    assert anothers == {"success": True, "data": []}
