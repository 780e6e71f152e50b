"""The root of every refusal that the core can utter."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _


class DomainError(Exception):
    """A request the core refuses.

    ``code`` is a stable machine word and ``message`` one sentence fit for a
    person. There is no HTTP status here: the dialects disagree about those, so
    each has one table from these classes to its documented answers.

    The sentence is English, and marked for translation (``gettext_noop``). A page
    that shows it translates it then and there; the dialects never do.
    """

    code = "error"
    message = _("The request cannot be carried out.")

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.code)
