"""People, PBX users, accounts: passwords are set, tokens shown once."""

from __future__ import annotations

import re
from hashlib import md5
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from telephony.access import account_by_credentials
from telephony.choices import Scope
from telephony.errors import AccountCredentialsInvalid
from telephony.models import Account, ApiToken, PbxUser
from tests.factories import PASSWORD
from tests.pages.conftest import SignedIn

pytestmark = pytest.mark.django_db

NEW = "another-horse-2"


def at(model: str, page: str, *args: object) -> str:
    return reverse(f"admin:{model}_{page}", args=args)


def shown_token(answer: Any) -> str:
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r'id="token">([^<]+)<', answer.content.decode())
    assert found
    return found[1]


def opens(account: Account, token: str) -> bool:
    try:
        account_by_credentials(str(account.pk), token, scope=Scope.MANAGEMENT)
    except AccountCredentialsInvalid:
        return False
    return True


def test_an_accounts_token_is_shown_once(signed_in: SignedIn, superuser: User) -> None:
    client = signed_in(superuser)
    answer = client.post(at("telephony_account", "add"), {"name": "Front desk"})
    token = shown_token(answer)
    account = Account.objects.get()
    assert opens(account, token)
    url = at("telephony_account", "change", account.pk)
    assert token not in client.get(url).content.decode()
    # In nothing that is kept on either side.
    assert all(token not in repr(cookie) for cookie in client.cookies.values())
    assert all(token not in repr(s.get_decoded()) for s in Session.objects.all())

    assert client.get(at("telephony_account", "token", account.pk)).status_code == 405
    second = shown_token(client.post(at("telephony_account", "token", account.pk)))
    assert opens(account, token)
    assert opens(account, second)

    oldest = ApiToken.objects.order_by("created_at", "id")[0]
    formset = {
        "tokens-TOTAL_FORMS": "1",
        "tokens-INITIAL_FORMS": "1",
        "tokens-0-id": oldest.pk,
        "tokens-0-account": account.pk,
        "tokens-0-DELETE": "on",
    }
    data = {"name": "Reception", "protect_media": "on", **formset}
    assert client.post(url, data).status_code == 302
    account.refresh_from_db()
    assert (account.name, account.protect_media) == ("Reception", True)
    assert not opens(account, token)
    assert opens(account, second)
    events = _changes(superuser)
    assert list(events.order_by("at", "id").values_list("action", flat=True)) == [
        "account.add",
        "api_token.add",
        "api_token.add",
        "account.update",
        "api_token.delete",
    ]
    assert token not in repr(list(events.values()))


def _changes(user: User) -> Any:
    return AuditEvent.objects.filter(actor_id=user.pk).exclude(action="user.sign_in")


def pbx_login(client: Client, password: str) -> int:
    digest = md5(password.encode(), usedforsecurity=False).hexdigest()
    answer = client.post(
        "/api/v1.1.0/login",
        {
            "username": "pbx",
            "password": digest,
            "port": "8260",
            "version": "1.0.2",
            "url": "192.168.7.98:8260",
        },
        content_type="application/json",
    )
    return 200 if "token" in answer.json() else 401


def test_a_pbx_users_password_is_set(
    client: Client, signed_in: SignedIn, superuser: User
) -> None:
    browser = signed_in(superuser)
    data = {"username": "pbx", "new_password": PASSWORD, "new_password_again": PASSWORD}
    assert browser.post(at("telephony_pbxuser", "add"), data).status_code == 302
    user = PbxUser.objects.get()
    assert pbx_login(client, PASSWORD) == 200

    url = at("telephony_pbxuser", "password", user.pk)
    differing = {"new_password": NEW, "new_password_again": PASSWORD}
    assert "differ" in browser.post(url, differing).content.decode()
    data = {"new_password": NEW, "new_password_again": NEW}
    assert browser.post(url, data).status_code == 302
    assert pbx_login(client, PASSWORD) == 401
    assert pbx_login(client, NEW) == 200

    change = at("telephony_pbxuser", "change", user.pk)
    assert browser.post(change, {}).status_code == 302
    assert pbx_login(client, NEW) == 401
    actions = _changes(superuser).order_by("at", "id")
    assert list(actions.values_list("action", "details")) == [
        ("pbx_user.add", {}),
        ("pbx_user.update", {"fields": ["password"]}),
        ("pbx_user.update", {"fields": ["is_active"]}),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": ""},
        {"username": "x" * 101},
        {"username": "a\u202eb"},
        {"new_password": "", "new_password_again": ""},
        {"new_password": "  ", "new_password_again": "  "},
        {"new_password_again": "other"},
    ],
)
def test_a_wrong_pbx_user_is_pointed_out(
    signed_in: SignedIn, superuser: User, wrong: dict[str, str]
) -> None:
    data = {"username": "pbx", "new_password": PASSWORD, "new_password_again": PASSWORD}

    answer = signed_in(superuser).post(
        at("telephony_pbxuser", "add"), {**data, **wrong}
    )

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not PbxUser.objects.exists()


