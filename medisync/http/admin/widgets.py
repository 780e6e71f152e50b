"""The admin's own fields, with the names that screen readers need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.widgets import (
    AdminSplitDateTime,
    BaseAdminDateWidget,
    BaseAdminTimeWidget,
)
from django.forms import BaseInlineFormSet, Form, MultiWidget
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext_lazy as _


class NamedSplitDateTime(AdminSplitDateTime):
    """Either half says what it is; the admin's own has text beside them only."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        halves = [
            BaseAdminDateWidget({"aria-label": _("Date")}),
            BaseAdminTimeWidget({"aria-label": _("Time")}),
        ]
        MultiWidget.__init__(self, halves, attrs)


if TYPE_CHECKING:
    _InlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    _InlineFormSet = BaseInlineFormSet  # Generic for the type checker only.


class NamedDeletionFormSet(_InlineFormSet):
    """In a table, only the column's heading tells what the box is for."""

    def add_fields(self, form: Form, index: int | None) -> None:
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            attrs = form.fields[DELETION_FIELD_NAME].widget.attrs
            attrs["aria-label"] = _("Delete")
