"""Serializer fields that every dialect's input is made of."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class Text(serializers.CharField):
    """Text and nothing that merely can be made text of, as a number can.

    NUL and lone surrogates, which no database keeps, are refused.
    """

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)