def person(**changes: str) -> dict[str, str]:
    return {
        "email": "New.Person@clinic.example",
        "title": "Dr.",
        "first_name": "Noor",
        "last_name": "Haddad",
        "doctor_name": "",
        "role": "clinician",
        "tier": "standard",
        "is_active": "on",
        "is_verified": "on",
        "subscription_until_0": "",
        "subscription_until_1": "",
        "specialty": "",
        "ehr_system_type": "",
        "ehr_system_name": "",
        **changes,
    }


def with_password(password: str, **changes: str) -> dict[str, str]:
    return {
        **person(**changes),
        "new_password": password,
        "new_password_again": password,
    }


def sign_in(email: str, password: str) -> int:
    data = {"email": email, "password": password}
    return int(Client().post("/sign-in", data).status_code)


def test_a_person_is_added_changed_and_given_a_password(
    signed_in: SignedIn, superuser: User
) -> None:
    client = signed_in(superuser)
    add = client.post(at("accounts_user", "add"), with_password(PASSWORD))
    assert add.status_code == 302
    user = User.objects.get(email="new.person@clinic.example")
    assert user.doctor_name == "Dr. Noor Haddad"
    assert user.has_subscription()
    assert not user.is_superuser
    assert sign_in(user.email, PASSWORD) == 302

    change = person(role="staff", tier="premium", email=user.email)
    url = at("accounts_user", "change", user.pk)
    assert client.post(url, change).status_code == 302
    user.refresh_from_db()
    assert (user.role, user.tier, user.sees_clinic) == ("staff", "premium", True)

    reset = at("accounts_user", "password", user.pk)
    weak = {"new_password": "short", "new_password_again": "short"}
    assert "at least 8 characters" in client.post(reset, weak).content.decode()
    data = {"new_password": NEW, "new_password_again": NEW}
    assert client.post(reset, data).status_code == 302
    assert sign_in(user.email, PASSWORD) == 200
    assert sign_in(user.email, NEW) == 302
    events = AuditEvent.objects.filter(actor_id=superuser.pk, object_id=user.pk)
    actions = list(events.order_by("at", "id").values_list("action", flat=True))
    assert actions[0] == "user.add"
    assert set(actions[1:]) == {"user.update"}
    assert NEW not in repr(list(events.values()))
    assert client.get(at("accounts_user", "delete", user.pk)).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        with_password("short"),
        with_password("letters-only"),
        with_password(PASSWORD, email=""),
        with_password(PASSWORD, email="x"),
        with_password(PASSWORD, email="root@clinic.example"),
        with_password(PASSWORD, email="ROOT@clinic.example"),
        with_password(PASSWORD, role="king"),
        with_password(PASSWORD, first_name="x" * 101),
        with_password(PASSWORD, subscription_until_0="soon"),
    ],
)
def test_a_wrong_person_is_pointed_out(
    signed_in: SignedIn, superuser: User, wrong: dict[str, str]
) -> None:
    answer = signed_in(superuser).post(at("accounts_user", "add"), wrong)

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert User.objects.count() == 1


def test_nobody_locks_themselves_out(signed_in: SignedIn, superuser: User) -> None:
    data = person(email=superuser.email)  # is_superuser is not ticked.

    answer = signed_in(superuser).post(
        at("accounts_user", "change", superuser.pk), data
    )

    assert "lock yourself out" in answer.content.decode()
    superuser.refresh_from_db()
    assert superuser.is_superuser


def test_ones_own_password_is_changed(signed_in: SignedIn, doctor: User) -> None:
    client = signed_in(doctor)
    data = {
        "old_password": PASSWORD,
        "new_password1": NEW,
        "new_password2": NEW,
    }

    answer = client.post(reverse("admin:password_change"), data, follow=True)

    assert answer.status_code == 200
    assert client.get("/").status_code == 200
    assert sign_in(doctor.email, NEW) == 302
    event = AuditEvent.objects.get(action="user.update")
    assert (event.actor_id, event.details) == (doctor.pk, {"fields": ["password"]})
