"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import os
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medisync.settings")


class Request(WSGIRequest):
    """Takes bodies of unknown length too, which Django would read as empty.

    A chunked body says itself where it ends (``wsgi.input_terminated``), so the
    largest length that the kind of request may have stands in for the true one.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        if environ.get("wsgi.input_terminated") and not environ.get("CONTENT_LENGTH"):
            environ["CONTENT_LENGTH"] = str(_largest_body(environ))
        super().__init__(environ)


def _largest_body(environ: dict[str, Any]) -> int:
    if "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return 0
    if environ.get("CONTENT_TYPE", "").startswith("multipart/form-data"):
        return int(settings.MAX_UPLOAD_BYTES)
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = Handler()
