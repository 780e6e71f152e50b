"""One dialect's OpenAPI document."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from drf_spectacular.generators import SchemaGenerator
from rest_framework.exceptions import MethodNotAllowed, NotFound

from medisync.http.view import ErrorReply

VERSION = "3.1.1"

SECURITY_SCHEMES: Mapping[str, Mapping[str, str]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The token of POST /api/login or /api/auth/login.",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
        "description": "A key of POST /api/apiKeys.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "A browser that is signed in to the pages.",
    },
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "The account's sid and one of its tokens.",
    },
    "token": {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "The token of POST /api/v1.1.0/login.",
    },
    "accessToken": {
        "type": "apiKey",
        "in": "query",
        "name": "access_token",
        "description": "The access_token of POST /openapi/v1.0/get_token.",
    },
}

#: What no operation refuses: there is none, or no view has seen the request.
ELSEWHERE: Mapping[str, Exception] = {
    "An address that is not listed": NotFound(),
    "A method that is not listed": MethodNotAllowed("PATCH"),
    "A Host header that is not this server's": SuspiciousOperation(),
    "A body that is too large": RequestDataTooBig(),
    "An unexpected fault": Exception(),
}


# The generator keeps its place in the views' own classes: one document at a time,
# or two that are first asked for together spoil each other.
_building = threading.Lock()


@dataclass(frozen=True)
class Document:
    """What is published at ``/api/docs/<name>.json``.

    ``patterns`` are the root URL patterns of this dialect alone, called for when
    the document is first asked for: the root map itself lists the documents.
    ``describe`` is the dialect's answer to what no view of its own answers.
    """

    name: str
    title: str
    description: str
    patterns: Callable[[], Sequence[Any]]
    describe: Callable[[Exception], ErrorReply]

    def build(self) -> Mapping[str, Any]:
        with _building:
            return _built(self)


@cache
def _built(document: Document) -> Mapping[str, Any]:
    generator = SchemaGenerator(patterns=list(document.patterns()))
    found: dict[str, Any] = generator.get_schema(request=None, public=True)
    used = {
        name
        for path in found["paths"].values()
        for said in path.values()
        for choice in said.get("security", [])
        for name in choice
    }
    components = found.setdefault("components", {})
    components["securitySchemes"] = {
        name: dict(scheme) for name, scheme in SECURITY_SCHEMES.items() if name in used
    }
    return found | {
        "openapi": VERSION,
        "info": {
            "title": document.title,
            "version": "1",
            "description": f"{document.description}\n\n{_elsewhere(document)}",
        },
        # Requests of a client go to the host that it read the document from.
        "servers": [{"url": "/"}],
    }


def _elsewhere(document: Document) -> str:
    """A table, in Markdown, of the errors that belong to no operation."""
    rows = [
        f"| {what} | {reply.status} | `{json.dumps(reply.body)}` |"
        for what, error in ELSEWHERE.items()
        for reply in [document.describe(error)]
    ]
    head = ["| Whatever is asked for | Status | Answer |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows])
