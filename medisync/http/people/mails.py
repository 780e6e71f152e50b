"""The mails that bring somebody back in, sent at anybody's asking.

Whether there is an account behind an address does not show in the answer, and it is
looked up in the background, so that nobody waits for it or for the mail.
"""

from __future__ import annotations

from functools import partial

from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language_from_request, gettext, override
from django.utils.translation import gettext_noop as _

from medisync.accounts.links import Purpose, link_token
from medisync.accounts.models import User
from medisync.http.throttles import recipient_allowance
from medisync.lib import background
from medisync.lib.text import storable

_MAILS = {
    Purpose.VERIFY: ("verify-email", _("Verify your e-mail address")),
    Purpose.RESET: ("reset-password", _("Choose a new password")),
}


def mail_link(request: HttpRequest, purpose: Purpose, email: str) -> None:
    """Mails a link to whoever has the address and a use for it.

    It is written in the language that the browser asks for, through a dialect too:
    its answer is for a program, the mail for a person.
    """
    email = email.strip().lower()
    if storable(email) and not recipient_allowance(email).retry_after:
        host = request.build_absolute_uri("/").rstrip("/")
        background.start(
            partial(_send, purpose, email, host, get_language_from_request(request))
        )


def _send(purpose: Purpose, email: str, host: str, language: str) -> None:
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None or (purpose is Purpose.VERIFY and user.is_verified):
        return
    page, subject = _MAILS[purpose]
    url = host + reverse(page, args=[link_token(purpose, user)])
    with override(language):
        text = render_to_string(f"mails/{page}.txt", {"url": url})
        EmailMessage(f"MediSync: {gettext(subject)}", text, to=[user.email]).send()
