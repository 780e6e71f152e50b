from __future__ import annotations

from medisync.lib.errors import DomainError

# --- Accounts and call recordings -------------------------------------------------


class CallRecordingNotFound(DomainError):
    code = "call_recording_not_found"
    message = "There is no such call recording."


class FileNameTaken(DomainError):
    """A call recording of this file name exists already."""

    code = "file_name_taken"
    message = "There is another call recording of this file name."


class AccountNotFound(DomainError):
    code = "account_not_found"
    message = "There is no such account."


class AccountNameInvalid(DomainError):
    code = "account_name_invalid"
    message = "An account's name is 1 to 200 characters of text."


class AccountCredentialsInvalid(DomainError):
    """Unknown account, wrong token and missing scope alike."""

    code = "account_credentials_invalid"
    message = "The account and token do not open this."
