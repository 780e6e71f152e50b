"""The one thread that sends to slow clients outlives whatever one answer does."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any, cast

import pytest

from medisync.server import sender
from medisync.server.sender import Sender
from medisync.server.sending import Sending, Want

pytestmark = pytest.mark.once


def _fail(*arguments: object, **options: object) -> Any:
    raise RuntimeError("a fault: Lena Vogel")


class Answer:
    """As much of a Sending as the sender asks of it."""

    def __init__(self, **steps: Callable[..., Any]) -> None:
        self.sock, self.client = socket.socketpair()
        self.moved_at = time.monotonic()
        self.ended = False
        self.told: SimpleQueue[bool] = SimpleQueue()
        self._steps = steps

    def push(self, *, pull: bool) -> Want:
        want: Want = self._steps.get("push", lambda: Want.NOTHING)()
        return want

    def pull(self) -> None:
        self._steps.get("pull", bool)()

    def end(self) -> None:
        self.ended = True
        self._steps.get("end", bool)()

    def finished(self, sent: bool) -> None:
        self.told.put(sent)
        self._steps.get("finished", bool)()


Make = Callable[..., Answer]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Answer] = []

    def one(**steps: Callable[..., Any]) -> Answer:
        made.append(Answer(**steps))
        return made[-1]

    yield one
    for answer in made:
        answer.sock.close()
        answer.client.close()


@pytest.fixture
def running() -> Iterator[Sender]:
    thread = Sender()
    yield thread
    thread.stop(within=0)
    thread.join(10)


def send(running: Sender, answer: Answer) -> bool:
    """Whether the answer was told to be sent; it must be told something."""
    running.take(cast(Sending, answer), answer.finished)
    return answer.told.get(timeout=10)


@pytest.mark.parametrize(
    ("steps", "sent"),
    [
        ({"push": _fail}, False),
        ({"push": lambda: Want.PIECE, "pull": _fail}, False),
        ({"end": _fail}, True),
        ({"finished": _fail}, True),
        ({"push": _fail, "end": _fail, "finished": _fail}, False),
    ],
)
def test_a_fault_ends_its_own_answer_and_no_other(
    running: Sender,
    make: Make,
    caplog: pytest.LogCaptureFixture,
    steps: dict[str, Callable[..., Any]],
    sent: bool,
) -> None:
    waiting = make(push=lambda: Want.CLIENT)
    running.take(cast(Sending, waiting), waiting.finished)
    faulty = make(**steps)

    assert send(running, faulty) is sent
    assert faulty.ended
    assert send(running, make()) is True  # The thread is alive.
    assert waiting.told.empty()
    assert not waiting.ended
    faults = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert faults
    assert "Lena" not in " ".join(one.getMessage() for one in faults)


def test_a_connection_that_is_closed_already(running: Sender, make: Make) -> None:
    answer = make()
    answer.sock.close()

    assert send(running, answer) is False
    assert send(running, make()) is True


def test_the_idle_are_given_up_whatever_their_end_does(
    running: Sender, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "_LOOK_SECONDS", 0.01)
    idle = make(push=lambda: Want.CLIENT, end=_fail, finished=_fail)
    idle.moved_at = time.monotonic() - 3600

    assert send(running, idle) is False
    assert send(running, make()) is True
