"""A wrong value stops the start with a sentence that names the variable."""

from __future__ import annotations

import os
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from medisync import env

pytestmark = pytest.mark.once

NAME = "MEDISYNC_TEST"

MAIL = "django.core.mail.backends"
READERS: dict[str, Callable[[], Any]] = {
    "boolean": lambda: env.boolean(NAME),
    "integer": lambda: env.integer(NAME, 5, least=1, most=9),
    "networks": lambda: env.networks(NAME),
    "origins": lambda: env.origins(NAME),
    "url": lambda: env.url(NAME, schemes={"http", "https"}),
    "time_zone": lambda: env.time_zone(NAME, "UTC"),
    "database": lambda: env.database(NAME, embedded=Path("/data/db"))["ENGINE"],
    "mail": lambda: tuple(
        env.mail(NAME)[f"EMAIL_{part}"]
        for part in ("BACKEND", "HOST", "PORT", "HOST_PASSWORD")
    ),
    "program": lambda: env.program(NAME),
    "location": lambda: env.location(NAME),
    "words": lambda: env.words(NAME, "a,b"),
    "text": lambda: env.text(NAME, "default"),
}


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        ("text", "", "default"),
        ("text", "  ", "default"),
        ("text", " x ", "x"),
        ("boolean", "", False),
        ("boolean", "on", True),
        ("boolean", "TRUE", True),
        ("boolean", "1", True),
        ("boolean", "off", False),
        ("boolean", "no", False),
        ("integer", "", 5),
        ("integer", " 9 ", 9),
        ("words", "", ["a", "b"]),
        ("words", "x, y ,,", ["x", "y"]),
        ("program", "", ""),
        ("program", "sh", "sh"),
        ("program", "/bin/sh", "/bin/sh"),
        ("location", "", ""),
        ("location", "/protected/", "/protected/"),
        ("location", "/internal/audio", "/internal/audio"),
        ("networks", "", []),
        (
            "networks",
            "10.0.0.7, 10.1.0.0/16, ::1",
            [ip_network("10.0.0.7"), ip_network("10.1.0.0/16"), ip_network("::1")],
        ),
        ("origins", "", []),
        (
            "origins",
            "https://ehr.example.org, http://localhost:3000",
            ["https://ehr.example.org", "http://localhost:3000"],
        ),
        ("url", "", ""),
        ("url", "https://s3.example.org", "https://s3.example.org"),
        ("mail", "", (f"{MAIL}.console.EmailBackend", None, None, None)),
        (
            "mail",
            "smtp+tls://clinic:p%40ss@mail.example.org:587",
            (f"{MAIL}.smtp.EmailBackend", "mail.example.org", 587, "p@ss"),
        ),
        ("time_zone", "", "UTC"),
        ("time_zone", "Europe/Berlin", "Europe/Berlin"),
        ("database", "", "django.db.backends.sqlite3"),
        ("database", "postgres://u:p@db:5432/m", "django.db.backends.postgresql"),
        ("database", "postgresql:///m", "django.db.backends.postgresql"),
    ],
)
def test_it_reads(
    monkeypatch: pytest.MonkeyPatch, reader: str, value: str, expected: object
) -> None:
    monkeypatch.setenv(NAME, value)

    assert READERS[reader]() == expected


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("boolean", "perhaps"),
        ("boolean", "2"),
        ("integer", "0"),
        ("integer", "10"),
        ("integer", "1.5"),
        ("integer", "many"),
        ("integer", "1" * 5000),
        ("networks", "10.0.0.1/16"),
        ("networks", "proxy.example.org"),
        ("networks", "10.0.0.7;10.0.0.8"),
        ("origins", "app.clinic.example"),
        ("origins", "https://ehr.example.org/"),
        ("origins", "https://ehr.example.org/app"),
        ("origins", "https://ehr.example.org?x"),
        ("origins", "*"),
        ("origins", "ftp://ehr.example.org"),
        ("origins", "https://[::1"),
        ("origins", "https://u@app.clinic.example"),
        ("origins", "https://app.clinic.example:http"),
        ("mail", "mail.example.org"),
        ("mail", "imap://mail.example.org"),
        ("mail", "smtp://mail.example.org:port"),
        ("url", "s3.example.org"),
        ("url", "ftp://s3.example.org"),
        ("url", "http://[::1"),
        ("time_zone", "Europe/Bielefeld"),
        ("time_zone", "../../etc/passwd"),
        ("program", "/nowhere/ffmpeg"),
        ("location", "internal"),
        ("location", "/a b/"),
        ("location", "https://host/a"),
        ("database", "mysql://u:p@db/m"),
        ("database", "postgres://u:p@db:port/m"),
        ("database", "medisync.sqlite3"),
    ],
)
def test_it_refuses(monkeypatch: pytest.MonkeyPatch, reader: str, value: str) -> None:
    monkeypatch.setenv(NAME, value)

    with pytest.raises(ImproperlyConfigured) as refusal:
        READERS[reader]()

    sentence = str(refusal.value)
    assert sentence.startswith(NAME)
    assert sentence.endswith(".")
    assert value not in sentence


def test_an_unset_variable_has_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)

    assert env.integer(NAME, 5, least=1, most=9) == 5
    assert env.boolean(NAME, default=True) is True


def test_the_data_folder_is_made_private(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(NAME, str(tmp_path / "a" / "b"))

    folder = env.data_dir(NAME, tmp_path)

    assert folder == tmp_path / "a" / "b"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_data_folder_that_cannot_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(NAME, str(tmp_path / "file"))

    with pytest.raises(ImproperlyConfigured, match=f"^{NAME} must name a folder"):
        env.data_dir(NAME, tmp_path)


def test_sqlite_waits_for_the_write_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)

    options = env.database(NAME, embedded=Path("/data/db"))["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] >= 10


class TestChoice:
    def test_it_is_one_of_the_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(NAME, "s3")
        assert env.choice(NAME, "files", among={"files", "s3"}) == "s3"

    def test_it_has_a_default(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(NAME, raising=False)
        assert env.choice(NAME, "files", among={"files"}) == "files"

    def test_another_word_stops_the_start(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(NAME, "tape")
        with pytest.raises(ImproperlyConfigured, match="files or s3"):
            env.choice(NAME, "files", among={"files", "s3"})


class TestSecretKey:
    def test_it_is_the_variable(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv(NAME, "k" * 50)

        assert env.secret_key(NAME, kept_in=tmp_path / "key") == "k" * 50
        assert not (tmp_path / "key").exists()

    def test_it_is_generated_once_and_private(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv(NAME, raising=False)
        file = tmp_path / "key"
        umask = os.umask(0)
        try:
            first = env.secret_key(NAME, kept_in=file)
        finally:
            os.umask(umask)

        assert len(first) >= 50
        assert file.stat().st_mode & 0o777 == 0o600
        assert env.secret_key(NAME, kept_in=file) == first

    def test_a_damaged_file_is_not_a_key(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv(NAME, raising=False)
        (tmp_path / "key").write_text("short")

        with pytest.raises(ImproperlyConfigured, match="is damaged"):
            env.secret_key(NAME, kept_in=tmp_path / "key")
