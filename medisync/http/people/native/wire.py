"""What login, register and profile take and give (contract medisync 3)."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from django.core.validators import EmailValidator
from rest_framework import serializers

from medisync.accounts.models import EMAIL_LENGTH, User
from medisync.http.fields import Text
from medisync.lib.times import iso_milliseconds


class LoginInput(serializers.Serializer[Any]):
    email = Text(max_length=EMAIL_LENGTH)
    password = Text(max_length=1000, trim_whitespace=False)
    remember = serializers.BooleanField(default=False, allow_null=True)


class RegisterInput(serializers.Serializer[Any]):
    title = Text(max_length=40)
    firstName = Text(max_length=100, source="first_name")
    lastName = Text(max_length=100, source="last_name")
    email = Text(max_length=EMAIL_LENGTH, validators=[EmailValidator()])
    password = Text(max_length=1000, trim_whitespace=False)
    specialty = Text(max_length=100)
    ehr_system_type = Text(max_length=100)
    ehr_system_name = Text(max_length=100)


class EmailInput(serializers.Serializer[Any]):
    email = Text(max_length=EMAIL_LENGTH, validators=[EmailValidator()])


class TokenInput(serializers.Serializer[Any]):
    token = Text(max_length=200)


class ResetInput(TokenInput):
    password = Text(max_length=1000, trim_whitespace=False)


class LoginObject(TypedDict):
    success: Literal[True]
    token: str
    uid: str
    userTitle: str
    firstName: str
    lastName: str


class RegisteredUser(TypedDict):
    id: str
    email: str
    isVerified: bool


class RegisteredObject(TypedDict):
    success: Literal[True]
    message: str
    user: RegisteredUser


class Told(TypedDict):
    success: Literal[True]
    message: str


class SubscriptionObject(TypedDict):
    subscriptionActive: bool
    subscriptionExpiry: str | None


class ProfileObject(SubscriptionObject):
    name: str
    email: str
    firstName: str
    lastName: str
    title: str
    specialty: str
    ehr_system_type: str
    ehr_system_name: str
    isVerified: bool
    createdAt: str
    updatedAt: str


def dump_login(user: User, token: str) -> LoginObject:
    return {
        "success": True,
        "token": token,
        "uid": user.pk,
        "userTitle": user.title,
        "firstName": user.first_name,
        "lastName": user.last_name,
    }


def dump_registered(user: User) -> RegisteredObject:
    return {
        "success": True,
        "message": "User registered successfully. Please verify your email.",
        "user": {"id": user.pk, "email": user.email, "isVerified": user.is_verified},
    }


def dump_profile(user: User) -> ProfileObject:
    return {
        "name": user.full_name,
        "email": user.email,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "title": user.title,
        "specialty": user.specialty,
        "ehr_system_type": user.ehr_system_type,
        "ehr_system_name": user.ehr_system_name,
        "isVerified": user.is_verified,
        **dump_subscription(user),
        "createdAt": iso_milliseconds(user.created_at),
        "updatedAt": iso_milliseconds(user.updated_at),
    }


def told(message: str) -> Told:
    return {"success": True, "message": message}


def dump_subscription(user: User) -> SubscriptionObject:
    until = user.subscription_until
    return {
        "subscriptionActive": user.has_subscription(),
        "subscriptionExpiry": iso_milliseconds(until) if until else None,
    }
