"""LaML projects and what their programs sign in with."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from medisync.lib.objectid import ObjectIdField
from medisync.lib.outgoing import DestinationRefused, check_url
from telephony.choices import CallbackMethod


def check_callback_url(url: str) -> None:
    """Raises ValidationError unless a request could be sent to ``url`` at all."""
    try:
        check_url(url)
    except DestinationRefused as error:
        raise ValidationError("This is no http or https URL.") from error


class Account(models.Model):
    """A LaML project: its sid is the path's AccountSid and the Basic user."""

    sid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    protect_media = models.BooleanField(
        _("protect media"),
        default=False,
        help_text=_("Audio needs the same credentials as the data."),
    )
    recording_status_callback = models.CharField(
        _("recording status callback"),
        max_length=2000,
        blank=True,
        validators=[check_callback_url],
        help_text=_("This URL is told of every recording that arrives."),
    )
    recording_status_callback_method = models.CharField(
        _("callback method"),
        max_length=4,
        choices=CallbackMethod.choices,
        default=CallbackMethod.POST,
    )
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["name", "sid"]

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A LaML API token, known only by its hash once it has been shown."""

    id = ObjectIdField()
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        on_delete=models.CASCADE,
        related_name="tokens",
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return gettext("Token of %(name)s") % {"name": self.account}
