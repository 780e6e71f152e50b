from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from medisync.accounts.models import User
from medisync.accounts.services import create_clinician
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM, record
from medisync.demo_clinic.story import PASSWORD, Story, read_story
from medisync.lib.errors import DomainError
from medisync.lib.signals import demo_requested

_ADMIN = {
    "title": "",
    "first_name": "Robin",
    "last_name": "Admin",
    "email": "admin@demo.medisync.example",
}
_DONE = "demo.add"


class Command(BaseCommand):
    help = "Loads the demo clinic, once, and prints how to sign in to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print one JSON object a person"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        story = read_story()
        people = _people(story)
        remarks: list[str] = []
        # A clinic that was loaded whole is left alone, whatever became of it.
        if not AuditEvent.objects.filter(action=_DONE).exists():
            if not options["json"]:
                self.stdout.write("Loading the demo clinic …")
            try:
                remarks = _load(story, people)
            except DomainError as error:  # The disk is full, say.
                raise CommandError(error.message) from error
        if options["json"]:
            for person, role in people:
                login = {"email": person["email"], "password": PASSWORD, "role": role}
                self.stdout.write(json.dumps(login))
            return
        self.stdout.write(f"\n{story.parts['clinic']['name']}, a demo. Sign in as:\n\n")
        for person, role in people:
            name = f"{person['title']} {person['first_name']} {person['last_name']}"
            self.stdout.write(f"  {person['email']:38}{role:11}{name.strip()}")
        self.stdout.write(f"\nwith the password  {PASSWORD}\n\n")
        for remark in remarks:
            self.stdout.write(remark)


def _people(story: Story) -> list[tuple[dict[str, str], str]]:
    return [
        *((person, "clinician") for person in story.parts["doctors"]),
        *((person, "staff") for person in story.parts["staff"]),
        (_ADMIN, "superuser"),
    ]


def _load(story: Story, people: list[tuple[dict[str, str], str]]) -> list[str]:
    """Adds what is missing, so that a load that was broken off goes on."""
    for person, role in people:
        _add_person(person, role)
    answers = demo_requested.send(sender=Command, story=story)
    admin = User.objects.get(email=_ADMIN["email"])
    record(_DONE, admin, actor=SYSTEM, day=story.today.isoformat())
    return [line for _, lines in answers for line in lines or []]


def _add_person(person: dict[str, str], role: str) -> None:
    if User.objects.filter(email=person["email"]).exists():
        return
    with transaction.atomic():
        user = create_clinician(
            person["email"],
            password=PASSWORD,
            title=person["title"],
            first_name=person["first_name"],
            last_name=person["last_name"],
            specialty=person.get("specialty", ""),
            staff=role == "staff",
        )
        if role == "superuser":
            user.is_superuser = True
            user.save(update_fields=["is_superuser", "updated_at"])
