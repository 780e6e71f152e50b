"""Rows for tests, made where the row itself is not what is tested."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from appointments.models import Appointment, Patient
from medisync.accounts.models import Role, User

PASSWORD = "correct-horse-1"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = Sequence(lambda n: f"doctor{n}@clinic.example")
    title = "Dr."
    first_name = Sequence(lambda n: f"Ada{n}")
    last_name = "Okafor"
    is_verified = True
    subscription_until = datetime(2999, 1, 1, tzinfo=timezone.utc)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", PASSWORD)
        user = User.objects.create_user(kwargs.pop("email"), password, **kwargs)
        # Not new: tokens that tests make themselves may be of this very second.
        user.tokens_valid_from -= timedelta(minutes=1)
        user.save(update_fields=["tokens_valid_from"])
        return user


class StaffFactory(UserFactory):
    email = Sequence(lambda n: f"staff{n}@clinic.example")
    title = ""
    role = Role.STAFF


class PatientFactory(DjangoModelFactory[Patient]):
    class Meta:
        model = Patient

    doctor = SubFactory(UserFactory)
    first_name = "Lena"
    last_name = Sequence(lambda n: f"Vogel{n}")


class AppointmentFactory(DjangoModelFactory[Appointment]):
    class Meta:
        model = Appointment

    doctor = SubFactory(UserFactory)
    name = "Knee check"
    date = "2026-05-04"
    time = "09:20"
    notes_type = "soap_clinical_notes_de"
