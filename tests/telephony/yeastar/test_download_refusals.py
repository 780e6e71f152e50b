"""GET recording/download that gets nothing (contract A7)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from medisync.audit.models import AuditEvent, Outcome
from medisync.audit.trail import SYSTEM
from recordings.choices import State
from recordings.models import Recording
from recordings.services import delete_recording
from recordings.storage import local_path
from telephony.models import CallRecording, DownloadTicket
from tests.telephony import speech
from tests.telephony.yeastar.caller import (
    NAME,
    PLUS_NAME,
    Caller,
    audio_of,
    check_failure,
    make_user,
)

pytestmark = pytest.mark.contract("yeastar", "A7")

WAV = speech.PROMPT.read_bytes()


def test_for_another_recording_it_does_not_open(
    caller: Caller, found: CallRecording
) -> None:
    speech.imported(PLUS_NAME)
    random = caller.get_random()

    for name in (PLUS_NAME, "nothing.wav", NAME.upper(), NAME + " "):
        check_failure(caller.download(random, name), "20012")
    assert audio_of(caller.download(random)) == WAV


@pytest.mark.parametrize(
    "random", ["0" * 32, "x", "\0", "\udcff", "9" * 9999, "' OR 1=1 --"], ids=ascii
)
def test_an_unknown_random(caller: Caller, found: CallRecording, random: str) -> None:
    written = quote(random, errors="surrogateescape")
    query = f"recording={NAME}&random={written}&token={caller.token}"

    check_failure(caller.send("GET", f"recording/download?{query}"), "20012")


def test_another_users_token_does_not_open_it(
    caller: Caller, found: CallRecording
) -> None:
    make_user("other", "Linden-78")
    other = Caller()
    other.log_in("other", "Linden-78")
    random = caller.get_random()

    check_failure(other.download(random), "20012")
    assert audio_of(caller.download(random)) == WAV


def test_another_token_of_the_same_application_opens_it(
    caller: Caller, found: CallRecording
) -> None:
    random = caller.get_random()
    again = Caller()
    again.log_in()

    assert audio_of(again.download(random)) == WAV


def test_the_token_is_not_burning_it(caller: Caller, found: CallRecording) -> None:
    random, token = caller.get_random(), caller.token

    for wrong, errno in (("", "20005"), (" ", "20005"), ("0" * 32, "20004")):
        caller.token = wrong
        check_failure(caller.download(random), errno)
    caller.token = token
    assert audio_of(caller.download(random)) == WAV


@pytest.mark.parametrize(
    ("change", "errno"),
    [
        ({"recording": None}, "10004"),
        ({"recording": ""}, "10004"),
        ({"recording": "%20"}, "10004"),
        ({"random": None}, "10004"),
        ({"random": ""}, "10004"),
        ({"token": None}, "20005"),
        ({"token": ""}, "20005"),
        ({"recording": "..%2F..%2Fetc%2Fpasswd"}, "20014"),
        ({"recording": "../../etc/passwd"}, "20014"),
        ({"recording": "..%5C..%5Cx.wav"}, "20014"),
        ({"recording": f"{NAME}%00"}, "20014"),
        ({"recording": f"{NAME}%00.mp3"}, "20014"),
        ({"recording": "%FF%FE"}, "20012"),
        ({"recording": "%ED%A0%80.wav"}, "20012"),
        ({"recording": f"./{NAME}"}, "20014"),
        ({"recording": "x" * 9000}, "20012"),
        ({"recording": "%"}, "20012"),
    ],
    ids=str,
)
def test_bad_parameters(
    caller: Caller, found: CallRecording, change: dict[str, str | None], errno: str
) -> None:
    random = caller.get_random()
    values = {"recording": NAME, "random": random, "token": caller.token} | change
    query = "&".join(f"{name}={value}" for name, value in values.items() if value)

    check_failure(caller.send("GET", f"recording/download?{query}"), errno)
    assert audio_of(caller.download(random)) == WAV


def test_a_query_of_nonsense(caller: Caller, found: CallRecording) -> None:
    for query in ("", "&&&", "=", "a=b" * 3000, "&".join(["x=1"] * 2000), "%", "\t"):
        check_failure(caller.send("GET", f"recording/download?{query}"), "20005")


def test_a_deleted_recording(caller: Caller, found: CallRecording) -> None:
    random = caller.get_random()
    delete_recording(found.recording, actor=SYSTEM)

    check_failure(caller.download(random), "20014")


def test_a_recording_that_is_being_deleted(
    caller: Caller, found: CallRecording
) -> None:
    random = caller.get_random()
    Recording.objects.filter(pk=found.recording_id).update(state=State.DELETING)

    check_failure(caller.download(random), "20014")
    assert DownloadTicket.objects.get().used_at is None


@pytest.mark.parametrize("harm", ["missing", "shorter"])
def test_a_file_that_is_gone_burns_nothing(
    caller: Caller,
    found: CallRecording,
    caplog: pytest.LogCaptureFixture,
    harm: str,
) -> None:
    random = caller.get_random()
    path = local_path(found.recording.key)
    assert path is not None
    if harm == "missing":
        path.unlink()
    else:
        path.chmod(0o600)
        path.write_bytes(WAV[:-1])

    check_failure(caller.download(random), "20014")

    assert DownloadTicket.objects.get().used_at is None
    event = AuditEvent.objects.get(action="recording.download")
    assert event.outcome == Outcome.FAILED
    assert "unexpected fault" in caplog.text
    for secret in (random, caller.token, NAME):
        assert secret not in caplog.text
