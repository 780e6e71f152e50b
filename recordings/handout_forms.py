from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recordings.handouts import MOST_USES


class HandoutForm(forms.Form):
    """What a new link is to be; the service says what it cannot be."""

    recipient = forms.CharField(
        label=_("For whom"),
        required=False,
        max_length=100,
        help_text=_("A name for the list and the audit trail."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    uses = forms.IntegerField(
        label=_("Opens so many times"), min_value=1, max_value=MOST_USES, initial=1
    )
    until = forms.DateTimeField(
        label=_("Until"),
        initial=lambda: timezone.localtime() + timedelta(days=3),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
    )
    with_pin = forms.BooleanField(
        label=_("Ask for a PIN"),
        required=False,
        initial=True,
        help_text=_("Six digits that you tell by another way than the link."),
    )


class PinForm(forms.Form):
    pin = forms.CharField(
        label=_("PIN"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}
        ),
    )
