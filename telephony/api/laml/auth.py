"""HTTP Basic: the account's sid and an API token (contract signalwire 2)."""

from __future__ import annotations

import base64

from django.http import HttpRequest

from medisync.audit.trail import Actor
from medisync.http.client import address_of
from telephony.access import account_by_credentials
from telephony.choices import Scope
from telephony.errors import AccountCredentialsInvalid
from telephony.models import Account


def authenticated_account(request: HttpRequest, scope: Scope) -> Account:
    """The account that sends the request, with a token that has ``scope``.

    Raises:
        AccountCredentialsInvalid: whatever is wrong with the credentials, and
            also when there are none.
    """
    sid, token = _basic(request.headers.get("Authorization", ""))
    return account_by_credentials(sid, token, scope=scope)


def own_account(request: HttpRequest, account_sid: str, scope: Scope) -> Account:
    """The account in the path, which must be the one that sends the request.

    Another account's credentials are as good as none, whether the account in
    the path exists or not. Raises AccountCredentialsInvalid.
    """
    account = authenticated_account(request, scope)
    if account_sid.lower() != str(account.pk):
        raise AccountCredentialsInvalid
    return account


def account_actor(request: HttpRequest, account: Account | None) -> Actor:
    """The account as an actor of the audit trail, the public for None."""
    if account is None:
        return Actor("public", address=address_of(request))
    return Actor("account", str(account.pk), account.name, address_of(request))


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise AccountCredentialsInvalid
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except ValueError as error:  # Neither base64 nor UTF-8.
        raise AccountCredentialsInvalid from error
    sid, _, token = pair.partition(":")
    return sid, token
