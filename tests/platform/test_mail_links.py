"""E-mail verification and password reset, by API (gaps of contract medisync 3)."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from medisync.accounts.errors import LinkInvalid
from medisync.accounts.links import Purpose, _Signer, link_token
from medisync.accounts.models import User
from medisync.accounts.services import reset_password
from medisync.audit.models import AuditEvent
from tests.conftest import Bearer
from tests.factories import PASSWORD, UserFactory

NEW = "new-horse-2"
INVALID = {
    "success": False,
    "error": "Invalid or expired token",
    "code": "INVALID_TOKEN",
}
ON_ITS_WAY = {
    "success": True,
    "message": "If the address is known, a message is on its way",
}


def post(client: Client, path: str, body: Any) -> Any:
    return client.post(f"/api/{path}", body, content_type="application/json")


def mailed_token() -> str:
    found = re.search(r"http://testserver/[a-z-]+/(\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def login(client: Client, user: User, password: str = PASSWORD) -> int:
    body = {"email": user.email, "password": password}
    return int(post(client, "login", body).status_code)


@pytest.fixture
def newcomer(db: None) -> User:
    return UserFactory.create(is_verified=False)


@pytest.mark.contract("medisync", "13", "POST /verify-email")
@pytest.mark.contract("medisync", "3.2")
def test_registering_sends_a_link_that_verifies(client: Client, db: None) -> None:
    body = {
        "title": "Dr.",
        "firstName": "Mira",
        "lastName": "Okafor",
        "email": "m@clinic.example",
        "password": PASSWORD,
        "specialty": "Neurology",
        "ehr_system_type": "Cerner",
        "ehr_system_name": "Ward system 2",
    }
    assert post(client, "register", body).status_code == 201
    user = User.objects.get()
    assert login(client, user) == 403

    (sent,) = mail.outbox
    assert sent.to == ["m@clinic.example"]
    assert "Mira" not in sent.body
    answer = post(client, "verify-email", {"token": mailed_token()})

    assert answer.status_code == 200
    assert answer.json() == {"success": True, "message": "Email verified"}
    assert login(client, user) == 200
    event = AuditEvent.objects.get(action="user.update")
    assert (event.object_id, event.details) == (user.pk, {"fields": ["is_verified"]})


@pytest.mark.contract("medisync", "13", "POST /verify-email", "POST /reset-password")
def test_a_link_works_once(client: Client, newcomer: User) -> None:
    post(client, "resend-verification", {"email": newcomer.email.upper()})
    token = mailed_token()
    assert post(client, "verify-email", {"token": token}).status_code == 200

    answer = post(client, "verify-email", {"token": token})

    assert (answer.status_code, answer.json()) == (400, INVALID)


@pytest.mark.contract("medisync", "13", "POST /forgot-password", "POST /reset-password")
def test_a_new_password(client: Client, bearer: Bearer, doctor: User) -> None:
    post(client, "forgot-password", {"email": doctor.email})
    token = mailed_token()
    weak = post(client, "reset-password", {"token": token, "password": "short"})
    assert (weak.status_code, weak.json()["code"]) == (400, "VALIDATION_ERROR")

    answer = post(client, "reset-password", {"token": token, "password": NEW})

    assert answer.status_code == 200
    assert answer.json() == {"success": True, "message": "Password changed"}
    assert (login(client, doctor), login(client, doctor, NEW)) == (401, 200)
    again = post(client, "reset-password", {"token": token, "password": PASSWORD})
    assert (again.status_code, again.json()) == (400, INVALID)
    event = AuditEvent.objects.get(action="user.update")
    assert event.details == {"fields": ["password"]}


@pytest.mark.contract(
    "medisync", "13", "POST /forgot-password", "POST /resend-verification"
)
@pytest.mark.parametrize("path", ["forgot-password", "resend-verification"])
def test_nobody_learns_who_has_an_account(
    client: Client, doctor: User, newcomer: User, path: str
) -> None:
    gone = UserFactory.create(is_active=False, is_verified=False)
    emails = [doctor.email, newcomer.email, gone.email, "nobody@clinic.example"]

    answers = [post(client, path, {"email": email}) for email in emails]

    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json() == ON_ITS_WAY for answer in answers)
    wanted = [newcomer.email]
    if path == "forgot-password":
        wanted.insert(0, doctor.email)
    assert [sent.to[0] for sent in mail.outbox] == wanted


def test_a_mailbox_is_not_flooded(client: Client, doctor: User) -> None:
    for number in range(8):
        answer = client.post(
            "/api/forgot-password",
            {"email": doctor.email},
            content_type="application/json",
            REMOTE_ADDR=f"198.51.100.{number}",
        )
        assert (answer.status_code, answer.json()) == (200, ON_ITS_WAY)

    assert len(mail.outbox) == 5


def test_an_address_asks_only_so_often(client: Client, db: None) -> None:
    def ask(number: int) -> int:
        path = ("forgot-password", "resend-verification")[number % 2]
        email = f"d{number}@clinic.example"
        return int(post(client, path, {"email": email}).status_code)

    statuses = [ask(number) for number in range(21)]

    assert statuses == [200] * 20 + [429]


@pytest.mark.parametrize("purpose", Purpose)
def test_tokens_that_do_not_hold(
    client: Client,
    newcomer: User,
    other_doctor: User,
    monkeypatch: pytest.MonkeyPatch,
    purpose: Purpose,
) -> None:
    path = {"VERIFY": "verify-email", "RESET": "reset-password"}[purpose.name]
    wrong = {Purpose.VERIFY: Purpose.RESET, Purpose.RESET: Purpose.VERIFY}[purpose]
    good = link_token(purpose, newcomer)
    with monkeypatch.context() as past:
        now = datetime.now()  # noqa: DTZ005 (as Django's signer has it)
        past.setattr(_Signer, "_now", lambda self: now - timedelta(hours=25))
        expired = link_token(purpose, newcomer)
    tokens = [
        *("x", "-", "0" * 24, "0" * 24 + "-x-y", good[:-1], good + "0", expired),
        *(other_doctor.pk + good[24:], link_token(wrong, newcomer), "ä" * 30),
    ]

    for token in tokens:
        answer = post(client, path, {"token": token, "password": NEW})
        assert (answer.status_code, answer.json()) == (400, INVALID)
    for body in ({}, {"token": 5, "password": NEW}, {"token": "", "password": NEW}):
        answer = post(client, path, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    newcomer.refresh_from_db()
    assert not newcomer.is_verified
    assert newcomer.check_password(PASSWORD)


@pytest.mark.parametrize("email", ["", "no address", None, 5, "a\0@b.example"])
def test_what_is_no_address(client: Client, db: None, email: Any) -> None:
    answer = post(client, "forgot-password", {"email": email})

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


def test_a_mail_server_that_fails_is_not_told(
    client: Client, doctor: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "tests.platform.test_mail_links.BrokenServer"

    answer = post(client, "forgot-password", {"email": doctor.email})

    assert (answer.status_code, answer.json()) == (200, ON_ITS_WAY)
    assert "work in the background failed" in caplog.text
    assert doctor.email not in caplog.records[-1].getMessage()


class BrokenServer:
    def __init__(self, **options: Any) -> None:
        raise OSError("no server")


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_a_password_is_hashed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = UserFactory.create()
    set_password = User.set_password
    held: list[bool] = []

    def look(self: User, password: str) -> None:
        held.append(connection.in_atomic_block)
        set_password(self, password)

    monkeypatch.setattr(User, "set_password", look)
    reset_password(link_token(Purpose.RESET, user), NEW, address=None)

    assert held == [False]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_uses_the_link() -> None:
    user = UserFactory.create()
    token = link_token(Purpose.RESET, user)
    gate = threading.Barrier(6)

    def use(number: int) -> bool:
        try:
            gate.wait()
            reset_password(token, f"new-horse-{number}", address=None)
        except LinkInvalid:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        used = list(pool.map(use, range(6)))

    assert sum(used) == 1
    user.refresh_from_db()
    assert user.check_password(f"new-horse-{used.index(True)}")
