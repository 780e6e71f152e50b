"""The random that opens a file of calls once (contract A8)."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from telephony.models import DownloadTicket, PbxUser
from tests.telephony import speech
from tests.telephony.calls import make_call
from tests.telephony.yeastar.call_files import DAY, download, get_random, lines
from tests.telephony.yeastar.caller import (
    NAME,
    PATIENTS_PHONE,
    STRANGER,
    Caller,
    check_failure,
    make_user,
)
from tests.telephony.yeastar.conftest import Clock

pytestmark = pytest.mark.contract("yeastar", "A8")


def test_it_opens_once(caller: Caller) -> None:
    make_call()
    facts = get_random(caller)
    random = facts["random"]

    lines(download(caller, facts))
    check_failure(download(caller, facts), "20020")
    kept = json.dumps(list(DownloadTicket.objects.values()), default=str)
    assert random not in kept


def test_it_is_valid_for_30_seconds(caller: Caller, clock: Clock) -> None:
    make_call()
    caller.log_in()
    first, second = get_random(caller), get_random(caller)

    clock.advance(seconds=29)
    lines(download(caller, first))
    clock.advance(seconds=1)
    check_failure(download(caller, second), "20020")


@pytest.mark.parametrize(
    "change",
    [
        {"extid": "2104"},
        {"starttime": "2024-03-10 00:00:00"},
        {"endtime": "2024-03-11 23:59:58"},
        {"random": "0" * 32},
        {"random": "\ud800"},
    ],
    ids=ascii,
)
def test_it_opens_what_it_was_issued_for(
    caller: Caller, change: dict[str, str]
) -> None:
    make_call()
    facts = get_random(caller)
    query = "&".join(
        f"{name}={quote(value, errors='surrogatepass')}"
        for name, value in {**facts, **change, "token": caller.token}.items()
    )

    check_failure(caller.send("GET", f"cdr/download?{query}"), "20020")
    lines(download(caller, facts))


def test_it_opens_no_recording_and_a_recordings_no_calls(caller: Caller) -> None:
    speech.imported(NAME)
    facts = get_random(caller)
    other = caller.get_random()

    check_failure(caller.download(facts["random"]), "20012")
    check_failure(download(caller, {**facts, "random": other}), "20020")


def test_whose_it_is(caller: Caller, user: PbxUser) -> None:
    make_call()
    make_user("other", "Linden-78")
    facts = get_random(caller, allowedip=PATIENTS_PHONE)
    other = Caller()
    other.log_in("other", "Linden-78")
    stranger = Caller(address=STRANGER, token=caller.token)

    check_failure(download(other, facts), "20020")
    check_failure(download(stranger, facts), "20015")
    lines(download(Caller(address=PATIENTS_PHONE, token=caller.token), facts))
    check_failure(
        caller.post("cdr/get_random", {**DAY, "allowedip": "10.0.0.0/8"}), "20015"
    )


def test_head_burns_nothing(caller: Caller) -> None:
    make_call()
    facts = get_random(caller)

    response = download(caller, facts, "HEAD")

    assert (response.status_code, response.content) == (200, b"")
    lines(download(caller, facts))
