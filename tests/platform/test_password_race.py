"""A password that changes while somebody is let in with the old one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.signals import user_logged_in
from django.test import Client

from medisync.accounts.models import User
from medisync.accounts.services import change_password, replace_password
from medisync.accounts.tokens import issue_token
from medisync.http.authentication import BearerAuthentication
from tests.conftest import Bearer
from tests.factories import PASSWORD
from tests.locks import meanwhile

NEW = "new-horse-2"


def counts(client: Client, headers: dict[str, str]) -> bool:
    return client.get("/api/user/profile", headers=headers).status_code == 200


@pytest.fixture
def changed_meanwhile(doctor: User) -> Iterator[None]:
    """The password was the right one, and no token is made yet."""

    def change(user: User, **signal: Any) -> None:
        change_password(User.objects.get(pk=user.pk), NEW, address=None)

    user_logged_in.connect(change)
    yield
    user_logged_in.disconnect(change)


@pytest.mark.usefixtures("changed_meanwhile")
@pytest.mark.parametrize(
    ("url", "name"), [("/api/login", "email"), ("/api/auth/login", "username")]
)
def test_a_login_gets_no_token(
    client: Client, doctor: User, url: str, name: str
) -> None:
    body = {name: doctor.email, "password": PASSWORD}

    answer = client.post(url, body, content_type="application/json")

    assert (answer.status_code, "token" in answer.json()) == (401, False)


def test_a_token_is_not_changed_for_another(
    client: Client, bearer: Bearer, doctor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = bearer(doctor)
    let_in = BearerAuthentication.get_user

    def then_change(self: Any, token: Any) -> User:
        user = let_in(self, token)
        change_password(User.objects.get(pk=user.pk), NEW, address=None)
        return user

    monkeypatch.setattr(BearerAuthentication, "get_user", then_change)

    answer = client.post("/api/refresh-token", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_TOKEN")


def test_a_hash_that_is_made_anew_undoes_no_change(doctor: User, settings: Any) -> None:
    hashers = "django.contrib.auth.hashers"
    better = [f"{hashers}.ScryptPasswordHasher", *settings.PASSWORD_HASHERS]
    late = User.objects.get(pk=doctor.pk)
    settings.PASSWORD_HASHERS = better

    assert doctor.check_password(PASSWORD)
    assert User.objects.get(pk=doctor.pk).password.startswith("scrypt$")
    change_password(doctor, NEW, address=None)
    assert late.check_password(PASSWORD)  # As it was when it was read.

    doctor.refresh_from_db()
    assert doctor.check_password(NEW)


@pytest.mark.parametrize("own", [True, False])
def test_what_was_issued_while_the_change_waited_ends(
    client: Client,
    bearer: Bearer,
    doctor: User,
    superuser: User,
    own: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_password = User.set_password

    def a_minute_ago(self: User, password: str) -> None:
        set_password(self, password)
        self.tokens_valid_from -= timedelta(minutes=1)

    monkeypatch.setattr(User, "set_password", a_minute_ago)
    headers = bearer(doctor)
    assert counts(client, headers)

    if own:
        change_password(doctor, NEW, address=None)
    else:
        replace_password(doctor, NEW, by=superuser, address=None)

    assert not counts(client, headers)
    assert counts(client, bearer(doctor))


@pytest.mark.row_locks
@pytest.mark.django_db(transaction=True)
def test_a_change_waits_for_a_token_that_is_being_issued(
    client: Client, doctor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: list[Future[object]] = []
    hold = User.objects.hold

    def then_change(user: User, *, password: str | None = None) -> bool:
        monkeypatch.setattr(User.objects, "hold", hold)
        held = hold(user, password=password)
        other = User.objects.get(pk=user.pk)
        changes.append(meanwhile(lambda: change_password(other, NEW, address=None)))
        assert not changes[0].done()
        return held

    monkeypatch.setattr(User.objects, "hold", then_change)
    token = issue_token(doctor)

    changes[0].result(60)
    assert not counts(client, {"Authorization": f"Bearer {token}"})
