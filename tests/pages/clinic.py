"""The demo clinic on the real server, with something behind every address."""

from __future__ import annotations

import json
import re
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from appointments.models import Appointment
from medisync.accounts.links import Purpose, link_token
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.models import Note
from recordings.handouts import make_handout
from recordings.models import Recording, Rendition
from telephony.models import Account, CallRecording, PbxUser
from tests.demo import Login, demo_logins
from tests.server import Server
from tests.world import World, soon


class Clinic:
    """Its logins by role (``other`` is the second doctor), and its records' ids."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.logins: dict[str, Login] = {}
        for login in demo_logins():
            role = "owner" if login["role"] == "clinician" else login["role"]
            self.logins["other" if role in self.logins else role] = login

    def ids(self, *names: str) -> dict[str, str]:
        """What a path's ``{name}`` stands for, of each name."""
        tell = f"from tests.pages.clinic import tell; tell({self._people}, {names})"
        found: dict[str, str] = json.loads(
            self.server.manage("shell", "--no-imports", "--command", tell)
        )
        return found

    def paths(self, *templates: str) -> dict[str, str]:
        """Each path with its ``{names}`` filled in."""
        names = sorted({*re.findall(r"{(\w+)}", "".join(templates))})
        ids = self.ids(*names)
        return {template: template.format(**ids) for template in templates}

    @property
    def _people(self) -> dict[str, str]:
        return {role: login["email"] for role, login in self.logins.items()}


def tell(people: dict[str, str], names: tuple[str, ...]) -> None:
    """Prints the ids; runs where the clinic's database is, not in the test."""
    found = {role: User.objects.get(email=email) for role, email in people.items()}
    with TemporaryDirectory() as folder:
        world = DemoWorld(found, Path(folder) / "none.wav")
        print(json.dumps({name: world.value(name) for name in names}))  # noqa: T201


class DemoWorld(World):
    """Takes from the demo clinic what it has, and adds what it lacks."""

    @cached_property
    def appointment(self) -> Appointment:
        return Appointment.objects.get(
            doctor=self.people["owner"], name="Blood pressure follow-up"
        )

    @cached_property
    def recording(self) -> Recording:
        return Recording.objects.get(appointment=self.appointment)

    @cached_property
    def rendition(self) -> Rendition:
        found = self.recording.renditions.first()
        assert found is not None
        return found

    @cached_property
    def account(self) -> tuple[Account, str]:
        return Account.objects.get(), ""

    @cached_property
    def pbx_user(self) -> PbxUser:
        return PbxUser.objects.get()

    @cached_property
    def call(self) -> CallRecording:
        return CallRecording.objects.get(call__callee="2101")

    @cached_property
    def attached(self) -> CallRecording:
        return CallRecording.objects.get(call__callee="15035550118")

    @cached_property
    def note(self) -> Note:
        return Note.objects.get(appointment=self.appointment)

    def value(self, name: str) -> str:
        if name == "event":
            events = AuditEvent.objects.filter(object_id=self.recording.pk)
            return str(events.latest("at").pk)
        if name in ("reset", "verify"):
            purpose = Purpose[name.upper()]
            return link_token(purpose, self.people["other"])
        if name == "link_and_pin":
            made = make_handout(
                self.recording,
                by=self.people["owner"],
                actor=SYSTEM,
                expires_at=soon(),
                with_pin=True,
            )
            return f"{made.token} {made.pin}"
        return super().value(name)
