"""GET recording/download (contract A7)."""

from __future__ import annotations

import logging
import subprocess
from itertools import permutations
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from medisync.audit.models import AuditEvent, Outcome
from telephony import tickets
from telephony.models import CallRecording, DownloadTicket, PbxUser
from tests.audio import PACKAGED
from tests.telephony import speech
from tests.telephony.yeastar.caller import (
    APPLICATION,
    NAME,
    PLUS_NAME,
    USERNAME,
    Caller,
    audio_of,
    check_failure,
    check_headers,
)
from tests.telephony.yeastar.conftest import Clock

pytestmark = pytest.mark.contract("yeastar", "A7")

WAV = speech.PROMPT.read_bytes()


def test_the_audio_as_it_came(
    caller: Caller, user: PbxUser, found: CallRecording, mount: str
) -> None:
    caller.mount = mount
    random = caller.get_random()

    response = caller.download(random)

    assert audio_of(response) == WAV
    assert response["Content-Type"] == "audio/wav"
    assert response["Content-Length"] == str(len(WAV))
    assert response["Content-Disposition"] == f'attachment; filename="{NAME}"'
    event = AuditEvent.objects.get(action="recording.download")
    assert (event.actor_kind, event.actor_id, event.actor_name, event.address) == (
        ("pbx", user.pk, USERNAME, APPLICATION)
    )
    assert (event.object_id, event.outcome) == (found.recording_id, Outcome.DONE)
    redeemed = AuditEvent.objects.get(action="download_ticket.redeem")
    assert redeemed.object_id == DownloadTicket.objects.get().pk
    assert redeemed.details == {"recording": found.recording_id}


def test_an_mp3_is_an_mp3(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "call.mp3"
    subprocess.run([PACKAGED, "-v", "error", "-i", speech.PROMPT, path], check=True)
    speech.imported("call.mp3", prompt=path)

    response = caller.download(caller.get_random("call.mp3"), "call.mp3")

    assert audio_of(response) == path.read_bytes()
    assert response["Content-Type"] == "audio/mpeg"


def test_the_order_of_the_parameters_does_not_matter(
    caller: Caller, found: CallRecording
) -> None:
    for order in permutations(["recording", "random", "token"]):
        values = {
            "recording": NAME,
            "random": caller.get_random(),
            "token": caller.token,
        }
        query = "&".join(f"{name}={values[name]}" for name in order)
        assert audio_of(caller.send("GET", f"recording/download?{query}")) == WAV


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (PLUS_NAME, quote(PLUS_NAME, safe="")),
        (PLUS_NAME, PLUS_NAME),
        ("front desk +1.wav", "front%20desk%20%2B1.wav"),
        ("front desk +1.wav", "front%20desk%20+1.wav"),
        ("front desk.wav", "front+desk.wav"),
        ("*97#2.wav", "*97%232.wav"),
        ("Sprechstunde-Müller.wav", "Sprechstunde-M%C3%BCller.wav"),
        ("Sprechstunde-Müller.wav", "Sprechstunde-Müller.wav"),
        ("50%.wav", "50%25.wav"),
        ("50%.wav", "50%.wav"),
    ],
)
def test_names_as_clients_write_them(caller: Caller, name: str, written: str) -> None:
    speech.imported(name)
    random = caller.get_random(name)

    response = caller.send(
        "GET",
        f"recording/download?recording={written}&random={random}&token={caller.token}",
    )

    assert audio_of(response) == WAV


def test_a_body_and_a_type_do_not_matter(caller: Caller, found: CallRecording) -> None:
    query = f"recording={NAME}&random={caller.get_random()}&token={caller.token}"

    response = caller.send("GET", f"recording/download?{query}", b"\xff{")

    assert audio_of(response) == WAV


# --- Once, for 30 seconds -----------------------------------------------------------


def test_it_opens_once(caller: Caller, found: CallRecording) -> None:
    random = caller.get_random()
    audio_of(caller.download(random))

    check_failure(caller.download(random), "20012")
    check_failure(caller.download(random), "20012")
    refused = AuditEvent.objects.filter(outcome=Outcome.REFUSED)
    assert [(event.action, event.object_id) for event in refused] == (
        [("recording.download", found.recording_id)] * 2
    )
    assert refused[0].details["reason"] == "ticket_invalid"


