"""OpenAPI documents of the dialects, made from their views.

A view's method says what it is with :func:`operation`; the shapes of answers are
the TypedDicts that ``wire.py`` returns, and the errors are what the dialect's own
table answers to the named exceptions. Nothing is written down twice.
"""

from medisync.http.openapi.media import DOWNLOAD_REFUSALS, RANGE, download, upload
from medisync.http.openapi.operation import Parameter, operation

__all__ = [
    "DOWNLOAD_REFUSALS",
    "RANGE",
    "Parameter",
    "download",
    "operation",
    "upload",
]
