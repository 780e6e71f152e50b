"""The people who sign in."""

from __future__ import annotations

import base64
import unicodedata
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from medisync.lib.objectid import ObjectIdField

EMAIL_LENGTH = 254


class Role(models.TextChoices):
    CLINICIAN = "clinician", _("Clinician")
    STAFF = "staff", _("Staff")


class Tier(models.TextChoices):
    STANDARD = "standard", _("Standard")
    PREMIUM = "premium", _("Premium")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None, **facts: Any) -> User:
        """Raises IntegrityError when the address is taken, whatever its case."""
        user = User(email=email, **facts)
        user.set_password(password)
        user.save(force_insert=True)
        return user

    def create_superuser(self, email: str, password: str | None, **facts: Any) -> User:
        facts |= {"is_superuser": True, "is_verified": True}
        return self.create_user(email, password, **facts)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())

    def hold(self, user: User, *, password: str | None = None) -> bool:
        """Locks the user's row until the transaction ends.

        False when its password is no longer the hash ``password``.
        """
        rows = self.select_for_update().filter(pk=user.pk)
        return (rows if password is None else rows.filter(password=password)).exists()


class User(AbstractBaseUser):
    """A clinician, a member of staff or a superuser. Signs in by e-mail address."""

    id = ObjectIdField()
    email = models.EmailField(_("email"), max_length=EMAIL_LENGTH, unique=True)
    title = models.CharField(_("title"), max_length=40, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    doctor_name = models.CharField(
        _("doctor name"),
        max_length=255,
        blank=True,
        db_index=True,
        help_text=_(
            "The name clients use in doctorName. Left empty: title, first and"
            " last name."
        ),
    )
    specialty = models.CharField(_("specialty"), max_length=100, blank=True)
    ehr_system_type = models.CharField(_("EHR system type"), max_length=100, blank=True)
    ehr_system_name = models.CharField(_("EHR system name"), max_length=100, blank=True)
    role = models.CharField(
        _("role"), max_length=10, choices=Role.choices, default=Role.CLINICIAN
    )
    is_superuser = models.BooleanField(_("superuser"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_verified = models.BooleanField(_("e-mail verified"), default=False)
    tier = models.CharField(
        _("tier"), max_length=10, choices=Tier.choices, default=Tier.STANDARD
    )
    subscription_until = models.DateTimeField(
        _("subscription until"), null=True, blank=True
    )
    tokens_valid_from = models.DateTimeField(
        default=timezone.now,
        editable=False,
        help_text="Bearer tokens issued before this moment are refused.",
    )
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["last_name", "first_name", "id"]

    def __str__(self) -> str:
        return self.doctor_name or self.email

    def save(self, *args: Any, **options: Any) -> None:
        self.email = self.email.strip().lower()
        self.doctor_name = unicodedata.normalize(
            "NFC", self.doctor_name or self.full_name
        )
        super().save(*args, **options)

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.end_tokens()

    def check_password(self, raw_password: str | None) -> bool:
        """As Django's, which makes an outdated hash anew when the password is right.

        Django's would keep that in place of a password that was changed meanwhile.
        """

        def renew(password: str) -> None:
            renewed = make_password(password)
            same = User.objects.filter(pk=self.pk, password=self.password)
            if same.update(password=renewed):
                self.password = renewed

        return check_password(raw_password, self.password, renew)

    def end_tokens(self) -> None:
        """Ends every bearer token issued so far, those of this second too.

        A token's ``iat`` is in whole seconds; those that count begin with the next.
        """
        this_second = timezone.now().replace(microsecond=0)
        self.tokens_valid_from = this_second + timedelta(seconds=1)

    @property
    def full_name(self) -> str:
        """Title, first and last name joined by blanks (contract medisync 3.3)."""
        return " ".join(
            part for part in (self.title, self.first_name, self.last_name) if part
        )

    @property
    def sees_clinic(self) -> bool:
        """Staff and superusers reach the whole clinic's records."""
        return self.is_superuser or self.role == Role.STAFF

    @property
    def is_staff(self) -> bool:
        """Django's word for who may open the admin: whoever is verified."""
        return self.is_active and (self.is_verified or self.is_superuser)

    def has_subscription(self, at: datetime | None = None) -> bool:
        until = self.subscription_until
        return until is not None and until > (at or timezone.now())

    # What the admin asks. Records are guarded by each app's access rules; these
    # two only say that a superuser's word is never doubted.
    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active


class KeyStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    EXPIRED = "expired", _("Expired")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, user: User) -> ApiKeyQuerySet:
        """One's own: a key is as personal as a password."""
        return self.filter(user=user)


class ApiKey(models.Model):
    """A credential for programs that act as a user (contract nuxera 6)."""

    user = models.ForeignKey(
        User, verbose_name=_("user"), on_delete=models.PROTECT, related_name="api_keys"
    )
    name = models.CharField(_("name"), max_length=100)
    type = models.CharField(_("type"), max_length=40)
    paused = models.BooleanField(_("paused"), default=False)
    is_default = models.BooleanField(_("default"), default=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(
        _("ends in"),
        max_length=4,
        editable=False,
        help_text=_("The key's last digits."),
    )
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    expiry_at = models.DateTimeField(_("expires"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(is_default=True),
                name="one_default_key_per_user",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> KeyStatus:
        if self.expiry_at is not None and self.expiry_at <= timezone.now():
            return KeyStatus.EXPIRED
        return KeyStatus.PAUSED if self.paused else KeyStatus.ACTIVE


# What django-otp would keep readable: without the signing key its tables give
# nobody a code.


class Authenticator(TOTPDevice):  # type: ignore[misc]  # django-otp has no types.
    """An app that shows codes. One that is not confirmed opens nothing."""

    class Meta:
        proxy = True

    @property
    def bin_key(self) -> bytes:
        """What the app knows: made of the row and the signing key, kept nowhere."""
        return _keyed("authenticator", self.key)[:20]

    @property
    def typed_key(self) -> str:
        """For an app that cannot see the picture, in groups of four."""
        text = base64.b32encode(self.bin_key).decode()
        return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


class RecoveryCodes(StaticDevice):  # type: ignore[misc]  # django-otp has no types.
    """Codes on paper for who has lost the app; each works once."""

    class Meta:
        proxy = True

    def verify_token(self, token: str) -> bool:
        return bool(super().verify_token(kept_code(token)))


def _keyed(use: str, value: str) -> bytes:
    return salted_hmac(f"medisync.{use}", value, algorithm="sha256").digest()


def kept_code(code: str) -> str:
    """How a recovery code is kept, however it was typed."""
    plain = "".join(filter(str.isalnum, code)).lower()
    return base64.b32encode(_keyed("recovery", plain)).decode()[:16]