@pytest.mark.parametrize(
    ("age", "opens"), [(0.0, True), (29.999, True), (30.0, False), (3600.0, False)]
)
def test_it_opens_for_30_seconds(
    caller: Caller, found: CallRecording, clock: Clock, age: float, opens: bool
) -> None:
    random = caller.get_random()
    clock.advance(seconds=age)
    if age > 1800:
        caller.log_in()

    response = caller.download(random)

    if opens:
        assert audio_of(response) == WAV
    else:
        check_failure(response, "20012")
        assert DownloadTicket.objects.get().used_at is None


def test_it_is_burnt_when_it_expires_between_look_and_start(
    caller: Caller, found: CallRecording, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = caller.get_random()
    looked_at = tickets.ticket_to_redeem

    def slowly(*arguments: Any, **options: Any) -> DownloadTicket:
        ticket = looked_at(*arguments, **options)
        clock.advance(seconds=30)
        return ticket

    monkeypatch.setattr(tickets, "ticket_to_redeem", slowly)

    check_failure(caller.download(random), "20012")


def test_head_burns_nothing(caller: Caller, found: CallRecording) -> None:
    random = caller.get_random()

    for _ in range(3):
        response = caller.download(random, method="HEAD")
        assert (response.status_code, response.content) == (200, b"")
        assert response["Content-Type"] == "audio/wav"
        assert response["Content-Length"] == str(len(WAV))
        check_headers(response)

    assert audio_of(caller.download(random)) == WAV
    assert AuditEvent.objects.filter(action="recording.download").count() == 1


def test_a_range_is_a_download(caller: Caller, found: CallRecording) -> None:
    random = caller.get_random()
    part = {"Range": "bytes=100-199"}

    response = caller.download(random, headers=part)

    assert response.status_code == 206
    check_headers(response)
    assert response.getvalue() == WAV[100:200]
    check_failure(caller.download(random, headers=part), "20012")
    check_failure(caller.download(random), "20012")


def test_a_range_beyond_the_end_starts_nothing(
    caller: Caller, found: CallRecording
) -> None:
    random = caller.get_random()

    response = caller.download(random, headers={"Range": f"bytes={len(WAV)}-"})

    assert response.status_code == 416
    assert response.json() == {"status": "Failed", "errno": "10003"}
    assert response["Content-Range"] == f"bytes */{len(WAV)}"
    check_headers(response)
    assert audio_of(caller.download(random)) == WAV


def test_a_condition_that_does_not_hold_starts_nothing(
    caller: Caller, found: CallRecording
) -> None:
    random = caller.get_random()

    response = caller.download(random, headers={"If-Match": '"other"'})

    assert response.status_code == 412
    assert response.json() == {"status": "Failed", "errno": "10003"}
    check_headers(response)
    assert audio_of(caller.download(random)) == WAV


def test_with_nginx_in_front_a_range_beyond_the_end_starts_nothing_either(
    caller: Caller, found: CallRecording, settings: Any
) -> None:
    settings.X_ACCEL_PREFIX = "/protected/"
    random = caller.get_random()

    response = caller.download(random, headers={"Range": f"bytes={len(WAV)}-"})

    assert (response.status_code, response.json()["errno"]) == (416, "10003")
    handed_over = caller.download(random)
    assert handed_over["X-Accel-Redirect"].startswith("/protected/originals/")
    check_headers(handed_over)
    check_failure(caller.download(random), "20012")


def test_an_unchanged_file_is_not_sent_again(
    caller: Caller, found: CallRecording
) -> None:
    etag = caller.download(caller.get_random(), method="HEAD")["ETag"]
    random = caller.get_random()

    response = caller.download(random, headers={"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")
    check_headers(response)
    assert audio_of(caller.download(random)) == WAV


def test_it_takes_few_queries(
    caller: Caller, found: CallRecording, django_assert_max_num_queries: Any
) -> None:
    random = caller.get_random()

    # Token, ticket with its recording, the claim and two events; the rest are
    # savepoints and the token's slide.
    with django_assert_max_num_queries(11):
        audio_of(caller.download(random))


def test_nothing_personal_is_logged(
    caller: Caller, found: CallRecording, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "medisync")
    random = caller.get_random()
    audio_of(caller.download(random))
    caller.download(random)

    assert "recording/download" in caplog.text
    for secret in (random, caller.token, NAME, "2104"):
        assert secret not in caplog.text
