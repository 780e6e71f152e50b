from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from tests.factories import PASSWORD
from tests.pages.conftest import SignedIn

pytestmark = pytest.mark.django_db


def attempt(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    data = {"email": email, "password": password, **more}
    return client.post("/sign-in", data)


def test_signing_in_leads_to_the_recordings(client: Client, doctor: User) -> None:
    answer = attempt(client, f" {doctor.email.upper()} ")

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    assert AuditEvent.objects.filter(action="user.sign_in").count() == 1


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("", PASSWORD),
        ("{doctor}", ""),
        ("{doctor}", "wrong-horse-1"),
        ("nobody@clinic.example", PASSWORD),
        ("no address", PASSWORD),
        ("{doctor}", "\0"),
        ("a\0b@clinic.example", PASSWORD),
        ("{doctor}", "x" * 100_000),
        (f"{'x' * 300}@clinic.example", PASSWORD),
    ],
)
def test_it_says_what_is_wrong(
    client: Client, doctor: User, email: str, password: str
) -> None:
    answer = attempt(client, email.format(doctor=doctor.email), password)

    assert answer.status_code == 200
    assert 'class="error"' in answer.content.decode()
    assert client.get("/").status_code == 302


def test_an_unverified_address_is_told_so(client: Client, doctor: User) -> None:
    User.objects.filter(pk=doctor.pk).update(is_verified=False)

    answer = attempt(client, doctor.email)

    assert "has not been verified yet" in answer.content.decode()
    assert client.get("/").status_code == 302


def test_a_deactivated_person_is_out_at_once(signed_in: SignedIn, doctor: User) -> None:
    client = signed_in(doctor)
    User.objects.filter(pk=doctor.pk).update(is_active=False)

    assert client.get("/").status_code == 302
    assert attempt(client, doctor.email).status_code == 200


def test_guessing_is_stopped(client: Client, doctor: User, staff: User) -> None:
    for _ in range(9):
        assert attempt(client, doctor.email, "wrong-horse-1").status_code == 200
    answer = attempt(client, doctor.email, "wrong-horse-1")

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 900
    assert "Too many failed attempts" in answer.content.decode()
    assert attempt(client, doctor.email).status_code == 429
    assert attempt(client, staff.email).status_code == 302


def test_success_forgets_the_failures(client: Client, doctor: User) -> None:
    for _ in range(3):
        for _ in range(9):
            assert attempt(client, doctor.email, "wrong-horse-1").status_code == 200
        assert attempt(client, doctor.email).status_code == 302
        client.logout()


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/recordings/0123/", "/recordings/0123/"),
        ("/admin/?q=1", "/admin/?q=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_next_stays_on_this_host(
    client: Client, doctor: User, wanted: str, reached: str
) -> None:
    assert attempt(client, doctor.email, next=wanted)["Location"] == reached


def test_a_page_sends_one_to_sign_in_and_back(client: Client, doctor: User) -> None:
    answer = client.get("/?q=knee")
    assert answer["Location"] == "/sign-in?next=/%3Fq%3Dknee"

    form = client.get(answer["Location"]).content.decode()

    assert '<input type="hidden" name="next" value="/?q=knee">' in form


def test_signing_out_takes_a_button(signed_in: SignedIn, doctor: User) -> None:
    client = signed_in(doctor)

    assert client.get("/sign-out").status_code == 405
    assert client.get("/").status_code == 200
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert client.get("/").status_code == 302


def test_another_site_cannot_sign_one_in(doctor: User) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = attempt(client, doctor.email)

    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()


def test_the_admin_has_no_sign_in_of_its_own(
    client: Client, signed_in: SignedIn, doctor: User
) -> None:
    answer = client.get("/admin/appointments/patient/", follow=True)
    assert answer.request["PATH_INFO"] == "/sign-in"
    assert "next=" in answer.request["QUERY_STRING"]

    # For somebody who may not, signing in again would go round in circles.
    User.objects.filter(pk=doctor.pk).update(is_verified=False)
    assert signed_in(doctor).get("/admin/", follow=True).status_code == 403
