"""What login, register and profile take and give (contract medisync 3)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from medisync.accounts.models import User
from medisync.lib.times import iso_milliseconds


class LoginInput(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    remember = serializers.BooleanField(default=False)


class RegisterInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=40)
    firstName = serializers.CharField(max_length=100, source="first_name")
    lastName = serializers.CharField(max_length=100, source="last_name")
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    specialty = serializers.CharField(max_length=100)
    ehr_system_type = serializers.CharField(max_length=100)
    ehr_system_name = serializers.CharField(max_length=100)


def dump_login(user: User, token: str) -> dict[str, Any]:
    return {
        "success": True,
        "token": token,
        "uid": user.pk,
        "userTitle": user.title,
        "firstName": user.first_name,
        "lastName": user.last_name,
    }


def dump_registered(user: User) -> dict[str, Any]:
    return {
        "success": True,
        "message": "User registered successfully. Please verify your email.",
        "user": {"id": user.pk, "email": user.email, "isVerified": user.is_verified},
    }


def dump_profile(user: User) -> dict[str, Any]:
    until = user.subscription_until
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
        "subscriptionActive": user.has_subscription(),
        "subscriptionExpiry": iso_milliseconds(until) if until else None,
        "createdAt": iso_milliseconds(user.created_at),
        "updatedAt": iso_milliseconds(user.updated_at),
    }
