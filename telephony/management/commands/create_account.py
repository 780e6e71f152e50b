from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from medisync.audit.trail import SYSTEM
from telephony.choices import CallbackMethod
from telephony.errors import AccountNameInvalid, CallbackUrlInvalid
from telephony.services import ALL_SCOPES, create_account


class Command(BaseCommand):
    help = "Makes a LaML account. Its API token is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--protect-media",
            action="store_true",
            help="audio needs the credentials, too",
        )
        parser.add_argument(
            "--recording-status-callback",
            metavar="URL",
            default="",
            help="is told of every recording that arrives",
        )
        parser.add_argument(
            "--recording-status-callback-method",
            choices=CallbackMethod.values,
            default=CallbackMethod.POST.value,
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            account, token = create_account(
                options["name"],
                protect_media=options["protect_media"],
                recording_status_callback=options["recording_status_callback"],
                recording_status_callback_method=options[
                    "recording_status_callback_method"
                ],
                actor=SYSTEM,
            )
        except (AccountNameInvalid, CallbackUrlInvalid) as error:
            raise CommandError(error.message) from error
        facts = {
            "account_sid": str(account.pk),
            "token": token,
            "scopes": [scope.value for scope in ALL_SCOPES],
        }
        if options["json"]:
            self.stdout.write(json.dumps(facts))
            return
        self.stdout.write(f"Account SID  {facts['account_sid']}")
        self.stdout.write(f"Token        {token}  (not shown again)")
        self.stdout.write(f"Scopes       {', '.join(facts['scopes'])}")
