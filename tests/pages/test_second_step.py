"""The admin can ask for a code of an authenticator app besides the password."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken

from medisync.accounts.authenticators import (
    authenticator_of,
    begin_authenticator,
    confirm_authenticator,
)
from medisync.accounts.models import Authenticator, User
from medisync.audit.models import AuditEvent
from tests.pages.conftest import SignedIn

pytestmark = pytest.mark.django_db

SET_UP = "/second-step/set-up"
LIST = "/admin/appointments/patient/"


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.ADMIN_OTP_REQUIRED = True


def code_of(device: Authenticator, later: int = 0) -> str:
    """What the app shows now, or ``later`` codes from now."""
    totp = TOTP(device.bin_key, drift=later)
    totp.time = time.time()
    return f"{totp.token():06}"


def app_on_the_phone(user: User) -> tuple[Authenticator, list[str]]:
    """A confirmed authenticator whose current code is not used up."""
    pending = begin_authenticator(user)
    found, codes = confirm_authenticator(user, code_of(pending, -1), address=None)
    return found, codes


def trail(action: str) -> list[tuple[str, str]]:
    rows = AuditEvent.objects.filter(action=action).order_by("at", "id")
    return [*rows.values_list("actor_id", "outcome")]


def test_the_first_time_one_sets_the_app_up(signed_in: SignedIn, doctor: User) -> None:
    client = signed_in(doctor)
    answer = client.get(LIST, follow=True)
    assert answer.request["PATH_INFO"] == SET_UP
    page = answer.content.decode()
    assert "<svg" in page
    assert authenticator_of(doctor) is None
    typed = re.search(r'id="key">([A-Z2-7 ]+)<', page)
    pending = Authenticator.objects.get()
    assert typed
    assert typed[1] == pending.typed_key

    next_page = {"next": LIST}
    assert (
        "not right" in client.post(SET_UP, {"code": "12", **next_page}).content.decode()
    )
    Authenticator.objects.update(throttling_failure_timestamp=None)
    answer = client.post(SET_UP, {"code": code_of(pending), **next_page})

    codes = re.findall(r"<li><code>([a-z2-7-]{19})</code>", answer.content.decode())
    assert len(set(codes)) == 10
    assert f'href="{LIST}"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert client.get(LIST).status_code == 200
    assert trail("authenticator.add") == [(doctor.pk, "refused"), (doctor.pk, "done")]
    kept = [*StaticToken.objects.values_list("token", flat=True)]
    assert not {code.replace("-", "") for code in codes} & {*map(str.lower, kept)}
    assert pending.bin_key.hex() != pending.key


def test_each_sign_in_asks_for_a_code_once(signed_in: SignedIn, doctor: User) -> None:
    device, _ = app_on_the_phone(doctor)
    client = signed_in(doctor)
    assert client.get(LIST, follow=True).request["PATH_INFO"] == "/second-step"
    before = client.session.session_key

    used = code_of(device)
    answer = client.post("/second-step", {"code": used, "next": LIST})

    assert answer["Location"] == LIST
    assert client.session.session_key != before
    assert client.get(LIST).status_code == 200
    # The staff's pages never asked; another browser is asked anew, and a code that
    # somebody looked at works no second time.
    other = signed_in(doctor)
    assert other.get("/").status_code == 200
    assert "not right" in other.post("/second-step", {"code": used}).content.decode()
    assert other.get(LIST).status_code == 302
    assert trail("authenticator.check") == [(doctor.pk, "done"), (doctor.pk, "refused")]


def test_a_recovery_code_opens_once(signed_in: SignedIn, doctor: User) -> None:
    _, codes = app_on_the_phone(doctor)
    client = signed_in(doctor)
    client.post("/second-step", {"code": f" {codes[3].upper()} "})
    assert client.get(LIST).status_code == 200

    other = signed_in(doctor)
    other.post("/second-step", {"code": codes[3]})
    assert other.get(LIST).status_code == 302


def test_guessing_is_slowed_down(signed_in: SignedIn, doctor: User) -> None:
    device, _ = app_on_the_phone(doctor)
    client = signed_in(doctor)
    for _ in range(2):
        Authenticator.objects.update(throttling_failure_timestamp=None)
        client.post("/second-step", {"code": "000"})
    answer = client.post("/second-step", {"code": code_of(device)})

    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 2
    assert client.get(LIST).status_code == 302


def test_another_persons_code_opens_nothing(
    signed_in: SignedIn, doctor: User, other_doctor: User
) -> None:
    app_on_the_phone(doctor)
    theirs, codes = app_on_the_phone(other_doctor)
    client = signed_in(doctor)
    for code in (code_of(theirs), codes[0]):
        client.post("/second-step", {"code": code})
        assert client.get(LIST).status_code == 302


def test_whoever_has_an_app_cannot_be_given_another(
    signed_in: SignedIn, doctor: User
) -> None:
    app_on_the_phone(doctor)
    client = signed_in(doctor)
    assert client.get(SET_UP)["Location"] == "/second-step"
    pending = begin_authenticator(doctor)
    answer = client.post(SET_UP, {"code": code_of(pending)})

    assert answer["Location"] == "/second-step"
    assert client.get(LIST).status_code == 302


def test_a_key_that_was_seen_before_is_not_the_one_confirmed(
    signed_in: SignedIn, doctor: User
) -> None:
    client = signed_in(doctor)
    client.get(SET_UP)
    seen = Authenticator.objects.get()
    client.get(SET_UP)
    client.post(SET_UP, {"code": code_of(seen)})
    assert authenticator_of(doctor) is None

    Authenticator.objects.update(throttling_failure_timestamp=None)
    client.post(SET_UP, {"code": code_of(Authenticator.objects.get())})
    assert client.get(LIST).status_code == 200


def test_a_new_phone_replaces_the_old_one(signed_in: SignedIn, doctor: User) -> None:
    old, codes = app_on_the_phone(doctor)
    client = signed_in(doctor)
    client.post("/second-step", {"code": codes[0]})
    client.get(SET_UP)
    pending = Authenticator.objects.get(confirmed=False)
    client.post(SET_UP, {"code": code_of(pending)})

    assert client.get(LIST).status_code == 200
    assert [*Authenticator.objects.values_list("pk")] == [(pending.pk,)]
    assert StaticToken.objects.count() == 10
    other = signed_in(doctor)
    for code in (code_of(old), codes[1]):
        other.post("/second-step", {"code": code})
        assert other.get(LIST).status_code == 302


def test_a_superuser_resets_anothers(
    signed_in: SignedIn, doctor: User, superuser: User
) -> None:
    app_on_the_phone(doctor)
    let_in = signed_in(doctor)
    let_in.post("/second-step", {"code": code_of(app_of(doctor))})
    _, codes = app_on_the_phone(superuser)
    desk = signed_in(superuser)
    url = reverse("admin:accounts_user_authenticator", args=[doctor.pk])
    assert desk.post(url).status_code == 302
    assert authenticator_of(doctor) is not None  # The code comes first.
    desk.post("/second-step", {"code": codes[0]})
    person = reverse("admin:accounts_user_change", args=[doctor.pk])
    assert "10 recovery codes left" in desk.get(person).content.decode()
    assert desk.get(url).status_code == 200

    desk.post(url)

    assert authenticator_of(doctor) is None
    assert let_in.get(LIST, follow=True).request["PATH_INFO"] == SET_UP
    assert trail("authenticator.reset") == [(superuser.pk, "done")]


def app_of(user: User) -> Authenticator:
    found = authenticator_of(user)
    assert found
    return found


def test_an_operator_resets_it(
    doctor: User, capsys: pytest.CaptureFixture[str]
) -> None:
    app_on_the_phone(doctor)
    call_command("reset_authenticator", doctor.email.upper())

    assert authenticator_of(doctor) is None
    assert not StaticToken.objects.exists()
    assert "has to set up a new one" in capsys.readouterr().out
    assert AuditEvent.objects.get(action="authenticator.reset").actor_kind == "system"
    call_command("reset_authenticator", doctor.email)
    assert "has none" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("reset_authenticator", "nobody@clinic.example")


def test_without_the_setting_nobody_is_asked(
    signed_in: SignedIn, doctor: User, settings: Any
) -> None:
    settings.ADMIN_OTP_REQUIRED = False
    client = signed_in(doctor)
    assert client.get(LIST).status_code == 200
    for url in ("/second-step", SET_UP):
        assert client.get(url).status_code == 404


def test_strangers_sign_in_first(client: Client) -> None:
    for url in ("/second-step", SET_UP):
        assert client.get(url)["Location"].startswith("/sign-in")
