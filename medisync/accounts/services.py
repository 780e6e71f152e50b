"""Everything that changes a person or proves who one is."""

from __future__ import annotations

from datetime import datetime, timezone

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from medisync.accounts.errors import (
    EmailTaken,
    InvalidCredentials,
    NotVerified,
    TooManyAttempts,
    WeakPassword,
)
from medisync.accounts.models import Role, Tier, User

_FOREVER = datetime(2999, 12, 31, tzinfo=timezone.utc)


def sign_in(request: HttpRequest, *, email: str, password: str) -> User:
    """The verified user behind the credentials; failures count towards a lock.

    ``request`` says where the attempt comes from. Raises InvalidCredentials,
    NotVerified (only for the right password) or TooManyAttempts.
    """
    user = authenticate(request, username=email.strip().lower(), password=password)
    if getattr(request, "axes_locked_out", False):
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
) -> User:
    """A clinician who has yet to verify the address. Raises WeakPassword, EmailTaken."""
    return _create(
        email,
        password,
        title=title,
        first_name=first_name,
        last_name=last_name,
        specialty=specialty,
        ehr_system_type=ehr_system_type,
        ehr_system_name=ehr_system_name,
    )


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
) -> User:
    """A verified user with a subscription that does not end by itself.

    Raises WeakPassword, EmailTaken.
    """
    return _create(
        email,
        password,
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


def _create(email: str, password: str, **facts: object) -> User:
    try:
        validate_password(password)
    except ValidationError:
        raise WeakPassword from None
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, **facts)
    except IntegrityError:
        raise EmailTaken from None
