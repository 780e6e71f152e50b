"""The phone systems' dialects and their documents hold each other."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tests.openapi.conformity import (
    PROFILE,
    answer,
    check,
    described,
    each_operation_of,
)
from tests.openapi.conftest import Phones
from tests.server import Server
from tests.telephony.speech import CALL_NAME, PROMPT, copied

pytestmark = pytest.mark.once

YEASTAR, PSERIES = "/api/v1.1.0", "/openapi/v1.0"
_AGENT = {"User-Agent": "OpenAPI"}
_AUDIO = "audio/"


# --- Whatever is sent -----------------------------------------------------------------


@each_operation_of("yeastar")
@PROFILE
def test_yeastar(case: Any, server: Server, phones: Phones) -> None:
    ends_it = case.path.endswith("/logout")
    token = phones.yeastar_spare if ends_it else phones.yeastar
    check(case, server, params=token)


@each_operation_of("pseries")
@PROFILE
def test_pseries(case: Any, server: Server, phones: Phones) -> None:
    ends_it = case.path.endswith("/del_token")
    token = phones.pseries_spare if ends_it else phones.pseries
    link = case.path_parameters.get("link", "CDR-")
    if not link.startswith(("Recording-", "CDR-")):
        # What does not begin so is another dialect's path.
        case.path_parameters["link"] = f"Recording-{link}"
    check(case, server, params=token, headers=_AGENT)


#: Every second case names the call that is there.
_turns = cycle((False, True))


@each_operation_of("laml")
@PROFILE
def test_laml(case: Any, server: Server, phones: Phones) -> None:
    named = case.path_parameters
    if "account_sid" in named:
        named["account_sid"] = phones.account[0]
    # The one recording there is must outlive the other operations.
    if next(_turns) and case.method != "DELETE":
        named.update({key: phones.call[key] for key in named.keys() & phones.call})
    check(case, server, auth=phones.account)


# --- With what is there ---------------------------------------------------------------


def test_yeastar_sends_the_recording_once(server: Server, phones: Phones) -> None:
    ticket = answer(
        *("yeastar", f"{YEASTAR}/recording/get_random", "POST", server),
        query=phones.yeastar,
        body={"recording": CALL_NAME},
        media_type="application/json",
    ).json()
    wanted = {"recording": CALL_NAME, "random": ticket["random"], **phones.yeastar}
    path = f"{YEASTAR}/recording/download"

    first = answer("yeastar", path, "GET", server, query=wanted)
    second = answer("yeastar", path, "GET", server, query=wanted)

    assert first.headers["content-type"][0].startswith(_AUDIO)
    assert second.json() == {"status": "Failed", "errno": "20012"}


def test_yeastar_sends_the_calls(server: Server, phones: Phones) -> None:
    asked = {
        "extid": "all",
        "starttime": "2024-03-11 00:00:00",
        "endtime": "2024-03-12 00:00:00",
    }
    ticket = answer(
        *("yeastar", f"{YEASTAR}/cdr/get_random", "POST", server),
        query=phones.yeastar,
        body=asked,
        media_type="application/json",
    ).json()
    wanted = {**asked, "random": ticket["random"], **phones.yeastar}

    calls = answer("yeastar", f"{YEASTAR}/cdr/download", "GET", server, query=wanted)

    assert CALL_NAME in calls.text


@pytest.mark.parametrize("kind", ["recording", "cdr"])
def test_pseries_lists_and_links(server: Server, phones: Phones, kind: str) -> None:
    def get(path: str, **more: Any) -> Any:
        query = phones.pseries | more.pop("query", {})
        sent = {"query": query, "headers": _AGENT, **more}
        return answer("pseries", path, "GET", server, **sent)

    for listing in ("list", "search"):
        found = get(f"{PSERIES}/{kind}/{listing}").json()
        assert (found["total_number"], len(found["data"])) == (1, 1)
    query = {"file": CALL_NAME} if kind == "recording" else {}
    resource = get(f"{PSERIES}/{kind}/download", query=query).json()
    link = resource["download_resource_url"].removeprefix("/api/download/")

    sent = get("/api/download/{link}", path_parameters={"link": link})

    expected = _AUDIO if kind == "recording" else "text/csv"
    assert sent.headers["content-type"][0].startswith(expected)


def test_laml_shows_what_is_there(server: Server, phones: Phones) -> None:
    account_sid, _ = phones.account
    document = described("laml")
    path = "/api/laml/2010-04-01/Accounts/{account_sid}/Recordings"
    (recording,) = answer(
        *("laml", path, "GET", server),
        path_parameters={"account_sid": account_sid},
        auth=phones.account,
    ).json()["recordings"]
    sids = {
        "account_sid": account_sid,
        "sid": recording["sid"],
        "call_sid": recording["call_sid"],
        "conference_sid": recording["sid"],
    }
    shown = set()
    for found in document.get_all_operations():
        operation = found.ok()
        if operation.method.upper() != "GET":
            continue
        case = operation.Case(
            path_parameters={
                name: sid
                for name, sid in sids.items()
                if f"{{{name}}}" in operation.path
            }
        )
        if check(case, server, auth=phones.account).status_code == 200:
            shown.add(operation.path.removesuffix(".json"))
    names = {path.partition("{account_sid}")[2] for path in shown}
    recording = "/Recordings/{sid}"
    assert names >= {
        *("", "/Recordings", recording, f"{recording}.wav", f"{recording}.mp3"),
        *(f"{recording}/Transcriptions", "/Transcriptions"),
        *("/Calls/{call_sid}/Recordings", "/Calls/{call_sid}/Recordings/{sid}"),
    }


def test_laml_deletes_a_recording(
    server: Server, phones: Phones, tmp_path: Path
) -> None:
    account_sid, _ = phones.account
    path = copied(PROMPT, tmp_path / "another.wav")
    call = server.json("import_recordings", str(path), "--account-sid", account_sid)
    place = "/api/laml/2010-04-01/Accounts/{account_sid}/Recordings/{sid}.json"
    sids = {"account_sid": account_sid, "sid": call["sid"]}

    statuses = [
        answer(
            *("laml", place, method, server),
            path_parameters=sids,
            auth=phones.account,
        ).status_code
        for method in ("GET", "DELETE", "GET")
    ]

    assert statuses == [200, 204, 404]
