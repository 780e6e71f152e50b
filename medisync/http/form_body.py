"""Form request bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from rest_framework.parsers import BaseParser


class FormBody(BaseParser):
    """``application/x-www-form-urlencoded``.

    Unlike DRF's parser it keeps to the body's size limit (RequestDataTooBig).
    """

    media_type = "application/x-www-form-urlencoded"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> QueryDict:
        # DRF hands on the request itself as long as nobody has read from it.
        return QueryDict(stream.body if hasattr(stream, "body") else stream.read())
