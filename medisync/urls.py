"""The only root map: which dialect, page or admin answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views import defaults as pages
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView
from rest_framework.exceptions import NotFound

from medisync.http.faults import UnreadableRequest
from medisync.http.native import describe as describe_native
from medisync.http.nuxera import describe as describe_nuxera
from medisync.http.nuxera import describe_auth as describe_nuxera_auth
from medisync.http.openapi.document import Document
from medisync.http.openapi.views import DocsIndex, DocsPage, OpenApiDocument
from medisync.http.view import ErrorReply, json_reply
from recordings.api.native.views import DownloadRecording
from telephony.api.laml.errors import describe as describe_laml
from telephony.api.pseries.errors import describe as describe_pseries
from telephony.api.yeastar.errors import describe as describe_yeastar
from telephony.api.yeastar.versions import V1, V2

LAML_MOUNTS = ("api/laml/2010-04-01/", "2010-04-01/")
YEASTAR_MOUNTS = {"api/v1.1.0/": V1, "api/v1.10/": V1, "api/v2.0.0/": V2}

#: Where each dialect's URLs stand: mount, URLs, what is handed down to the views.
#: The first of several mounts is the documented one.
MOUNTS: Mapping[str, Sequence[tuple[str, str, dict[str, Any]]]] = {
    "laml": [(mount, "telephony.api.laml.urls", {}) for mount in LAML_MOUNTS],
    "yeastar": [
        (mount, "telephony.api.yeastar.urls", {"version": version})
        for mount, version in YEASTAR_MOUNTS.items()
    ],
    "pseries": [("", "telephony.api.pseries.urls", {})],
    "nuxera": [
        ("api/", "medisync.http.people.nuxera.urls", {}),
        ("api/", "recordings.api.nuxera.urls", {}),
        ("api/", "notes.api.nuxera.urls", {}),
    ],
    "medisync": [
        ("api/", "medisync.http.people.native.urls", {}),
        ("api/", "appointments.api.native.urls", {}),
        ("api/", "recordings.api.native.urls", {}),
        ("api/", "notes.api.native.urls", {}),
    ],
}


def _document(
    name: str,
    title: str,
    description: str,
    describe: Callable[[Exception], ErrorReply],
) -> Document:
    first = MOUNTS[name][0][0]
    documented = [entry for entry in MOUNTS[name] if entry[0] == first]
    return Document(
        name,
        title,
        description,
        lambda: [path(mount, include(urls), kept) for mount, urls, kept in documented],
        describe,
    )


DOCUMENTS: Mapping[str, Document] = {
    document.name: document
    for document in (
        _document(
            "medisync",
            "MediSync",
            "The clinic's own API: patients, appointments, recordings, notes.",
            describe_native,
        ),
        _document(
            "nuxera",
            "Nuxera",
            "A doctor's audio by the doctor's name, and sign-in, as Nuxera has it.",
            describe_nuxera_auth,
        ),
        _document(
            "yeastar",
            "Yeastar PBX",
            "Call recordings and lists of calls by one-time links. Errors are 200, too,"
            " but for ranges and conditions that do not hold; status says whether it"
            " succeeded. /api/v1.10 is served alike, and so is /api/v2.0.0, where a"
            " login needs no port and extid is called number.",
            describe_yeastar,
        ),
        _document(
            "pseries",
            "Yeastar P-Series",
            "Recordings and calls by the P-Series OpenAPI v1.0. Errors are 200, too,"
            " but for ranges and conditions that do not hold; errcode says whether it"
            " succeeded.",
            describe_pseries,
        ),
        _document(
            "laml",
            "SignalWire LaML",
            "Call recordings, Twilio-shaped. Served alike below /2010-04-01.",
            describe_laml,
        ),
    )
}

#: Whose shape an error has that no view of the dialect sees: an unknown path, a bad
#: Host header, a fault in the middleware. The first that fits the path counts.
DIALECTS: tuple[tuple[re.Pattern[str], Callable[[Exception], ErrorReply]], ...] = (
    (re.compile(r"/(api/laml|2010-04-01)(/|$)"), describe_laml),
    (re.compile(r"/api/v[12]\."), describe_yeastar),
    # A link of P-Series; without a name after it the path is Nuxera's.
    (re.compile(r"/openapi(/|$)|/api/download/(Recording|CDR)-"), describe_pseries),
    (re.compile(r"/api/(download|delete|delete-all)(/|$)"), describe_nuxera),
    (
        re.compile(
            r"/api/(auth|apiKeys|transcribe|dictate|supported-specialities)(/|$)"
        ),
        describe_nuxera_auth,
    ),
    # Its documented 500 differs from all others (contract medisync 6.4).
    (re.compile(r"/api/recordings/get/"), DownloadRecording.describe),
    (re.compile(r"/api(/|$)"), describe_native),
)


def _answer(request: HttpRequest, error: Exception) -> HttpResponse | None:
    for mount, describe in DIALECTS:
        if mount.match(request.path_info):
            return json_reply(describe(error))
    return None


@csrf_exempt
def unknown_path(request: HttpRequest) -> HttpResponse:
    return handler404(request, NotFound())


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    read = not isinstance(exception, UnreadableRequest)
    answer = _answer(request, SuspiciousOperation() if read else exception)
    return answer or pages.bad_request(request, exception)


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    answer = _answer(request, PermissionDenied())
    return answer or pages.permission_denied(request, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, NotFound()) or pages.page_not_found(request, exception)


def handler500(request: HttpRequest) -> HttpResponse:
    return _answer(request, Exception()) or pages.server_error(request)


urlpatterns = [
    path("", include("recordings.urls")),
    path("", include("appointments.urls")),
    path("", include("notes.urls")),
    path("", include("telephony.urls")),
    path("", include("medisync.http.pages.urls")),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/docs", RedirectView.as_view(pattern_name="docs")),
    path("api/docs/", DocsIndex.as_view(documents=DOCUMENTS), name="docs"),
    path(
        "api/docs/<slug:name>.json",
        OpenApiDocument.as_view(documents=DOCUMENTS),
        name="openapi",
    ),
    path("api/docs/<slug:name>/", DocsPage.as_view(documents=DOCUMENTS), name="doc"),
    *[
        path(mount, include(urls), kept)
        for mounts in MOUNTS.values()
        for mount, urls, kept in mounts
    ],
    re_path(r"^(?:api|2010-04-01)(?:/|$)", unknown_path),
]
