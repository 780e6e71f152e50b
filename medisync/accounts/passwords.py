"""The password rule: the looser of the two documented (contract medisync 3.2)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext


class LettersAndDigitsValidator:
    """At least eight characters with at least one letter and one digit."""

    def validate(self, password: str, user: object = None) -> None:
        letters = any(character.isalpha() for character in password)
        digits = any(character.isdigit() for character in password)
        if len(password) < 8 or not letters or not digits:
            raise ValidationError(self.get_help_text(), code="password_too_weak")

    def get_help_text(self) -> str:
        return gettext("Use at least 8 characters with letters and numbers.")
