"""An application that is told of calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from telephony.models import Report
from tests.receiver import Receiver
from tests.telephony.yeastar.caller import (
    PASSWORD,
    USERNAME,
    Caller,
    check_success,
    md5,
)

LOOPBACK = "127.0.0.1"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """The application's own server, on an address that an operator allowed."""
    settings.OUTGOING_NETWORKS = [ip_network("127.0.0.0/8")]
    with Receiver() as listening:
        yield listening


def log_in(caller: Caller, **facts: object) -> Caller:
    body = {"username": USERNAME, "password": md5(PASSWORD), **facts}
    answer = check_success(caller.send("POST", "login", json.dumps(body)))
    caller.token = answer["token"]
    return caller


def listen(receiver: Receiver, **facts: object) -> Caller:
    """An application that logged in from its own server."""
    return log_in(
        Caller(address=LOOPBACK), **{"port": receiver.port, "version": "1.0.2", **facts}
    )


def work() -> None:
    """What the background worker does with what is due."""
    for queued in DBTaskResult.objects.ready():
        queued.delete()
        queued.task.call(*queued.args_kwargs["args"])


def told(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(got.body) for got in receiver.received]


def outcome(report: Report) -> tuple[str, str, int]:
    report.refresh_from_db()
    return (report.state, report.last_error, report.attempts)
