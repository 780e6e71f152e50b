"""Many at once: one random opens once, one lock lets five guesses through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from medisync.audit.models import AuditEvent
from recordings.choices import State
from telephony.models import CallRecording, DownloadTicket
from tests.telephony import speech
from tests.telephony.yeastar.caller import NAME, Caller, make_user

WAV = speech.PROMPT.read_bytes()
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.contract("yeastar", "A7"),
]


@pytest.fixture
def application(transactional_db: None) -> Caller:
    make_user()
    speech.imported(NAME)
    caller = Caller()
    caller.log_in()
    return caller


def at_once(times: int, call: Callable[[], str]) -> Counter[str]:
    """What ``call`` returned in so many threads that start together."""
    barrier = Barrier(times)

    def run(_: int) -> str:
        barrier.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return Counter(threads.map(run, range(times)))


def test_of_200_who_redeem_one_random_one_hears_it(application: Caller) -> None:
    random = application.get_random()

    def redeem() -> str:
        caller = Caller(token=application.token)
        response = caller.download(random)
        body: bytes = response.getvalue()
        if body == WAV:
            return "audio"
        return str(response.json()["errno"])

    outcomes = at_once(200, redeem)

    assert outcomes == {"audio": 1, "20012": 199}
    assert AuditEvent.objects.filter(action="download_ticket.redeem").count() == 1
    events = AuditEvent.objects.filter(action="recording.download")
    assert Counter(events.values_list("outcome", flat=True)) == {
        "done": 1,
        "refused": 199,
    }


def test_randoms_of_their_own_open_for_all(application: Caller) -> None:
    randoms = [application.get_random() for _ in range(40)]

    def redeem() -> str:
        response = Caller(token=application.token).download(randoms.pop())
        return "audio" if response.getvalue() == WAV else "error"

    assert at_once(40, redeem) == {"audio": 40}
    assert not DownloadTicket.objects.filter(used_at=None).exists()


def test_of_40_who_refresh_at_once_one_is_given_a_token(application: Caller) -> None:
    body = {"refreshtoken": application.refresh_token}

    def refresh() -> str:
        answer = Caller().post("token/refresh", body).json()
        return str(answer.get("errno", answer["status"]))

    assert at_once(40, refresh) == {"Success": 1, "20004": 39}


def test_of_40_guesses_at_once_five_are_answered(application: Caller) -> None:
    def guess() -> str:
        return str(Caller().log_in(password="wrong").json()["errno"])

    assert at_once(40, guess) == {"20003": 5, "20002": 35}


def test_a_recording_deleted_meanwhile_is_not_a_fault(application: Caller) -> None:
    random = application.get_random()
    recording = CallRecording.objects.get().recording
    type(recording).objects.update(state=State.DELETING)

    def redeem() -> str:
        return str(Caller(token=application.token).download(random).json()["errno"])

    assert at_once(10, redeem) == {"20014": 10}
