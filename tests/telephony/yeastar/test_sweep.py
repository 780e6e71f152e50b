"""What ``manage.py sweep`` removes of telephony's."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command

from telephony.models import CallRecording, DownloadTicket, PbxToken
from tests.telephony.yeastar.caller import Caller, audio_of, check_failure
from tests.telephony.yeastar.conftest import Clock


def swept() -> str:
    out = StringIO()
    call_command("sweep", stdout=out)
    return out.getvalue()


def test_live_ones_stay(caller: Caller, found: CallRecording, clock: Clock) -> None:
    random = caller.get_random()
    clock.advance(seconds=29)

    assert "0 expired tickets\n0 expired tokens\n" in swept()

    audio_of(caller.download(random))


def test_expired_tickets_go(caller: Caller, found: CallRecording, clock: Clock) -> None:
    used, unused = caller.get_random(), caller.get_random()
    audio_of(caller.download(used))
    clock.advance(seconds=30)

    assert "2 expired tickets\n0 expired tokens\n" in swept()

    assert not DownloadTicket.objects.exists()
    check_failure(caller.download(used), "20012")
    check_failure(caller.download(unused), "20012")


def test_expired_tokens_are_known_as_such_for_a_day(
    caller: Caller, found: CallRecording, clock: Clock
) -> None:
    clock.advance(days=1, minutes=29)
    assert "0 expired tokens\n" in swept()
    check_failure(caller.post("heartbeat"), "20006")

    clock.advance(minutes=2)
    assert "1 expired tokens\n" in swept()
    assert not PbxToken.objects.exists()
    check_failure(caller.post("heartbeat"), "20004")
