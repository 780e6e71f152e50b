from __future__ import annotations

import secrets
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from medisync.accounts.models import User
from medisync.accounts.tokens import issue_token
from medisync.audit import listening
from medisync.lib import background
from tests.factories import StaffFactory, UserFactory
from tests.s3 import Bucket, S3Server, s3_server


def pytest_configure(config: pytest.Config) -> None:
    """SQLite in a file: the in-memory one cannot be shared by threads."""
    folder = tempfile.TemporaryDirectory(prefix="medisync-test-")
    config.add_cleanup(folder.cleanup)
    default = settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite3"):
        default.setdefault("TEST", {})["NAME"] = f"{folder.name}/test.sqlite3"
    settings.CACHES["default"] = {
        "BACKEND": "medisync.lib.sqlite_cache.SqliteCache",
        "LOCATION": f"{folder.name}/cache.sqlite3",
    }


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    _leave_row_locks_out(config, items)
    _no_two_of_one_name(items)


def _leave_row_locks_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """SQLite locks itself as a whole: no two transactions meet at a row."""
    if not connection.features.has_select_for_update:
        left_out = [item for item in items if item.get_closest_marker("row_locks")]
        items[:] = [item for item in items if item not in set(left_out)]
        config.hook.pytest_deselected(items=left_out)


def _no_two_of_one_name(items: list[pytest.Item]) -> None:
    """xdist hands tests out by name, and of two with one name it runs one."""
    found = Counter(item.nodeid for item in items)
    if twice := [name for name, number in found.items() if number > 1]:
        raise pytest.UsageError(f"Tests of one name: {', '.join(twice)}")


Bearer = Callable[[User], dict[str, str]]


@pytest.fixture(autouse=True)
def _apart(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Every test has its own store, an empty cache and cheap password hashes."""
    settings.MEDIA_ROOT = tmp_path / "media"
    storages = settings.STORAGES["recordings"]
    options = {**storages["OPTIONS"], "location": settings.MEDIA_ROOT}
    files = {**storages, "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "files": files, "recordings": files}
    # Or each test's first request reads every static file there is.
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # A mail is out when the answer is there.
    monkeypatch.setattr(background, "start", background._guarded)
    # Ranges are flushed by the tests that look at them, in their transaction.
    monkeypatch.setattr(listening, "_FLUSH_SECONDS", 1e6)
    monkeypatch.setattr(listening, "_listenings", fresh := listening._Listenings())
    monkeypatch.setattr(listening, "flush", fresh.flush)
    yield
    cache.clear()


@pytest.fixture
def doctor(db: None) -> User:
    return UserFactory.create(first_name="Mira", last_name="Okafor")


@pytest.fixture
def other_doctor(db: None) -> User:
    return UserFactory.create(first_name="Jonas", last_name="Brandt")


@pytest.fixture
def staff(db: None) -> User:
    return StaffFactory.create()


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("root@clinic.example", "correct-horse-1")


@pytest.fixture
def bearer() -> Bearer:
    """The headers with which a user calls a Bearer dialect."""
    return lambda user: {"Authorization": f"Bearer {issue_token(user)}"}


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A real S3 server, started for the first test that asks for it."""
    with s3_server() as running:
        yield running


@pytest.fixture
def bucket(s3: S3Server) -> Bucket:
    """A bucket of the test's own."""
    return Bucket(s3, f"test-{secrets.token_hex(8)}")


class PatientClient(Client):
    """Answers 500 like the server, and hears every stream out in the end."""

    def __init__(self) -> None:
        super().__init__(raise_request_exception=False)
        self._streams: list[Iterable[bytes]] = []

    def request(self, **request: Any) -> Any:
        response: Any = super().request(**request)
        if response.streaming:
            self._streams.append(response.streaming_content)
        return response

    def hear_out(self) -> None:
        """Ends what a test did not read, so that its files are closed."""
        for stream in self._streams:
            for _ in stream:
                pass


@pytest.fixture
def client() -> Iterator[Client]:
    patient = PatientClient()
    yield patient
    patient.hear_out()
