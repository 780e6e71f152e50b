"""recording/list, recording/search and recording/download (contract C2 to C4)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from medisync.audit.models import AuditEvent
from recordings.choices import State
from recordings.models import Recording
from telephony.models import CallRecording, PbxUser
from tests.telephony import speech
from tests.telephony.pseries.caller import (
    NAME,
    Caller,
    check_failure,
    check_success,
    invalid,
    make_user,
)
from tests.telephony.yeastar.conftest import Clock

OTHER = "20240312101500-1710209695.4-+15035550176-2117-Inbound.wav"
DOOR = "door.wav"


@pytest.fixture
def three(found: CallRecording) -> list[CallRecording]:
    """The oldest has come last."""
    rows = [found, speech.imported(OTHER), speech.imported(DOOR)]
    Recording.objects.filter(pk=rows[2].recording_id).update(
        recorded_at=rows[0].recording.recorded_at - timedelta(days=1)
    )
    return rows


def files(response: Any) -> list[str]:
    return [row["file"] for row in check_success(response)["data"]]


@pytest.mark.contract("yeastar", "C2")
def test_a_list(caller: Caller, found: CallRecording) -> None:
    answer = check_success(caller.get("recording/list"))

    assert answer["total_number"] == 1
    (row,) = answer["data"]
    uid = row.pop("uid")
    assert uid.startswith("20240311014510")
    assert len(uid) == 19
    assert row == {
        "id": found.number,
        "time": "03/11/2024 01:45:12",
        "call_from": "2104",
        "call_to": "2117",
        "call_from_number": "2104",
        "call_from_name": "",
        "call_to_number": "2117",
        "call_to_name": "",
        "duration": round(found.recording.duration_ms / 1000),
        "size": found.recording.size,
        "call_type": "Internal",
        "file": NAME,
    }


@pytest.mark.contract("yeastar", "C2")
def test_its_uid_is_that_of_its_call(caller: Caller, found: CallRecording) -> None:
    (call,) = check_success(caller.get("cdr/list"))["data"]
    (recording,) = check_success(caller.get("recording/list"))["data"]

    assert recording["uid"] == call["uid"]


def test_a_recording_of_no_known_call(caller: Caller) -> None:
    speech.imported(DOOR)

    (row,) = check_success(caller.get("recording/list"))["data"]

    assert (row["file"], row["call_from"], row["call_type"]) == (DOOR, "", "")


@pytest.mark.contract("yeastar", "C2")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, [NAME, OTHER, DOOR]),
        ({"sort_by": "id", "order_by": "desc"}, [DOOR, OTHER, NAME]),
        ({"sort_by": "time"}, [DOOR, NAME, OTHER]),
        ({"sort_by": "time", "order_by": "DESC"}, [OTHER, NAME, DOOR]),
        ({"page": 1, "page_size": 2}, [NAME, OTHER]),
        ({"page": 2, "page_size": 2}, [DOOR]),
        ({"page": 3, "page_size": 2}, []),
        ({"page": 10**17, "page_size": 10_000}, []),
        ({"page": "", "page_size": "", "sort_by": "", "order_by": ""}, None),
    ],
)
def test_pages_and_orders(
    caller: Caller,
    three: list[CallRecording],
    query: dict[str, Any],
    shown: list[str] | None,
) -> None:
    response = caller.get("recording/list", **query)

    assert files(response) == (shown if shown is not None else [NAME, OTHER, DOOR])
    assert response.json()["total_number"] == 3


@pytest.mark.parametrize("path", ["recording/list", "cdr/list", "cdr/search"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("page", value) for value in ("0", "-1", "x", "1.5", "9" * 40, "\u0661")],
        *[("page_size", value) for value in ("0", "10001", "-1", "x")],
        *[("sort_by", "caller__secret"), ("sort_by", "ID"), ("order_by", "up")],
    ],
    ids=ascii,
)
def test_bad_pages(caller: Caller, path: str, name: str, value: str) -> None:
    check_failure(
        caller.get(path, **{name: value}),
        40002,
        "PARAMETER ERROR",
        **invalid(name, value),
    )


def test_what_is_being_deleted_is_not_there(
    caller: Caller, found: CallRecording
) -> None:
    Recording.objects.filter(pk=found.recording_id).update(state=State.DELETING)

    assert check_success(caller.get("recording/list")) == {
        "total_number": 0,
        "data": [],
    }
    check_failure(
        caller.get("recording/download", id=found.number), 60001, "DATA NOT FOUND"
    )


def test_a_list_takes_few_queries(
    caller: Caller, three: list[CallRecording], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(5):  # The token, how many, which, two tables.
        caller.get("recording/list")


@pytest.mark.contract("yeastar", "C3")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"caller": "2104"}, [NAME]),
        ({"caller": "Ada<2104>"}, [NAME]),
        ({"callee": "2117"}, [NAME, OTHER]),
        ({"caller": "+15035550176", "callee": "2117"}, [OTHER]),
        ({"caller": "210"}, []),
        ({"start_time": "1710121512", "end_time": "1710121512"}, [NAME]),
        ({"start_time": "1710121513"}, [OTHER]),
        ({"end_time": "1710121511"}, [DOOR]),
        ({"start_time": "03/11/2024 01:45:12", "caller": "2104"}, [NAME]),
        ({"caller": "2104", "page_size": 1, "sort_by": "time"}, [NAME]),
        ({"ids": ""}, [NAME, OTHER, DOOR]),
    ],
)
def test_a_search(
    caller: Caller,
    three: list[CallRecording],
    query: dict[str, Any],
    shown: list[str],
) -> None:
    response = caller.get("recording/search", **query)

    assert files(response) == shown
    assert response.json()["total_number"] == len(shown)


@pytest.mark.contract("yeastar", "C3")
def test_a_search_by_ids(caller: Caller, three: list[CallRecording]) -> None:
    first, _, last = (row.number for row in three)

    assert files(caller.get("recording/search", ids=f"{last}, {first},0")) == [
        NAME,
        DOOR,
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("start_time", v) for v in ("x", "2024-03-11", "11.03.2024", "9" * 18, "-1")],
        *[("ids", v) for v in ("x", "1,x", "1;2", "-1", "1" * 19)],
    ],
)
def test_a_bad_search(caller: Caller, name: str, value: str) -> None:
    check_failure(
        caller.get("recording/search", **{name: value}),
        40002,
        "PARAMETER ERROR",
        **invalid(name, value),
    )


@pytest.mark.parametrize("value", ["a\0", ",".join(["1"] * 1001)], ids=len)
def test_a_worse_search(caller: Caller, value: str) -> None:
    name = "caller" if "\0" in value else "ids"

    answer = caller.get("recording/search", **{name: value}).json()

    assert answer["errcode"] == 40002


# --- The two steps of a download ----------------------------------------------------


def resource(caller: Caller, **query: Any) -> str:
    answer = check_success(caller.get("recording/download", **query))
    assert set(answer) == {"file", "download_resource_url"}
    return str(answer["download_resource_url"])


@pytest.mark.contract("yeastar", "C4")
@pytest.mark.parametrize("by", ["id", "file"])
def test_a_download(
    caller: Caller, user: PbxUser, found: CallRecording, by: str
) -> None:
    query: dict[str, Any] = {"id": found.number} if by == "id" else {"file": NAME}
    answer = check_success(caller.get("recording/download", **query))
    url = answer["download_resource_url"]

    response = caller.get(url)

    assert answer["file"] == NAME
    assert url.startswith("/api/download/Recording-")
    assert url.endswith(".wav")
    assert NAME not in url
    assert response["Content-Type"] == "audio/wav"
    assert NAME in response["Content-Disposition"]
    assert response.getvalue() == speech.PROMPT.read_bytes()
    event = AuditEvent.objects.get(action="recording.download")
    assert (event.actor_id, event.object_id) == (user.pk, found.recording_id)


@pytest.mark.contract("yeastar", "C4")
def test_a_link_is_valid_for_30_minutes_any_number_of_times(
    user: PbxUser, found: CallRecording, clock: Clock
) -> None:
    caller = Caller()
    caller.log_in()
    url = resource(caller, file=NAME)
    for _ in range(3):
        clock.advance(minutes=9, seconds=59)
        assert caller.get(url).getvalue() == speech.PROMPT.read_bytes()
    clock.advance(seconds=4)

    caller.log_in()
    check_failure(caller.get(url), 60001, "DATA NOT FOUND")


@pytest.mark.contract("yeastar", "C4")
def test_a_link_needs_its_users_token(caller: Caller, found: CallRecording) -> None:
    url = resource(caller, file=NAME)
    make_user("other", "Linden-78")
    other = Caller()
    other.log_in("other", "Linden-78")

    check_failure(Caller().get(url), 10004, "TOKEN EXPIRED")
    check_failure(other.get(url), 60001, "DATA NOT FOUND")


def test_a_browser_may_open_it(caller: Caller, found: CallRecording) -> None:
    url = f"{resource(caller, file=NAME)}?access_token={caller.token}"

    response = caller.send("GET", url, agent="Mozilla/5.0")

    assert response.getvalue() == speech.PROMPT.read_bytes()


def test_a_range_of_it(caller: Caller, found: CallRecording) -> None:
    url = f"{resource(caller, file=NAME)}?access_token={caller.token}"

    part = caller.client.get(url, headers={"Range": "bytes=0-3"})
    beyond = caller.client.get(url, headers={"Range": "bytes=99999999-"})

    assert (part.status_code, part.getvalue()) == (206, b"RIFF")
    assert beyond.status_code == 416
    assert beyond.json() == {"errcode": 10009, "errmsg": "OPERATION FAILED"}


def test_the_link_is_not_readable_at_rest(
    caller: Caller, found: CallRecording, settings: Any
) -> None:
    link = resource(caller, file=NAME).rpartition("/")[2]

    cache = Path(settings.CACHES["default"]["LOCATION"])
    files = cache.parent.glob(f"{cache.name}*")
    kept = b"".join(path.read_bytes() for path in files)
    assert NAME.encode() in kept
    assert link.encode() not in kept


@pytest.mark.parametrize(
    ("query", "field"),
    [({}, "id or file"), ({"id": " ", "file": ""}, "id or file"), ({"id": "x"}, "id")],
)
def test_which_recording(caller: Caller, query: dict[str, Any], field: str) -> None:
    answer = caller.get("recording/download", **query)

    check_failure(
        answer, 40002, "PARAMETER ERROR", **invalid(field, query.get(field, ""))
    )


@pytest.mark.parametrize(
    "query",
    [{"id": 999_999}, {"file": "x.wav"}, {"file": "../x"}, {"file": "a\0"}, {"id": 0}],
    ids=ascii,
)
def test_no_such_recording(
    caller: Caller, found: CallRecording, query: dict[str, Any]
) -> None:
    check_failure(caller.get("recording/download", **query), 60001, "DATA NOT FOUND")


@pytest.mark.parametrize(
    "name", ["Recording-x.wav", "CDR-x.csv", "Recording-", "CDR-/"]
)
def test_links_that_are_none(caller: Caller, name: str) -> None:
    errcode = caller.get(f"/api/download/{name}").json()["errcode"]

    assert errcode == (60001 if "x" in name else 10001)


def test_a_recording_that_went_meanwhile(caller: Caller, found: CallRecording) -> None:
    url = resource(caller, file=NAME)
    Recording.objects.filter(pk=found.recording_id).update(state=State.DELETING)

    check_failure(caller.get(url), 60001, "DATA NOT FOUND")
