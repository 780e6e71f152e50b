from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from medisync.accounts.models import Tier
from medisync.accounts.operators import operator_password
from medisync.accounts.services import create_clinician, is_strong
from medisync.lib.errors import DomainError


class Command(BaseCommand):
    help = (
        "Creates a verified user with a subscription. The password is read from"
        " MEDISYNC_PASSWORD, or asked for."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--first-name", required=True)
        parser.add_argument("--last-name", required=True)
        parser.add_argument("--title", default="")
        parser.add_argument("--tier", choices=Tier.values, default=Tier.STANDARD)
        parser.add_argument("--staff", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        password = operator_password()
        if not is_strong(password):
            self.stderr.write("Warning: this password is easy to guess.")
        try:
            user = create_clinician(
                options["email"],
                password=password,
                first_name=options["first_name"],
                last_name=options["last_name"],
                title=options["title"],
                tier=options["tier"],
                staff=options["staff"],
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        if not options["json"]:
            self.stdout.write(f"{user} can sign in as {user.email}.")
            return
        facts = {"uid": user.pk, "email": user.email, "doctor_name": user.doctor_name}
        self.stdout.write(json.dumps(facts))
