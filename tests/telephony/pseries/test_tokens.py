"""get_token, refresh_token, del_token (contract C1)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from telephony.errors import OpenApiTokenInvalid
from telephony.models import OpenApiToken, PbxUser
from telephony.openapi import revoke_openapi_token, sweep_openapi_tokens
from telephony.pbx import set_pbx_password
from tests.telephony.pseries.caller import (
    CLIENT_ID,
    SECRET,
    STRANGER,
    Caller,
    check_failure,
    check_success,
    invalid,
)
from tests.telephony.yeastar.caller import Caller as PbxCaller
from tests.telephony.yeastar.caller import check_failure as check_pbx_failure
from tests.telephony.yeastar.caller import check_success as check_pbx_success
from tests.telephony.yeastar.conftest import Clock

pytestmark = pytest.mark.contract("yeastar", "C1")

EXPIRED = (10004, "TOKEN EXPIRED")


def works(caller: Caller) -> None:
    check_success(caller.get("recording/list"))


def test_tokens_for_the_client_id_and_secret(user: PbxUser) -> None:
    caller = Caller()

    answer = check_success(caller.log_in())

    assert answer.pop("access_token") == caller.token
    assert answer.pop("refresh_token") == caller.refresh_token
    assert answer == {
        "access_token_expire_time": 1800,
        "refresh_token_expire_time": 86400,
    }
    works(caller)
    kept = json.dumps(list(OpenApiToken.objects.values()), default=str)
    assert caller.token not in kept
    assert caller.refresh_token not in kept
    event = AuditEvent.objects.get(action="openapi_token.add")
    assert (event.actor_id, event.object_id) == (
        user.pk,
        OpenApiToken.objects.get().pk,
    )


@pytest.mark.parametrize(
    ("name", "secret"),
    [(CLIENT_ID, "wrong"), ("nobody", SECRET), (CLIENT_ID, "\ud800"), ("\0", "x")],
    ids=ascii,
)
def test_wrong_credentials(user: PbxUser, name: str, secret: str) -> None:
    check_failure(
        Caller().log_in(name, secret),
        -1,
        "FAILURE",
        **invalid("username or password", "error"),
    )


def test_a_deactivated_user(caller: Caller, user: PbxUser) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])

    check_failure(caller.get("recording/list"), *EXPIRED)
    refresh = {"refresh_token": caller.refresh_token}
    check_failure(caller.send("POST", "refresh_token", refresh), *EXPIRED)
    assert caller.log_in().json()["errcode"] == -1


def test_five_failures_lock_both_doors(user: PbxUser, clock: Clock) -> None:
    for _ in range(5):
        assert Caller().log_in(password="wrong").json()["errcode"] == -1

    check_failure(Caller().log_in(), 60002, "MAX LIMITATION EXCEEDED")
    check_pbx_failure(PbxCaller().log_in(CLIENT_ID, SECRET), "20002")
    check_success(Caller(address=STRANGER).log_in())
    clock.advance(minutes=10, seconds=1)
    check_success(Caller().log_in())


def test_a_token_lives_30_minutes_however_it_is_used(
    user: PbxUser, clock: Clock
) -> None:
    caller = Caller()
    caller.log_in()

    clock.advance(minutes=29, seconds=59)
    works(caller)
    clock.advance(seconds=1)
    check_failure(caller.get("recording/list"), *EXPIRED)


def test_refresh(user: PbxUser, clock: Clock) -> None:
    caller = Caller()
    caller.log_in()
    old, body = Caller(token=caller.token), {"refresh_token": caller.refresh_token}
    clock.advance(hours=24, seconds=-1)

    answer = check_success(caller.send("POST", "refresh_token", body))

    assert set(answer) == {
        *["access_token", "access_token_expire_time"],
        *["refresh_token", "refresh_token_expire_time"],
    }
    caller.token = answer["access_token"]
    works(caller)
    check_failure(old.get("recording/list"), *EXPIRED)
    check_failure(caller.send("POST", "refresh_token", body), *EXPIRED)
    assert AuditEvent.objects.filter(action="openapi_token.refresh").exists()


def test_a_refresh_token_lives_24_hours(user: PbxUser, clock: Clock) -> None:
    caller = Caller()
    caller.log_in()
    clock.advance(hours=24)

    body = {"refresh_token": caller.refresh_token}
    check_failure(caller.send("POST", "refresh_token", body), *EXPIRED)
    assert sweep_openapi_tokens() == 1
    assert not OpenApiToken.objects.exists()


def test_a_token_that_is_given_back(caller: Caller) -> None:
    assert check_success(caller.get("del_token")) == {}

    check_failure(caller.get("recording/list"), *EXPIRED)
    check_failure(caller.get("del_token"), *EXPIRED)
    body = {"refresh_token": caller.refresh_token}
    check_failure(caller.send("POST", "refresh_token", body), *EXPIRED)
    assert AuditEvent.objects.filter(action="openapi_token.delete").exists()


def test_of_several_who_give_it_back_at_once_one_does(caller: Caller) -> None:
    token = OpenApiToken.objects.get()

    revoke_openapi_token(token, actor=SYSTEM)
    with pytest.raises(OpenApiTokenInvalid):
        revoke_openapi_token(token, actor=SYSTEM)

    assert AuditEvent.objects.filter(action="openapi_token.delete").count() == 1


@pytest.mark.usefixtures("user", "changed_meanwhile")
def test_a_secret_that_changes_while_it_is_checked() -> None:
    assert Caller().log_in().json()["errcode"] == -1
    assert not OpenApiToken.objects.exists()


def test_a_new_password_ends_every_login(caller: Caller, user: PbxUser) -> None:
    set_pbx_password(user, "Linden-78", actor=SYSTEM)

    check_failure(caller.get("recording/list"), *EXPIRED)
    check_success(caller.log_in(password="Linden-78"))


@pytest.mark.parametrize("token", ["", " ", "x", "\0", "\ud800", "x" * 5000], ids=ascii)
def test_tokens_that_are_none(user: PbxUser, token: str) -> None:
    query: dict[str, Any] = {"access_token": token.encode("utf-8", "surrogatepass")}
    check_failure(Caller().get("recording/list", **query), *EXPIRED)


def test_one_versions_token_opens_nothing_of_another(
    caller: Caller, user: PbxUser
) -> None:
    pbx = PbxCaller()
    check_pbx_success(pbx.log_in(CLIENT_ID, SECRET))

    check_failure(Caller(token=pbx.token).get("recording/list"), *EXPIRED)
    check_pbx_failure(pbx.post("heartbeat", token=caller.token), "20004")


@pytest.mark.parametrize("path", ["get_token", "refresh_token"])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b"username=x", b"[" * 60_000]
)
def test_bodies_that_are_no_object(db: None, path: str, body: bytes) -> None:
    check_failure(Caller().send("POST", path, body), 40001, "PARAMETER SYNTAX ERROR")


@pytest.mark.parametrize("size", [70_000, 3_000_000])
def test_a_body_that_is_too_large(db: None, size: int) -> None:
    body = b'{"username": "' + b"x" * size + b'"}'
    check_failure(
        Caller().send("POST", "get_token", body), 40001, "PARAMETER SYNTAX ERROR"
    )


@pytest.mark.parametrize("value", [None, "", " ", 7, ["x"]])
@pytest.mark.parametrize("name", ["username", "password"])
def test_missing_parameters(user: PbxUser, name: str, value: Any) -> None:
    body = {"username": CLIENT_ID, "password": SECRET, name: value}

    check_failure(
        Caller().send("POST", "get_token", body),
        40002,
        "PARAMETER ERROR",
        **invalid(name, ""),
    )
