"""Which language a request is answered in."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

# Programs compare what the dialects say: it is the same whoever asks.
_DIALECTS = re.compile(r"/(?:api|openapi|2010-04-01)(?:/|$)")


class PageLanguage(LocaleMiddleware):
    """The browser's for pages and admin, English for every dialect."""

    def process_request(self, request: HttpRequest) -> None:
        if _DIALECTS.match(request.path_info):
            translation.activate(settings.LANGUAGE_CODE)
        else:
            super().process_request(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if _DIALECTS.match(request.path_info):
            return response
        return super().process_response(request, response)
