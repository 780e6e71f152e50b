"""Everything that changes a person or proves who one is."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from medisync.accounts.errors import (
    EmailTaken,
    InvalidCredentials,
    LinkInvalid,
    NotVerified,
    SubscriptionRequired,
    TooManyAttempts,
    UnusableFact,
    WeakPassword,
)
from medisync.accounts.links import Purpose, user_of_link
from medisync.accounts.models import EMAIL_LENGTH, Role, Tier, User
from medisync.accounts.signals import changed, user_added
from medisync.lib.text import storable

_FOREVER = datetime(2999, 12, 31, tzinfo=timezone.utc)


def sign_in(request: HttpRequest, *, email: str, password: str) -> User:
    """As :func:`check_credentials`, and notes the sign-in."""
    user = check_credentials(request, email=email, password=password)
    # Forgets the failures, notes the time, tells the audit trail.
    user_logged_in.send(sender=User, request=request, user=user)
    return user


def check_credentials(request: HttpRequest, *, email: str, password: str) -> User:
    """The verified user behind the credentials; failures count towards a lock.

    ``request`` says where the attempt comes from. Raises InvalidCredentials,
    NotVerified (only for the right password) or TooManyAttempts.
    """
    name = email.strip().lower()
    if len(name) > EMAIL_LENGTH or not storable(name):
        raise InvalidCredentials
    user = authenticate(request, username=name, password=password)
    if getattr(request, "axes_locked_out", False):
        # Else its middleware puts a page in place of the dialect's answer.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        raise TooManyAttempts
    if not isinstance(user, User):
        raise InvalidCredentials
    if not user.is_verified:
        raise NotVerified
    return user


def register_user(
    email: str,
    *,
    password: str,
    title: str = "",
    first_name: str = "",
    last_name: str = "",
    specialty: str = "",
    ehr_system_type: str = "",
    ehr_system_name: str = "",
    address: str,
) -> User:
    """A clinician with an unverified e-mail address, who came from ``address``.

    Raises WeakPassword, EmailTaken, UnusableFact.
    """
    if not is_strong(password):
        raise WeakPassword
    return _create(
        email,
        password,
        address=address,
        title=title,
        first_name=first_name,
        last_name=last_name,
        specialty=specialty,
        ehr_system_type=ehr_system_type,
        ehr_system_name=ehr_system_name,
    )


def is_strong(password: str) -> bool:
    """Whether the password keeps the documented rule (contract medisync 3.2)."""
    try:
        validate_password(password)
    except ValidationError:
        return False
    return True


def verify_email(token: str, *, address: str | None) -> User:
    """The address that the link was sent to is the user's own. Raises LinkInvalid."""
    with transaction.atomic():
        # Of two who use one link at once, the second finds it used.
        user = user_of_link(Purpose.VERIFY, token, lock=True)
        user.is_verified = True
        user.save(update_fields=["is_verified", "updated_at"])
        _tell_change(user, user, address, fields=["is_verified"])
    return user


def reset_password(token: str, password: str, *, address: str | None) -> User:
    """A new password for whoever can read the user's mail.

    Raises WeakPassword, which leaves the link usable, and LinkInvalid.
    """
    user = user_of_link(Purpose.RESET, token)
    try:
        change_password(user, password, address=address)
    except InvalidCredentials:
        # Of two who use one link at once, the second finds it used.
        raise LinkInvalid from None
    return user


def change_password(user: User, password: str, *, address: str | None) -> None:
    """A new password, which ends every bearer token there was.

    Of several who change the same one at once one does. Raises WeakPassword, and
    InvalidCredentials when the password is no longer the one that ``user`` has.
    """
    if not is_strong(password):
        raise WeakPassword
    _renew_password(user, password, by=user, address=address, known=user.password)


def replace_password(
    user: User, password: str, *, by: User, address: str | None
) -> None:
    """As :func:`change_password`, whatever the password was; ``by`` chose it."""
    _renew_password(user, password, by=by, address=address)


def _renew_password(
    user: User,
    password: str,
    *,
    by: User,
    address: str | None,
    known: str | None = None,
) -> None:
    user.set_password(password)
    with transaction.atomic():
        if not User.objects.hold(user, password=known):
            raise InvalidCredentials
        user.end_tokens()  # Those, too, that were issued while this waited.
        user.save(update_fields=["password", "tokens_valid_from", "updated_at"])
        _tell_change(user, by, address, fields=["password"])


def _tell_change(user: User, by: User, address: str | None, **details: object) -> None:
    changed.send(
        sender=User,
        action="user.update",
        subject=user,
        by=by,
        address=address,
        details=details,
    )


def require_subscription(user: User) -> None:
    """Raises SubscriptionRequired where the contract needs one (medisync 1.8)."""
    if not (user.has_subscription() or user.is_superuser):
        raise SubscriptionRequired


def create_clinician(
    email: str,
    *,
    password: str,
    first_name: str,
    last_name: str,
    title: str = "",
    tier: str = Tier.STANDARD,
    staff: bool = False,
    doctor_name: str = "",
    specialty: str = "",
    by: User | None = None,
    address: str | None = None,
) -> User:
    """A verified user with a subscription that does not end by itself.

    ``by`` made them, from ``address``; None is an operator at this machine.

    Operators choose passwords by rules of their own, only not short ones. Raises
    WeakPassword, EmailTaken, UnusableFact.
    """
    if len(password) < 8 or not storable(password):
        raise WeakPassword("The password must have at least 8 characters.")
    return _create(
        email,
        password,
        by=by,
        address=address,
        title=title,
        first_name=first_name,
        last_name=last_name,
        doctor_name=doctor_name,
        specialty=specialty,
        tier=tier,
        role=Role.STAFF if staff else Role.CLINICIAN,
        is_verified=True,
        subscription_until=_FOREVER,
    )


def _create(
    email: str,
    password: str,
    *,
    by: User | None = None,
    address: str | None,
    **facts: Any,
) -> User:
    user = User(email=email.strip().lower(), **facts)
    _check(user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            user_added.send(sender=User, user=user, by=by, address=address)
    except IntegrityError:
        raise EmailTaken from None
    return user


def _check(user: User) -> None:
    """SQLite would keep what is too long, and PostgreSQL fail on it."""
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        field, (first, *_) = next(iter(error.message_dict.items()))
        raise UnusableFact(f"{field.replace('_', ' ')}: {first}") from None
    for value in (user.title, user.first_name, user.last_name, user.doctor_name):
        if not storable(value):
            raise UnusableFact("A name must not hold control bytes.")
