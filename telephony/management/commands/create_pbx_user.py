from __future__ import annotations

import json
import os
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from medisync.audit.trail import SYSTEM
from medisync.lib.errors import DomainError
from telephony.pbx import create_pbx_user


class Command(BaseCommand):
    help = (
        "Makes a Yeastar API user. The password comes from MEDISYNC_PASSWORD, or"
        " is asked for; clients log in with its MD5."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("MEDISYNC_PASSWORD") or _asked_password()
        try:
            user = create_pbx_user(options["username"], password=password, actor=SYSTEM)
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps({"username": user.username}))
        else:
            self.stdout.write(f"PBX user {user.username} can log in.")


def _asked_password() -> str:
    try:
        password = getpass("Password: ")
        again = getpass("Password (again): ")
    except EOFError:
        raise CommandError("Set MEDISYNC_PASSWORD, or type a password.") from None
    if password != again:
        raise CommandError("The two passwords differ.")
    return password
