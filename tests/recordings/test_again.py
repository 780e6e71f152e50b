"""A range that goes on with a listening costs little, and is as well guarded."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from medisync.accounts.models import User
from medisync.accounts.tokens import issue_token
from medisync.audit import listening
from medisync.audit.models import AuditEvent, HeardRange, Outcome
from medisync.audit.trail import SYSTEM
from medisync.http import again
from medisync.lib.sqlite_cache import SqliteCache
from recordings import storage
from recordings.models import Recording, Rendition
from recordings.services import delete_recording
from tests.conftest import Bearer
from tests.recordings.conftest import AddVisit

REMAINING = "X-RateLimit-Remaining"
Ask = Callable[..., Any]


@pytest.fixture(params=["pcm-16.wav", "opus.ogg"])
def recording(
    request: pytest.FixtureRequest, doctor: User, add_visit: AddVisit
) -> Recording:
    """One that is served as it came, and one that is served by a rendition."""
    return add_visit(doctor, request.param)


@pytest.fixture
def ask(client: Client, bearer: Bearer, doctor: User, recording: Recording) -> Ask:
    headers = bearer(doctor)
    url = f"/api/recordings/get/{recording.appointment_id}"

    def ask(**more: str) -> Any:
        answer: Any = client.get(url, headers={**headers, **more})
        if answer.streaming:
            answer.body = b"".join(answer.streaming_content)
        return answer

    return ask


def test_it_is_one_query_and_no_write(
    ask: Ask, doctor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(Range="bytes=0-99")

    def no_cache(*args: Any, **options: Any) -> None:
        pytest.fail("the cache was asked")

    for name in ("get", "set", "add", "touch", "incr", "get_or_set"):
        monkeypatch.setattr(SqliteCache, name, no_cache)
    with CaptureQueriesContext(connection) as queries:
        second = ask(Range="bytes=100-199")
    monkeypatch.undo()

    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]
    assert (first.status_code, second.status_code) == (206, 206)
    assert second["Content-Range"].startswith("bytes 100-199/")
    about_the_range = {
        "Content-Range",
        *(name for name in first.headers if "Rate" in name),
    }
    assert {**first.headers}.keys() - about_the_range <= second.headers.keys()
    for name in first.headers.keys() - about_the_range:
        assert first[name] == second[name]


def test_it_is_the_same_bytes_and_the_same_listening(ask: Ask) -> None:
    whole = ask().body
    assert ask(Range="bytes=5-1004").body == whole[5:1005]
    assert ask(Range="bytes=-100").body == whole[-100:]
    assert ask(Range="bytes=0-1,5-6").body == whole
    assert ask(Range=f"bytes={len(whole)}-").status_code == 416
    listening.flush()

    assert AuditEvent.objects.filter(action="recording.play").count() == 1
    assert {str(heard) for heard in HeardRange.objects.all()} == {f"0-{len(whole) - 1}"}


def test_ranges_are_not_counted_again_and_whole_files_are(ask: Ask) -> None:
    left = int(ask(Range="bytes=0-9")[REMAINING])
    for start in range(5):
        assert REMAINING not in ask(Range=f"bytes={start}-9")

    assert int(ask()[REMAINING]) == left - 1
    assert int(ask()[REMAINING]) == left - 2


def test_whole_files_end_at_the_limit(ask: Ask, settings: Any) -> None:
    settings.RATE_LIMITS = {"requests": {"standard": 2, "premium": 2}}
    assert [ask().status_code for _ in range(3)] == [200, 200, 429]
    assert ask().json()["code"] == "RATE_LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"is_active": False}, 401),
        ({"tokens_valid_from": timezone.now() + timedelta(hours=1)}, 401),
    ],
)
def test_who_may_no_longer_sign_in_hears_no_more(
    ask: Ask, doctor: User, change: dict[str, Any], status: int
) -> None:
    ask(Range="bytes=0-9")
    User.objects.filter(pk=doctor.pk).update(**change)

    assert ask(Range="bytes=0-9").status_code == status


def test_a_recording_that_is_given_away_is_heard_no_more(
    ask: Ask, recording: Recording, other_doctor: User
) -> None:
    ask(Range="bytes=0-9")
    Recording.objects.filter(pk=recording.pk).update(doctor=other_doctor)

    assert ask(Range="bytes=0-9").status_code == 400
    assert AuditEvent.objects.filter(outcome=Outcome.REFUSED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_deleted_recording_is_heard_no_more(
    client: Client, bearer: Bearer, doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)
    url = f"/api/recordings/get/{recording.appointment_id}"
    headers = {**bearer(doctor), "Range": "bytes=0-9"}
    heard: Any = client.get(url, headers=headers)
    assert len(b"".join(heard.streaming_content)) == 10
    delete_recording(recording, actor=SYSTEM)

    assert client.get(url, headers=headers).status_code == 400


def test_a_lost_rendition_is_made_again(ask: Ask, recording: Recording) -> None:
    body = ask(Range="bytes=0-999").body
    for rendition in Rendition.objects.all():
        storage.remove(rendition.key)
    Rendition.objects.all().delete()

    assert ask(Range="bytes=0-999").body == body


def test_a_token_ends_when_it_says(
    client: Client,
    doctor: User,
    add_visit: AddVisit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recording = add_visit(doctor)
    url = f"/api/recordings/get/{recording.appointment_id}"
    token = issue_token(doctor, lifetime=timedelta(seconds=30))
    headers = {"Authorization": f"Bearer {token}", "Range": "bytes=0-9"}
    before = client.get(url, headers=headers)
    monkeypatch.setattr(again.Unchanged, "__call__", lambda _: pytest.fail("asked"))
    later = SimpleNamespace(time=lambda: time.time() + 31)
    monkeypatch.setattr(again, "time", later)

    assert before.status_code == 206
    assert client.get(url, headers=headers)["Content-Range"]


@pytest.mark.parametrize(
    "other", [{"Authorization": "Bearer x"}, {"Origin": "https://x.example"}]
)
def test_another_request_is_decided_anew(ask: Ask, other: dict[str, str]) -> None:
    ask(Range="bytes=0-9")
    with CaptureQueriesContext(connection) as queries:
        ask(Range="bytes=0-9", **other)

    assert not [query for query in queries if " t0" in query["sql"]]
