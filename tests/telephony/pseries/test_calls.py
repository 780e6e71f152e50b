"""cdr/list, cdr/search and cdr/download (contract C6)."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from medisync.audit.models import AuditEvent
from telephony.models import Call, PbxUser
from tests.telephony import speech
from tests.telephony.calls import at, make_call
from tests.telephony.pseries.caller import (
    NAME,
    Caller,
    check_failure,
    check_success,
    invalid,
)

pytestmark = pytest.mark.contract("yeastar", "C6")


@pytest.fixture
def calls(db: None) -> list[Call]:
    speech.imported(NAME)
    return [
        Call.objects.get(),
        make_call(
            callid="7.1",
            caller="+15035550176",
            callee="2104",
            started_at=at("2024-03-12 15:00:00"),
            ring_s=20,
            duration_s=0,
            status="NO ANSWER",
            type="Inbound",
            source_trunk="Carrier",
            destination_trunk="Backup",
            did_number="15035550100",
            pincode="0042",
        ),
    ]


def callers(response: Any) -> list[str]:
    return [row["call_from"] for row in check_success(response)["data"]]


def test_a_list(caller: Caller, calls: list[Call]) -> None:
    answer = check_success(caller.get("cdr/list"))

    assert answer["total_number"] == 2
    first, second = answer["data"]
    assert (first["record_file"], first["disposition"]) == (NAME, "ANSWERED")
    assert second.pop("uid").startswith("20240312150000")
    assert second == {
        "id": calls[1].number,
        "time": "03/12/2024 15:00:00",
        "timestamp": 1710255600,
        "call_from": "+15035550176",
        "call_to": "2104",
        "call_from_number": "+15035550176",
        "call_from_name": "",
        "call_to_number": "2104",
        "call_to_name": "",
        "src_trunk": "Carrier",
        "dst_trunk": "Backup",
        "duration": 20,
        "ring_duration": 20,
        "talk_duration": 0,
        "disposition": "NO ANSWER",
        "call_type": "Inbound",
        "did_number": "15035550100",
        "pin_code": "0042",
        "record_file": "",
    }


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, ["2104", "+15035550176"]),
        ({"call_from": "2104"}, ["2104"]),
        ({"call_to": "2104"}, ["+15035550176"]),
        ({"call_from": "503555"}, []),
        ({"call_from": "503555", "enable_fuzzy_search": "0"}, []),
        ({"call_from": "503555", "enable_fuzzy_search": "1"}, ["+15035550176"]),
        ({"status": "NO ANSWER"}, ["+15035550176"]),
        ({"did": "15035550100:Carrier"}, ["+15035550176"]),
        ({"start_time": "1710255600"}, ["+15035550176"]),
        ({"start_time": "03/12/2024 15:00:00"}, ["+15035550176"]),
        ({"start_time": "03/12/2024 03:00:00 PM"}, ["+15035550176"]),
        ({"start_time": "2024/03/12 15:00:00"}, ["+15035550176"]),
        ({"end_time": "03/12/2024 14:59:59"}, ["2104"]),
        ({"sort_by": "time", "order_by": "desc"}, ["+15035550176", "2104"]),
        ({"sort_by": "talk_duration"}, ["+15035550176", "2104"]),
        ({"page": 2, "page_size": 1}, ["+15035550176"]),
    ],
)
def test_a_search(
    caller: Caller, calls: list[Call], query: dict[str, Any], shown: list[str]
) -> None:
    assert callers(caller.get("cdr/search", **query)) == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "GONE"),
        ("extension_group", "7"),
        ("end_time", "13/32/2024 00:00:00"),
        ("enable_fuzzy_search", "yes"),
    ],
)
@pytest.mark.parametrize("path", ["cdr/search", "cdr/download"])
def test_a_bad_search(caller: Caller, path: str, name: str, value: str) -> None:
    check_failure(
        caller.get(path, **{name: value}),
        40002,
        "PARAMETER ERROR",
        **invalid(name, value),
    )


def test_a_list_takes_few_queries(
    caller: Caller, calls: list[Call], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):  # The token, how many, which, recordings.
        caller.get("cdr/list")


def test_a_file_in_two_steps(caller: Caller, user: PbxUser, calls: list[Call]) -> None:
    answer = check_success(
        caller.get("cdr/download", call_from="+15035550176", start_time="1710255600")
    )
    url = answer["download_resource_url"]
    assert url.startswith("/api/download/CDR-")
    assert "5550176" not in url

    head = caller.get(url, method="HEAD")
    response = caller.get(url)

    assert (head.status_code, head.content) == (200, b"")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(response.getvalue().decode()))
    listed = caller.get("cdr/search", call_to="2104").json()["data"][0]
    assert row == {name: str(value) for name, value in listed.items()}
    event = AuditEvent.objects.get(action="calls.download")
    assert event.actor_id == user.pk
    assert event.details["caller"] == "+15035550176"


def test_a_file_of_no_calls_has_its_header(caller: Caller) -> None:
    url = check_success(caller.get("cdr/download"))["download_resource_url"]

    (line,) = caller.get(url).getvalue().decode().splitlines()

    assert line.startswith("id,time,timestamp,uid,call_from,")
