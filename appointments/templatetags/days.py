"""Days that are kept as text, as people write them."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.formats import date_format

register = template.Library()


@register.filter
def day(text: str) -> str:
    """``1987-06-25`` as ``25 Jun 1987``; what is no day stays as it is."""
    try:
        return date_format(date.fromisoformat(text), "DATE_FORMAT")
    except ValueError:
        return text
