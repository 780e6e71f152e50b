"""Patients: add, get, update, search (contract medisync 5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from appointments import services
from appointments.errors import PatientNotFound
from appointments.models import Patient
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from tests.conftest import Bearer
from tests.factories import PatientFactory, UserFactory

pytestmark = [
    pytest.mark.contract("medisync", "5.1"),
    pytest.mark.contract("medisync", "5.2"),
    pytest.mark.contract("medisync", "5.4"),
    pytest.mark.contract("medisync", "5.5"),
    pytest.mark.contract("medisync", "5.6"),
]

ADD = "/api/patients/add"
NAMES = {"firstName": "Lena", "lastName": "Vogel"}
FACTS: dict[str, Any] = {
    **NAMES,
    "dateOfBirth": "1980-02-29",
    "address": {
        "street": "Ring 1",
        "city": "Köln",
        "zipCode": "50667",
        "country": "DE",
    },
    "insurance": {"provider": "AOK", "policyNumber": "A 1"},
    "medicalHistory": "Asthma\n",
    "currentMedications": "none",
    "contact": {"phone": "+49 221 1", "email": "lena@example.org"},
}
MISSING = {
    "success": False,
    "error": "Missing required patient fields (firstName, lastName)",
}
NOT_FOUND = {"success": False, "error": "Patient not found"}


class Caller:
    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    def add(self, body: Any) -> Any:
        return self.client.post(
            ADD, body, content_type="application/json", headers=self.headers
        )

    def get(self, patient_id: str) -> Any:
        return self.client.get(f"/api/patients/{patient_id}", headers=self.headers)

    def put(self, patient_id: str, body: Any) -> Any:
        return self.client.put(
            f"/api/patients/{patient_id}",
            body,
            content_type="application/json",
            headers=self.headers,
        )

    def search(self, **query: str) -> list[str]:
        answer = self.client.get("/api/patients/search", query, headers=self.headers)
        assert answer.status_code == 200
        assert answer.json()["success"] is True
        return [one["lastName"] for one in answer.json()["data"]]


@pytest.fixture
def caller(client: Client, bearer: Bearer, doctor: User) -> Caller:
    return Caller(client, bearer(doctor))


@pytest.fixture
def other(client: Client, bearer: Bearer, other_doctor: User) -> Caller:
    return Caller(client, bearer(other_doctor))


@pytest.fixture
def desk(client: Client, bearer: Bearer, staff: User) -> Caller:
    return Caller(client, bearer(staff))


class TestAdd:
    def test_the_least(self, caller: Caller, doctor: User) -> None:
        answer = caller.add(NAMES)

        found = Patient.objects.get()
        assert answer.status_code == 201
        assert answer.json() == {
            "success": True,
            "data": {
                "_id": found.pk,
                "doctor_id": doctor.pk,
                **NAMES,
                "dateOfBirth": "",
                "address": {},
                "insurance": {},
                "medicalHistory": "",
                "currentMedications": "",
                "contact": {},
            },
        }
        event = AuditEvent.objects.get(action="patient.add")
        assert (event.object_id, event.actor_id) == (found.pk, doctor.pk)
        assert event.details == {}

    def test_everything(self, caller: Caller, doctor: User) -> None:
        data = caller.add(FACTS).json()["data"]

        assert data == FACTS | {"_id": data["_id"], "doctor_id": doctor.pk}
        assert caller.get(data["_id"]).json()["data"] == data

    def test_no_subscription_is_needed(
        self, client: Client, bearer: Bearer, db: None
    ) -> None:
        none = UserFactory.create(subscription_until=None)

        assert Caller(client, bearer(none)).add(NAMES).status_code == 201

    @pytest.mark.parametrize("field", NAMES)
    @pytest.mark.parametrize("value", ["absent", None, "", " \t", 5, ["x"], {}, True])
    def test_names_are_needed(self, caller: Caller, field: str, value: Any) -> None:
        body: dict[str, Any] = NAMES | {field: value}
        if value == "absent":
            del body[field]

        answer = caller.add(body)

        assert (answer.status_code, answer.json()) == (400, MISSING)
        assert not Patient.objects.exists()

    @pytest.mark.parametrize(
        "body",
        [
            {"firstName": "x" * 201},
            {"lastName": "a\0"},
            {"lastName": "\ud800"},
            {"dateOfBirth": "29.02.1980"},
            {"dateOfBirth": "1981-02-29"},
            {"dateOfBirth": 1980},
            {"medicalHistory": ["x"]},
            {"medicalHistory": "x" * 100_001},
            {"currentMedications": "\ud800"},
            {"address": "Ring 1"},
            {"address": ["Ring 1"]},
            {"address": 5},
            {"contact": {"phone": "a\0"}},
            {"contact": {"phone": "\ud800"}},
            {"contact": {"a\0": 1}},
            {"contact": {"\udfff": 1}},
            {"contact": {"deep": {"deep": {"deep": {"deep": 1}}}}},
            {"contact": {"deep": [[[["x"]]]]}},
            {"insurance": {"policyNumber": "x" * 20_000}},
            {"insurance": {"policyNumber": 10**20}},
        ],
        ids=lambda body: json.dumps(body)[:40],
    )
    def test_bad_input(self, caller: Caller, body: dict[str, Any]) -> None:
        answer = caller.add(NAMES | body)

        assert answer.status_code == 400
        assert answer.json()["success"] is False
        assert not Patient.objects.exists()

    @pytest.mark.parametrize(
        "nested", ['{"x": 1e999}', '{"x": -1e999}', '{"x": [1e400]}', '{"x": 1e308}']
    )
    def test_numbers_that_no_database_keeps(self, caller: Caller, nested: str) -> None:
        body = f'{{"firstName": "L", "lastName": "V", "contact": {nested}}}'

        answer = caller.add(body)

        assert answer.status_code == (201 if "308" in nested else 400)

    def test_keys_of_the_clients_own_are_kept(self, caller: Caller) -> None:
        contact = {"fax": None, "prefers": ["phone", {"hour": 9.5}], "ok": True, "n": 1}

        data = caller.add(NAMES | {"contact": contact}).json()["data"]

        assert data["contact"] == contact

    def test_staff_may_name_the_doctor(
        self, desk: Caller, caller: Caller, doctor: User, staff: User
    ) -> None:
        for body, owner in (
            (NAMES, staff),
            (NAMES | {"doctor_id": staff.pk}, staff),
            (NAMES | {"doctor_id": doctor.pk}, doctor),
        ):
            assert desk.add(body).json()["data"]["doctor_id"] == owner.pk
        assert desk.add(NAMES | {"doctor_id": "0" * 24}).status_code == 404
        # A clinician's is their own, whatever is sent.
        answer = caller.add(NAMES | {"doctor_id": staff.pk, "_id": "0" * 24})
        assert answer.json()["data"]["doctor_id"] == doctor.pk
        assert answer.json()["data"]["_id"] != "0" * 24


class TestGet:
    def test_who_may(
        self, caller: Caller, other: Caller, desk: Caller, doctor: User
    ) -> None:
        patient = PatientFactory.create(doctor=doctor)

        assert caller.get(patient.pk).status_code == 200
        assert caller.get(f"{patient.pk.upper()}?uid=x").status_code == 200
        assert desk.get(patient.pk).status_code == 200
        for answer in (other.get(patient.pk), other.get("0" * 24)):
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)

    @pytest.mark.parametrize("malformed", ["x", "g" * 24, "%0A", "0" * 25])
    def test_a_malformed_id(self, caller: Caller, malformed: str) -> None:
        for answer in (caller.get(malformed), caller.put(malformed, {})):
            assert (answer.status_code, answer.json()["error"]) == (
                400,
                "Missing or invalid patient ID",
            )


class TestUpdate:
    @pytest.fixture
    def patient_id(self, caller: Caller) -> str:
        return str(caller.add(FACTS).json()["data"]["_id"])

    @pytest.mark.parametrize(
        ("body", "changed"),
        [
            ({}, {}),
            ({"firstName": "Lea"}, {"firstName": "Lea"}),
            ({"dateOfBirth": None}, {"dateOfBirth": ""}),
            ({"medicalHistory": ""}, {"medicalHistory": ""}),
            ({"address": {}}, {}),
            ({"address": None}, {}),
            (
                {"address": {"city": "Bonn", "state": "NRW"}},
                {"address": {**FACTS["address"], "city": "Bonn", "state": "NRW"}},
            ),
            (
                {"contact": {"phone": None}},
                {"contact": {**FACTS["contact"], "phone": None}},
            ),
            (
                {"insurance": {"provider": {"name": "TK"}}, "lastName": "Vögel"},
                {
                    "insurance": {**FACTS["insurance"], "provider": {"name": "TK"}},
                    "lastName": "Vögel",
                },
            ),
        ],
    )
    def test_scalars_are_replaced_and_objects_merged(
        self,
        caller: Caller,
        patient_id: str,
        body: dict[str, Any],
        changed: dict[str, Any],
    ) -> None:
        before = caller.get(patient_id).json()["data"]

        answer = caller.put(patient_id, body)

        assert answer.status_code == 200
        assert answer.json()["data"] == before | changed
        assert caller.get(patient_id).json()["data"] == before | changed
        event = AuditEvent.objects.get(action="patient.update")
        assert event.object_id == patient_id
        assert "Lea" not in json.dumps(event.details)

    def test_an_object_does_not_grow_by_merging(
        self, caller: Caller, patient_id: str
    ) -> None:
        assert caller.put(patient_id, {"contact": {"a": "x" * 12_000}}).json()[
            "success"
        ]

        answer = caller.put(patient_id, {"contact": {"b": "x" * 12_000}})

        assert (answer.status_code, answer.json()["error"]) == (
            400,
            "contact: Must be a small object of plain values",
        )
        assert caller.put(patient_id, {"contact": {"a": "x" * 15_000}}).json()[
            "success"
        ]

    def test_what_was_got_can_be_sent_back(
        self, caller: Caller, patient_id: str
    ) -> None:
        before = caller.get(patient_id).json()["data"]

        assert caller.put(patient_id, before).json()["data"] == before

    def test_nobody_gives_a_patient_away(
        self, caller: Caller, patient_id: str, other_doctor: User
    ) -> None:
        before = caller.get(patient_id).json()["data"]

        answer = caller.put(patient_id, {"doctor_id": other_doctor.pk, "_id": "x"})

        assert answer.json()["data"] == before

    @pytest.mark.parametrize(
        "body",
        [{"firstName": ""}, {"firstName": None}, {"lastName": 5}, {"address": "x"}, []],
    )
    def test_bad_input(self, caller: Caller, patient_id: str, body: Any) -> None:
        answer = caller.put(patient_id, body)

        assert answer.status_code == 400
        assert not AuditEvent.objects.filter(action="patient.update").exists()

    def test_anothers_is_as_a_missing_one(
        self, other: Caller, desk: Caller, patient_id: str
    ) -> None:
        for answer in (other.put(patient_id, NAMES), other.put("0" * 24, NAMES)):
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
        assert desk.put(patient_id, NAMES).status_code == 200

    def test_two_at_once_lose_no_key(self, caller: Caller, patient_id: str) -> None:
        first = Patient.objects.get(pk=patient_id)
        second = Patient.objects.get(pk=patient_id)

        services.update_patient(first, actor=SYSTEM, changes={"contact": {"fax": "1"}})
        services.update_patient(second, actor=SYSTEM, changes={"contact": {"web": "2"}})

        contact = caller.get(patient_id).json()["data"]["contact"]
        assert contact == {**FACTS["contact"], "fax": "1", "web": "2"}

    def test_one_that_is_gone_meanwhile(self, caller: Caller, patient_id: str) -> None:
        gone = Patient.objects.get()
        Patient.objects.all().delete()

        with pytest.raises(PatientNotFound):
            services.update_patient(gone, actor=SYSTEM, changes={})


class TestSearch:
    @pytest.fixture(autouse=True)
    def _patients(self, doctor: User, other_doctor: User) -> None:
        for first, last in (
            ("Lena", "Vogel"),
            ("Élodie", "Straße"),
            ("Jürgen", "Åberg"),
            ("Ольга", "Чехова"),
            ("100%", "A_b"),
        ):
            PatientFactory.create(doctor=doctor, first_name=first, last_name=last)
        PatientFactory.create(doctor=other_doctor, first_name="Lena", last_name="Fremd")

    @pytest.mark.parametrize(
        ("term", "found"),
        [
            ("vogel", ["Vogel"]),
            ("LENA", ["Vogel"]),
            ("oge", ["Vogel"]),
            ("lena vog", ["Vogel"]),
            (" vogel ", ["Vogel"]),
            ("éLODIE", ["Straße"]),
            ("e\u0301lodie", ["Straße"]),
            ("STRASSE", ["Straße"]),
            ("JÜRGEN", ["Åberg"]),
            ("åb", ["Åberg"]),
            ("чЕХ", ["Чехова"]),
            ("%", ["A_b"]),
            ("_", ["A_b"]),
            ("\\", []),
            ("nobody", []),
            ("\0", []),
            ("'; DROP TABLE", []),
            ("x" * 5000, []),
        ],
    )
    def test_it_finds(self, caller: Caller, term: str, found: list[str]) -> None:
        assert caller.search(query=term) == found

    def test_the_empty_term_is_in_every_name(
        self, caller: Caller, desk: Caller
    ) -> None:
        assert len(caller.search()) == len(caller.search(query="", uid="x")) == 5
        assert len(desk.search(query="lena")) == 2

    def test_a_new_name_is_found(self, caller: Caller) -> None:
        patient = Patient.objects.get(last_name="Vogel")

        caller.put(patient.pk, {"lastName": "Öztürk"})

        assert caller.search(query="ÖZTÜRK") == ["Öztürk"]
        assert caller.search(query="vogel") == []

    def test_pages(self, caller: Caller) -> None:
        assert len(caller.search(query="", limit="2", page="3")) == 1
