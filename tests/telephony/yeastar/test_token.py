"""A token's life: heartbeat, refresh, logout (contract A2 to A5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from telephony import pbx
from telephony.errors import PbxTokenUnknown
from telephony.models import PbxToken, PbxUser
from tests.telephony.yeastar.caller import (
    STRANGER,
    Caller,
    check_failure,
    check_success,
)
from tests.telephony.yeastar.conftest import Clock

# --- Heartbeat ----------------------------------------------------------------------


@pytest.mark.contract("yeastar", "A3")
@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        '{"ipaddr": "10.20.0.5", "port": "8260", "urltag": "1"}',
        "no JSON",
        "[]",
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_heartbeat_is_lenient(caller: Caller, method: str, body: str) -> None:
    response = caller.send(method, f"heartbeat?token={caller.token}", body)

    assert check_success(response) == {}


@pytest.mark.contract("yeastar", "A3")
def test_heartbeat_on_either_mount(caller: Caller, mount: str) -> None:
    caller.mount = mount

    check_success(caller.post("heartbeat"))


# --- Sliding ------------------------------------------------------------------------


@pytest.mark.contract("yeastar", "A2")
def test_a_token_dies_30_minutes_after_login(user: PbxUser, clock: Clock) -> None:
    caller = Caller()
    caller.log_in()

    clock.advance(minutes=30)
    check_failure(caller.post("heartbeat"), "20006")


@pytest.mark.contract("yeastar", "A2")
def test_every_use_gives_another_30_minutes(caller: Caller, clock: Clock) -> None:
    for _ in range(4):
        clock.advance(minutes=30, seconds=-1)
        check_success(caller.post("heartbeat"))
    clock.advance(minutes=30, seconds=-1)
    check_failure(caller.post("recording/get_random"), "20007")
    clock.advance(minutes=30, seconds=-1)
    check_success(caller.post("heartbeat"))

    clock.advance(minutes=30, seconds=1)
    check_failure(caller.post("heartbeat"), "20006")
    check_failure(caller.post("recording/get_random"), "20006")
    check_failure(caller.download("0" * 32), "20006")
    check_failure(caller.post("logout"), "20006")


@pytest.mark.contract("yeastar", "A2")
def test_no_use_is_lost_that_follows_another_closely(
    caller: Caller, clock: Clock
) -> None:
    for _ in range(30):
        clock.advance(milliseconds=100)
        check_success(caller.post("heartbeat"))

    clock.advance(minutes=30, milliseconds=-1)
    check_success(caller.post("heartbeat"))


def test_a_burst_writes_the_token_once(
    caller: Caller, clock: Clock, django_assert_num_queries: Any
) -> None:
    clock.advance(minutes=1)
    with django_assert_num_queries(2):
        caller.post("heartbeat")
    with django_assert_num_queries(1):
        caller.post("heartbeat")


@pytest.mark.contract("yeastar", "A1")
@pytest.mark.parametrize("path", ["heartbeat", "logout", "recording/get_random"])
def test_a_token_there_is_not(caller: Caller, path: str) -> None:
    check_failure(caller.post(path, token=""), "20005")
    check_failure(caller.post(path, token=" "), "20005")
    check_failure(caller.send("POST", path), "20005")
    for token in ("0" * 32, caller.token.upper(), caller.token + " ", "\0", "x" * 9999):
        check_failure(caller.post(path, token=token), "20004")
    for raw in ("%FF", "%ED%A0%80", "%00", "a&token=b", "%", "\N{SNOWMAN}"):
        check_failure(caller.send("POST", f"{path}?token={raw}"), "20004")


def test_a_refresh_token_is_no_token(caller: Caller) -> None:
    check_failure(caller.post("heartbeat", token=caller.refresh_token), "20004")
    refresh = {"refreshtoken": caller.token}
    check_failure(caller.post("token/refresh", refresh), "20004")


# --- Refresh ------------------------------------------------------------------------


@pytest.mark.contract("yeastar", "A4")
def test_refresh_gives_a_new_pair(caller: Caller, mount: str) -> None:
    old, old_refresh = caller.token, caller.refresh_token
    caller.mount = mount

    response = caller.send(
        "POST", "token/refresh", json.dumps({"refreshtoken": old_refresh})
    )

    answer = check_success(response)
    assert set(answer) == {"token", "refreshtoken"}
    assert len({old, old_refresh, *answer.values()}) == 4
    check_success(caller.post("heartbeat", token=answer["token"]))
    check_failure(caller.post("heartbeat", token=old), "20004")
    stale = caller.post("token/refresh", {"refreshtoken": old_refresh})
    check_failure(stale, "20004")
    again = caller.post("token/refresh", {"refreshtoken": answer["refreshtoken"]})
    check_success(again)
    assert AuditEvent.objects.filter(action="pbx_token.refresh").count() == 2


@pytest.mark.contract("yeastar", "A4")
def test_whoever_refreshes_is_the_application(caller: Caller) -> None:
    refresh = {"refreshtoken": caller.refresh_token}
    check_success(Caller(address=STRANGER).post("token/refresh", refresh))

    assert PbxToken.objects.get().address == STRANGER


@pytest.mark.contract("yeastar", "A4")
def test_refresh_comes_too_late(caller: Caller, clock: Clock) -> None:
    clock.advance(minutes=30, seconds=1)

    refresh = {"refreshtoken": caller.refresh_token}
    check_failure(caller.post("token/refresh", refresh), "20006")


@pytest.mark.contract("yeastar", "A4")
def test_of_two_refreshes_the_first_counts(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = pbx._live
    refresh = {"refreshtoken": caller.refresh_token}

    def slowly(token: PbxToken | None) -> PbxToken:
        monkeypatch.undo()
        check_success(caller.post("token/refresh", refresh))
        return live(token)

    monkeypatch.setattr(pbx, "_live", slowly)

    check_failure(caller.post("token/refresh", refresh), "20004")


@pytest.mark.contract("yeastar", "A4")
@pytest.mark.parametrize(
    ("body", "errno"),
    [
        ("", "20007"),
        ("{", "20000"),
        ("{}", "10004"),
        ('{"refreshtoken": ""}', "10004"),
        ('{"refreshtoken": 7}', "10004"),
        ('{"refreshtoken": "0"}', "20004"),
        ('{"refreshtoken": "\\u0000\\ud800"}', "20004"),
    ],
)
def test_refresh_refuses(caller: Caller, body: str, errno: str) -> None:
    check_failure(caller.send("POST", "token/refresh", body), errno)


# --- Logout -------------------------------------------------------------------------


@pytest.mark.contract("yeastar", "A5")
@pytest.mark.parametrize("body", ["", "{}", "anything"])
def test_logout(caller: Caller, mount: str, body: str) -> None:
    caller.mount = mount

    response = caller.send("POST", f"logout?token={caller.token}", body)

    assert check_success(response) == {}
    check_failure(caller.post("heartbeat"), "20004")
    check_failure(caller.post("logout"), "20004")
    refresh = {"refreshtoken": caller.refresh_token}
    check_failure(caller.post("token/refresh", refresh), "20004")
    event = AuditEvent.objects.get(action="pbx_token.delete")
    assert event.object_id
    assert event.actor_name == "crmlink"


@pytest.mark.contract("yeastar", "A5")
def test_of_several_logouts_at_once_one_succeeds(caller: Caller) -> None:
    token = PbxToken.objects.get()

    pbx.log_out(token, actor=SYSTEM)
    with pytest.raises(PbxTokenUnknown):
        pbx.log_out(token, actor=SYSTEM)

    assert AuditEvent.objects.filter(action="pbx_token.delete").count() == 1
