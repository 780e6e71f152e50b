from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from medisync.accounts.authenticators import reset_authenticator
from medisync.accounts.models import User


class Command(BaseCommand):
    help = (
        "Forgets a person's authenticator app and recovery codes, so that the next"
        " sign-in sets up new ones."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError("Nobody has this e-mail address.")
        had = reset_authenticator(user, by=None, address=None)
        told = "has to set up a new one" if had else "has none"
        self.stdout.write(f"{user} {told}.")
