"""manage.py create_pbx_user."""

from __future__ import annotations

import getpass
import json
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from medisync.audit.models import AuditEvent
from telephony.models import PbxUser
from tests.telephony.yeastar.caller import Caller, check_failure, check_success

pytestmark = pytest.mark.django_db


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MEDISYNC_PASSWORD", "Kamille-77")
    return "Kamille-77"


def created(username: str, *options: str) -> str:
    out = StringIO()
    call_command("create_pbx_user", username, *options, stdout=out)
    return out.getvalue()


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Lets the operator sit at a terminal and type ``answers``."""
    monkeypatch.delenv("MEDISYNC_PASSWORD", raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    lines = iter(answers)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: next(lines))


def test_the_user_can_log_in(password: str) -> None:
    assert json.loads(created("crmlink", "--json")) == {"username": "crmlink"}

    check_success(Caller().log_in("crmlink", password))
    event = AuditEvent.objects.get(action="pbx_user.add")
    assert (event.actor_kind, event.object_id) == ("system", PbxUser.objects.get().pk)
    assert password not in created("other")


def test_the_password_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "Linden-78", "Linden-78")

    assert "crmlink" in created("crmlink")

    check_success(Caller().log_in("crmlink", "Linden-78"))


@pytest.mark.parametrize("answers", [("a", "b"), ("", ""), (" ", " ")])
def test_no_password_no_user(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[str, str]
) -> None:
    typed(monkeypatch, *answers)

    with pytest.raises(CommandError):
        created("crmlink", "--json")

    assert not PbxUser.objects.exists()


@pytest.mark.parametrize("username", ["a", "Ärzte-Haus 2", "x" * 100, "a@b:c/d"])
def test_names(password: str, username: str) -> None:
    assert json.loads(created(username, "--json")) == {"username": username}
    check_success(Caller().log_in(username, password))


@pytest.mark.parametrize(
    "username", ["", " ", " a", "a ", "x" * 101, "a\0b", "a\nb", "\ud800"], ids=ascii
)
def test_bad_names(password: str, username: str) -> None:
    with pytest.raises(CommandError, match="1 to 100"):
        created(username)


def test_an_existing_user_stays_as_it_is(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    created("crmlink")
    monkeypatch.setenv("MEDISYNC_PASSWORD", "Linden-78")

    with pytest.raises(CommandError, match="already"):
        created("crmlink")

    assert AuditEvent.objects.filter(action="pbx_user.add").count() == 1
    check_failure(Caller().log_in("crmlink", "Linden-78"), "20003")
    check_success(Caller().log_in("crmlink", password))
