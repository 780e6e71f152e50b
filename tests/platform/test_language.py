"""Pages follow the browser's language; the dialects speak English to everyone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from medisync.accounts.models import User
from medisync.lib.errors import DomainError
from medisync.urls import DIALECTS, LAML_MOUNTS, YEASTAR_MOUNTS
from tests.conftest import Bearer
from tests.factories import PASSWORD, UserFactory
from tests.pages.conftest import SignedIn, signed_in

pytestmark = pytest.mark.django_db

__all__ = ["signed_in"]

GERMAN = {"Accept-Language": "de-DE,de;q=0.9"}
# What the dialects' errors have of the moment.
_TIMES = re.compile(rb'"(timestamp|date|X-RateLimit-Reset)": ?"?[^",}]+')


def said(answer: Any) -> tuple[int, bytes]:
    return answer.status_code, _TIMES.sub(b"", answer.content)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/api/login", {}),
        ("post", "/api/login", {"email": "x", "password": "y"}),
        ("post", "/api/register", {"email": "a@clinic.example", "password": "short"}),
        ("post", "/api/register", {"email": "no address", "password": "correct-1"}),
        ("get", "/api/profile", None),
        ("get", "/api/nothing", None),
        ("put", "/api/login", {}),
        ("post", "/api/auth/login", {}),
        ("get", "/api/download/0123", None),
        ("delete", "/api/delete-all", None),
        ("get", "/api/laml/2010-04-01/Accounts/x/Recordings.json", None),
        ("get", "/2010-04-01/Accounts/x/nothing.json", None),
        ("post", "/api/v1.1.0/login", {"username": "pbx"}),
        ("post", "/api/v2.0.0/recording/query", {}),
        ("get", "/openapi/v1.0/recording/search", None),
        ("post", "/openapi/v1.0/get_token", {}),
    ],
)
def test_a_dialect_says_the_same_whoever_asks(
    method: str, path: str, body: dict[str, str] | None
) -> None:
    options = {"content_type": "application/json", "data": body or {}}
    if method == "get":
        options = {}

    plain = getattr(Client(), method)(path, **options)
    german = getattr(Client(), method)(path, headers=GERMAN, **options)

    assert said(german) == said(plain)
    assert "Content-Language" not in german
    assert "Accept-Language" not in german.get("Vary", "")


@pytest.mark.parametrize("path", ["/api/profile", "/api/recordings", "/api/patients"])
def test_neither_does_an_answer_to_somebody_known(
    client: Client, doctor: User, bearer: Bearer, path: str
) -> None:
    plain = client.get(path, headers=bearer(doctor))
    german = client.get(path, headers=bearer(doctor) | GERMAN)

    assert said(german) == said(plain)


def test_every_dialects_mount_is_known_as_one() -> None:
    mounts = [*LAML_MOUNTS, *YEASTAR_MOUNTS, "openapi/v1.0/", "api/"]
    with translation.override("de"):
        for mount in mounts:
            assert any(pattern.match(f"/{mount}") for pattern, _ in DIALECTS)
            assert "Content-Language" not in Client().get(f"/{mount}x", headers=GERMAN)


def test_a_page_follows_the_browser(signed_in: SignedIn, doctor: User) -> None:
    client = signed_in(doctor)

    for headers, language in (
        (GERMAN, "de"),
        ({"Accept-Language": "en-GB"}, "en"),
        ({"Accept-Language": "fr, tlh;q=0.5"}, "en"),
        ({}, "en"),
    ):
        for path in ("/", "/nothing/here", "/admin/"):
            answer = client.get(path, headers=headers)
            assert f'<html lang="{language}"' in answer.content.decode()
            assert answer["Content-Language"] == language
            assert "Accept-Language" in answer["Vary"]


def test_the_admin_speaks_german_now(signed_in: SignedIn, superuser: User) -> None:
    answer = signed_in(superuser).get("/admin/accounts/user/add/", headers=GERMAN)

    assert "Sichern und weiter bearbeiten" in answer.content.decode()


def test_a_refusal_of_the_core_is_plain_english_text() -> None:
    def kinds(parent: type[DomainError]) -> list[type[DomainError]]:
        return [parent, *(k for c in parent.__subclasses__() for k in kinds(c))]

    with translation.override("de"):
        for kind in kinds(DomainError):
            assert type(kind.message) is str, kind


_TEXTS = {
    "de": {
        "reset": ("MediSync: Neues Passwort wählen", "Der Link gilt einmal"),
        "verify": ("MediSync: Bestätigen Sie Ihre E-Mail-Adresse", "Guten Tag"),
    },
    "en": {
        "reset": ("MediSync: Choose a new password", "The link works once"),
        "verify": ("MediSync: Verify your e-mail address", "Hello,"),
    },
}
_ASKED = {"de": "de-DE,de;q=0.9", "en": "en-GB,en;q=0.9,de;q=0.5"}


@pytest.mark.parametrize("language", _TEXTS)
@pytest.mark.parametrize(
    ("mailed", "path", "by_api"),
    [
        ("reset", "/forgot-password", False),
        ("reset", "/api/forgot-password", True),
        ("verify", "/api/resend-verification", True),
        ("verify", "/api/register", True),
    ],
)
def test_a_mail_is_in_the_language_that_its_reader_asks_for(
    client: Client, language: str, mailed: str, path: str, by_api: bool
) -> None:
    body = {"email": "mira@clinic.example"}
    if path == "/api/register":
        body |= {
            "title": "Dr.",
            "firstName": "Mira",
            "lastName": "Okafor",
            "password": PASSWORD,
            "specialty": "Neurology",
            "ehr_system_type": "Cerner",
            "ehr_system_name": "Ward system 2",
        }
    else:
        UserFactory.create(**body, is_verified=mailed == "reset")
    options: dict[str, Any] = {"content_type": "application/json"} if by_api else {}

    client.post(path, body, headers={"Accept-Language": _ASKED[language]}, **options)

    subject, text = _TEXTS[language][mailed]
    sent = mail.outbox[0]
    assert sent.subject == subject
    assert text in sent.body


def test_a_mail_to_whom_asks_for_no_language_we_have_is_english(
    client: Client, doctor: User
) -> None:
    client.post(
        "/forgot-password", {"email": doctor.email}, headers={"Accept-Language": "fr"}
    )

    assert mail.outbox[0].subject == _TEXTS["en"]["reset"][0]
