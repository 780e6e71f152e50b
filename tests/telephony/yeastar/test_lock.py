"""Five failures in a row lock the caller's address for ten minutes (A2)."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.core.cache import cache

from telephony import pbx
from telephony.models import PbxUser
from tests.telephony.yeastar.caller import (
    STRANGER,
    Caller,
    check_failure,
    check_success,
)
from tests.telephony.yeastar.conftest import Clock

pytestmark = pytest.mark.contract("yeastar", "A2")


def fail(caller: Caller, times: int) -> None:
    for _ in range(times):
        check_failure(caller.log_in(password="wrong"), "20003")


def test_the_fifth_failure_locks(user: PbxUser, clock: Clock) -> None:
    caller = Caller()
    fail(caller, 5)

    check_failure(caller.log_in(), "20002")
    check_success(Caller(address=STRANGER).log_in())
    clock.advance(minutes=10, seconds=-1)
    check_failure(caller.log_in(), "20002")
    check_failure(caller.log_in(password="wrong"), "20002")
    clock.advance(seconds=2)
    check_success(caller.log_in())


def test_after_the_lock_the_count_begins_anew(user: PbxUser, clock: Clock) -> None:
    caller = Caller()
    fail(caller, 5)
    clock.advance(minutes=10, seconds=1)

    fail(caller, 5)
    check_failure(caller.log_in(), "20002")


def test_a_success_ends_the_row(user: PbxUser) -> None:
    caller = Caller()
    fail(caller, 4)
    check_success(caller.log_in())

    fail(caller, 4)
    check_success(caller.log_in())


def test_unknown_names_count_too_and_slowly(user: PbxUser, clock: Clock) -> None:
    caller = Caller()
    for hour in range(5):
        check_failure(caller.log_in(username=f"guess{hour}"), "20003")
        clock.advance(hours=1)
    clock.advance(hours=-1)

    check_failure(caller.log_in(), "20002")


def test_what_is_no_attempt_does_not_count(user: PbxUser) -> None:
    caller = Caller()
    for _ in range(9):
        check_failure(caller.post("login", {"username": "crmlink"}), "10004")
        check_failure(caller.post("heartbeat", token="0" * 32), "20004")

    check_success(caller.log_in())


def test_a_locked_address_keeps_its_tokens(caller: Caller) -> None:
    fail(caller, 5)

    check_success(caller.post("heartbeat"))


def test_behind_a_trusted_proxy_the_clients_address_is_locked(
    user: PbxUser, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.20.0.0/24")]
    body = '{"username": "crmlink", "password": "wrong", "port": 0}'
    for _ in range(5):
        Caller().send(
            "POST", "login", body, headers={"X-Forwarded-For": "198.51.100.7"}
        )

    locked = Caller().send(
        "POST", "login", body, headers={"X-Forwarded-For": "198.51.100.7"}
    )

    check_failure(locked, "20002")
    check_success(Caller().log_in())


def test_nobody_escapes_by_a_header_of_their_own(user: PbxUser) -> None:
    body = '{"username": "crmlink", "password": "wrong", "port": 0}'
    errnos = [
        Caller()
        .send("POST", "login", body, headers={"X-Forwarded-For": f"198.51.100.{n}"})
        .json()["errno"]
        for n in range(6)
    ]

    assert errnos == ["20003"] * 5 + ["20002"]


# --- What only happens between two steps of another request --------------------------


def test_a_lock_that_falls_during_the_proof_counts(
    user: PbxUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    proves = pbx._proves

    def slowly(digest: str, found: PbxUser | None) -> bool:
        monkeypatch.undo()
        fail(Caller(), 5)
        return proves(digest, found)

    monkeypatch.setattr(pbx, "_proves", slowly)

    check_failure(Caller().log_in(), "20002")


def test_a_failure_is_counted_though_a_success_resets_meanwhile(
    user: PbxUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = cache.add

    def undone(key: str, *arguments: Any) -> bool:
        monkeypatch.undo()
        added = add(key, *arguments)
        cache.delete(key)
        return added

    monkeypatch.setattr(cache, "add", undone)

    fail(Caller(), 5)
    check_failure(Caller().log_in(), "20002")
