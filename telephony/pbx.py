"""PBX users and their tokens (contract yeastar A2 to A5)."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone

from medisync.audit.models import Outcome
from medisync.audit.trail import Actor, record
from medisync.lib.hashing import secret_hash
from medisync.lib.text import storable
from telephony.errors import (
    PbxAddressLocked,
    PbxCredentialsInvalid,
    PbxPasswordBlank,
    PbxTokenExpired,
    PbxTokenUnknown,
    PbxUsernameInvalid,
    PbxUsernameTaken,
)
from telephony.models import DownloadTicket, OpenApiToken, PbxToken, PbxUser

#: A token dies this long after its last use.
TOKEN_LIFE = timedelta(minutes=30)
#: Uses this close together extend a token once. It is added on top, so that no
#: token dies early: it dies 30 min 0 s to 30 min 1 s after its last use.
_SLIDE_STEP = timedelta(seconds=1)
#: For so long an expired token is still told from one that never was.
EXPIRED_KEPT = timedelta(days=1)

FAILURES_BEFORE_LOCK = 5
LOCK_SECONDS = 600
#: A row of failures that has not locked is forgotten this long after it began.
_FAILURES_REMEMBERED_SECONDS = 24 * 3600

_LONGEST_USERNAME = 100
_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Login:
    """A token and its refresh token in clear: this once, only hashes are kept."""

    token: str
    refresh_token: str


def pbx_actor(user: PbxUser, address: str) -> Actor:
    return Actor("pbx", user.pk, user.username, address)


# --- Users --------------------------------------------------------------------------


def create_pbx_user(username: str, *, password: str, actor: Actor) -> PbxUser:
    """A PBX user who can log in at once.

    Raises PbxUsernameInvalid, PbxUsernameTaken, PbxPasswordBlank.
    """
    if (
        not 0 < len(username) <= _LONGEST_USERNAME
        or not storable(username)
        or not username.isprintable()
        or username != username.strip()
    ):
        raise PbxUsernameInvalid
    user = PbxUser(username=username, password_hash=_password_hash(password))
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            record("pbx_user.add", user, actor=actor)
    except IntegrityError:
        raise PbxUsernameTaken from None
    return user


def set_pbx_password(user: PbxUser, password: str, *, actor: Actor) -> None:
    """A new password; whoever is logged in with the old one is logged out.

    Raises PbxPasswordBlank.
    """
    user.password_hash = _password_hash(password)
    with transaction.atomic():
        user.save(update_fields=["password_hash"])
        PbxToken.objects.filter(user=user).delete()
        OpenApiToken.objects.filter(user=user).delete()
        DownloadTicket.objects.filter(user=user).delete()
        record("pbx_user.update", user, actor=actor, fields=["password"])


def _password_hash(password: str) -> str:
    """Argon2 of what clients will send: the password's MD5 in lower-case hex."""
    if not password.strip():
        raise PbxPasswordBlank
    return make_password(password_digest(password))


def password_digest(password: str) -> str:
    """The protocol's hash, not ours: it makes the MD5 the real password."""
    return hashlib.md5(
        password.encode("utf-8", "surrogatepass"), usedforsecurity=False
    ).hexdigest()


# --- Logging in ---------------------------------------------------------------------


def prove_pbx_user(username: str, digest: str, *, address: str) -> PbxUser:
    """The user whose password has the MD5 ``digest`` (hex, any case).

    Raises:
        PbxAddressLocked: five failures in a row from ``address`` within the
            last ten minutes.
        PbxCredentialsInvalid: this counts as such a failure.
    """
    if _locked(address):
        raise PbxAddressLocked
    user = _active_user(username)
    proven = _proves(digest.lower(), user)
    # Again, as below: of many guesses sent at once five are answered, no more.
    if _locked(address):
        raise PbxAddressLocked
    if user is None or not proven:
        if _count_failure(address) > FAILURES_BEFORE_LOCK:
            raise PbxAddressLocked
        record(
            "pbx_user.login",
            # An event for an unknown name, too: it takes as long as the other.
            user or PbxUser(id=""),
            actor=Actor("public", address=address),
            outcome=Outcome.REFUSED,
        )
        raise PbxCredentialsInvalid
    cache.delete(_failures_key(address))
    return user


def hold_proven(user: PbxUser) -> None:
    """In a transaction: until it ends, nobody gives the user another password.

    What is made for a login meanwhile ends with a change that comes after it. Raises
    PbxCredentialsInvalid when one has come since the user was proven.
    """
    same = PbxUser.objects.select_for_update().filter(
        pk=user.pk, password_hash=user.password_hash, is_active=True
    )
    if not same.exists():
        raise PbxCredentialsInvalid


