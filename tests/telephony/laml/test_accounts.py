"""GET Accounts and Accounts/{Sid}: for tokens with the Management scope."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from telephony.choices import Scope
from tests.telephony import speech

pytestmark = pytest.mark.contract("laml", "6")

PARTS = {
    "available_phone_numbers": "AvailablePhoneNumbers",
    "applications": "Applications",
    "calls": "Calls",
    "conferences": "Conferences",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "queues": "Queues",
    "recordings": "Recordings",
    "messages": "Messages",
    "transcriptions": "Transcriptions",
}


def check(body: dict[str, Any], desk: speech.Client) -> None:
    path = f"/api/laml/2010-04-01/Accounts/{desk.sid}"
    parts = body.pop("subresource_uris")
    assert {name: uri for name, uri in parts.items() if uri is not None} == {
        name: f"{path}/{part}" for name, part in PARTS.items()
    }
    assert {"sip", "usage", "keys"} <= set(parts)
    for date in ("date_created", "date_updated"):
        assert body.pop(date).endswith(" +0000")
    assert body == {
        "sid": desk.sid,
        "friendly_name": "Front desk",
        "status": "active",
        "auth_token": "redacted",
        "type": "Full",
        "owner_account_sid": desk.sid,
        "region_preference": None,
        "subproject": False,
        "signing_key": None,
        "uri": path,
    }


@pytest.mark.parametrize("ending", ["", ".json"])
def test_one_is_fetched(
    client: Client, mount: str, desk: speech.Client, ending: str
) -> None:
    management = desk.basic_with(Scope.MANAGEMENT)

    answer = client.get(f"{mount}/Accounts/{desk.sid}{ending}", headers=management)

    assert answer.status_code == 200
    check(answer.json(), desk)


@pytest.mark.parametrize("ending", ["", ".json"])
def test_the_list_is_the_account_that_asks(
    client: Client,
    mount: str,
    desk: speech.Client,
    stranger: speech.Client,
    ending: str,
) -> None:
    answer = client.get(f"{mount}/Accounts{ending}", headers=desk.basic)

    assert answer.status_code == 200
    body = answer.json()
    (account,) = body.pop("accounts")
    check(account, desk)
    first = "/api/laml/2010-04-01/Accounts?Page=0&PageSize=50"
    assert body == {
        "uri": first,
        "first_page_uri": first,
        "next_page_uri": None,
        "previous_page_uri": None,
        "page": 0,
        "page_size": 50,
    }
    bad = client.get(f"{mount}/Accounts{ending}?PageSize=x", headers=desk.basic)
    assert (bad.status_code, bad.json()["code"]) == (400, 54454)


@pytest.mark.parametrize("ending", ["", ".json"])
def test_it_takes_the_management_scope_and_ones_own_sid(
    client: Client,
    mount: str,
    desk: speech.Client,
    stranger: speech.Client,
    ending: str,
) -> None:
    own = f"{mount}/Accounts/{desk.sid}{ending}"
    voice = desk.basic_with(Scope.VOICE)

    for url in (own, f"{mount}/Accounts{ending}"):
        for headers in (voice, {}, speech.basic(desk.sid, "x")):
            answer = client.get(url, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, 20003)
        answer = client.post(url, headers=desk.basic)
        assert (answer.status_code, answer.json()["code"]) == (405, 20004)
    for sid in (stranger.sid, str(uuid4()), "x"):
        url = f"{mount}/Accounts/{sid}{ending}"
        assert client.get(url, headers=desk.basic).status_code == 401
