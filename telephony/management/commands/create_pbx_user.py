from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from medisync.accounts.operators import operator_password
from medisync.audit.trail import SYSTEM
from medisync.lib.errors import DomainError
from telephony.pbx import create_pbx_user


class Command(BaseCommand):
    help = (
        "Makes a Yeastar API user. The password is read from MEDISYNC_PASSWORD, or"
        " asked for; clients log in with its MD5."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        password = operator_password()
        try:
            user = create_pbx_user(options["username"], password=password, actor=SYSTEM)
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps({"username": user.username}))
        else:
            self.stdout.write(f"PBX user {user.username} can log in.")
