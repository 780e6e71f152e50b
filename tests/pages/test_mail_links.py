"""The pages behind the links in mails."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from medisync.accounts.links import Purpose, link_token
from medisync.accounts.models import User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

NEW = "new-horse-2"
TWICE = {"new_password1": NEW, "new_password2": NEW}


@pytest.fixture
def newcomer() -> User:
    return UserFactory.create(is_verified=False)


def text_of(answer: Any, status: int) -> str:
    assert answer.status_code == status
    assert "no-store" in answer["Cache-Control"]
    return str(answer.content.decode())


def test_from_the_sign_in_page_to_a_new_password(client: Client, doctor: User) -> None:
    assert 'href="/forgot-password"' in client.get("/sign-in").content.decode()
    assert "Send me a link" in text_of(client.get("/forgot-password"), 200)

    asked = client.post("/forgot-password", {"email": doctor.email})
    assert "on its way" in text_of(asked, 200)
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link
    assert "Choose a new password" in text_of(client.get(link[1]), 200)
    done = client.post(link[1], TWICE)

    assert "Sign in with your new password" in text_of(done, 200)
    doctor.refresh_from_db()
    assert doctor.check_password(NEW)
    assert "no longer valid" in text_of(client.post(link[1], TWICE), 404)


def test_nobody_learns_who_has_an_account(client: Client, doctor: User) -> None:
    known = client.post("/forgot-password", {"email": doctor.email})
    unknown = client.post("/forgot-password", {"email": "nobody@clinic.example"})

    assert known.content == unknown.content
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"new_password1": NEW, "new_password2": "other-horse-3"},
        {"new_password1": "short1", "new_password2": "short1"},
        {"new_password1": "onlyletters", "new_password2": "onlyletters"},
        {"new_password1": f"{NEW}\0", "new_password2": f"{NEW}\0"},
    ],
)
def test_a_password_that_will_not_do(
    client: Client, doctor: User, typed: dict[str, str]
) -> None:
    url = f"/reset-password/{link_token(Purpose.RESET, doctor)}"

    assert 'class="error"' in text_of(client.post(url, typed), 200)
    doctor.refresh_from_db()
    assert doctor.check_password(PASSWORD)
    assert client.post(url, TWICE).status_code == 200


def test_opening_the_link_changes_nothing(client: Client, newcomer: User) -> None:
    url = f"/verify-email/{link_token(Purpose.VERIFY, newcomer)}"

    for _ in range(2):
        assert newcomer.email in text_of(client.get(url), 200)
    newcomer.refresh_from_db()
    assert not newcomer.is_verified
    assert "confirmed" in text_of(client.post(url), 200)
    newcomer.refresh_from_db()
    assert newcomer.is_verified
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("page", ["verify-email", "reset-password"])
@pytest.mark.parametrize("token", ["x", "0" * 24 + "-x-y", "a" * 3000, "%E4"])
def test_a_link_that_does_not_hold(client: Client, page: str, token: str) -> None:
    for answer in (
        client.get(f"/{page}/{token}"),
        client.post(f"/{page}/{token}", TWICE),
    ):
        assert "Not a valid link" in text_of(answer, 404)


def test_a_form_from_elsewhere_is_refused(newcomer: User) -> None:
    strict = Client(enforce_csrf_checks=True)

    url = f"/verify-email/{link_token(Purpose.VERIFY, newcomer)}"

    assert strict.post(url).status_code == 403


def test_too_many_tries(client: Client, settings: Any) -> None:
    settings.RATE_LIMITS = {
        **settings.RATE_LIMITS,
        "sign-ins": {"standard": 2},
        "mails": {"standard": 2},
    }
    tries = [client.get("/reset-password/x") for _ in range(3)]
    asks = [client.post("/forgot-password", {"email": "a@b.example"}) for _ in range(3)]

    assert [answer.status_code for answer in tries] == [404, 404, 429]
    assert [answer.status_code for answer in asks] == [200, 200, 429]
    assert int(asks[-1]["Retry-After"]) > 0
