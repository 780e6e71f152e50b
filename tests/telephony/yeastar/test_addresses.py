"""Who may download: the application and allowedip, nobody else (A6, A7)."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from medisync.audit.models import AuditEvent, Outcome
from telephony.models import CallRecording, PbxUser
from tests.telephony.yeastar.caller import (
    APPLICATION,
    PATIENTS_PHONE,
    STRANGER,
    Caller,
    audio_of,
    check_failure,
)

pytestmark = [
    pytest.mark.contract("yeastar", "A6"),
    pytest.mark.contract("yeastar", "A7"),
]


def from_address(caller: Caller, address: str) -> Caller:
    return Caller(address=address, token=caller.token)


@pytest.mark.parametrize(
    ("allowedip", "address", "opens"),
    [
        ({}, APPLICATION, True),
        ({}, PATIENTS_PHONE, False),
        ({"allowedip": ""}, APPLICATION, True),
        ({"allowedip": " "}, APPLICATION, True),
        ({"allowedip": " "}, PATIENTS_PHONE, False),
        ({"allowedip": PATIENTS_PHONE}, APPLICATION, True),
        ({"allowedip": PATIENTS_PHONE}, PATIENTS_PHONE, True),
        ({"allowedip": PATIENTS_PHONE}, STRANGER, False),
        ({"allowedip": PATIENTS_PHONE}, f"::ffff:{PATIENTS_PHONE}", True),
        ({"allowedip": f"::ffff:{PATIENTS_PHONE}"}, PATIENTS_PHONE, True),
        ({"allowedip": "2001:DB8::0:7"}, "2001:db8:0::7", True),
        ({"allowedip": "2001:db8::7"}, "2001:db8::8", False),
    ],
)
def test_addresses(
    caller: Caller,
    found: CallRecording,
    allowedip: dict[str, str],
    address: str,
    opens: bool,
) -> None:
    random = caller.get_random(**allowedip)

    response = from_address(caller, address).download(random)

    if opens:
        audio_of(response)
        check_failure(caller.download(random), "20012")
    else:
        check_failure(response, "20015")
        refused = AuditEvent.objects.get(outcome=Outcome.REFUSED)
        assert (refused.object_id, refused.address) == (found.recording_id, address)
        # The refusal burnt nothing.
        audio_of(caller.download(random))


def test_the_application_is_where_the_token_came_from(
    caller: Caller, found: CallRecording
) -> None:
    elsewhere = from_address(caller, STRANGER)
    random = elsewhere.get_random()

    check_failure(elsewhere.download(random), "20015")
    audio_of(caller.download(random))


def test_behind_a_trusted_proxy_the_client_counts(
    user: PbxUser, found: CallRecording, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = [ip_network("172.16.0.0/16")]
    proxied = Caller(address="172.16.0.2")
    for_client = {"X-Forwarded-For": f"{STRANGER}, {APPLICATION}"}
    application = Caller()
    application.log_in()
    random = application.get_random()
    proxied.token = application.token

    check_failure(proxied.download(random), "20015")
    check_failure(
        proxied.download(random, headers={"X-Forwarded-For": STRANGER}), "20015"
    )
    audio_of(proxied.download(random, headers=for_client))


def test_a_header_of_their_own_helps_nobody(
    caller: Caller, found: CallRecording
) -> None:
    random = caller.get_random()
    stranger = from_address(caller, STRANGER)

    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"):
        response = stranger.download(random, headers={header: APPLICATION})
        check_failure(response, "20015")
