"""What every page promises the browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from appointments.models import Appointment
from medisync.accounts.api_keys import create_key
from medisync.accounts.links import Purpose, link_token
from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from notes.documents import add_document
from notes.letters import add_letter
from notes.services import save_notes
from notes.transcripts import add_transcription
from recordings.choices import Form
from recordings.intake import incoming_file
from recordings.renditions import stored_audio
from telephony.models import Call
from telephony.pbx import create_pbx_user
from telephony.services import create_account
from tests.factories import PatientFactory
from tests.notes.pdf import pdf
from tests.pages.conftest import SignedIn
from tests.recordings.conftest import AddVisit
from tests.telephony.speech import imported

pytestmark = pytest.mark.django_db

_HANDLER = re.compile(r"on[a-z]+")


class Page(HTMLParser):
    """Collects what the Content-Security-Policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.files: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.refused.append(tag)
        self.refused += [
            name for name in given if name == "style" or _HANDLER.fullmatch(name)
        ]
        for name in ("src", "href", "action"):
            url = given.get(name) or ""
            if url.startswith(("http:", "https:", "//", "javascript:", "data:")):
                self.refused.append(url)
            if url.startswith("/static/"):
                self.files.append(url.removeprefix(settings.STATIC_URL))


def check(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    text = str(answer.content.decode())
    page = Page()
    page.feed(text)
    assert page.refused == [], url
    for file in page.files:
        assert finders.find(file), file
    return text


def test_pages_hold_nothing_inline_and_no_other_host(
    client: Client, signed_in: SignedIn, doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)
    browser = signed_in(doctor)

    check(client, "/sign-in")
    check(client, "/forgot-password")
    check(client, f"/reset-password/{link_token(Purpose.RESET, doctor)}")
    check(client, "/verify-email/x", 404)
    check(client, "/nothing/here", 404)
    for url in ("/", "/?q=nothing", f"/recordings/{recording.pk}/"):
        check(browser, url)
        # Nothing of a patient's stays on a shared computer.
        assert "no-store" in browser.get(url)["Cache-Control"]


def test_neither_does_the_admin(
    signed_in: SignedIn,
    doctor: User,
    superuser: User,
    add_visit: AddVisit,
    tmp_path: Path,
) -> None:
    recording = add_visit(doctor)
    stored_audio(recording, Form.MP3)
    PatientFactory.create(doctor=doctor)
    assert recording.appointment_id is not None
    save_notes(doctor, appointment_id=recording.appointment_id, notes="S", actor=SYSTEM)
    visit = Appointment.objects.get(pk=recording.appointment_id)
    add_transcription(visit, "Knee pain.", actor=SYSTEM)
    add_letter(visit, "# Dear colleague", actor=SYSTEM)
    (tmp_path / "a.pdf").write_bytes(pdf())
    with incoming_file(tmp_path / "a.pdf", file_name="a.pdf") as incoming:
        add_document(visit, incoming, actor=SYSTEM)
    create_key(superuser, name="Tablet", type="live", address=None)
    account, _ = create_account("Front desk", actor=SYSTEM)
    create_pbx_user("pbx", password="Kamille-77", actor=SYSTEM)
    imported(account=account)
    assert Call.objects.count() == 1
    client = signed_in(superuser)

    for url in ("admin:index", "admin:password_change", "admin:password_change_done"):
        check(client, reverse(url))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        check(client, reverse(f"{name}_changelist"))
        row = model._default_manager.first()
        assert row is not None, model
        for page in ("change", "history"):
            check(client, reverse(f"{name}_{page}", args=[row.pk]))
        adding = client.get(reverse(f"{name}_add")).status_code
        assert adding in (200, 403)
        if adding == 200:
            check(client, reverse(f"{name}_add"))


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_errors_have_pages_of_their_own(status: int) -> None:
    # Rendered with nothing at hand: whatever broke may be what a page needs.
    text = render_to_string(f"{status}.html")

    assert "<h1>" in text
    assert 'class="button"' in text


def test_styles_ask_no_other_host() -> None:
    for name in ("medisync.css", "admin.css", "colours.css", "icon.svg"):
        path = finders.find(f"medisync/{name}")
        assert isinstance(path, str)
        text = Path(path).read_text(encoding="utf-8")
        assert "//" not in text.replace("http://www.w3.org/2000/svg", "")
