from __future__ import annotations

from django.utils.translation import gettext_noop as _

from medisync.lib.errors import DomainError


class InvalidCredentials(DomainError):
    code = "invalid_credentials"
    message = _("The e-mail address or the password is wrong.")


class TooManyAttempts(DomainError):
    code = "too_many_attempts"
    message = _("Too many failed attempts. Try again in 15 minutes.")
    retry_after = 900


class NotVerified(DomainError):
    code = "not_verified"
    message = _("The e-mail address has not been verified yet.")


class EmailTaken(DomainError):
    code = "email_taken"
    message = _("This e-mail address is already registered.")


class WeakPassword(DomainError):
    code = "weak_password"
    message = _("Use at least 8 characters with letters and numbers.")


class UnusableFact(DomainError):
    """A name or an address that cannot be kept; ``message`` says which."""

    code = "unusable_fact"


class SubscriptionRequired(DomainError):
    code = "subscription_required"
    message = _("An active subscription is required.")


class ApiKeyNotFound(DomainError):
    code = "api_key_not_found"
    message = _("There is no such API key.")


class LinkInvalid(DomainError):
    code = "link_invalid"
    message = _("This link is no longer valid. Ask for a new one.")


class CodeWrong(DomainError):
    code = "code_wrong"
    message = _("This code is not right, or was used before.")


class TooManyCodes(DomainError):
    """``retry_after`` says in how many seconds another code is looked at."""

    code = "too_many_codes"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many wrong codes. Try again in {retry_after} seconds.")
        self.retry_after = retry_after


class AuthenticatorExists(DomainError):
    code = "authenticator_exists"
    message = _("There is an authenticator already.")
