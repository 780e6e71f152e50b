from __future__ import annotations

from django.utils.translation import gettext_noop as _

from medisync.lib.errors import DomainError

# --- Accounts and call recordings -------------------------------------------------


class CallRecordingNotFound(DomainError):
    code = "call_recording_not_found"
    message = _("There is no such call recording.")


class CallNotFound(DomainError):
    """A call or conference that is unknown, or of no recording of the account's."""

    code = "call_not_found"
    message = _("There is no such call.")


class CallNotInProgress(DomainError):
    """The call is over: its recording can be neither begun nor steered."""

    code = "call_not_in_progress"
    message = _("The call is not in progress.")


class TranscriptionNotFound(DomainError):
    code = "transcription_not_found"
    message = _("There is no such transcription.")


class FileNameTaken(DomainError):
    """A call recording of this file name exists already."""

    code = "file_name_taken"
    message = _("There is another call recording of this file name.")


class CallInvalid(DomainError):
    code = "call_invalid"
    message = _("A call needs an id, numbers, a type and a status that there is.")


class AccountNotFound(DomainError):
    code = "account_not_found"
    message = _("There is no such account.")


class AccountNameInvalid(DomainError):
    code = "account_name_invalid"
    message = _("An account's name is 1 to 200 characters of text.")


class CallbackUrlInvalid(DomainError):
    code = "callback_url_invalid"
    message = _("A callback's URL begins with http:// or https:// and names a host.")


class AccountCredentialsInvalid(DomainError):
    """Unknown account, wrong token and missing scope alike."""

    code = "account_credentials_invalid"
    message = _("The account and token do not open this.")


# --- PBX users, their tokens and tickets ------------------------------------------


class PbxUsernameInvalid(DomainError):
    code = "pbx_username_invalid"
    message = _("A PBX user's name is 1 to 100 printable characters, no outer blanks.")


class PbxUsernameTaken(DomainError):
    code = "pbx_username_taken"
    message = _("There is a PBX user of this name already.")


class PbxPasswordBlank(DomainError):
    code = "pbx_password_blank"
    message = _("A PBX user needs a password.")


class PbxCredentialsInvalid(DomainError):
    """Unknown, deactivated and wrong password alike."""

    code = "pbx_credentials_invalid"
    message = _("The user name or the password is wrong.")


class PbxAddressLocked(DomainError):
    """Too many failures in a row from this address; the password is not looked at."""

    code = "pbx_address_locked"
    message = _("Too many failed logins from this address. Try again in 10 minutes.")


class PbxTokenUnknown(DomainError):
    """Never issued, logged out, replaced, or of a user who is no longer active."""

    code = "pbx_token_unknown"
    message = _("There is no such token.")


class PbxTokenExpired(DomainError):
    code = "pbx_token_expired"
    message = _("The token has not been used for too long.")


class TicketInvalid(DomainError):
    """Unknown, expired, used, somebody else's or for another recording."""

    code = "ticket_invalid"
    message = _("This does not open the recording.")


class CallsTicketInvalid(TicketInvalid):
    """The same of a ticket for calls."""

    code = "calls_ticket_invalid"
    message = _("This does not open the calls.")


class CallsNotFound(DomainError):
    code = "calls_not_found"
    message = _("There are no such calls.")


class TicketAddressRefused(DomainError):
    """The ticket is good, but for other addresses. It stays good for them."""

    code = "ticket_address_refused"
    message = _("The recording may not be downloaded from this address.")


# --- P-Series ----------------------------------------------------------------------


class OpenApiTokenInvalid(DomainError):
    """Unknown, expired, replaced, revoked, or of a user who is no longer active."""

    code = "openapi_token_invalid"
    message = _("The token is not valid any more.")


class OpenApiLinkInvalid(DomainError):
    """Unknown, expired or another user's."""

    code = "openapi_link_invalid"
    message = _("There is nothing to download here.")
