"""The mails that bring somebody back in, sent at anybody's asking.

Whether there is an account behind an address shows neither in the answer nor in
the time it takes: a mail goes out in the background.
"""

from __future__ import annotations

from functools import partial

from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from medisync.accounts.links import Purpose, link_token
from medisync.accounts.models import User
from medisync.http.throttles import recipient_allowance
from medisync.lib import background
from medisync.lib.text import storable

_MAILS = {
    Purpose.VERIFY: ("verify-email", "Verify your e-mail address"),
    Purpose.RESET: ("reset-password", "Choose a new password"),
}


def mail_link(request: HttpRequest, purpose: Purpose, email: str) -> None:
    """Mails a link to whoever has the address and a use for it."""
    email = email.strip().lower()
    if not storable(email) or recipient_allowance(email).retry_after:
        return
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None or (purpose is Purpose.VERIFY and user.is_verified):
        return
    page, _ = _MAILS[purpose]
    url = request.build_absolute_uri(reverse(page, args=[link_token(purpose, user)]))
    background.start(partial(_send, purpose, user.email, url))


def _send(purpose: Purpose, email: str, url: str) -> None:
    page, subject = _MAILS[purpose]
    text = render_to_string(f"mails/{page}.txt", {"url": url})
    EmailMessage(f"MediSync: {subject}", text, to=[email]).send()
