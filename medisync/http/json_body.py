"""JSON request bodies, of any content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class JsonBody(BaseParser):
    """JSON in UTF-8, as RFC 8259 has it.

    Unlike DRF's parser it keeps to the body's size limit (RequestDataTooBig, as
    for forms) and takes endless nesting for what it is, bad JSON. Raises
    ParseError.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        # DRF hands on the request itself as long as nobody has read from it.
        body = stream.body if hasattr(stream, "body") else stream.read()
        try:
            return json.loads(body.decode(), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ParseError from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError("JSON has no NaN and no Infinity")
