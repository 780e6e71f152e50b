"""POST cdr/get_random and GET cdr/download (contract A8)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from medisync.audit.models import AuditEvent, Outcome
from recordings.choices import State
from recordings.models import Recording
from telephony.models import Call, DownloadTicket, PbxUser
from tests.telephony import speech
from tests.telephony.calls import at, make_call
from tests.telephony.yeastar.call_files import DAY, download, get_random, lines, numbers
from tests.telephony.yeastar.caller import (
    NAME,
    V2,
    Caller,
    check_failure,
    check_success,
)

pytestmark = pytest.mark.contract("yeastar", "A8")

COLUMNS = (
    "callid,timestart,callfrom,callto,callduraction,talkduraction,srctrunkname,"
    "dsttrunkname,status,type,pincode,recording,didnumber,sn"
)


def test_a_file_of_calls(caller: Caller) -> None:
    speech.imported(NAME)
    make_call(
        callid="1710155000.7",
        caller="+15035550176",
        started_at=at("2024-03-11 11:03:20"),
        ring_s=20,
        duration_s=0,
        type="Inbound",
        status="NO ANSWER",
        source_trunk='Carrier "A", north',
        destination_trunk="Backup",
        pincode="0042",
        did_number="15035550100",
        sn="369460012345",
    )

    answer = get_random(caller)
    response = download(caller, answer)

    assert {name: answer[name] for name in DAY} == DAY
    assert set(answer) == {*DAY, "random"}
    header, first, second = lines(response)
    assert ",".join(header) == COLUMNS
    recorded = Call.objects.get(callid="1710121510.23")
    assert first == [
        *["1710121510.23", "2024-03-11 01:45:10", "2104", "2117"],
        *[str(2 + recorded.duration_s), str(recorded.duration_s)],
        *["", "", "ANSWERED", "Internal", "", NAME, "", ""],
    ]
    assert second == [
        *["1710155000.7", "2024-03-11 11:03:20", "+15035550176", "2117", "20", "0"],
        *['Carrier "A", north', "Backup", "NO ANSWER", "Inbound", "0042", ""],
        *["15035550100", "369460012345"],
    ]


def test_times_are_those_of_the_clinics_zone(caller: Caller, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    make_call(started_at=at("2024-03-10 23:00:00"))  # Midnight in Berlin.
    make_call(callid="1710111599.9", started_at=at("2024-03-11 22:59:59"))
    make_call(callid="1710111600.9", started_at=at("2024-03-11 23:00:00"))

    rows = lines(download(caller, get_random(caller)))

    assert [row[1] for row in rows[1:]] == [
        "2024-03-11 00:00:00",
        "2024-03-11 23:59:59",
    ]


def test_an_hour_that_comes_twice_is_there_as_a_whole(
    caller: Caller, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    for n, start in enumerate(("00:30:00", "01:30:00")):  # Both are half past two.
        make_call(callid=str(n), started_at=at(f"2024-10-27 {start}"))
    half_past_two = "2024-10-27 02:30:00"

    found = numbers(caller, starttime=half_past_two, endtime=half_past_two)

    assert len(found) == 2


@pytest.mark.parametrize(
    ("extensions", "found"),
    [
        ("all", ["2104", "2105", "2106"]),
        ("ALL", ["2104", "2105", "2106"]),
        ("2104", ["2104"]),
        ("2117", ["2104", "2106"]),
        ("2105,2106", ["2105", "2106"]),
        (" 2104 , 2106,", ["2104", "2106"]),
        ("2104,2104,8", ["2104"]),
        ("2104,all", ["2104", "2105", "2106"]),
    ],
)
def test_extensions(caller: Caller, extensions: str, found: list[str]) -> None:
    make_call(started_at=at("2024-03-11 01:00:00"))
    make_call(callid="2", caller="2105", callee="9", started_at=at("2024-03-11 02:00"))
    make_call(callid="3", caller="2106", started_at=at("2024-03-11 03:00"))

    assert numbers(caller, extid=extensions) == found


def test_every_recording_of_a_call_has_a_line(caller: Caller) -> None:
    again = NAME.replace("20240311094512", "20240311094530")
    gone = speech.imported(NAME.replace("20240311094512", "20240311094540"))
    for name in (NAME, again):
        speech.imported(name)
    Recording.objects.filter(pk=gone.recording_id).update(state=State.DELETING)

    rows = lines(download(caller, get_random(caller)))

    assert [row[11] for row in rows[1:]] == [NAME, again]
    assert rows[1][:11] == rows[2][:11]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("space", [" ", "%20", "+"])
def test_the_ways_of_asking(caller: Caller, method: str, space: str) -> None:
    make_call()
    answer = get_random(caller, extid="2104, 2117")
    start, end = (answer[n].replace(" ", space) for n in ("starttime", "endtime"))

    response = caller.send(
        method,
        f"cdr/download?token={caller.token}&endtime={end}&random={answer['random']}"
        f"&starttime={start}&extid=2104,{space}2117",
        content_type="",
    )

    assert [row[2] for row in lines(response)[1:]] == ["2104"]


def test_a_number_with_a_plus(caller: Caller) -> None:
    make_call(caller="+15035550176")
    answer = get_random(caller, extid="+15035550176")
    times = "&".join(f"{n}={quote(answer[n])}" for n in ("starttime", "endtime"))

    response = caller.send(
        "GET",
        f"cdr/download?extid=+15035550176&{times}&token={caller.token}"
        f"&random={answer['random']}",
    )

    assert [row[2] for row in lines(response)[1:]] == ["+15035550176"]


@pytest.mark.parametrize("name", ["starttime", "endtime"])
@pytest.mark.parametrize(
    "text",
    [
        *["2024-03-11", "11.03.2024 00:00:00", "2024-03-11T00:00:00", "now"],
        *["2024-3-1 0:0:0", "2024-02-30 00:00:00", "2024-03-11 24:00:00"],
        *["2024-03-11 00:00", "2024-03-11 00:00:00+00:00", "1710121510"],
        *["2024-03-11 00:00:60", "0000-01-01 00:00:00", "2024-03-11 00:00:00\0"],
        "\N{FULLWIDTH DIGIT TWO}024-03-11 00:00:00",
    ],
    ids=ascii,
)
def test_bad_times(caller: Caller, name: str, text: str) -> None:
    make_call()

    check_failure(caller.post("cdr/get_random", {**DAY, name: text}), "20019")
    check_failure(download(caller, {**DAY, "random": "0" * 32, name: text}), "20019")
    assert not DownloadTicket.objects.exists()


@pytest.mark.parametrize("name", ["extid", "starttime", "endtime"])
@pytest.mark.parametrize("value", ["", " ", None, 7, ["2104"]])
def test_missing_parameters(caller: Caller, name: str, value: object) -> None:
    check_failure(caller.post("cdr/get_random", {**DAY, name: value}), "10004")


@pytest.mark.parametrize("missing", ["extid", "starttime", "endtime", "random"])
def test_a_download_names_everything(caller: Caller, missing: str) -> None:
    make_call()
    facts = get_random(caller)
    facts.pop(missing)

    check_failure(download(caller, facts), "10004")
    assert DownloadTicket.objects.get().used_at is None


@pytest.mark.parametrize(
    "extensions", ["x" * 101, "\0", "\ud800", ",".join(map(str, range(1001)))], ids=len
)
def test_extensions_that_there_cannot_be(caller: Caller, extensions: str) -> None:
    check_failure(caller.post("cdr/get_random", {**DAY, "extid": extensions}), "10006")


@pytest.mark.parametrize(
    "change",
    [
        {"extid": "9999"},
        {"starttime": "2024-03-11 09:45:11"},
        {"endtime": "2024-03-11 09:45:09"},
        {"starttime": "2024-03-12 00:00:00"},
    ],
)
def test_no_such_calls(caller: Caller, change: dict[str, str]) -> None:
    make_call()

    check_failure(caller.post("cdr/get_random", {**DAY, **change}), "20021")
    assert not DownloadTicket.objects.exists()


def test_calls_that_went_meanwhile(caller: Caller) -> None:
    make_call()
    facts = get_random(caller)
    Call.objects.all().delete()

    check_failure(download(caller, facts), "20021")


def test_the_trail_tells_who_got_which_calls(caller: Caller, user: PbxUser) -> None:
    make_call()
    facts = get_random(caller, extid="2104")
    ticket = DownloadTicket.objects.get()

    lines(download(caller, facts))
    download(caller, facts)

    told = {
        "extensions": ["2104"],
        "from": "2024-03-11T00:00:00+00:00",
        "until": "2024-03-11T23:59:59+00:00",
    }
    issued = AuditEvent.objects.get(action="download_ticket.add")
    assert issued.details == {**told, "allowed_address": None}
    done, refused = AuditEvent.objects.filter(action="calls.download").order_by("at")
    assert (done.object_id, done.actor_id) == (ticket.pk, user.pk)
    assert (done.outcome, done.details) == (Outcome.DONE, told)
    assert (refused.outcome, refused.object_id) == (Outcome.REFUSED, ticket.pk)


def test_its_cost_does_not_grow_with_the_calls(
    caller: Caller, django_assert_max_num_queries: Any
) -> None:
    Call.objects.bulk_create(
        Call(
            callid=f"1710150{n:03}.1",
            number=10_000 + n,
            caller="2104",
            callee="2117",
            type="Internal",
            started_at=at("2024-03-11 09:45:10"),
        )
        for n in range(900)
    )
    facts = get_random(caller)

    # Token and its slide, ticket, a look, burning and its trail; calls, recordings.
    with django_assert_max_num_queries(10):
        assert len(lines(download(caller, facts))) == 901


@pytest.mark.contract("yeastar", "B")
def test_v2_calls_them_number(caller: Caller) -> None:
    make_call()
    caller.mount = V2
    asked = {"number": "2104", **{n: DAY[n] for n in ("starttime", "endtime")}}

    answer = check_success(caller.post("cdr/get_random", asked))

    assert set(answer) == {*asked, "random"}
    assert [row[2] for row in lines(download(caller, answer))[1:]] == ["2104"]
    check_failure(caller.post("cdr/get_random", DAY), "10004")