def log_in(
    username: str, digest: str, *, address: str, report_to: Mapping[str, Any]
) -> Login:
    """A token for the user that :func:`prove_pbx_user` finds, and as that raises.

    ``report_to`` is where reports go, in the dialect's words.
    """
    user = prove_pbx_user(username, digest, address=address)
    login = _new_login()
    with transaction.atomic():
        hold_proven(user)
        token = PbxToken.objects.create(
            user=user,
            token_hash=secret_hash(login.token),
            refresh_hash=secret_hash(login.refresh_token),
            address=address,
            report_to=dict(report_to),
            expires_at=timezone.now() + TOKEN_LIFE,
        )
        record("pbx_token.add", token, actor=pbx_actor(user, address))
    return login


def _active_user(username: str) -> PbxUser | None:
    if not storable(username):
        return None
    return PbxUser.objects.filter(username=username, is_active=True).first()


def _proves(digest: str, user: PbxUser | None) -> bool:
    """Whether it is the user's; takes as long when there is no user."""
    if not _MD5.fullmatch(digest):
        return False
    if user is None:
        make_password(digest)
        return False
    return check_password(digest, user.password_hash)


def _new_login() -> Login:
    return Login(token=secrets.token_hex(16), refresh_token=secrets.token_hex(16))


def _failures_key(address: str) -> str:
    return f"pbx-failures:{address}"


def _locked(address: str) -> bool:
    failures = cache.get(_failures_key(address), 0)
    return int(failures) >= FAILURES_BEFORE_LOCK


def _count_failure(address: str) -> int:
    """Counts in the cache that all workers share; the fifth failure locks."""
    key = _failures_key(address)
    while True:
        cache.add(key, 0, _FAILURES_REMEMBERED_SECONDS)
        try:
            failures = cache.incr(key)
        except ValueError:  # A success reset it in between.
            continue
        break
    if failures == FAILURES_BEFORE_LOCK:
        cache.touch(key, LOCK_SECONDS)
    return failures


# --- Tokens -------------------------------------------------------------------------


def use_pbx_token(text: str) -> PbxToken:
    """The live token ``text`` with its user; its 30 minutes begin again.

    Raises PbxTokenUnknown, PbxTokenExpired.
    """
    token = _live(
        PbxToken.objects.select_related("user")
        .filter(token_hash=secret_hash(text))
        .first()
    )
    until = timezone.now() + TOKEN_LIFE
    if token.expires_at < until:
        token.expires_at = until + _SLIDE_STEP
        # Of several uses at once the first that gets here extends for all.
        PbxToken.objects.filter(pk=token.pk, expires_at__lt=until).update(
            expires_at=token.expires_at
        )
    return token


def keep_report_target(
    token: PbxToken, report_to: Mapping[str, Any], *, actor: Actor
) -> None:
    """Changes what is named; the rest stays as the application said it before."""
    changed = {**token.report_to, **report_to}
    if changed == token.report_to:
        return
    token.report_to = changed
    with transaction.atomic():
        PbxToken.objects.filter(pk=token.pk).update(report_to=changed)
        record("pbx_token.update", token, actor=actor, fields=sorted(report_to))


def refresh_pbx_token(refresh_token: str, *, address: str) -> Login:
    """A new pair in place of the old one, which is void from here on.

    Raises PbxTokenUnknown (also for a refresh token used before) and
    PbxTokenExpired.
    """
    old = _live(
        PbxToken.objects.select_related("user")
        .filter(refresh_hash=secret_hash(refresh_token))
        .first()
    )
    login = _new_login()
    with transaction.atomic():
        # Only one of several who send the same refresh token gets a new one.
        replaced = PbxToken.objects.filter(
            pk=old.pk, refresh_hash=old.refresh_hash
        ).update(
            token_hash=secret_hash(login.token),
            refresh_hash=secret_hash(login.refresh_token),
            address=address,
            expires_at=timezone.now() + TOKEN_LIFE,
        )
        if not replaced:
            raise PbxTokenUnknown
        record("pbx_token.refresh", old, actor=pbx_actor(old.user, address))
    return login


def _live(token: PbxToken | None) -> PbxToken:
    if token is None or not token.user.is_active:
        raise PbxTokenUnknown
    if token.expires_at <= timezone.now():
        raise PbxTokenExpired
    return token


def log_out(token: PbxToken, *, actor: Actor) -> None:
    """Ends it. Raises PbxTokenUnknown when somebody else was faster."""
    with transaction.atomic():
        ended, _ = PbxToken.objects.filter(pk=token.pk).delete()
        if not ended:
            raise PbxTokenUnknown
        record("pbx_token.delete", token, actor=actor)


def sweep_tokens() -> int:
    """Removes tokens that expired more than a day ago; how many."""
    expired = PbxToken.objects.filter(expires_at__lte=timezone.now() - EXPIRED_KEPT)
    return expired.delete()[0]
