"""manage.py create_account: a LaML project and its token."""

from __future__ import annotations

import json
import re

import pytest
from django.core.management import CommandError, call_command

from medisync.audit.models import AuditEvent
from medisync.lib.hashing import secret_hash
from telephony.models import Account, ApiToken
from tests.telephony.commands import Lines

pytestmark = pytest.mark.django_db


def test_create_account_prints_the_token_once_and_keeps_its_hash() -> None:
    out = Lines()

    call_command(
        "create_account", "Front desk", "--protect-media", "--json", stdout=out
    )

    printed = json.loads("".join(out.parts))
    assert list(printed) == ["account_sid", "token", "scopes"]
    assert printed["scopes"] == ["Voice", "Management"]
    assert re.fullmatch("PT[0-9a-f]{48}", printed["token"])
    account = Account.objects.get()
    assert (str(account.pk), account.name) == (printed["account_sid"], "Front desk")
    assert account.protect_media
    token = ApiToken.objects.get()
    assert token.token_hash == secret_hash(printed["token"])
    events = AuditEvent.objects.order_by("pk").values_list("action", "actor_kind")
    assert list(events) == [("account.add", "system"), ("api_token.add", "system")]
    assert printed["token"] not in json.dumps(
        list(AuditEvent.objects.values("details"))
    )


def test_create_account_reads_well_without_json() -> None:
    out = Lines()

    call_command("create_account", "Front desk", stdout=out)

    account = Account.objects.get()
    assert not account.protect_media
    assert str(account.pk) in "".join(out.parts)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\0b", "a\udcff"])
def test_create_account_refuses_what_is_no_name(name: str) -> None:
    with pytest.raises(CommandError):
        call_command("create_account", name, stdout=Lines())

    assert not Account.objects.exists()
