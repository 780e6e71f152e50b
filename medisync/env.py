"""Typed readers of the environment. A bad value stops the start.

Each reader raises :class:`ImproperlyConfigured` with one sentence that names
the variable and what it should look like; the value itself is never repeated,
it may be a secret.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured
from environ import Env

Network = IPv4Network | IPv6Network


def text(name: str, default: str = "") -> str:
    """The variable's value without outer blanks; unset and empty are alike."""
    return os.environ.get(name, "").strip() or default


def boolean(name: str, *, default: bool = False) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    value = text(name).lower()
    if not value:
        return default
    if value not in words:
        raise ImproperlyConfigured(f"{name} must be one of on, off, true, false, 1, 0.")
    return words[value]


def integer(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name)
    try:
        number = int(value) if value else default
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise ImproperlyConfigured(
            f"{name} must be a whole number from {least} to {most}."
        )
    return number


def choice(name: str, default: str, *, among: set[str]) -> str:
    value = text(name, default)
    if value not in among:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(sorted(among))}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str) -> list[Network]:
    """Comma-separated addresses or networks, ``10.0.0.0/8, ::1``."""
    try:
        return [ip_network(word) for word in words(name)]
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must list addresses or networks, such as 10.0.0.7, 10.1.0.0/16."
        ) from None


def origins(name: str) -> list[str]:
    """Comma-separated web origins, ``https://host[:port]`` with no path."""
    found = words(name)
    if not all(_is_origin(word) for word in found):
        raise ImproperlyConfigured(
            f"{name} must list origins such as https://ehr.example.org,"
            " each with its scheme and without a path."
        )
    return found


def origin(name: str, default: str) -> str:
    """One web origin, ``https://host[:port]`` with no path."""
    value = text(name, default)
    if not _is_origin(value):
        raise ImproperlyConfigured(
            f"{name} must be an origin such as https://audio.clinic.example,"
            " with its scheme and without a path."
        )
    return value


def _is_origin(value: str) -> bool:
    scheme, _, rest = value.partition("://")
    known = scheme in {"http", "https"}
    return known and _host(value) is not None and not set(rest) & _END


# What ends the host and port of a URL.
_END = set("/?#@")


def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.port != 0 else None
    except ValueError:  # "https://[::1" or a port that is no number.
        return None


def url(name: str, *, schemes: set[str]) -> str:
    value = text(name)
    try:
        parts = urlsplit(value)
        good = parts.scheme in schemes and parts.port != 0
    except ValueError:
        good = False
    if value and not good:
        wanted = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
        raise ImproperlyConfigured(f"{name} must be a URL that starts with {wanted}.")
    return value


def program(name: str) -> str:
    """A program by its name or path; empty when the variable is."""
    value = text(name)
    if value and which(value) is None:
        raise ImproperlyConfigured(f"{name} must name a program that can be run.")
    return value


def location(name: str) -> str:
    """A path below the web server's root, ``/protected/``."""
    value = text(name)
    if value and not re.fullmatch(r"(/[\w.~-]+)+/?", value):
        raise ImproperlyConfigured(f"{name} must be a path such as /protected/.")
    return value


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    if value not in available_timezones():
        raise ImproperlyConfigured(f"{name} must be a zone such as Europe/Berlin.")
    return value


def data_dir(name: str, default: Path) -> Path:
    """The folder of everything the embedded default keeps; made when missing."""
    folder = Path(text(name, str(default))).expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} must name a folder that can be made and written: {error.strerror}."
        ) from error
    return folder


def database(name: str, *, embedded: Path) -> dict[str, Any]:
    """Django's database settings: PostgreSQL by URL, else an SQLite file.

    SQLite writes wait for each other instead of failing: the write lock is
    taken when a transaction begins (a lock taken later cannot be waited for),
    and a commit is on the disk before it is acknowledged.
    """
    value = url(name, schemes={"postgres", "postgresql"})
    if value:
        config = dict(Env.db_url_config(value))
        config |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
        return config
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(embedded),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def mail(name: str) -> dict[str, Any]:
    """Django's e-mail settings: an SMTP server by URL, else the console."""
    schemes = {"smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail"}
    value = url(name, schemes=schemes) or "consolemail://"
    return {**Env.email_url_config(value), "EMAIL_TIMEOUT": 10}


def secret_key(name: str, *, kept_in: Path) -> str:
    """The signing key: the variable, or one generated once into a private file."""
    value = text(name)
    if value:
        return value
    if not kept_in.exists():
        # Complete before it has its name: of several processes that start at once
        # one wins, and all read the same whole key.
        draft = kept_in.with_name(f"{kept_in.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, kept_in)
        draft.unlink()
    return _read_key(kept_in)


def _read_key(path: Path) -> str:
    key = path.read_text().strip()
    if len(key) < 32:
        raise ImproperlyConfigured(
            f"The generated secret in {path} is damaged; remove it to make a new one"
            " (everyone signs in again)."
        )
    return key
