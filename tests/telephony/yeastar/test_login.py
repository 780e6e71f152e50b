"""POST login (contract A2)."""

from __future__ import annotations

import json
import re
from concurrent.futures import Future
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from telephony import pbx
from telephony.models import PbxToken, PbxUser
from telephony.pbx import set_pbx_password
from tests.locks import meanwhile
from tests.telephony.yeastar.caller import (
    APPLICATION,
    PASSWORD,
    USERNAME,
    Caller,
    check_failure,
    check_success,
    make_user,
    md5,
)

pytestmark = pytest.mark.contract("yeastar", "A2")

GOOD = {"username": USERNAME, "password": md5(PASSWORD), "port": "8260"}


def log_in(body: object, **changes: Any) -> Any:
    return Caller(**changes).send("POST", "login", json.dumps(body))


def test_a_user_gets_a_token(user: PbxUser, mount: str) -> None:
    answer = check_success(log_in({**GOOD, "version": "1.0.2"}, mount=mount))

    assert set(answer) == {"token", "refreshtoken"}
    assert re.fullmatch("[0-9a-f]{32}", answer["token"])
    assert re.fullmatch("[0-9a-f]{32}", answer["refreshtoken"])
    token = PbxToken.objects.get()
    assert (token.user, token.address) == (user, APPLICATION)
    kept = json.dumps(list(PbxToken.objects.values()), default=str)
    assert answer["token"] not in kept
    assert answer["refreshtoken"] not in kept
    event = AuditEvent.objects.get(action="pbx_token.add")
    assert (event.actor_kind, event.actor_id, event.actor_name, event.address) == (
        ("pbx", user.pk, USERNAME, APPLICATION)
    )


def test_several_tokens_live_side_by_side(user: PbxUser) -> None:
    first, second = Caller(), Caller()
    first.log_in()
    second.log_in()

    assert first.token != second.token
    check_success(first.post("heartbeat"))
    check_success(second.post("heartbeat"))


def test_the_password_is_kept_hashed_again(settings: Any, db: None) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

    user = make_user()

    assert user.password_hash.startswith("argon2$argon2id$")
    assert md5(PASSWORD) not in user.password_hash
    check_success(log_in(GOOD))


def test_upper_case_digits_are_the_same_password(user: PbxUser) -> None:
    check_success(log_in({**GOOD, "password": md5(PASSWORD).upper()}))


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; x"],
)
def test_the_body_is_json_whatever_its_type_says(
    user: PbxUser, content_type: str
) -> None:
    caller = Caller()

    response = caller.send("POST", "login", json.dumps(GOOD), content_type=content_type)

    check_success(response)


def test_a_byte_order_mark_is_no_fault(user: PbxUser) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(GOOD).encode()

    check_success(Caller().send("POST", "login", body))


@pytest.mark.parametrize("port", ["0", "8260", "65536", 0, 8260, 65536, " 8260 "])
def test_ports(user: PbxUser, port: object) -> None:
    check_success(log_in({**GOOD, "port": port}))


@pytest.mark.parametrize(
    "port",
    [
        *["-1", "65537", "http", "1e3", "\N{FULLWIDTH DIGIT EIGHT}", "\ud800", " "],
        *["9" * 5000, -1, 65537, 10**400, 8260.5, True, False, [], [8260], {}],
    ],
    ids=lambda port: ascii(port)[:20],
)
def test_bad_ports(user: PbxUser, port: object) -> None:
    check_failure(log_in({**GOOD, "port": port}), "20008")
    assert not PbxToken.objects.exists()


@pytest.mark.parametrize("value", [None, "", "absent"])
@pytest.mark.parametrize("name", ["username", "password", "port"])
def test_missing_parameters(user: PbxUser, name: str, value: object) -> None:
    body = {**GOOD, name: value}
    if value == "absent":
        del body[name]

    check_failure(log_in(body), "10004")


@pytest.mark.parametrize("value", [7, 1.5, True, [], {}, " "])
@pytest.mark.parametrize("name", ["username", "password"])
def test_names_and_passwords_are_texts(user: PbxUser, name: str, value: Any) -> None:
    check_failure(log_in({**GOOD, name: value}), "10004")


@pytest.mark.parametrize(
    "change",
    [
        {"username": "nobody"},
        {"username": "CRMLINK"},
        {"username": " crmlink"},
        {"username": "crm\0link"},
        {"username": "\ud800"},
        {"username": "x" * 10_000},
        {"username": "' OR 1=1 --"},
        {"password": md5("another")},
        {"password": PASSWORD},
        {"password": "\ud800\0"},
        {"password": md5(PASSWORD) + "0"},
        {"password": md5(PASSWORD) + "\n"},
    ],
    ids=str,
)
def test_wrong_credentials(user: PbxUser, change: dict[str, str]) -> None:
    check_failure(log_in(GOOD | change), "20003")

    assert not PbxToken.objects.exists()
    event = AuditEvent.objects.get(action="pbx_user.login")
    known = "username" not in change
    assert (event.outcome, event.object_id, event.address) == (
        ("refused", user.pk if known else "", APPLICATION)
    )
    assert (event.actor_kind, event.actor_name, event.details) == ("public", "", {})


def test_an_unknown_user_takes_the_same_work(
    user: PbxUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        rounds.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    work = []
    for change in ({}, {"username": "nobody"}, {"password": md5("another")}):
        rounds.clear()
        log_in(GOOD | change)
        work.append(len(rounds))

    assert work == [1, 1, 1]


def test_a_deactivated_user(caller: Caller, user: PbxUser) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])

    check_failure(log_in(GOOD), "20003")
    check_failure(caller.post("heartbeat"), "20004")
    refresh = {"refreshtoken": caller.refresh_token}
    check_failure(caller.post("token/refresh", refresh), "20004")


def test_a_new_password_ends_every_login(caller: Caller, user: PbxUser) -> None:
    set_pbx_password(user, "Linden-78", actor=SYSTEM)

    check_failure(caller.post("heartbeat"), "20004")
    check_failure(caller.log_in(), "20003")
    check_success(caller.log_in(password="Linden-78"))
    assert AuditEvent.objects.filter(action="pbx_user.update").count() == 1


@pytest.mark.usefixtures("user", "changed_meanwhile")
def test_a_password_that_changes_while_it_is_checked() -> None:
    check_failure(log_in(GOOD), "20003")
    assert not PbxToken.objects.exists()


@pytest.mark.row_locks
@pytest.mark.django_db(transaction=True)
def test_a_change_waits_for_a_login_and_ends_it(
    user: PbxUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: list[Future[object]] = []
    hold = pbx.hold_proven

    def then_change(user: PbxUser) -> None:
        hold(user)
        same = PbxUser.objects.get()
        changes.append(
            meanwhile(lambda: set_pbx_password(same, "Linden-78", actor=SYSTEM))
        )
        assert not changes[0].done()

    monkeypatch.setattr(pbx, "hold_proven", then_change)

    check_success(log_in(GOOD))
    changes[0].result(60)
    assert not PbxToken.objects.exists()
