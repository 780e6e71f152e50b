"""What sign-in takes and gives in the Nuxera dialect (contract nuxera 2)."""

from __future__ import annotations

from typing import Any, TypedDict

from rest_framework import serializers

from medisync.accounts.models import EMAIL_LENGTH, ApiKey, Role, User
from medisync.http.fields import Text
from medisync.lib.times import iso_milliseconds


class LoginInput(serializers.Serializer[Any]):
    username = Text(max_length=EMAIL_LENGTH)
    password = Text(max_length=1000, trim_whitespace=False)


class NewPasswordInput(serializers.Serializer[Any]):
    currentPassword = Text(max_length=1000, trim_whitespace=False)
    newPassword = Text(max_length=1000, trim_whitespace=False)


class KeyInput(serializers.Serializer[Any]):
    name = Text(max_length=100)
    type = Text(max_length=40)
    status = serializers.ChoiceField(
        ["active", "paused"],
        error_messages={"invalid_choice": "Must be active or paused"},
    )


class NewKey(TypedDict):
    message: str
    key: str
    id: int
    user_id: int


class KeyObject(TypedDict):
    id: int
    key: str
    name: str
    type: str
    status: str
    is_default: bool
    created_at: str
    expiry_at: str | None
    user_id: int


class Told(TypedDict):
    message: str


class NuxeraUser(TypedDict):
    id: str
    username: str
    email: str
    role: str


class NuxeraLogin(TypedDict):
    token: str
    user: NuxeraUser


class NewToken(TypedDict):
    message: str
    token: str


class NuxeraMe(TypedDict):
    id: int
    email: str
    status: str
    last_login: str | None
    created_at: str
    updated_at: str
    email_verified: bool
    name: str
    is_demo: bool
    user_type: list[str]


def dump_new_key(key: ApiKey, text: str) -> NewKey:
    """The only answer that ever holds the key's text."""
    return {
        "message": "API Key created",
        "key": text,
        "id": key.pk,
        "user_id": numeric_id(key.user),
    }


def dump_key(key: ApiKey) -> KeyObject:
    expiry = key.expiry_at
    return {
        "id": key.pk,
        "key": f"********-****-****-****-********{key.hint}",
        "name": key.name,
        "type": key.type,
        "status": key.status.value,
        "is_default": key.is_default,
        "created_at": iso_milliseconds(key.created_at),
        "expiry_at": iso_milliseconds(expiry) if expiry else None,
        "user_id": numeric_id(key.user),
    }


def dump_login(user: User, token: str) -> NuxeraLogin:
    return {
        "token": token,
        "user": {
            "id": user.pk,
            "username": user.email,
            "email": user.email,
            "role": _role(user),
        },
    }


def _role(user: User) -> str:
    if user.is_superuser:
        return "admin"
    return "physician" if user.role == Role.CLINICIAN else "staff"


def dump_new_token(token: str) -> NewToken:
    return {"message": "Password changed successfully", "token": token}


def dump_me(user: User) -> NuxeraMe:
    signed_in = user.last_login
    return {
        "id": numeric_id(user),
        "email": user.email,
        "status": "active",
        "last_login": iso_milliseconds(signed_in) if signed_in else None,
        "created_at": iso_milliseconds(user.created_at),
        "updated_at": iso_milliseconds(user.updated_at),
        "email_verified": user.is_verified,
        "name": str(user),
        "is_demo": False,
        "user_type": ["ai-medical-note"],
    }


def numeric_id(user: User) -> int:
    """The whole number that this call documents: the id's last 52 bits.

    They hold what tells ids apart, the counter and most of the process's bytes,
    and JavaScript counts exactly that far. The id's time is left out.
    """
    return int(user.pk[-13:], 16) or 1
