"""manage.py create_clinician, as an operator's script calls it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from medisync.accounts.models import Role, Tier, User
from medisync.audit.models import AuditEvent

PASSWORD = "correct horse battery"
NAMES = ("--first-name", "Mira", "--last-name", "Okafor")


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDISYNC_PASSWORD", PASSWORD)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    call_command("create_clinician", *arguments, "--json")
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_it_makes_someone_who_can_work(
    client: Client, db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = run(capsys, "M.Okafor@clinic.example", *NAMES, "--title", "Dr.")

    user = User.objects.get()
    assert facts == {
        "uid": user.pk,
        "email": "m.okafor@clinic.example",
        "doctor_name": "Dr. Mira Okafor",
    }
    assert (user.role, user.tier) == (Role.CLINICIAN, Tier.STANDARD)
    assert user.is_verified
    assert user.has_subscription()
    assert not user.is_superuser
    login = client.post(
        "/api/login",
        {"email": user.email, "password": PASSWORD},
        content_type="application/json",
    )
    assert login.status_code == 200
    event = AuditEvent.objects.get(action="user.add")
    assert (event.actor_kind, event.object_id) == ("system", user.pk)


def test_options(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "a@clinic.example", *NAMES, "--tier", "premium", "--staff")

    user = User.objects.get()
    assert (user.role, user.tier) == (Role.STAFF, Tier.PREMIUM)


@pytest.mark.parametrize(
    ("first", "last", "title", "name"),
    [
        ("", "Smith", "Dr.", "Dr. Smith"),
        ("Zoë", "Müller", "", "Zoë Müller"),
        ("", "Johnson", "", "Johnson"),
        ("Zoe\u0308", "", "Dr.", "Dr. Zoë"),
    ],
)
def test_names(
    db: None,
    capsys: pytest.CaptureFixture[str],
    first: str,
    last: str,
    title: str,
    name: str,
) -> None:
    facts = run(
        capsys,
        "a@clinic.example",
        *("--first-name", first, "--last-name", last, "--title", title),
    )

    assert facts["doctor_name"] == name


def test_a_person_reads_a_sentence(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_clinician", "a@clinic.example", *NAMES)

    printed = capsys.readouterr().out
    assert printed == "Mira Okafor can sign in as a@clinic.example.\n"
    assert PASSWORD not in printed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["taken@clinic.example", *NAMES], "already registered"),
        (["TAKEN@clinic.example", *NAMES], "already registered"),
        (["okafor", *NAMES], "email: "),
        (["a" * 250 + "@clinic.example", *NAMES], "email: "),
        (["a@clinic.example", *NAMES, "--title", "x" * 41], "title: "),
        (["a@clinic.example", *NAMES, "--title", "\udcff"], "name"),
        (["a@clinic.example", *NAMES, "--tier", "gold"], "--tier"),
        (["a@clinic.example"], "--first-name"),
        (["a@clinic.example", "--first-name", "x" * 101, *NAMES[2:]], "first name: "),
        (["a@clinic.example", "--first-name", "a\0", *NAMES[2:]], "name"),
    ],
)
def test_refusals(db: None, arguments: list[str], sentence: str) -> None:
    call_command("create_clinician", "taken@clinic.example", *NAMES)

    with pytest.raises(CommandError, match=sentence):
        call_command("create_clinician", *arguments)
    assert User.objects.count() == 1


@pytest.mark.parametrize("password", ["short12", "\udcff" * 9])
def test_a_password_that_cannot_be(
    db: None, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setattr("os.environ", {"MEDISYNC_PASSWORD": password})

    with pytest.raises(CommandError, match="at least 8 characters") as refusal:
        call_command("create_clinician", "a@clinic.example", *NAMES)
    assert password not in str(refusal.value)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password", ["Passw0rd-1", "correct horse battery", "12345678"]
)
def test_operators_choose_passwords_themselves(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("MEDISYNC_PASSWORD", password)

    call_command("create_clinician", "a@clinic.example", *NAMES)

    assert User.objects.get().check_password(password)


class Terminal:
    def __init__(self, *typed: str) -> None:
        self.typed = list(typed)

    def isatty(self) -> bool:
        return bool(self.typed)

    def getpass(self, prompt: str) -> str:
        if not self.typed:
            raise EOFError
        return self.typed.pop(0)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["typed horse 1", "typed horse 1"], None),
        (["typed horse 1", "typed horse 2"], "differ"),
        (["typed horse 1"], "No password"),
        ([], "MEDISYNC_PASSWORD"),
    ],
)
def test_a_prompt(
    db: None, monkeypatch: pytest.MonkeyPatch, typed: list[str], sentence: str | None
) -> None:
    monkeypatch.delenv("MEDISYNC_PASSWORD")
    terminal = Terminal(*typed)
    monkeypatch.setattr("sys.stdin", terminal)
    monkeypatch.setattr("getpass.getpass", terminal.getpass)

    if sentence is None:
        call_command("create_clinician", "a@clinic.example", *NAMES)
        assert User.objects.get().check_password("typed horse 1")
    else:
        with pytest.raises(CommandError, match=sentence):
            call_command("create_clinician", "a@clinic.example", *NAMES)
