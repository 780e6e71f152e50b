"""Many at once: a link opens no more often than it may."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from medisync.audit.models import AuditEvent
from recordings.models import Handout, HandoutOpening
from tests.recordings.handouts.conftest import MakeLink, Receiver, is_gone

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: list[Callable[[], Any]], threads: int = 50) -> Counter[str]:
    """What became of so many calls, ``threads`` of them at a time."""
    start = Barrier(threads)

    def run(number: int) -> str:
        if number < threads:
            start.wait()
        try:
            answer = calls[number]()
            return "gone" if is_gone(answer) else str(answer.status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(run, range(len(calls))))


def test_of_200_who_open_it_seven_hear_it(make_link: MakeLink) -> None:
    made = make_link(uses=7)
    receivers = [Receiver(made.token) for _ in range(200)]
    for receiver in receivers:  # As if each had looked.
        receiver.client.cookies["handout"] = secrets.token_urlsafe(24)

    outcomes = at_once([receiver.press for receiver in receivers])

    assert outcomes == {"200": 7, "gone": 193}
    assert Handout.objects.get().uses_left == 0
    assert HandoutOpening.objects.count() == 7
    events = AuditEvent.objects.filter(action="handout.open")
    # Of one address, so that not each of the refused is noted.
    assert Counter(events.values_list("outcome", flat=True)) == {
        "done": 7,
        "refused": 10,
    }


def test_a_browser_that_asks_many_times_at_once_uses_up_one(
    make_link: MakeLink,
) -> None:
    made = make_link(uses=5)
    receiver = Receiver(made.token)
    receiver.look()

    outcomes = at_once([receiver.press] * 40, threads=20)

    assert outcomes == {"200": 40}
    assert Handout.objects.get().uses_left == 4
