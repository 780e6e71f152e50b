"""How commands get a password: never as an argument, where `ps` would show it."""

from __future__ import annotations

import getpass
import os
import sys

from django.core.management.base import CommandError


def operator_password() -> str:
    """MEDISYNC_PASSWORD, else what is typed twice. Raises CommandError."""
    password = os.environ.get("MEDISYNC_PASSWORD", "")
    if password:
        return password
    if not sys.stdin.isatty():
        raise CommandError("Set MEDISYNC_PASSWORD, or run this in a terminal.")
    try:
        password = getpass.getpass("Password: ")
        again = getpass.getpass("Again: ")
    except EOFError:
        raise CommandError("No password was typed.") from None
    if password != again:
        raise CommandError("The two passwords differ.")
    return password
